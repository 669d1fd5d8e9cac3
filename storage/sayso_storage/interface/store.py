"""What a store does: one interface. `records` is what it gives, `failures` what it raises.

A store takes only objects that checking made (`Grant`, `Run`), so nothing unverified can
be in it. It never looks at the network and knows no clock: times are arguments, Unix
milliseconds UTC. Sequence ranges are pairs (first, last), both included.

Reading is safe from several threads and processes at once, each with its own store
object; writing too, since every write is one transaction.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Self

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, Revoke, Rotate
from sayso_protocol.content.body import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run

from ..search.query import SearchTerms
from .errors import AlreadyHeld, NotSubscribed, StoreDamaged, StoreError, StoreFull, StoreTooNew
from .labels import Labels
from .records import (
    CheckResult,
    Counts,
    FeedState,
    Held,
    Place,
    StoredEntry,
    Subscription,
    TimelineQuery,
)
from .relations import Relations
from .withholding import Withholding

if TYPE_CHECKING:  # a command that reads or posts has no use for frames
    from sayso_protocol.sync.resumption.resume_state import Interest, ResumeState
    from sayso_protocol.sync.resumption.resume_state import Place as Remembered
    from sayso_protocol.sync.wire.frames import Mark

__all__ = [
    "MAX_REMEMBERED",
    "AlreadyHeld",
    "Attestation",
    "CheckResult",
    "Counts",
    "FeedState",
    "Held",
    "NotSubscribed",
    "Place",
    "Store",
    "StoreDamaged",
    "StoreError",
    "StoreFull",
    "StoreTooNew",
    "StoredEntry",
    "Subscription",
    "Taken",
    "TimelineQuery",
]

MAX_REMEMBERED = 256
"""Peers of which something is kept: more than a node has sessions, and at most 100 MB even
where each of them wants as much as it may."""

Taken = Run | Refused | AlreadyHeld
"""What became of one run; see `Store.append`."""


class Store(Relations, Labels, Withholding, ABC):
    """See the module. Every method may raise `StoreError`."""

    @property
    @abstractmethod
    def epoch(self) -> bytes:
        """Sixteen random bytes, new with every new or restored store."""

    # --- who -----------------------------------------------------------------------

    @abstractmethod
    def add_own(self, grant: Grant, now_ms: int) -> None:
        """Enter the own account and this device's feed. After a rotation of the own account
        the grant may be a successor's; the own subscription stays that of the first account.
        Raises `StoreError` where the store already belongs to another account, and what
        `add_grant` raises."""

    @abstractmethod
    def own_feed(self) -> FeedState | None:
        """The feed of this device, if the store has an owner."""

    @abstractmethod
    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        """Subscribe; a given petname replaces the old one, None keeps it. True where it is
        new."""

    @abstractmethod
    def unfollow(self, account: bytes) -> bool:
        """End a subscription and forget its petname; feeds and entries stay. True where
        there was one."""

    @abstractmethod
    def subscriptions(self) -> list[Subscription]:
        """The own account first, then followed ones in order of their subscription."""

    @abstractmethod
    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        """Carry these accounts for their labels, and no others for that; their posts come on no
        timeline by it, and feeds and entries of those that are left out stay. True where it
        changed something."""

    @abstractmethod
    def labellers(self) -> list[bytes]:
        """The accounts that are carried for their labels, in the order of their bytes."""

    @abstractmethod
    def shown_accounts(self) -> list[bytes]:
        """The own account, then followed ones in order of their subscription; each followed
        by its successors, at most `MAX_ROTATIONS` of them. These are the accounts whose posts
        are on timelines. No repeats."""

    @abstractmethod
    def carried_accounts(self) -> list[bytes]:
        """`shown_accounts`, then `labellers`, each followed by its successors. These are the
        accounts whose feeds are kept, asked for and passed on. No repeats."""

    @abstractmethod
    def successor(self, account: bytes) -> bytes | None:
        """The account that this one was rotated to."""

    @abstractmethod
    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        """Known accounts whose text form begins so, or whose petname is `prefix` after ``@``."""

    # --- feeds ---------------------------------------------------------------------

    @abstractmethod
    def add_grant(self, grant: Grant) -> bool:
        """Enter a feed of an account that is carried. True where it is new.

        Raises `sayso_protocol.errors.NotGranted` where the feed is already another account's,
        `PromiseBroken` where the account's first grant here promised another next key,
        `TooLarge` where the account has `MAX_FEEDS_AN_ACCOUNT` feeds, and `NotSubscribed` where
        the account is not one of `carried_accounts`: the caller asked for what nobody wants."""

    @abstractmethod
    def add_grants(self, grants: Sequence[Grant]) -> list[bool | Refused | StoreError]:
        """`add_grant` for many in one transaction: for each, in order, what it would have
        returned or raised."""

    @abstractmethod
    def feed(self, feed: bytes) -> FeedState | None:
        """One feed, if its grant is known."""

    @abstractmethod
    def feeds_of(self, account: bytes) -> list[FeedState]:
        """All feeds of an account, in order of arrival."""

    @abstractmethod
    def feeds_carried(self) -> list[FeedState]:
        """All feeds of `carried_accounts`, in order of arrival."""

    @abstractmethod
    def add_statements(
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        """Take in what accounts say of their feeds, and fork proofs, in one transaction. For
        each, in order: True where it changed what counts, False where it did not, or why it
        was refused.

        - `NotSubscribed` for a revoke or rotation of an account that is not carried;
        - `TooLarge` for one more revoke of an unknown feed than `MAX_FEEDS_AN_ACCOUNT` (a
          revoke may come before the grant of its feed);
        - `NotGranted` for a rotation while no grant of the account is known, and for a proof
          against a feed whose grant is not known;
        - `PromiseBroken` and `CircularRotation`, see `sayso_protocol.accounts.statement`: of
          rotations that form a circle the last by its signed bytes is refused, or dropped if it
          is kept: then the revokes of its account count, which are kept beside a rotation.

        A revoke or rotation sets `FeedState.end` of the feeds that it speaks of, and removes
        what an end excludes; what lies below it and was not contradicted stays. Of the
        proofs against one feed the first is kept and is True; each lowers `forked_at`.
        Survives a power cut where the account is own or a successor of the own one."""

    @abstractmethod
    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        """Let an account that is own speak of its feeds as they are, durably. True where it
        changed what counts.

        Within one exclusive write transaction: reads the account's feeds, calls `make` with them
        (which signs the statement) and takes that in. So no entry that another process publishes
        falls between what is read and what is said. `make` must not call the store. The
        transaction is rolled back where it raises. Raises what `add_statements` gives."""

    @abstractmethod
    def statements_of(self, account: bytes) -> list[Attestation]:
        """What counts of an account, besides grants: its rotation or else its revokes, and the
        fork proofs against its feeds. In order of arrival."""

    @abstractmethod
    def statements_since(self, arrival: int) -> list[Attestation]:
        """What counts and came while the newest entry was the one at this place in the order
        of arrival, or a later one. In order of arrival."""

    @abstractmethod
    def append(self, runs: Sequence[Run], now_ms: int, sources: Sequence[str] = ()) -> list[Taken]:
        """Take verified runs in, in one transaction; for all feeds but what `publish` does.
        `sources` are the peers that brought them, one for each run, or nobody.

        Gives one result for each run, in order; a refused one does not touch the others:

        - the `Run` itself, or the shortest part of it that holds all that was new;
        - `AlreadyHeld` where nothing was new;
        - `NotGranted` for a feed whose grant is not known;
        - `Forked` where it contradicts what is held (the lowest contradiction is noted in
          `FeedState.forked_at`), or would extend the feed at or past that number; a feed
          with an end is filled up to it all the same;
        - `Revoked` where the feed has ended: the run goes past the end, or lies on another
          branch than the one that the end names and of which enough is held to know. A run
          that is known to lie on that branch replaces entries that contradict it;
        - `TimeGoesBack` where its first entries, or all, are earlier than what is held below it;
          the rest is taken all the same. What is held above it and is earlier than its last entry
          gives way and is removed; it is refused where its last entry is authentic only through
          that. A feed with an end then ends where times go back along the named branch, and over
          a gap it is refused where it is later than that branch;
        - `BadSignature` where the run was proven by a later entry that is not held, and its own
          signature is not good: nobody could be shown that it is authentic.

        What was taken survives a crash of the process; a power cut may take it, since it
        can be fetched again."""

    @abstractmethod
    def gave_way(self) -> list[bytes]:
        """The feeds of which `append` has removed entries since the last call."""

    @abstractmethod
    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:
        """Append to the own feed, durably, and return the run.

        Within one exclusive write transaction: reads the own feed's state, calls `make` with it
        (which signs the entries that come next), stores them and syncs them to disk. Two
        processes that publish at once are put in a row here, so that no sequence number is
        ever signed twice. `make` must not call the store. The transaction is rolled back
        where it raises. Raises `StoreError` where the store has no owner, where the run is
        not the continuation of the own feed, where the feed has forked, and where the account
        has ended it;
        `StoreDamaged` where the entry to continue from is no longer authentic."""

    @abstractmethod
    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        """The newest stretch of a range as a run of at most `MAX_RUN_ENTRIES` entries and
        `MAX_RUN_BYTES` of bodies (one entry always fits), or None where nothing of the
        range is held. It ends at the highest held entry of the range."""

    # --- reading -------------------------------------------------------------------

    @abstractmethod
    def timeline(self, query: TimelineQuery) -> list[StoredEntry]:
        """Posts and reposts by their `place`, newest first; an account's together with those of
        all that it was rotated to or from."""

    @abstractmethod
    def places(self, query: TimelineQuery) -> list[Place]:
        """The places of what `timeline` gives, without reading it."""

    @abstractmethod
    def search(
        self,
        terms: SearchTerms,
        query: TimelineQuery,
        progress: Callable[[int], None] = lambda _: None,
    ) -> list[StoredEntry]:
        """Of the posts of a timeline, in its order, those whose text has what is looked for.

        Posts that are not in the index of words yet are put into it first, a batch at a time;
        `progress` is called with the number of entries of each. A damaged index is made anew."""

    @abstractmethod
    def index_words(self) -> int:
        """Put a batch of entries that are not yet in the index of words into it: some tens of
        milliseconds. Gives their number, 0 where none is left."""

    @abstractmethod
    def unindexed(self) -> int:
        """How many entries `index_words` still has to look at, those since removed included."""

    @abstractmethod
    def forget_words(self) -> None:
        """Empty the index of words, also a damaged one; it is made anew like that of a store
        that never had one."""

    @abstractmethod
    def entry(self, entry_id: bytes) -> StoredEntry | None:
        """One entry by its full id."""

    @abstractmethod
    def authors(self, ids: Iterable[bytes]) -> dict[bytes, bytes]:
        """The accounts that wrote these entries, by full id; what is not held is left out."""

    @abstractmethod
    def source_of(self, arrival: int) -> str | None:
        """The peer id of whoever brought the entry at this place in the order of arrival; None
        where it was written or imported here, or that is not known."""

    @abstractmethod
    def find_entries(self, prefix: str, limit: int = 10) -> list[StoredEntry]:
        """Entries whose id's text form (hexadecimal) begins so."""

    @abstractmethod
    def reply_counts(self, ids: Iterable[bytes]) -> dict[bytes, int]:
        """Number of posts held that reply to each of these entries; 0 left out."""

    @abstractmethod
    def reply_authors(self, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
        """Of these replies the number by each account that wrote some, by entry; entries without
        replies left out."""

    @abstractmethod
    def replies(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        """Direct replies to an entry by `sort_ms`, oldest first; of equal times the earlier
        arrival first."""

    @abstractmethod
    def latest(self, account: bytes, kind: str) -> StoredEntry | None:
        """The account's newest entry of a kind whose body is held and well-formed.

        Within a feed the highest sequence number counts; of several feeds the highest
        `sort_ms`, then the later arrival."""

    @abstractmethod
    def of_kind(self, account: bytes, kind: str, limit: int = 1000) -> list[StoredEntry]:
        """The account's newest entries of a kind whose bodies are held and well-formed, newest
        first by `place`. All of the kind are looked at: for posts there is `timeline`."""

    @abstractmethod
    def origins(self) -> dict[str, Reference]:
        """Posts of the own account that were imported, by their `origin`; of several with
        one origin the first to arrive."""

    @abstractmethod
    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        """Entries in the order in which they came, after a place in it."""

    @abstractmethod
    def shown_after(
        self, arrival: int, limit: int = 1000, since_ms: int | None = None
    ) -> list[StoredEntry]:
        """What is on timelines, of those with this `sort_ms` or a later one, in the order in which
        it came, after a place in it: the fastest way through all of it."""

    @abstractmethod
    def digest_after(self, arrival: int) -> bytes:
        """Stands for all entries after a place in the order of arrival; see `digest`. It changes
        when one comes, is removed, or loses its body."""

    @abstractmethod
    def last_arrival(self) -> int:
        """Place of the newest entry; 0 in an empty store. Places of removed entries are not
        given again."""

    # --- between sessions ----------------------------------------------------------

    @abstractmethod
    def mark(self, arrival: int | None = None) -> Mark | None:
        """The mark of an arrival, by default of the newest; None where nothing arrived at that
        place."""

    @abstractmethod
    def feeds_since(self, arrival: int) -> list[FeedState]:
        """The feeds that got entries after a place in the order of arrival."""

    @abstractmethod
    def remember(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        """Keep this of a peer, in place of what was kept before. Of `MAX_REMEMBERED` peers
        those that were heard of last are kept."""

    @abstractmethod
    def memory_of(self, peer_id: str) -> ResumeState:
        """What is kept of a peer."""

    # --- keeping -------------------------------------------------------------------

    @abstractmethod
    def counts(self) -> Counts:
        """How much is held."""

    @abstractmethod
    def check(self, account: bytes | None, progress: Callable[[int], None]) -> CheckResult:
        """Verify every stored entry (of one account) again, from the bytes: signatures at
        each stretch's tip, ids, links, body hashes, indexes against bodies. `progress` is
        called with the number of entries done."""

    @abstractmethod
    def close(self) -> None:
        """Release files; idempotent."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
