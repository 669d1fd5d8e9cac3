"""Entries that are withheld, and the rules that did it, inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter

from sayso_protocol.ranges import Range

from ...interface.records import StoredEntry
from ...interface.withholding import (
    RelayRule,
    RuleProgress,
    Withheld,
    ranges_of,
)
from ..sql.checksum import renew
from . import feed_rows
from .accounts.successors import OWN
from .entry_rows import COLUMNS, JOINED, entry_of

_RULE = "r.key, r.action, r.title, r.maker, r.because"

_ENTRIES = f"""{COLUMNS}, {_RULE}
    FROM kept_back k CROSS JOIN carry_rules r ON r.number = k.rule
    CROSS JOIN entries e ON e.feed = k.feed AND e.seq = k.seq {JOINED}
    WHERE e.arrival < ? ORDER BY e.arrival DESC LIMIT ?"""

_RULE_OF = f"""
    SELECT {_RULE} FROM kept_back k JOIN carry_rules r ON r.number = k.rule
    JOIN feeds f ON f.number = k.feed WHERE f.key = ? AND k.seq = ?"""  # noqa: S608 - fixed text

_STATE = "SELECT rules, since, judged, swept FROM carry_state"


_NUMBERS = "SELECT seq FROM kept_back WHERE feed = ? AND seq BETWEEN ? AND ?"

_LATE = "SELECT seq FROM entries WHERE arrival > ? AND +feed = ? AND +seq BETWEEN ? AND ?"
"""Without an index: what is not looked at yet is little, whatever the feed."""

_ALL_NUMBERS = f"""
    SELECT feed, seq FROM kept_back
    UNION SELECT e.feed, e.seq FROM entries e CROSS JOIN feeds f ON f.number = e.feed
        CROSS JOIN accounts a ON a.number = f.account WHERE e.arrival > ? AND NOT {OWN}
    ORDER BY 1, 2"""  # noqa: S608 - fixed text

_EVER = 1 << 62

_FEW = 50
"""Feeds that are looked up one by one; with more it is faster to read about all."""


def rule_progress(db: sqlite3.Connection) -> RuleProgress | None:
    """See `Store.rule_progress`."""
    row = db.execute(_STATE).fetchone()
    return None if row is None else RuleProgress(*row)


def withheld(db: sqlite3.Connection, wanted: Iterable[bytes] | None) -> dict[bytes, list[Range]]:
    """See `Store.withheld`."""
    chosen = None if wanted is None else set(wanted)
    if chosen is not None and len(chosen) <= _FEW:
        found = {feed: withheld_within(db, feed, 1, _EVER) for feed in chosen}
        return {feed: kept for feed, kept in found.items() if kept}
    rows = db.execute(_ALL_NUMBERS, (_judged(db),))
    by_feed = {
        number: ranges_of(seq for _, seq in part) for number, part in groupby(rows, itemgetter(0))
    }
    every = dict(zip(keys_of(db, list(by_feed)), by_feed.values(), strict=True))
    return {feed: kept for feed, kept in every.items() if chosen is None or feed in chosen}


def withheld_within(db: sqlite3.Connection, feed: bytes, first: int, last: int) -> list[Range]:
    """See `Store.withheld_within`."""
    row = feed_rows.by_key(db, feed)
    if row is None or row.own:
        return []
    part = row.number, first, last
    late = db.execute(_LATE, (_judged(db), *part))
    return ranges_of(sorted({seq for (seq,) in (*db.execute(_NUMBERS, part), *late)}))


def withheld_entries(db: sqlite3.Connection, limit: int, before: int | None) -> list[Withheld]:
    """See `Store.withheld_entries`."""
    rows = db.execute(_ENTRIES, (_EVER if before is None else before, max(limit, 0)))
    return [Withheld(entry_of(db, row[:-5]), RelayRule(*row[-5:])) for row in rows]


def withheld_by(db: sqlite3.Connection, entry: StoredEntry) -> RelayRule | None:
    """See `Store.withheld_by`."""
    row = db.execute(_RULE_OF, (entry.feed, entry.seq)).fetchone()
    return None if row is None else RelayRule(*row)


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line for each row of something that is not there."""
    query = """
        SELECT feed, seq FROM kept_back k WHERE NOT EXISTS
            (SELECT 1 FROM entries e WHERE e.feed = k.feed AND e.seq = k.seq)"""
    for feed, seq in db.execute(query):
        yield f"entry {seq} of feed number {feed} is kept back, and not there"


def _judged(db: sqlite3.Connection) -> int:
    """The place up to which everything has been looked at that must be before it is passed on."""
    state = rule_progress(db)
    return _EVER if state is None else state.judged


def enter_rule(db: sqlite3.Connection, rule: RelayRule) -> int:
    """The number of a rule, which is entered where it is new."""
    query = """
        INSERT INTO carry_rules (key, action, title, maker, because) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING"""
    if db.execute(query, rule).rowcount:
        renew(db, "carry_rules", "key", rule.key)
    (number,) = db.execute("SELECT number FROM carry_rules WHERE key = ?", (rule.key,)).fetchone()
    return int(number)


def note_progress(db: sqlite3.Connection, state: RuleProgress) -> None:
    """Note which rules are in force and how far they have been asked."""
    query = "REPLACE INTO carry_state (one, rules, since, judged, swept) VALUES (1, ?, ?, ?, ?)"
    db.execute(query, state)
    renew(db, "carry_state", "one", 1)


def keys_of(db: sqlite3.Connection, numbers: Iterable[int]) -> list[bytes]:
    """The keys of feeds, by their numbers."""
    query = "SELECT key FROM feeds WHERE number = ?"
    return [bytes(db.execute(query, (number,)).fetchone()[0]) for number in numbers]
