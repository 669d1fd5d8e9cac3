"""Threads: one walk over replies, and a second one where some replies are not held."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from ...index.body_facts import facts_of
from ...index.thread_order import Reply, first_by_depth, in_order
from ...interface.content.relations import ROOT, ThreadEntry
from ..server.connection import Connection
from ..tables.content.named_rows import SUBJECT_SIZE
from ..tables.entry_rows import AT, KEYS, Key, columns_of, keys_of_ids
from ..tables.feed_numbers import bucket, short

_ANSWERS: Final = """
    SELECT r.feed, r.seq, t.id
    FROM unnest(%s::int[], %s::bytea[], %s::bytea[]) AS t (bucket, short, id)
    JOIN replies r ON r.bucket = t.bucket AND r.parent = t.short"""

# Eight bytes of an id could be ground, so the whole id must be in the body, too. To read what the
# body says would take twice as long as all the rest.
_REAL: Final = f"""
    SELECT e.sort_ms, e.seq, e.arrival, e.id, k.parent
    FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bytea[])
        AS k (account, feed, seq, parent)
    JOIN entries e ON {AT} WHERE position(k.parent in e.body) > 0"""  # noqa: S608 - fixed text

_PLACE: Final = f"""
    SELECT e.sort_ms, e.seq, e.arrival, e.id FROM {KEYS} JOIN entries e ON {AT}"""  # noqa: S608

_ROOTED: Final = f"""
    SELECT feed, seq, arrival FROM relations
    WHERE bucket = %s AND subject = %s AND code = {ROOT}
    ORDER BY sort_ms, seq, arrival LIMIT %s"""  # noqa: S608 - a number

_BODIES: Final = f"""
    SELECT e.sort_ms, e.seq, e.arrival, e.id, e.body FROM {KEYS} JOIN entries e ON {AT}"""  # noqa: S608


def thread(db: Connection, root_id: bytes, limit: int) -> list[ThreadEntry]:
    """See `Relations.thread`."""
    found = list(_connected(db, root_id, max(limit, 0)))
    if len(found) < limit:
        seen = {reply.place[2] for reply in found}
        subject = root_id[:SUBJECT_SIZE]
        rooted = db.rows(_ROOTED, (bucket(subject), subject, 2 * limit))
        loose = [(feed, seq) for feed, seq, arrival in rooted if arrival not in seen]
        if loose:
            found += _loose(db, root_id, loose, seen, limit - len(found))
    return in_order(root_id, found)


def _connected(db: Connection, root_id: bytes, limit: int) -> Iterator[Reply]:
    """The first entry, if it is held, and what hangs on it without a gap, the least deep first."""
    keys = keys_of_ids(db, [root_id])
    for *place, entry_id in db.rows(_PLACE, columns_of(keys)):
        if entry_id == root_id and limit > 0:
            yield Reply(_place(place), entry_id, None)
            limit -= 1
    parents, seen = [root_id], {root_id}
    while parents and limit > 0:
        level = [one for one in _answers(db, parents) if one.id not in seen]
        found = sorted(level, key=lambda one: one.place)[:limit]
        yield from found
        limit -= len(found)
        parents = [one.id for one in found]
        seen.update(parents)


def _answers(db: Connection, parents: Sequence[bytes]) -> list[Reply]:
    """What answers these entries."""
    names = [bucket(one) for one in parents], [short(one) for one in parents], list(parents)
    rows = db.rows(_ANSWERS, names)
    columns = columns_of([(feed, seq) for feed, seq, _ in rows])
    real = db.rows(_REAL, (*columns, [parent for *_, parent in rows])) if rows else []
    return [Reply(_place(place), entry_id, parent) for *place, entry_id, parent in real]


def _loose(
    db: Connection, root_id: bytes, keys: Sequence[Key], seen: set[int], limit: int
) -> list[Reply]:
    """The posts that name the first entry, and do not hang on it, and what replies to them: those
    with the fewest replies in between first."""
    every: dict[bytes, Reply] = {}
    for *place, entry_id, body in db.rows(_BODIES, columns_of(keys)):
        reply = None if body is None else facts_of(body).reply
        every[entry_id] = Reply(_place(place), entry_id, reply or root_id)
    waiting = list(every)
    while waiting and len(every) <= 2 * limit:
        answers = _answers(db, waiting)
        waiting = []
        for one in answers:
            if one.id not in every and one.place[2] not in seen:
                every[one.id] = one
                waiting.append(one.id)
    return first_by_depth(root_id, every, limit)


def _place(columns: Sequence[int]) -> tuple[int, int, int]:
    sort_ms, seq, arrival = columns
    return sort_ms, seq, arrival
