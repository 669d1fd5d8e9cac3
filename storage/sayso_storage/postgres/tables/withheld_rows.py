"""Entries that are withheld, and the rules that did it, inside the caller's transaction."""

from __future__ import annotations

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
from . import feed_rows
from .accounts.successors import OWN
from .entry_rows import COLUMNS, JOINED, entry_of
from ..server.connection import Connection

_RULE = "r.key, r.action, r.title, r.maker, r.because"

_ENTRIES = f"""{COLUMNS}, {_RULE}
    FROM kept_back k JOIN carry_rules r ON r.number = k.rule
    JOIN entries e ON e.feed = k.feed AND e.seq = k.seq {JOINED}
    WHERE e.arrival < %s ORDER BY e.arrival DESC LIMIT %s"""

_RULE_OF = f"""
    SELECT {_RULE} FROM kept_back k JOIN carry_rules r ON r.number = k.rule
    JOIN feeds f ON f.number = k.feed WHERE f.key = %s AND k.seq = %s"""  # noqa: S608 - fixed text

_STATE = "SELECT rules, since, judged, swept FROM carry_state"


_NUMBERS = "SELECT seq FROM kept_back WHERE feed = %s AND seq BETWEEN %s AND %s"

_LATE = "SELECT seq FROM entries WHERE arrival > %s AND +feed = %s AND +seq BETWEEN %s AND %s"
"""Without an index: what is not looked at yet is little, whatever the feed."""

_ALL_NUMBERS = f"""
    SELECT feed, seq FROM kept_back
    UNION SELECT e.feed, e.seq FROM entries e JOIN feeds f ON f.number = e.feed
        JOIN accounts a ON a.number = f.account WHERE e.arrival > %s AND NOT {OWN}
    ORDER BY 1, 2"""  # noqa: S608 - fixed text

_EVER = 1 << 62

_FEW = 50
"""Feeds that are looked up one by one; with more it is faster to read about all."""


def rule_progress(db: Connection) -> RuleProgress | None:
    """See `Store.rule_progress`."""
    row = db.run(_STATE).fetchone()
    return None if row is None else RuleProgress(*row)


def withheld(db: Connection, wanted: Iterable[bytes] | None) -> dict[bytes, list[Range]]:
    """See `Store.withheld`."""
    chosen = None if wanted is None else set(wanted)
    if chosen is not None and len(chosen) <= _FEW:
        found = {feed: withheld_within(db, feed, 1, _EVER) for feed in chosen}
        return {feed: kept for feed, kept in found.items() if kept}
    rows = db.run(_ALL_NUMBERS, (_judged(db),))
    by_feed = {
        number: ranges_of(seq for _, seq in part) for number, part in groupby(rows, itemgetter(0))
    }
    every = dict(zip(keys_of(db, list(by_feed)), by_feed.values(), strict=True))
    return {feed: kept for feed, kept in every.items() if chosen is None or feed in chosen}


def withheld_within(db: Connection, feed: bytes, first: int, last: int) -> list[Range]:
    """See `Store.withheld_within`."""
    row = feed_rows.by_key(db, feed)
    if row is None or row.own:
        return []
    part = row.number, first, last
    late = db.run(_LATE, (_judged(db), *part))
    return ranges_of(sorted({seq for (seq,) in (*db.run(_NUMBERS, part), *late)}))


def withheld_entries(db: Connection, limit: int, before: int | None) -> list[Withheld]:
    """See `Store.withheld_entries`."""
    rows = db.run(_ENTRIES, (_EVER if before is None else before, max(limit, 0)))
    return [Withheld(entry_of(db, row[:-5]), RelayRule(*row[-5:])) for row in rows]


def withheld_by(db: Connection, entry: StoredEntry) -> RelayRule | None:
    """See `Store.withheld_by`."""
    row = db.run(_RULE_OF, (entry.feed, entry.seq)).fetchone()
    return None if row is None else RelayRule(*row)


def problems(db: Connection) -> Iterator[str]:
    """One line for each row of something that is not there."""
    query = """
        SELECT feed, seq FROM kept_back k WHERE NOT EXISTS
            (SELECT 1 FROM entries e WHERE e.feed = k.feed AND e.seq = k.seq)"""
    for feed, seq in db.run(query):
        yield f"entry {seq} of feed number {feed} is kept back, and not there"


def _judged(db: Connection) -> int:
    """The place up to which everything has been looked at that must be before it is passed on."""
    state = rule_progress(db)
    return _EVER if state is None else state.judged


def enter_rule(db: Connection, rule: RelayRule) -> int:
    """The number of a rule, which is entered where it is new."""
    query = """
        INSERT INTO carry_rules (key, action, title, maker, because) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT DO NOTHING"""
    db.run(query, rule)
    (number,) = db.run("SELECT number FROM carry_rules WHERE key = %s", (rule.key,)).fetchone()
    return int(number)


def note_progress(db: Connection, state: RuleProgress) -> None:
    """Note which rules are in force and how far they have been asked."""
    query = "REPLACE INTO carry_state (one, rules, since, judged, swept) VALUES (1, %s, %s, %s, %s)"
    db.run(query, state)
