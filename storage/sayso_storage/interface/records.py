"""Records that a store gives. Times are Unix milliseconds UTC; ranges include both ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sayso_protocol.accounts.statement import End, Grant
from sayso_protocol.content.body import Reference


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
    """The entry in which the feed ends at present, by a revoke or a rotation of its account; lower
    than they say where the times of that branch go back."""
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


class Calling(NamedTuple):
    """The owner's name for an account, if there is one, and whether it is the owner's own."""

    petname: str | None
    own: bool


Place = tuple[int, int, int]
"""Order of entries in time: sort_ms, then seq, so that a feed keeps its order where posts
have equal times (an import signs hundreds within one millisecond), then arrival."""


class StoredEntry(NamedTuple):
    """An entry as read back. `body` is None where it is no longer held, or damaged.

    A tuple, since pages of these are made all the time: it takes a tenth of what a frozen
    dataclass does.
    """

    arrival: int
    """Place in the order in which this store took entries in: ascending, never reused."""
    account: bytes
    feed: bytes
    seq: int
    id: bytes
    time_ms: int
    """As its author signed it."""
    sort_ms: int
    """Time to sort by: as signed, but not later than its arrival here, nor than what a post that
    was imported itself says of when it was written."""
    arrived_ms: int
    body: bytes | None
    signature: bytes
    body_size: int
    body_hash: bytes | None
    """Only where `body` is None and not `damaged`."""

    @property
    def damaged(self) -> bool:
        """Whether what lies on the disk is not what its author signed."""
        return self.body is None and self.body_hash is None

    @property
    def place(self) -> Place:
        """The place among others in order of time."""
        return self.sort_ms, self.seq, self.arrival

    @property
    def signed_ms(self) -> int:
        """The time as signed, but not later than its arrival here."""
        return min(self.time_ms, self.arrived_ms)

    @property
    def reference(self) -> Reference:
        """The reference by which other entries name this one."""
        return Reference(self.account, self.feed, self.seq, self.id)


class ImportedPosts(NamedTuple):
    """An import: posts of one feed that sort by the time at which they were written, signed without
    a pause of an hour. On timelines it is one line, by the signed time of its last post."""

    entry: StoredEntry
    """The last of the posts."""
    sort_ms: int
    """As signed, but not later than its arrival here."""
    posts: int
    from_ms: int
    to_ms: int
    """The earliest and the latest time of writing."""

    @property
    def place(self) -> Place:
        """The place among others in order of time."""
        return self.sort_ms, self.entry.seq, self.entry.arrival


class Changes(NamedTuple):
    """The changes that other processes made in a store: the feeds that got entries, and whether
    anything else may be otherwise (which accounts are carried, what they say of their feeds)."""

    feeds: list[bytes]
    others: bool


class Engine(NamedTuple):
    """What a store is kept by."""

    name: str
    """`memory`, `sqlite` or `postgresql`."""
    distributed: bool = False
    """Whether its tables are spread over several servers."""
    front_ends: int = 1
    """The node processes that serve from it now, where it can tell."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Size of a store; `bytes` on disk, 0 in memory."""

    accounts: int
    feeds: int
    entries: int
    bytes: int


@dataclass(frozen=True, slots=True)
class TimelineQuery:
    """The posts that a timeline shows: newest first, of `Store.shown_accounts` unless
    `account` names one; `tag` without ``#``, compared case-folded; `since_ms` included.
    `before` is the place of an entry after which a list goes on."""

    limit: int = 50
    account: bytes | None = None
    tag: str | None = None
    since_ms: int | None = None
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class CheckResult:
    """The outcome of `Store.check`; `errors` are one line each, naming feed and seq."""

    feeds: int
    entries: int
    errors: tuple[str, ...]
    words_damaged: bool = False
    """Whether one of the errors is about the index of words, which `forget_words` mends."""
