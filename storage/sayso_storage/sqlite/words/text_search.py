"""Full-text search: candidates from the index of words, or from the timeline.

What is not in the index yet is not found but among the newest of it, whose texts are read.
A rare word is looked up, and its posts are put in order. A word that many posts have is found
sooner by reading the newest posts until enough have it. Either way the text decides.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge, nlargest
from itertools import islice
from math import isqrt

from ...index.body_facts import fold_tag, texts_of
from ...index.kinds import EDIT_CODE, POLL_CODE, POST_CODE
from ...index.shown_version import has_tag, shown_texts
from ...interface.content.relations import EDIT
from ...interface.records import Place, StoredEntry, TimelineQuery
from ...search import coverage
from ...search.query import Phrase, SearchQuery
from ...validation.statement_rules import family
from ..file.database import Database
from ..queries import lookup, versions
from ..queries.timeline import NEWER, asked_for, places
from ..tables.accounts.successors import SHOWN, successors
from ..tables.entry_rows import at_arrivals, long_at_arrivals
from . import coverage_rows, word_index

READ_COST = 8
"""Matches of the index that are put in order in the time in which one post is read."""

PHRASE_COST = 16
"""The same of posts that are read for a phrase, a page after the other: twice to three times as
much where there is no line of time yet."""

PATIENCE = 4
"""The factor by which a timeline is read for longer than expected."""

PAGE, LONGEST_PAGE = 250, 4000
"""Posts read at a time: at first few, then twice as many each time, since a page of long ago
costs a look at every feed."""

FIRST, MOST_TOGETHER = 64, 1000
"""Posts of the list whose texts are read at a time, at first and at the most."""

UNINDEXED = 2000
"""Posts that came last and are not in the index yet, of which the texts are read instead: some
20 ms."""

_COUNT = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"

_LISTED = """
    SELECT e.sort_ms, e.seq, e.arrival
    FROM words w CROSS JOIN entries e ON e.arrival = w.rowid WHERE w.words MATCH :match"""

_NOT_LISTED = """
    SELECT e.sort_ms, e.seq, e.arrival, e.body
    FROM entries e WHERE e.arrival > :after AND e.arrival <= :last"""

_CONDITIONS = f"""
        AND e.kind IN ({POST_CODE}, {POLL_CODE}) AND e.sort_ms >= :since
        AND (e.sort_ms, e.seq, e.arrival) < (:before_ms, :before_seq, :before_arrival)
        AND e.feed IN (
            SELECT f.number FROM feeds f JOIN accounts a ON a.number = f.account WHERE {{whose}})
        {{tagged}}
    ORDER BY e.sort_ms DESC, e.seq DESC, e.arrival DESC"""  # noqa: S608 - fixed text

_EDITS = f"""
    SELECT e.arrival FROM words w CROSS JOIN entries e ON e.arrival = w.rowid
    WHERE w.words MATCH ? AND e.kind = {EDIT_CODE} ORDER BY w.rowid DESC LIMIT ?"""  # noqa: S608

# The index is asked once, and not at all where nobody has edited anything.
_EDITS_OF_ALL = f"""
    SELECT arrival FROM acts INDEXED BY edits_of_feeds
    WHERE code = {EDIT} AND arrival IN (SELECT rowid FROM words WHERE words MATCH ?)
    ORDER BY arrival DESC LIMIT ?"""  # noqa: S608 - fixed text

_EDITS_NOT_LISTED = f"""
    SELECT arrival, body FROM entries
    WHERE arrival > ? AND arrival <= ? AND kind = {EDIT_CODE}"""  # noqa: S608 - fixed text
_BODIES = "SELECT arrival, body FROM entries WHERE arrival IN ({})"

_TAGGED = """AND EXISTS (SELECT 1 FROM tags t WHERE t.tag = :tag AND t.sort_ms = e.sort_ms
    AND t.seq = e.seq AND t.arrival = e.arrival)"""


def search(database: Database, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
    """See `Store.search`."""
    with database.reading() as db:
        if database.unwritable is not None and coverage_rows.waiting(db):  # nobody can index it
            return _read(db, wanted, query, max(lookup.last_arrival(db), 1) * 2) or []
        try:
            return _found(db, wanted, query)
        except sqlite3.DatabaseError as error:
            if not word_index.is_damage(error):
                raise
    with database.writing(durable=False, background=True) as db:
        word_index.forget(db)
    with database.reading() as db:
        return _found(db, wanted, query)


def _found(db: sqlite3.Connection, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
    last, covered = coverage_rows.last_place(db), coverage_rows.ranges(db)
    waiting = coverage.gaps(covered, last)
    indexed = last - sum(ends - after for after, ends in waiting)
    limit = min(max(query.limit, 0), last)
    match = _match_of(wanted)
    many = isqrt(READ_COST * limit * indexed) + 1
    (count,) = db.execute(_COUNT, (match, many)).fetchone()
    if count == many:
        # The newest posts have it as often as others do, if nobody sees to it that they do not.
        listed = None if wanted.of_single_words else _count_all(db, match)
        found = _read(db, wanted, query, PATIENCE * limit * indexed // many, listed)
        if found is not None:
            return found
    lists = _Lists(db, query, is_common=count == many)
    places = merge(lists.indexed(match, wanted), lists.waiting(waiting, wanted), reverse=True)
    found = at_arrivals(db, islice((arrival for _, _, arrival in places), limit))
    if edited := lists.edited(match, waiting, wanted):
        both = {entry.id: entry for entry in (*found, *edited)}
        found = nlargest(limit, both.values(), key=lambda entry: entry.place)
    return found


# --- the timeline -----------------------------------------------------------------------


def _count_all(db: sqlite3.Connection, match: str) -> int:
    """All posts that the index lists; a tenth of a second where millions have each word."""
    (count,) = db.execute(_COUNT, (match, -1)).fetchone()
    return int(count)


def _read(
    db: sqlite3.Connection,
    wanted: SearchQuery,
    query: TimelineQuery,
    most: int,
    listed: int | None = None,
) -> list[StoredEntry] | None:
    """Look through the newest posts; None where `most` of them, or some more, were not enough, or
    where it takes longer than to put in order those that the index has `listed`."""
    found: list[StoredEntry] = []
    size, read = PAGE, 0
    while most > 0:
        page = places(db, replace(query, limit=size))
        found += _read_matching(db, [arrival for _, _, arrival in page], wanted, query.tag)
        if len(found) >= query.limit or len(page) < size:
            return found[: query.limit]
        read += size
        to_come = (query.limit - len(found)) * read // (len(found) + 1)
        if listed is not None and PHRASE_COST * to_come > listed:
            return None  # posts have the words more often than the phrase
        query = replace(query, before=page[-1])
        most, size = most - size, min(2 * size, LONGEST_PAGE)
    return None


def _read_matching(
    db: sqlite3.Connection, arrivals: list[int], wanted: SearchQuery, tag: str | None
) -> list[StoredEntry]:
    """Those of some entries that match, in order. Of the others only the body is read."""
    marks = ", ".join("?" * len(arrivals))
    bodies = dict(db.execute(_BODIES.format(marks), arrivals))
    edited = versions.edited_among(db, arrivals)
    likely = [one for one in arrivals if one in edited or wanted.match(*texts_of(bodies.get(one)))]
    # A damaged body is not what its author wrote.
    sound = [one for one in at_arrivals(db, likely) if one.body is not None]
    return list(_matching(db, sound, wanted, tag))


# --- the index --------------------------------------------------------------------------


class _Lists:
    """Lists of the posts that match, as places of a timeline, the newest first."""

    def __init__(self, db: sqlite3.Connection, query: TimelineQuery, *, is_common: bool) -> None:
        """`is_common` says that the index has more posts than there may be edits."""
        self._db = db
        self._query = query
        self._edits = _EDITS_OF_ALL if is_common else _EDITS
        before = query.before or NEWER
        names = ("since", "before_ms", "before_seq", "before_arrival")
        values: dict[str, object] = dict(zip(names, (query.since_ms or 0, *before), strict=True))
        whose, tagged = SHOWN, ""
        if query.account is not None:
            keys = {f"key{n}": key for n, key in enumerate(family(query.account, successors(db)))}
            whose = f"a.key IN ({', '.join(f':{name}' for name in keys)})"
            values |= keys
        if query.tag is not None:
            tagged = _TAGGED
            values["tag"] = fold_tag(query.tag)
        self._conditions = _CONDITIONS.format(whose=whose, tagged=tagged)
        self._values = values

    def indexed(self, match: str, wanted: SearchQuery) -> Iterator[Place]:
        """Those that the index has: they have the words, perhaps in another order."""
        places = self._db.execute(_LISTED + self._conditions, self._values | {"match": match})
        size = FIRST
        while part := list(islice(places, size)):
            having = self._having([arrival for _, _, arrival in part], wanted)
            yield from (place for place in part if place[2] in having)
            size = min(2 * size, MOST_TOGETHER)

    def waiting(self, gaps: list[coverage.Range], wanted: SearchQuery) -> Iterator[Place]:
        """Of the newest that are not in the index yet, `UNINDEXED` at most."""
        found, left = list[Place](), UNINDEXED
        for after, last in reversed(gaps):
            span = {"after": max(after, last - left), "last": last}
            rows = self._db.execute(_NOT_LISTED + self._conditions, self._values | span)
            found += (
                row[:3]
                for row in rows
                if wanted.match(*texts_of(row[3])) and self._having([row[2]], wanted)
            )
            left -= last - after
            if left <= 0:
                break
        return iter(sorted(found, reverse=True))

    def edited(
        self, match: str, gaps: list[coverage.Range], wanted: SearchQuery
    ) -> list[StoredEntry]:
        """The entries that the query asks for, and that match by the edit that is shown."""
        rows = self._db.execute(self._edits, (match, versions.MOST_GAINED))
        edits = [arrival for (arrival,) in rows.fetchall()]
        edits += self._waiting_edits(gaps, wanted)
        if not edits:
            return []
        entries = asked_for(self._db, self._query, versions.edited_by(self._db, edits))
        return list(_matching(self._db, entries, wanted, self._query.tag))

    def _waiting_edits(self, gaps: list[coverage.Range], wanted: SearchQuery) -> Iterator[int]:
        """Of the newest edits that are not in the index yet those that match."""
        left = UNINDEXED
        for after, last in reversed(gaps):
            rows = self._db.execute(_EDITS_NOT_LISTED, (max(after, last - left), last))
            yield from (arrival for arrival, body in rows if wanted.match(*texts_of(body)))
            left -= last - after
            if left <= 0:
                return

    def _having(self, arrivals: Sequence[int], wanted: SearchQuery) -> set[int]:
        # Of posts with the words of a phrase few have it.
        read = at_arrivals if wanted.of_single_words else long_at_arrivals
        entries = read(self._db, arrivals)
        return {one.arrival for one in _matching(self._db, entries, wanted, self._query.tag)}


def _matching(
    db: sqlite3.Connection, entries: Sequence[StoredEntry], wanted: SearchQuery, tag: str | None
) -> Iterator[StoredEntry]:
    """Those of these entries that match, and have the tag, in the version that is shown."""
    shown = versions.shown_edits(db, [entry.id for entry in entries])
    folded = None if tag is None else fold_tag(tag)
    for entry in entries:
        edit = shown.get(entry.id)
        if folded is not None and not has_tag(entry, edit, folded):
            continue
        # Of what is damaged the index alone knows the words.
        damaged = entry.damaged or (edit is not None and edit.damaged)
        if damaged or wanted.match(*shown_texts(entry.body, None if edit is None else edit.body)):
            yield entry


def _match_of(wanted: SearchQuery) -> str:
    """An FTS5 expression that holds of all posts that match, and of few others. Its strings are
    words, which hold no quotation mark."""
    groups = [" OR ".join(map(_all_words, group)) for group in wanted.all_of]
    match = " AND ".join(f"({group})" for group in groups)
    # Only single words: a phrase may be missing though all of its words are there.
    unwanted = [_all_words(one) for one in wanted.none_of if len(one.words) == 1]
    return f"({match}) NOT ({' OR '.join(unwanted)})" if unwanted else match


def _all_words(phrase: Phrase) -> str:
    *whole, last = phrase.words
    found = [f'"{word}"' for word in dict.fromkeys(whole)]
    found.append(f'"{last}"*' if phrase.begun else f'"{last}"')
    return f"({' AND '.join(found)})"
