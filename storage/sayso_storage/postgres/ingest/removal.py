"""Taking entries out again, which an end or an earlier entry excludes: their rows, and all that
indexes know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sayso_protocol.ranges import Range

from ...index.body_facts import facts_of
from ...validation.feed_end import without
from ..server.connection import Connection
from ..tables import feed_rows, log_rows
from ..tables.accounts import look_rows
from ..tables.content import label_rows, named_rows, poll_rows, relation_rows
from ..tables.feed_numbers import account_of, bucket, short
from ..tables.timeline import import_origins, import_rows
from . import retraction_release
from .feed_entries import PostgresFeedEntries, nothing_waits

_CHUNK = 1000
"""Rows looked at at a time: bounds memory to some 16 MB of longest bodies."""

_ROWS = """
    SELECT arrival, sort_ms, seq, body, id FROM entries
    WHERE account = %s AND feed = %s AND seq BETWEEN %s AND %s"""

_IDS = "DELETE FROM ids WHERE bucket = %s AND id = %s AND account = %s AND feed = %s AND seq = %s"

_REPLIES = """
    DELETE FROM replies
    WHERE bucket = %s AND parent = %s AND sort_ms = %s AND seq = %s AND arrival = %s"""

_TAGS = """
    DELETE FROM tags
    WHERE account = %s AND tag = %s AND sort_ms = %s AND seq = %s AND arrival = %s"""

_EDIT_TAGS = "DELETE FROM edit_tags WHERE account = %s AND tag = %s AND arrival = %s"

Row = tuple[int, int, int, bytes | None]
"""What indexes are taken out by: arrival, time to sort by, number and body."""


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
    account, place = account_of(number), "feed = %s AND seq BETWEEN %s AND %s"
    for low, high in _chunks(ranges):
        found = db.rows(_ROWS, (account, number, low, high))
        rows += unindex(db, number, [row[:4] for row in found])
        retraction_release.drop_removed(db, number, low, high)
        ids = [(bucket(row[4]), short(row[4]), account, number, row[2]) for row in found]
        db.run_each(_IDS, ids)
        db.run(f"DELETE FROM entries WHERE account = %s AND {place}", (account, number, low, high))  # noqa: S608
        for table in ("withheld", "damaged"):
            db.run(f"DELETE FROM {table} WHERE {place}", (number, low, high))  # noqa: S608
        log_rows.cut(db, number, low, high)
        db.run("UPDATE store SET entries = entries - %s", (len(found),))
    import_rows.renew(db, [number])
    look_rows.renew_feeds(db, [number])
    if number in named_rows.feeds_of(db, named_rows.own_keys(db)):
        named_rows.rebuild(db)  # what names them names nothing by now
    if rows:
        import_origins.index(db)  # another post with the same origin may be there


def _chunks(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for first, last in ranges:
        for low in range(first, last + 1, _CHUNK):
            yield low, min(last, low + _CHUNK - 1)


def unindex(db: Connection, number: int, rows: Sequence[Row]) -> int:
    """Remove what indexes have of entries of a feed; gives the number of origins removed."""
    from ..words import word_index  # it compiles patterns, and posts hardly ever give way

    word_index.remove(db, number, [seq for _, _, seq, _ in rows])
    removed, account = 0, account_of(number)
    for arrival, sort_ms, seq, body in rows:
        if body is None:
            continue
        place, facts = (sort_ms, seq, arrival), facts_of(body)
        if facts.reply is not None:
            db.run(_REPLIES, (bucket(facts.reply), short(facts.reply), *place))
        relation_rows.remove(db, facts, place)
        if facts.reply is not None or facts.relations:
            named_rows.remove(db, place)
        poll_rows.remove(db, facts, arrival)
        db.run_each(_EDIT_TAGS, [(account, tag, arrival) for tag in facts.edit_tags])
        label_rows.remove(db, facts, number, seq)
        db.run_each(_TAGS, [(account, tag, *place) for tag in facts.tags])
        if facts.origin is not None:
            query = "DELETE FROM origins WHERE origin = %s AND arrival = %s"
            removed += db.change(query, (facts.origin, arrival))
    return removed
