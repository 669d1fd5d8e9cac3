"""Feeds: their grants, the runs that are taken in, and the runs that are given out.

A feed belongs to the account that granted it. Of its entries *stretches* are held, with gaps
between them (`FeedState.held`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator, Iterable, Sequence

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.statement import Grant
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run

from .errors import AlreadyHeld, StoreError
from .records import FeedState

Taken = Run | Refused | AlreadyHeld
"""The outcome of one run; see `Feeds.append`."""


class Feeds(ABC):
    """The feeds that a store holds."""

    @abstractmethod
    def own_feed(self) -> FeedState | None:
        """The feed of this device, if the store has an owner."""

    @abstractmethod
    def add_grant(self, grant: Grant, now_ms: int = 0) -> bool:
        """Enter a feed of an account that is carried. True where it is new; `now_ms` is the time
        at which the owner is told of it.

        Raises `sayso_protocol.errors.NotGranted` where the feed is already another account's,
        `PromiseBroken` where the account's first grant here promised another next key,
        `TooLarge` where the account has `MAX_FEEDS_AN_ACCOUNT` feeds, and `NotSubscribed` where
        the account is none whose feeds are carried: the caller asked for what nobody wants."""

    @abstractmethod
    def add_grants(
        self, grants: Sequence[Grant], now_ms: int = 0
    ) -> list[bool | Refused | StoreError]:
        """`add_grant` for many in one transaction: for each, in order, what it would have
        returned or raised."""

    @abstractmethod
    def feed(self, feed: bytes) -> FeedState | None:
        """One feed, if its grant is known."""

    @abstractmethod
    def feeds_of(self, account: bytes) -> list[FeedState]:
        """All feeds of an account, in order of arrival."""

    @abstractmethod
    def feeds_of_each(self, accounts: Iterable[bytes]) -> dict[bytes, list[FeedState]]:
        """`feeds_of` for many accounts; those that have none are left out."""

    @abstractmethod
    def feeds_carried(self) -> list[FeedState]:
        """All feeds of `carried_accounts`, and of those that are carried for others and do not
        grow, in order of arrival."""

    @abstractmethod
    def feeds_since(self, arrival: int) -> list[FeedState]:
        """The feeds that got entries after a place in the order of arrival."""

    @abstractmethod
    def append(
        self,
        runs: Sequence[Run],
        now_ms: int,
        sources: Sequence[str] = (),
        retractions: Sequence[Retraction] = (),
    ) -> list[Taken]:
        """Take verified runs in, in the background; for all feeds but what `publish` does.
        `sources` are the peers that brought them, one for each run, or nobody; `retractions` came
        as proofs of absent bodies in them, and are taken in with what they name. They share a
        transaction unless somebody waits to write; where it raises, the first of them may have
        been taken.

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
        """The feeds of which `append` has removed entries since the last call, or blanked some or
        is going to (see `retractions`)."""

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

    @abstractmethod
    def load_each(
        self, ranges: Iterable[tuple[bytes, int, int]]
    ) -> Generator[RawRun | None, None, None]:
        """`load` for many, each a feed, first and last: in their order, each read when it is asked
        for, and all from one state of the store. To be closed by whoever does not take all."""
