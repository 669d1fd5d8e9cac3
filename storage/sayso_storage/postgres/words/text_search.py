"""Full-text search: candidates from the index of words, or from the timeline.

What is not in the index yet is not found but among the newest of it, whose texts are read.
A rare word is looked up, and its posts are put in order. A word that many posts have is found
sooner by reading the newest posts until enough have it. Either way the text decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from heapq import merge, nlargest
from itertools import islice
from math import isqrt
from typing import Final

from ...index.body_facts import fold_tag, texts_of
from ...index.kinds import EDIT_CODE, POLL_CODE, POST_CODE
from ...index.shown_version import has_tag, shown_texts
from ...interface.records import Place, StoredEntry, TimelineQuery
from ...search import coverage
from ...search.query import Phrase, SearchQuery
from ..queries import versions
from ..queries.timeline import NEWER, asked_for, authors_of, timeline, untagged
from ..server.connection import Connection
from ..server.database import Database
from ..tables import log_rows
from ..tables.entry_rows import AT, KEYS, Key, at_keys, columns_of
from ..tables.log_keys import keys_between
from . import coverage_rows

READ_COST: Final = 8
"""Matches of the index that are put in order in the time in which one post is read."""

PHRASE_COST: Final = 16
"""The same of posts that are read for a phrase, a page after the other."""

PATIENCE: Final = 4
"""The factor by which a timeline is read for longer than expected."""

PAGE, LONGEST_PAGE = 250, 4000
"""Posts read at a time: at first few, then twice as many each time."""

FIRST, MOST_TOGETHER = 64, 1000
"""Posts of the list whose texts are read at a time, at first and at the most."""

UNINDEXED: Final = 2000
"""Posts that came last and are not in the index yet, of which the texts are read instead."""

_COUNT: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM words WHERE words @@ %s::tsquery AND NOT is_edit LIMIT %s) w"""

_SPAN: Final = """
    account = ANY(%(accounts)s) AND sort_ms >= %(since)s
        AND (sort_ms, seq, arrival) < (%(before_ms)s, %(before_seq)s, %(before_arrival)s)"""

_TAGGED: Final = """
    AND EXISTS (SELECT 1 FROM tags t WHERE t.account = w.account AND t.tag = %(tag)s
        AND t.sort_ms = w.sort_ms AND t.seq = w.seq AND t.arrival = w.arrival)"""

_LISTED: Final = f"""
    SELECT sort_ms, seq, arrival, feed FROM words w
    WHERE words @@ %(match)s::tsquery AND NOT is_edit AND {_SPAN} {{}}
    ORDER BY sort_ms DESC, seq DESC, arrival DESC"""  # noqa: S608 - fixed text

_EDITS: Final = """
    SELECT feed, seq FROM words WHERE words @@ %s::tsquery AND is_edit
    ORDER BY arrival DESC LIMIT %s"""

_TEXTS: Final = f"""
    SELECT e.sort_ms, e.seq, e.arrival, e.feed, e.account, e.id, e.body
    FROM {KEYS} JOIN entries e ON {AT} WHERE e.kind = ANY(%s)"""  # noqa: S608

_Found = tuple[Place, Key]


def search(database: Database, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
    """See `Store.search`."""
    with database.reading() as db:
        return _found(db, wanted, query)


def _found(db: Connection, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
    last, covered = log_rows.last_arrival(db), coverage_rows.ranges(db)
    waiting = coverage.gaps(covered, last)
    indexed = last - sum(ends - after for after, ends in waiting)
    limit = min(max(query.limit, 0), last)
    match = _match_of(wanted)
    many = isqrt(READ_COST * limit * indexed) + 1
    ((count,),) = db.rows(_COUNT, (match, many))
    if count == many:
        # The newest posts have it as often as others do, if nobody sees to it that they do not.
        listed = None if wanted.of_single_words else db.rows(_COUNT, (match, None))[0][0]
        found = _read(db, wanted, query, PATIENCE * limit * indexed // many, listed)
        if found is not None:
            return found
    lists = _Lists(db, query)
    places = merge(lists.indexed(match, wanted), lists.waiting(waiting, wanted), reverse=True)
    found = at_keys(db, [key for _, key in islice(places, limit)])
    if edited := lists.edited(match, waiting, wanted):
        both = {entry.id: entry for entry in (*found, *edited)}
        found = nlargest(limit, both.values(), key=lambda entry: entry.place)
    return found


# --- the timeline -----------------------------------------------------------------------


def _read(
    db: Connection,
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
        page = _page(db, replace(query, limit=size))
        found += _read_matching(db, [key for _, key in page], wanted, query.tag)
        if len(found) >= query.limit or len(page) < size:
            return found[: query.limit]
        read += size
        to_come = (query.limit - len(found)) * read // (len(found) + 1)
        if listed is not None and PHRASE_COST * to_come > listed:
            return None  # posts have the words more often than the phrase
        query = replace(query, before=page[-1][0])
        most, size = most - size, min(2 * size, LONGEST_PAGE)
    return None


def _page(db: Connection, query: TimelineQuery) -> list[_Found]:
    if query.tag is None:
        return untagged(db, query)
    entries = timeline(db, query)
    keys = _keys_of(db, [entry.arrival for entry in entries])
    return [(entry.place, keys[entry.arrival]) for entry in entries]


def _keys_of(db: Connection, arrivals: Sequence[int]) -> dict[int, Key]:
    from ..tables.entry_rows import keys_at

    return dict(zip(arrivals, keys_at(db, arrivals), strict=True))


def _read_matching(
    db: Connection, keys: Sequence[Key], wanted: SearchQuery, tag: str | None
) -> list[StoredEntry]:
    """Those of some entries that match, in order. Of the others only the body is read."""
    rows = db.rows(_TEXTS, (*columns_of(keys), [POST_CODE, POLL_CODE]))
    edited = versions.edited_among(db, [row[5] for row in rows])
    likely = {
        (row[3], row[1]) for row in rows if row[5] in edited or wanted.match(*texts_of(row[6]))
    }
    # A damaged body is not what its author wrote.
    read = at_keys(db, [key for key in keys if key in likely])
    return list(_matching(db, [one for one in read if one.body is not None], wanted, tag))


# --- the index --------------------------------------------------------------------------


class _Lists:
    """Lists of the posts that match, the newest first."""

    def __init__(self, db: Connection, query: TimelineQuery) -> None:
        self._db = db
        self._query = query
        self._before = query.before or NEWER
        self._accounts = authors_of(db, query)
        names = ("before_ms", "before_seq", "before_arrival")
        self._values: dict[str, object] = {
            **dict(zip(names, self._before, strict=True)),
            "since": query.since_ms or 0,
            "accounts": self._accounts,
        }
        if query.tag is not None:
            self._values["tag"] = fold_tag(query.tag)

    def indexed(self, match: str, wanted: SearchQuery) -> Iterator[_Found]:
        """Those that the index has: they have the words, perhaps in another order."""
        listed = _LISTED.format("" if self._query.tag is None else _TAGGED)
        rows = iter(self._db.rows(listed, self._values | {"match": match}))
        size = FIRST
        while part := list(islice(rows, size)):
            having = self._having([(row[3], row[1]) for row in part], wanted)
            yield from (
                ((sort_ms, seq, arrival), (feed, seq))
                for sort_ms, seq, arrival, feed in part
                if arrival in having
            )
            size = min(2 * size, MOST_TOGETHER)

    def waiting(self, gaps: list[coverage.Range], wanted: SearchQuery) -> Iterator[_Found]:
        """Of the newest that are not in the index yet, `UNINDEXED` at most."""
        found, accounts = list[_Found](), set(self._accounts)
        for row in self._waiting(gaps, [POST_CODE, POLL_CODE]):
            sort_ms, seq, arrival, feed, account, _, body = row
            place, key = (sort_ms, seq, arrival), (feed, seq)
            if (
                account in accounts
                and (self._query.since_ms or 0) <= sort_ms
                and place < self._before
                and wanted.match(*texts_of(body))
                and self._having([key], wanted)
            ):
                found.append((place, key))
        return iter(sorted(found, reverse=True))

    def edited(
        self, match: str, gaps: list[coverage.Range], wanted: SearchQuery
    ) -> list[StoredEntry]:
        """The entries that the query asks for, and that match by the edit that is shown."""
        rows = self._db.rows(_EDITS, (match, versions.MOST_GAINED))
        edits = [(feed, seq) for feed, seq in rows]
        edits += [
            (row[3], row[1])
            for row in self._waiting(gaps, [EDIT_CODE])
            if wanted.match(*texts_of(row[6]))
        ]
        if not edits:
            return []
        entries = asked_for(self._db, self._query, versions.edited_by(self._db, edits))
        return list(_matching(self._db, entries, wanted, self._query.tag))

    def _waiting(
        self, gaps: list[coverage.Range], kinds: Sequence[int]
    ) -> Iterator[tuple[int, int, int, int, int, bytes, bytes]]:
        left = UNINDEXED
        for after, last in reversed(gaps):
            keys = keys_between(self._db, max(after, last - left), last)
            for row in self._db.rows(_TEXTS, (*columns_of(keys), list(kinds))):
                yield row[0], row[1], row[2], row[3], row[4], row[5], row[6]
            left -= last - after
            if left <= 0:
                return

    def _having(self, keys: Sequence[Key], wanted: SearchQuery) -> set[int]:
        entries = at_keys(self._db, keys)
        return {one.arrival for one in _matching(self._db, entries, wanted, self._query.tag)}


def _matching(
    db: Connection, entries: Sequence[StoredEntry], wanted: SearchQuery, tag: str | None
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
    """A `tsquery` that holds of all posts that match, and of few others; never made by
    `to_tsquery`, which would cut words again."""
    groups = [" | ".join(map(_all_words, group)) for group in wanted.all_of]
    match = " & ".join(f"({group})" for group in groups)
    # Only single words: a phrase may be missing though all of its words are there.
    unwanted = [_all_words(one) for one in wanted.none_of if len(one.words) == 1]
    return " & ".join([f"({match})", *(f"!{one}" for one in unwanted)])


def _all_words(phrase: Phrase) -> str:
    *whole, last = phrase.words
    found = [_quoted(word) for word in dict.fromkeys(whole)]
    found.append(f"{_quoted(last)}:*" if phrase.begun else _quoted(last))
    return f"({' & '.join(found)})"


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
