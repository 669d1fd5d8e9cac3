"""Taking runs in: one batch is one write transaction.

Rows are gathered by column and written many at a time; per run, not per entry, a look-up of
the feed and an update of its stretches are spent, and the look-ups of many runs are one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import repeat
from typing import Any, Final

from sayso_protocol.absence import Retraction
from sayso_protocol.content.body import Poll, Post, Profile
from sayso_protocol.errors import BadSignature, Forked, NotGranted, Revoked, TimeGoesBack
from sayso_protocol.feed.run import Body, Run

from ...index.body_facts import PLAIN_POST, IndexedFacts, facts_of_all
from ...index.imported_posts import Import, one_post
from ...index.kinds import POST_CODE, kind_code
from ...interface.errors import AlreadyHeld
from ...interface.feeds import Taken
from ...interface.records import Held, Place
from ...interface.statements import FORKED, KeyChange
from ...validation.arrival_time import arrival_time
from ...validation.feed_end import OtherBranch, join_ended
from ...validation.segments import Contradiction, Joined, cut, join
from ..queries.runs import damaged_at
from ..server.connection import Connection, note_damage
from ..tables import feed_rows, log_rows
from ..tables.accounts import look_rows
from ..tables.content import label_rows, named_rows, poll_rows, relation_rows
from ..tables.content.named_rows import OwnNames
from ..tables.feed_numbers import account_of, bucket, short
from ..tables.log_rows import Stretch
from ..tables.timeline import import_origins, import_rows
from . import damage_marks
from .feed_entries import PostgresFeedEntries
from .removal import remove
from .retraction_ingest import RetractionIngest

_FLUSH_ROWS: Final = 4000
"""Rows gathered before they are written: bounds memory to some 64 MB of longest bodies."""

_ENTRIES: Final = (
    "account, feed, seq, arrival, arrived_ms, time_ms, sort_ms, size, kind, id, signature, body, "
    "hash"
)
_ENTRY_TYPES: Final = (
    *("int8", "int8", "int8", "int8", "int8", "int8", "int8", "int4", "int4"),
    *("bytea", "bytea", "bytea", "bytea"),
)

_INDEXES: Final = {
    "ids": ("bucket, id, account, feed, seq", ("int4", "bytea", "int8", "int8", "int8")),
    "replies": (
        "bucket, parent, sort_ms, seq, arrival, account, feed",
        ("int4", "bytea", "int8", "int8", "int8", "int8", "int8"),
    ),
    "tags": (
        "account, tag, sort_ms, seq, arrival, feed",
        ("int8", "text", "int8", "int8", "int8", "int8"),
    ),
    "relations": (relation_rows.COLUMNS, relation_rows.TYPES),
    "labels": (label_rows.COLUMNS, label_rows.TYPES),
    "named": ("sort_ms, seq, arrival, feed, code", ("int8", "int8", "int8", "int8", "int2")),
    "edit_tags": (
        "account, tag, arrival, feed, seq",
        ("int8", "text", "int8", "int8", "int8"),
    ),
}
_IDS, _REPLIES, _TAGS, _RELATIONS, _LABELS, _NAMED, _EDIT_TAGS = _INDEXES

_Row = tuple[Any, ...]


class _Feed:
    """A feed as the batch sees it: what was read, and what it has become."""

    __slots__ = ("account", "end", "forked_at", "held", "key", "number", "own", "stored")

    def __init__(self, row: feed_rows.BareFeed) -> None:
        self.number, self.key, self.account, self.own, self.forked_at, self.end, self.held = row
        self.stored: tuple[Held, ...] = self.held


class Batch:
    """Runs on their way into the store; `finish` once, before the transaction ends. `rows` are
    feeds that the transaction has read already. Of entries of others it is noted whether they name
    own ones by `names`, which are kept from batch to batch; None where there are only own ones,
    which nobody can have named yet."""

    def __init__(
        self,
        db: Connection,
        now_ms: int,
        rows: Iterable[feed_rows.FeedRow] = (),
        names: OwnNames | None = None,
        retractions: Sequence[Retraction] = (),
    ) -> None:
        self._db = db
        self._now_ms = arrival_time(now_ms, log_rows.latest_ms(db))
        self._feeds: dict[bytes, _Feed | None] = {
            row.state.feed: _Feed(feed_rows.bare(row)) for row in rows
        }
        self._first = self._next = log_rows.last_place(db) + 1
        self._sources: dict[str, int] = {}
        self._damaged = damage_marks.marked(db)
        self._log: list[Stretch] = []
        self.arrived: list[tuple[int, int]] = []
        """The first and last places of the stretches that came."""
        self._entries: tuple[list[Any], ...] = tuple([] for _ in _ENTRY_TYPES)
        self._indexes: dict[str, list[_Row]] = {table: [] for table in _INDEXES}
        self._ids, self._replies = self._indexes[_IDS], self._indexes[_REPLIES]
        self._tags, self._named = self._indexes[_TAGS], self._indexes[_NAMED]
        self._origins: list[_Row] = []
        self._names = names
        self._imported: list[Import] = []
        self._own_ids: list[bytes] = []
        """Own entries that came from elsewhere."""
        if names is not None:
            names.refresh(db)
        self._polls: list[poll_rows.HeldPoll] = []
        self._profiled: set[int] = set()
        """Feeds of which profiles came."""
        self.gave_way: dict[bytes, None] = {}
        """Feeds of which entries were removed or blanked, or a lower end was found."""
        self._retractions = RetractionIngest(db)
        self._retractions.note_proofs(retractions)

    def take(self, run: Run, source: str | None = None) -> Taken:
        """Join one run, which a peer brought, to its feed; see `Store.append` for what it
        gives."""
        feed = self._feed(run.feed)
        if feed is None:
            return NotGranted("no grant of the feed is known")
        if feed.number in self._damaged:
            self._repair(feed, run)
        try:
            joined = self._joined(feed, run)
        except (Contradiction, OtherBranch) as error:
            if (arrival := self._damaged_at(feed, error.seq)) is not None:
                note_damage(self._db, arrival)
                return BadSignature("it cannot be compared with what is held, which is damaged")
            self._note_fork(feed, error.seq)
            return error
        except (AlreadyHeld, BadSignature, Forked, Revoked, TimeGoesBack) as error:
            return error
        if joined.gone:
            self.gave_way[run.feed] = None
            self._give_way(feed, joined)
        if joined.end is not None:
            self.gave_way[run.feed] = None
            feed.end = joined.end
            feed_rows.save_end(self._db, feed.number, joined.end)
        for first, last in joined.fresh:
            self._add(feed, run, first, last, self._source(source))
        feed.held = joined.held
        if joined.refused is not None:
            return joined.refused
        return cut(run, joined.fresh[0][0], joined.fresh[-1][1])

    def _source(self, peer: str | None) -> int | None:
        if peer is None:
            return None
        if peer not in self._sources:
            self._sources |= log_rows.source_numbers(self._db, [peer])
        return self._sources[peer]

    def _joined(self, feed: _Feed, run: Run) -> Joined:
        """Join a run to its feed. What seems to contradict it and has rotted is repaired first."""
        try:
            return self._join(feed, run)
        except (Contradiction, OtherBranch) as error:
            if self._damaged_at(feed, error.seq) is None:
                raise
            self._damaged.setdefault(feed.number, []).append(error.seq)
            self._repair(feed, run)
            return self._join(feed, run)

    def _join(self, feed: _Feed, run: Run) -> Joined:
        entries = PostgresFeedEntries(self._db, feed.number, feed.key, self._flush)
        if feed.end is not None:
            return join_ended(feed.held, run, feed.end, entries)
        return join(feed.held, run, feed.forked_at, entries)

    def _damaged_at(self, feed: _Feed, seq: int) -> int | None:
        self._flush()
        return damaged_at(self._db, feed.number, feed.key, feed.held, seq)

    def _repair(self, feed: _Feed, run: Run) -> None:
        from . import repair  # for damaged stores alone

        self._flush()
        row = feed_rows.by_number(self._db, feed.number)
        numbers = self._damaged[feed.number]
        done = repair.repair(self._db, row, numbers, run)
        self._damaged[feed.number] = [seq for seq in numbers if seq not in done]

    def finish(self) -> None:
        """Write everything that is still gathered."""
        self._flush()
        if self._own_ids:
            named_rows.note_own(self._db, self._own_ids)
        poll_rows.enter(self._db, self._polls)
        if self._next > self._first:
            log_rows.take_places(self._db, self._next - self._first, self._now_ms)
        self._save_held(feed for feed in self._feeds.values() if feed)
        self._retractions.apply()
        look_rows.renew_feeds(self._db, self._profiled)
        self.gave_way |= self._retractions.changed

    def _save_held(self, feeds: Iterable[_Feed]) -> None:
        changed = [feed for feed in feeds if feed.held is not feed.stored]
        feed_rows.save_held(self._db, [(feed.number, feed.stored, feed.held) for feed in changed])
        for feed in changed:
            feed.stored = feed.held

    def knows(self, feed: bytes) -> bool:
        """Whether a feed was looked up."""
        return feed in self._feeds

    def look_up(self, feeds: Iterable[bytes]) -> None:
        """Look feeds up together, of which runs are about to be taken."""
        wanted = [key for key in feeds if key not in self._feeds]
        rows = feed_rows.bare_by_keys(self._db, wanted)
        for key in wanted:
            row = rows.get(key)
            self._feeds[key] = None if row is None else _Feed(row)

    def _feed(self, key: bytes) -> _Feed | None:
        if key not in self._feeds:
            self.look_up([key])
        return self._feeds[key]

    def _note_fork(self, feed: _Feed, seq: int) -> None:
        if feed.forked_at is None:
            from ..tables.accounts import key_change_rows

            # It is noted where the own feed is held: runs of this batch count.
            self._save_held(one for one in self._feeds.values() if one and one.own)
            change = KeyChange(FORKED, feed.account, feed.key, self._now_ms)
            key_change_rows.note(self._db, change)
        feed.forked_at = min(seq, feed.forked_at or seq)
        feed_rows.note_fork(self._db, feed.number, seq)

    def _give_way(self, feed: _Feed, joined: Joined) -> None:
        """Remove what contradicts the branch that the feed's end names, or the run's times."""
        if joined.forked_at is not None:
            self._note_fork(feed, joined.forked_at)
        self._flush()
        remove(self._db, feed.number, joined.gone)

    def _add(self, feed: _Feed, run: Run, first: int, last: int, source: int | None) -> None:
        """Gather the rows of a part of a run."""
        part = slice(first - run.first, last - run.first + 1)
        times = run.times[part]
        bodies = self._retractions.bodies_of(feed.account, feed.number, run, first, last)
        sorted_by = [min(time_ms, self._now_ms) for time_ms in times]
        start, count = self._next, len(bodies)
        self._next += count
        account, ids = account_of(feed.number), run.ids[part]
        kinds = self._kinds(feed, first, start, times, sorted_by, bodies, ids)
        absent = [None if type(body) is bytes else body for body in bodies]
        columns: tuple[Iterable[Any], ...] = (
            repeat(account, count),
            repeat(feed.number, count),
            range(first, last + 1),
            range(start, self._next),
            repeat(self._now_ms, count),
            times,
            sorted_by,
            [len(body) if type(body) is bytes else body[0] for body in bodies],
            kinds,
            ids,
            run.signatures[part],
            [body if type(body) is bytes else None for body in bodies],
            [None if one is None else one[1] for one in absent],
        )
        for rows, column in zip(self._entries, columns, strict=True):
            rows.extend(column)
        self._ids += [
            (bucket(one), short(one), account, feed.number, seq)
            for seq, one in enumerate(ids, first)
        ]
        self._log.append(log_rows.stretch(start, count, feed.number, first, self._now_ms, source))
        if self._names is not None and feed.number in self._names.feeds:
            self._own_ids += ids
        if len(self._entries[0]) >= _FLUSH_ROWS:
            self._flush()

    def _kinds(
        self,
        feed: _Feed,
        first: int,
        start: int,
        times: Sequence[int],
        sorted_by: list[int],
        bodies: Sequence[Body],
        ids: Sequence[bytes],
    ) -> list[int | None]:
        """The numbers of the bodies' kinds; gathers what indexes need of the bodies, and puts the
        times at which posts say that they were written among the times to sort by."""
        kinds: list[int | None] = [POST_CODE] * len(bodies)
        now = self._now_ms
        for at, facts in enumerate(facts_of_all(bodies)):
            if facts is PLAIN_POST:
                continue
            time_ms = times[at]
            sort_ms = sorted_by[at] = facts.sort_ms(time_ms, now)
            if facts.is_imported(time_ms, now):
                post = time_ms, now, start + at, sort_ms
                self._imported.append(one_post(feed.number, first + at, *post))
            if facts.takes_back:
                entry = feed.key, first + at, ids[at]
                self._retractions.note(feed.account, entry, facts.takes_back)
            place = sort_ms, first + at, start + at
            kinds[at] = self._index(feed, facts, place, time_ms, bodies[at])
        return kinds

    def _index(
        self, feed: _Feed, facts: IndexedFacts, place: Place, time_ms: int, body: Body
    ) -> int | None:
        if not isinstance(body, bytes):
            return None
        account, (_, seq, arrival) = account_of(feed.number), place
        if facts.reply is not None:
            name = bucket(facts.reply), short(facts.reply)
            self._replies.append((*name, *place, account, feed.number))
        for tag in facts.tags:
            self._tags.append((account, tag, *place, feed.number))
        if self._names is not None and (facts.reply is not None or facts.relations):
            code = self._names.code_of(facts)
            if code is not None and feed.number not in self._names.feeds:
                self._named.append((*place, feed.number, code))
        if facts.relations:
            rows = relation_rows.rows_of(facts, place, feed.number, time_ms)
            self._indexes[_RELATIONS].extend(rows)
        if facts.origin is not None and feed.own:
            self._origins.append((facts.origin, arrival, feed.number, seq))
        if facts.kind == Post.KIND:
            return POST_CODE
        self._indexes[_EDIT_TAGS] += [
            (account, tag, arrival, feed.number, seq) for tag in facts.edit_tags
        ]
        if facts.kind == Poll.KIND:
            self._polls.append((arrival, feed.number, seq))
        if facts.kind == Profile.KIND:
            self._profiled.add(feed.number)
        if facts.labels:
            self._indexes[_LABELS].extend(label_rows.rows_of(facts, feed.number, seq))
        return kind_code(facts.kind)

    def _flush(self) -> None:
        """Write what is gathered."""
        if not self._log:
            return
        rows = zip(*self._entries, strict=True)
        self._db.copy_rows("entries", _ENTRIES, _ENTRY_TYPES, rows)
        for column in self._entries:
            column.clear()
        log_rows.note(self._db, self._log)
        self.arrived += [(one.arrival, one.last) for one in self._log]
        self._log.clear()
        for table, found in self._indexes.items():
            if found:
                self._db.copy_rows(table, *_INDEXES[table], sorted(found))
                found.clear()
        import_origins.insert(self._db, self._origins)
        self._origins.clear()
        if self._imported:
            import_rows.note(self._db, self._imported)
            self._imported.clear()
