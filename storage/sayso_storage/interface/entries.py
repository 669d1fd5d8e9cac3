"""Entries read back: on timelines, by id, by kind, in the order in which they arrived."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from sayso_protocol.content.body import Reference
from sayso_protocol.ranges import Range

from .records import ImportedPosts, Place, StoredEntry, TimelineQuery


class StoredEntries(ABC):
    """The entries that a store holds."""

    @abstractmethod
    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        """Posts and the reposts that count (see `relations`) by their `place`, newest first; an
        account's together with those of all that it was rotated to or from. So what an account
        reposts several times stands there once, and what it took back does not."""

    @abstractmethod
    def places(self, query: TimelineQuery) -> list[Place]:
        """The places of what `timeline` gives, without reading it."""

    @abstractmethod
    def imports(self, query: TimelineQuery) -> list[ImportedPosts]:
        """The imports of others that a timeline shows beside its posts, by their `place`, newest
        first; none where an account or a tag is asked for."""

    @abstractmethod
    def every_import(self, limit: int) -> list[ImportedPosts]:
        """The imports of all accounts, also of those that no timeline shows, newest first."""

    @abstractmethod
    def extend_line(self) -> bool:
        """Bring what timelines are read from up to what came in, a part of it, in the background:
        others wait for some 20 ms at the most. Gives whether more is left; timelines are right,
        and slower, as long as there is."""

    @abstractmethod
    def entry(self, entry_id: bytes) -> StoredEntry | None:
        """One entry by its full id."""

    @abstractmethod
    def entries(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        """Entries by their full ids; what is not held is left out."""

    @abstractmethod
    def authors(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        """The accounts that wrote these entries, by full id; what is not held is left out."""

    @abstractmethod
    def bodies(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        """The bodies of these entries, by full id, as they are stored: nothing is checked. What is
        not held is left out."""

    @abstractmethod
    def source_of(self, arrival: int) -> str | None:
        """The peer id of whoever brought the entry at this place in the order of arrival; None
        where it was written or imported here, or that is not known."""

    @abstractmethod
    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        """Entries whose id's text form (hexadecimal) begins so."""

    @abstractmethod
    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        """The account's newest entry of a kind whose body is held and well-formed.

        Within a feed the highest sequence number counts; of several feeds the highest
        `sort_ms`, then the later arrival."""

    @abstractmethod
    def latest_of_each(self, accounts: Iterable[bytes], kind: str) -> dict[bytes, StoredEntry]:
        """`latest` for many accounts; those that have none are left out."""

    @abstractmethod
    def of_kind(self, account: bytes, kind: str, limit: int = 1000) -> list[StoredEntry]:
        """The account's newest entries of a kind whose bodies are held and well-formed, newest
        first by `place`. All of the kind are looked at: for posts there is `timeline`."""

    @abstractmethod
    def import_origins(self) -> dict[str, Reference]:
        """Posts of the own account that were imported, by their `origin`; of several with
        one origin the first to arrive."""

    @abstractmethod
    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        """Entries in the order in which they came, after a place in it."""

    @abstractmethod
    def attaching_after(self, arrival: int, last: int) -> list[StoredEntry]:
        """Those that came after one place in the order of arrival, up to another, whose bodies may
        attach something: others are passed over unread."""

    @abstractmethod
    def shown_after(
        self, arrival: int, limit: int = 1000, since_ms: int | None = None
    ) -> list[StoredEntry]:
        """Entries that are on timelines, of those with this `sort_ms` or a later one, in the order
        in which it came, after a place in it: the fastest way through all of it."""

    @abstractmethod
    def digest_after(self, arrival: int) -> bytes:
        """Stands for all entries after a place in the order of arrival; see `digest`. It changes
        when one comes, is removed, or loses its body."""

    @property
    @abstractmethod
    def damage_found(self) -> int:
        """The number of entries that were found to be `damaged` since the last `mark_damaged`."""

    @abstractmethod
    def mark_damaged(self, *, again: bool = False) -> list[bytes]:
        """Mark the entries that were found to be `damaged` since the last call, so that they are
        asked for again: `append` repairs them. Gives the feeds of which others are marked than
        before; with `again` all of which any are."""

    @abstractmethod
    def damaged(self) -> dict[bytes, list[Range]]:
        """The numbers of the entries that are marked, by feed."""

    @abstractmethod
    def latest_arrival_ms(self) -> int | None:
        """When entries arrived last; None where none did."""

    @abstractmethod
    def last_arrival(self) -> int:
        """Place of the newest entry; 0 in an empty store. Places of removed entries are not
        given again."""
