"""Feeds in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Sequence
from itertools import chain, islice, repeat

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.statement import Grant
from sayso_protocol.errors import Refused
from sayso_protocol.feed.run import RawRun, Run
from sayso_protocol.translation import _

from ..interface.errors import StoreDamaged, StoreError
from ..interface.feeds import Feeds, Taken
from ..interface.records import FeedState
from ..validation.own_feed import NO_OWNER, check_continuation, check_head
from .ingest import grant_ingest
from .ingest.batch import Batch
from .listener import Listener
from .queries import runs
from .server.database import ENTRIES, OTHERS, Database
from .server.errors import CommitUnsure, ServerGone
from .server.primary import PATIENCE_SECONDS, pauses
from .tables import feed_rows
from .tables.content.named_rows import OwnNames

_AHEAD = 50
"""Runs whose feeds are looked up together."""

TURN_SECONDS = 0.5
"""How long runs are taken in one transaction while somebody waits to write in the foreground."""

_READ_TOGETHER = 10
"""Runs of which the feeds are looked up together; of long ones, some are not read then."""


class PostgresFeeds(Feeds):
    """See `Feeds`."""

    _database: Database
    _gave_way: dict[bytes, None]
    _published_many: bool
    _own_names: OwnNames
    _listener: Listener

    def own_feed(self) -> FeedState | None:
        with self._database.reading() as db:
            return _state(feed_rows.own(db))

    def add_grant(self, grant: Grant, now_ms: int = 0) -> bool:
        (outcome,) = self.add_grants([grant], now_ms)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def add_grants(
        self, grants: Sequence[Grant], now_ms: int = 0
    ) -> list[bool | Refused | StoreError]:
        with self._database.writing(background=True) as db:
            return grant_ingest.take(db, grants, now_ms)

    def feed(self, feed: bytes) -> FeedState | None:
        with self._database.reading() as db:
            return _state(feed_rows.by_key(db, feed))

    def feeds_of(self, account: bytes) -> list[FeedState]:
        with self._database.reading() as db:
            return [row.state for row in feed_rows.of_account(db, account)]

    def feeds_of_each(self, accounts: Iterable[bytes]) -> dict[bytes, list[FeedState]]:
        with self._database.reading() as db:
            return feed_rows.of_each(db, accounts)

    def feeds_carried(self) -> list[FeedState]:
        with self._database.reading() as db:
            return [row.state for row in feed_rows.carried(db)]

    def feeds_since(self, arrival: int) -> list[FeedState]:
        with self._database.reading() as db:
            return [row.state for row in feed_rows.since(db, arrival)]

    def append(
        self,
        runs: Sequence[Run],
        now_ms: int,
        sources: Sequence[str] = (),
        retractions: Sequence[Retraction] = (),
    ) -> list[Taken]:
        """One transaction, and another one each time that somebody waits who goes first."""
        waiting = deque(zip(runs, chain(sources, repeat(None)), strict=False))
        taken: list[Taken] = []
        while waiting:
            taken += self._append_safely(waiting, now_ms, retractions)
            retractions = ()
        return taken

    def _append_safely(
        self,
        waiting: deque[tuple[Run, str | None]],
        now_ms: int,
        retractions: Sequence[Retraction],
    ) -> list[Taken]:
        """Take some in, and once more where the primary went away meanwhile: what it kept all the
        same is found to be held."""
        end = time.monotonic() + PATIENCE_SECONDS
        for pause in pauses():
            before = waiting.copy()
            try:
                return self._append_some(waiting, now_ms, retractions)
            except (CommitUnsure, ServerGone):
                if time.monotonic() > end:
                    raise
                waiting.clear()
                waiting.extend(before)
                self._database.pause(pause)
        raise AssertionError("pauses do not end")

    def _append_some(
        self,
        waiting: deque[tuple[Run, str | None]],
        now_ms: int,
        retractions: Sequence[Retraction],
    ) -> list[Taken]:
        with self._database.writing(background=True, notice=ENTRIES) as db:
            began = time.monotonic()
            batch = Batch(db, now_ms, names=self._own_names, retractions=retractions)
            taken: list[Taken] = []
            while waiting and not (taken and self._is_over(began)):
                if not batch.knows(waiting[0][0].feed):
                    batch.look_up(run.feed for run, _ in islice(waiting, _AHEAD))
                taken.append(batch.take(*waiting.popleft()))
            batch.finish()
            if batch.gave_way:
                db.notice = OTHERS
            self._gave_way |= batch.gave_way
        self._note_own(batch)
        return taken

    def _note_own(self, batch: Batch) -> None:
        for first, last in batch.arrived:
            self._listener.note_own(first, last)

    def _is_over(self, began: float) -> bool:
        return self._database.is_wanted() and time.monotonic() - began > TURN_SECONDS

    def gave_way(self) -> list[bytes]:
        found, self._gave_way = self._gave_way, {}
        return list(found)

    def publish(self, make: Callable[[FeedState], Run], now_ms: int) -> Run:
        # Who has just written many, as an import does, lets those first who write one.
        with self._database.writing(background=self._published_many, notice=ENTRIES) as db:
            row = feed_rows.own(db)
            if row is None:
                raise StoreError(_(NO_OWNER))
            try:
                check_head(row.state, *runs.head_of(db, row))
            except StoreDamaged:
                runs.note_head(db, row)
                raise
            run = make(row.state)
            check_continuation(row.state, run)
            batch = Batch(db, now_ms, [row])
            if batch.take(run) is not run:
                raise StoreDamaged("the own feed cannot be continued")
            batch.finish()
            if batch.gave_way:
                db.notice = OTHERS
            self._gave_way |= batch.gave_way
        self._note_own(batch)
        self._published_many = len(run) > 1
        return run

    def load(self, feed: bytes, first: int, last: int) -> RawRun | None:
        with self._database.reading() as db:
            return runs.load(db, feed, first, last)

    def load_each(
        self, ranges: Iterable[tuple[bytes, int, int]]
    ) -> Generator[RawRun | None, None, None]:
        waiting = iter(ranges)
        with self._database.reading() as db:
            while some := list(islice(waiting, _READ_TOGETHER)):
                known = feed_rows.held_of_each(db, [feed for feed, _, _ in some])
                for feed, first, last in some:
                    of = known.get(feed)
                    yield None if of is None else runs.load_known(db, feed, first, last, *of)


def _state(row: feed_rows.FeedRow | None) -> FeedState | None:
    return None if row is None else row.state
