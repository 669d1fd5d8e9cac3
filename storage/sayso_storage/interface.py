"""What a store does: one interface, and the records that it gives.

A store takes only objects that checking made (`Grant`, `Run`), so nothing unverified can
be in it. It never looks at the network and knows no clock: times are arguments, Unix
milliseconds UTC. Sequence ranges are pairs (first, last), both included.

Reading is safe from several threads and processes at once, each with its own store
object; writing too, since every write is one transaction.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from sayso_protocol.body import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.run import RawRun, Run
from sayso_protocol.said import Said
from sayso_protocol.statement import End, Grant

from .acts import Acts

if TYPE_CHECKING:  # a command that reads or posts has no use for frames
    from sayso_protocol.frames import Mark
    from sayso_protocol.memory import Interest, Memory
    from sayso_protocol.memory import Place as Remembered


class StoreError(Exception):
    """The store could not do it; the text says why and what to do next, for a person."""


class StoreTooNew(StoreError):
    """The store was written by a later version of the software."""


class StoreFull(StoreError):
    """No space is left for the write; nothing of it was kept."""


class StoreDamaged(StoreError):
    """The store's files are damaged or not a sayso store."""


class NotSubscribed(StoreError):
    """A feed of an account that is neither own nor followed (any more)."""

    def __init__(self) -> None:
        super().__init__("the account is neither own nor followed: follow it first")


class AlreadyHeld(Exception):
    """A run of which every entry was held already; nothing was written."""


MAX_REMEMBERED = 256
"""Peers of which something is kept: more than a node has sessions, and at most 100 MB even
where each of them wants as much as it may."""

Taken = Run | Refused | AlreadyHeld
"""What became of one run; see `Store.append`."""


@dataclass(frozen=True, slots=True)
class Held:
    """A stretch of a feed that is held without a gap.

    `below` is the id that the entry `first` names as its previous (None at seq 1), `top`
    the id of the entry `last`; `first_ms` and `last_ms` are their signed times. They are
    all that is needed to join the stretch to a further run.
    """

    first: int
    last: int
    below: bytes | None
    top: bytes
    first_ms: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class FeedState:
    """A feed as this store holds it; `held` ascending, without overlap, never adjacent."""

    feed: bytes
    account: bytes
    grant: Grant
    held: tuple[Held, ...]
    forked_at: int | None
    """Lowest sequence number for which two authentic entries are known."""
    end: End | None = None
    """Where the feed ends at present, by a revoke or a rotation of its account."""
    proof: bytes | None = None
    """The first fork proof that came, on the wire."""

    @property
    def head(self) -> int:
        """Highest sequence number held; 0 while nothing is."""
        return self.held[-1].last if self.held else 0

    @property
    def count(self) -> int:
        """Number of entries held."""
        return sum(part.last - part.first + 1 for part in self.held)


@dataclass(frozen=True, slots=True)
class Subscription:
    """An account that the owner follows (`followed`) or whose own it is (`own`)."""

    account: bytes
    petname: str | None
    own: bool
    followed: bool
    since_ms: int


Place = tuple[int, int, int]
"""Order of entries in time: sort_ms, then seq, so that a feed keeps its order where posts
have equal times (an import signs hundreds within one millisecond), then arrival."""


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as read back. `body` is None where it is no longer held."""

    arrival: int
    """Place in the order in which this store took entries in: ascending, never reused."""
    account: bytes
    feed: bytes
    seq: int
    id: bytes
    previous: bytes | None
    time_ms: int
    """As its author signed it."""
    sort_ms: int
    """Time to sort by: as signed, but not later than its arrival here."""
    arrived_ms: int
    body: bytes | None
    signature: bytes
    body_size: int
    body_hash: bytes | None
    """Only where `body` is None."""

    @property
    def place(self) -> Place:
        """Where it stands among others in order of time."""
        return self.sort_ms, self.seq, self.arrival

    @property
    def reference(self) -> Reference:
        """How other entries name this one."""
        return Reference(self.account, self.feed, self.seq, self.id)


@dataclass(frozen=True, slots=True)
class Counts:
    """Size of a store; `bytes` on disk, 0 in memory."""

    accounts: int
    feeds: int
    entries: int
    bytes: int


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """Which posts a timeline shows: newest first, of carried accounts unless
    `account` names one; `tag` without ``#``, compared case-folded; `since_ms` included.
    `before` is the place of an entry after which a list goes on."""

    limit: int = 50
    account: bytes | None = None
    tag: str | None = None
    since_ms: int | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What `Store.check` found; `errors` are one line each, naming feed and seq."""

    feeds: int
    entries: int
    errors: tuple[str, ...]


class Store(Acts, ABC):
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
    def carried_accounts(self) -> list[bytes]:
        """The own account, then followed ones in order of their subscription; each followed
        by its successors, at most `MAX_ROTATIONS` of them. These are the accounts whose feeds
        are kept, asked for and passed on. No repeats."""

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
        self, statements: Sequence[Said], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        """Take in what accounts say of their feeds, and fork proofs, in one transaction. For
        each, in order: True where it changed what counts, False where it did not, or why it
        was refused.

        - `NotSubscribed` for a revoke or rotation of an account that is not carried;
        - `TooLarge` for one more revoke of an unknown feed than `MAX_FEEDS_AN_ACCOUNT` (a
          revoke may come before the grant of its feed);
        - `NotGranted` for a rotation while no grant of the account is known, and for a proof
          against a feed whose grant is not known;
        - `PromiseBroken` and `CircularRotation`, see `sayso_protocol.statement`: of rotations
          that form a circle the last by its signed bytes is refused, or dropped if it is kept.

        A revoke or rotation sets `FeedState.end` of the feeds that it speaks of, and removes
        what an end excludes; what lies below it and was not contradicted stays. Of the
        proofs against one feed the first is kept and is True; each lowers `forked_at`.
        Survives a power cut where the account is own or a successor of the own one."""

    @abstractmethod
    def statements_of(self, account: bytes) -> list[Said]:
        """What counts of an account, besides grants: its rotation or else its revokes, and the
        fork proofs against its feeds. In order of arrival."""

    @abstractmethod
    def statements_since(self, arrival: int) -> list[Said]:
        """What counts and came while the newest entry was the one at this place in the order
        of arrival, or a later one. In order of arrival."""

    @abstractmethod
    def append(self, runs: Sequence[Run], now_ms: int) -> list[Taken]:
        """Take verified runs in, in one transaction; for all feeds but what `publish` does.

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
        - `TimeGoesBack` where it begins earlier than what is held below it. What is held above
          it and begins earlier than it ends gives way to it and is removed, unless the named
          branch holds it, or the run's last entry is authentic only through it.

        What was taken survives a crash of the process; a power cut may take it, since it
        can be fetched again."""

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
    def entry(self, entry_id: bytes) -> StoredEntry | None:
        """One entry by its full id."""

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
    def origins(self) -> dict[str, Reference]:
        """Posts of the own account that were imported, by their `origin`; of several with
        one origin the first to arrive."""

    @abstractmethod
    def arrived_after(self, arrival: int, limit: int = 1000) -> list[StoredEntry]:
        """Entries in the order in which they came, after a place in it."""

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
    def memory_of(self, peer_id: str) -> Memory:
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
