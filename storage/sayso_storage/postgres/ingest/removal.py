"""Taking entries out again, which an end or an earlier entry excludes: their rows, and all that
indexes know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sayso_protocol.ranges import Range

from ...index.body_facts import facts_of
from ...validation.feed_end import without
from ..tables import feed_rows
from ..tables.accounts import look_rows
from ..tables.content import author_tag_rows, label_rows, named_rows, poll_rows, relation_rows
from ..tables.entry_rows import SHORT
from ..tables.timeline import import_origins, import_rows, leap_rows, line_rows
from . import retraction_release
from .feed_entries import PostgresFeedEntries, nothing_waits
from ..server.connection import Connection

_CHUNK = 1000
"""Rows looked at at a time: bounds memory to some 16 MB of longest bodies."""

_ROWS = """
    SELECT arrival, sort_ms, seq, body FROM entries WHERE feed = %s AND seq BETWEEN %s AND %s"""

_COUNT = """
    INSERT INTO removed (one, count, highest) VALUES (1, %(count)s, %(highest)s)
    ON CONFLICT DO UPDATE SET
        count = count + excluded.count, highest = max(highest, excluded.highest)"""


def remove_ranges(db: Connection, number: int, gone: list[Range]) -> bytes:
    """Remove these entries of a feed, and those that nothing proves without them; gives its key."""
    row = feed_rows.by_number(db, number)
    entries = PostgresFeedEntries(db, number, row.state.feed, nothing_waits)
    left = without(row.state.held, gone, entries)
    remove(db, number, left.gone)
    feed_rows.save_held(db, [(number, row.state.held, left.held)])
    return row.state.feed


def remove(db: Connection, number: int, ranges: Iterable[tuple[int, int]]) -> None:
    """Remove entries of a feed; its stretches are the caller's."""
    rows = 0
    for low, high in _chunks(ranges):
        found = db.run(_ROWS, (number, low, high)).fetchall()
        rows += unindex(db, number, found)
        retraction_release.drop_removed(db, number, low, high)
        leap_rows.cut(db, number, low, high)
        for table in ("entries", "kept_back", "damaged"):
            db.run(
                f"DELETE FROM {table} WHERE feed = %s AND seq BETWEEN %s AND %s",  # noqa: S608
                (number, low, high),
            )
        places = [arrival for arrival, *_ in found]
        db.run(_COUNT, {"count": len(places), "highest": max(places, default=0)})
    import_rows.renew(db, [number])
    look_rows.renew_feeds(db, [number])
    if number in named_rows.feeds_of(db, named_rows.own_keys(db)):
        named_rows.rebuild(db)  # what names them names nothing by now
    if rows:
        import_origins.index(db)  # another post with the same origin may be there


def last_place(db: Connection) -> int:
    """The highest place in the order of arrival that was ever given; 0 for none."""
    query = """
        SELECT max(coalesce((SELECT max(arrival) FROM entries), 0),
            coalesce((SELECT highest FROM removed), 0))"""
    (place,) = db.run(query).fetchone()
    return int(place)


def _chunks(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, last in ranges:
        for low in range(first, last + 1, _CHUNK):
            yield low, min(last, low + _CHUNK - 1)


def unindex(db: Connection, number: int, rows: Sequence[tuple[Any, ...]]) -> int:
    """Remove what indexes have of entries of a feed, given as arrival, time to sort by, number and
    body; gives the number of origins removed."""
    from ..words import word_index  # it compiles patterns, and posts hardly ever give way

    word_index.remove(db, [(arrival, body) for arrival, _, _, body in rows])
    line_rows.remove(db, [(sort_ms, seq, arrival) for arrival, sort_ms, seq, _ in rows])
    removed = 0
    for arrival, sort_ms, seq, body in rows:
        if body is None:
            db.run("DELETE FROM absent WHERE arrival = %s", (arrival,))
            continue
        facts = facts_of(body)
        if facts.reply is not None:
            db.run(
                "DELETE FROM replies WHERE parent = %s AND sort_ms = %s AND seq = %s AND arrival = %s",
                (facts.reply[:SHORT], sort_ms, seq, arrival),
            )
        relation_rows.remove(db, facts, (sort_ms, seq, arrival))
        if facts.reply is not None or facts.relations:
            named_rows.remove(db, (sort_ms, seq, arrival))
        poll_rows.remove(db, facts, arrival)
        for tag in facts.edit_tags:
            db.run("DELETE FROM edit_tags WHERE tag = %s AND arrival = %s", (tag, arrival))
        label_rows.remove(db, facts, number, seq)
        author_tag_rows.remove(db, number, facts.tags, (sort_ms, seq, arrival))
        for tag in facts.tags:
            db.run(
                "DELETE FROM tags WHERE tag = %s AND sort_ms = %s AND seq = %s AND arrival = %s",
                (tag, sort_ms, seq, arrival),
            )
        if facts.origin is not None:
            query = "DELETE FROM origins WHERE origin = %s AND arrival = %s"
            removed += db.run(query, (facts.origin, arrival)).rowcount
    return removed
