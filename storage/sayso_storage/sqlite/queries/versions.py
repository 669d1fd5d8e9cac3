"""Versions of posts and polls. A feed's newest edit is found by one look-up in an index that only
edits are in; of edits by others nothing is read."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice

from sayso_protocol.content.body import Edit, read_body

from ...index.body_facts import fold_tag
from ...index.kinds import EDIT_CODE, ORIGINALS
from ...index.shown_version import first_to_mention, has_tag
from ...interface.content.relations import EDIT, order_of
from ...interface.records import StoredEntry
from ...validation.statement_rules import Successors, family
from ..tables.accounts.successors import successors
from ..tables.content.relation_rows import SUBJECT_SIZE
from ..tables.entry_rows import COLUMNS, JOINED, SHORT, at_arrivals, entry_of

_TOGETHER = 500
"""Ids in one statement."""

MAX_VERSIONS = 1000
"""Edits of one entry that are gone through for who was mentioned before."""

MOST_GAINED = 10_000
"""Edits with one tag or word that are looked at: more than anybody reads of."""

_EDITED = f"""
    WITH wanted (subject) AS (VALUES {{}}) SELECT subject FROM wanted WHERE EXISTS (
        SELECT 1 FROM acts INDEXED BY edits_of_feeds
        WHERE subject = wanted.subject AND code = {EDIT})"""  # noqa: S608 - fixed text

_EDITED_AMONG = f"""
    SELECT e.arrival FROM entries e WHERE e.arrival IN ({{}}) AND EXISTS (
        SELECT 1 FROM acts INDEXED BY edits_of_feeds
        WHERE subject = substr(e.id, 1, {SUBJECT_SIZE}) AND code = {EDIT})"""  # noqa: S608

_FEEDS = """
    SELECT f.number FROM accounts a CROSS JOIN feeds f ON f.account = a.number WHERE a.key = ?"""

_BY_FEED = f"""
    SELECT arrival FROM acts INDEXED BY edits_of_feeds
    WHERE subject = ? AND feed = ? AND code = {EDIT} ORDER BY seq DESC LIMIT ?"""  # noqa: S608

_BY_IDS = f"""{COLUMNS}, e.kind
    FROM entries e INDEXED BY entries_by_id {JOINED}
    WHERE substr(e.id, 1, {SHORT}) IN ({{}})"""

_WITH_TAG = """
    SELECT arrival FROM edit_tags WHERE tag = ? ORDER BY arrival DESC LIMIT ?"""


def by_ids(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
    """See `Versions.by_ids`."""
    return {entry.id: entry for entry, _ in _held(db, ids)}


def shown_edits(db: sqlite3.Connection, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
    """See `Versions.shown_edits`."""
    wanted = list(ids)
    edited = _edited(db, wanted)
    if not edited:
        return {}
    after = successors(db)
    found = {}
    for entry, kind in _held(db, (one for one in wanted if one[:SUBJECT_SIZE] in edited)):
        if kind in ORIGINALS and (edits := _edits(db, entry, 1, after)):
            found[entry.id] = edits[-1]
    return found


def edits(db: sqlite3.Connection, entry_id: bytes, limit: int) -> list[StoredEntry]:
    """See `Versions.edits`."""
    for entry, kind in _held(db, [entry_id]):
        if kind in ORIGINALS and limit > 0:
            return _edits(db, entry, limit, successors(db))[-limit:]
    return []


def edited_among(db: sqlite3.Connection, arrivals: Sequence[int]) -> set[int]:
    """The places of those of some entries that an edit of anybody names."""
    found = set[int]()
    for start in range(0, len(arrivals), _TOGETHER):
        some = arrivals[start : start + _TOGETHER]
        rows = db.execute(_EDITED_AMONG.format(", ".join("?" * len(some))), some)
        found.update(arrival for (arrival,) in rows)
    return found


def with_gained_tag(db: sqlite3.Connection, tag: str) -> list[StoredEntry]:
    """The entries of any account that have a tag by the edit that is shown in their place."""
    rows = db.execute(_WITH_TAG, (fold_tag(tag), MOST_GAINED)).fetchall()
    return edited_by(db, (arrival for (arrival,) in rows))


def with_tag(
    db: sqlite3.Connection, tag: str, entries: Iterator[StoredEntry], size: int
) -> Iterator[StoredEntry]:
    """Those of these entries that have a tag in the version that is shown; `size` are looked at
    together."""
    folded = fold_tag(tag)
    while page := list(islice(entries, size)):
        shown = shown_edits(db, [entry.id for entry in page])
        yield from (one for one in page if has_tag(one, shown.get(one.id), folded))


def edited_by(db: sqlite3.Connection, arrivals: Iterable[int]) -> list[StoredEntry]:
    """The entries in place of which these edits are shown."""
    named: dict[bytes, set[bytes]] = {}
    for edit in at_arrivals(db, arrivals):
        body = None if edit.body is None else read_body(edit.body)
        if isinstance(body, Edit):
            named.setdefault(body.of.id, set()).add(edit.id)
    shown = shown_edits(db, named)
    counting = [one for one, edit in shown.items() if edit.id in named[one]]
    return list(by_ids(db, counting).values())


def is_new_mention(db: sqlite3.Connection, arrival: int, own: Collection[bytes]) -> bool:
    """Whether an entry that mentions one of these accounts is the first to do so of the versions
    of what it is, or an edit of; an edit that does not count is none."""
    (kind,) = db.execute("SELECT kind FROM entries WHERE arrival = ?", (arrival,)).fetchone()
    if kind != EDIT_CODE:
        return True
    [edit] = at_arrivals(db, [arrival])
    body = None if edit.body is None else read_body(edit.body)
    if not isinstance(body, Edit):
        return edit.damaged
    found = [*by_ids(db, [body.of.id]).values(), *edits(db, body.of.id, MAX_VERSIONS)]
    return first_to_mention(found, own) == edit.id


def _edited(db: sqlite3.Connection, ids: list[bytes]) -> set[bytes]:
    """The short forms of those that somebody's edit names."""
    found = set[bytes]()
    for start in range(0, len(ids), _TOGETHER):
        some = [one[:SUBJECT_SIZE] for one in ids[start : start + _TOGETHER]]
        rows = db.execute(_EDITED.format(", ".join(["(?)"] * len(some))), some)
        found.update(bytes(subject) for (subject,) in rows)
    return found


def _edits(
    db: sqlite3.Connection, entry: StoredEntry, limit: int, after: Successors
) -> list[StoredEntry]:
    """The newest edits of each of the author's feeds, at least `limit` in all where there are so
    many, in their order."""
    arrivals = [
        arrival
        for key in family(entry.account, after)
        for (feed,) in db.execute(_FEEDS, (key,)).fetchall()
        for (arrival,) in db.execute(_BY_FEED, (entry.id[:SUBJECT_SIZE], feed, limit)).fetchall()
    ]
    return sorted(at_arrivals(db, arrivals), key=order_of)


def _held(db: sqlite3.Connection, ids: Iterable[bytes]) -> Iterator[tuple[StoredEntry, int | None]]:
    """The entries with these ids, and their kinds as numbers."""
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), _TOGETHER):
        some = set(wanted[start : start + _TOGETHER])
        query = _BY_IDS.format(", ".join("?" * len(some)))
        for *columns, kind in db.execute(query, [one[:SHORT] for one in some]).fetchall():
            entry = entry_of(db, tuple(columns))
            if entry.id in some:
                yield entry, kind
