"""Replies to entries: counted by the short form of an id, read by the whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...index.body_facts import facts_of
from ...interface.records import StoredEntry
from ..server.connection import Connection
from ..tables.entry_rows import at_keys
from ..tables.feed_numbers import bucket, short

_OF: Final = "unnest(%s::int[], %s::bytea[], %s::bytea[]) AS w (bucket, short, id)"

_COUNTS: Final = f"""
    SELECT w.id, count(*) FROM {_OF}
    JOIN replies r ON r.bucket = w.bucket AND r.parent = w.short GROUP BY w.id"""  # noqa: S608

_AUTHORS: Final = f"""
    SELECT w.id, a.key, count(*) FROM {_OF}
    JOIN replies r ON r.bucket = w.bucket AND r.parent = w.short
    JOIN accounts a ON a.number = r.account GROUP BY w.id, a.key"""  # noqa: S608

_REPLIES: Final = """
    SELECT feed, seq, sort_ms, arrival FROM replies
    WHERE bucket = %s AND parent = %s AND (sort_ms, seq, arrival) > (%s, %s, %s)
    ORDER BY sort_ms, seq, arrival LIMIT %s"""


def reply_counts(db: Connection, ids: Iterable[bytes]) -> dict[bytes, int]:
    """Replies to each of these, 0 left out.

    Counted by the short form of the id alone. Somebody who wrote a reply to an id that
    only begins alike would gain what an honest reply gives him: one more in the count.
    """
    return dict(db.rows(_COUNTS, _columns(ids)))


def reply_authors(db: Connection, ids: Iterable[bytes]) -> dict[bytes, dict[bytes, int]]:
    """The accounts that wrote these replies; counted as in `reply_counts`."""
    found: dict[bytes, dict[bytes, int]] = {}
    for one, key, count in db.rows(_AUTHORS, _columns(ids)):
        found.setdefault(one, {})[key] = count
    return found


def replies(db: Connection, entry_id: bytes, limit: int) -> list[StoredEntry]:
    """Direct replies, oldest first."""
    found: list[StoredEntry] = []
    place, at_once = (-1, -1, -1), max(limit, 1)
    while len(found) < limit:
        values = bucket(entry_id), short(entry_id), *place, at_once
        rows = db.rows(_REPLIES, values)
        found += [
            entry
            for entry in at_keys(db, [(feed, seq) for feed, seq, *_ in rows])
            if entry.damaged or (entry.body is not None and facts_of(entry.body).reply == entry_id)
        ]
        if len(rows) < at_once:
            break
        _, seq, sort_ms, arrival = rows[-1]
        place = sort_ms, seq, arrival
    return found[: max(limit, 0)]


def _columns(ids: Iterable[bytes]) -> list[list[int] | list[bytes]]:
    wanted = list(dict.fromkeys(ids))
    return [[bucket(one) for one in wanted], [short(one) for one in wanted], wanted]
