"""Entries that are withheld, and the rules that did it, inside the caller's transaction."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from sayso_protocol.ranges import Range

from ...interface.records import StoredEntry
from ...interface.withholding import (
    RelayRule,
    RuleProgress,
    Withheld,
    ranges_of,
)
from ..server.connection import Connection
from . import feed_rows
from .accounts.successors import OWN
from .entry_rows import at_keys
from .feed_numbers import FEED_BITS

_RULE = "r.key, r.action, r.title, r.maker, r.because"

_ENTRIES: Final = f"""
    SELECT w.feed, w.seq, {_RULE} FROM withheld w JOIN relay_rules r ON r.number = w.rule
    JOIN log l ON l.feed = w.feed AND w.seq BETWEEN l.seq AND l.seq + (l.last - l.arrival)
    WHERE l.arrival + (w.seq - l.seq) < %s
    ORDER BY l.arrival + (w.seq - l.seq) DESC LIMIT %s"""  # noqa: S608 - fixed text

_RULE_OF: Final = f"""
    SELECT {_RULE} FROM withheld w JOIN relay_rules r ON r.number = w.rule
    WHERE w.feed = %s AND w.seq = %s"""  # noqa: S608 - fixed text

_STATE: Final = "SELECT rules, since, judged, swept FROM rule_progress"

_NUMBERS: Final = "SELECT seq FROM withheld WHERE feed = %s AND seq BETWEEN %s AND %s"

_ALL_NUMBERS: Final = "SELECT feed, seq FROM withheld ORDER BY feed, seq"

_LATE: Final = f"""
    SELECT l.feed, l.seq + greatest(%s + 1 - l.arrival, 0), l.seq + (l.last - l.arrival)
    FROM log l JOIN accounts a ON a.number = l.account WHERE l.last > %s AND NOT {OWN}"""  # noqa: S608
"""What is not looked at yet, of others: feed and numbers."""

_LATE_OF: Final = """
    SELECT seq + greatest(%s + 1 - arrival, 0), seq + (last - arrival)
    FROM log WHERE last > %s AND feed = %s"""

_EVER: Final = 1 << 62

_FEW: Final = 50
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
    numbers: dict[int, set[int]] = defaultdict(set)
    for feed, seq in db.rows(_ALL_NUMBERS):
        numbers[feed].add(seq)
    judged = _judged(db)
    for feed, low, high in db.rows(_LATE, (judged, judged)):
        numbers[feed].update(range(low, high + 1))
    every = zip(feed_rows.keys_of(db, list(numbers)), numbers.values(), strict=True)
    return {key: ranges_of(sorted(some)) for key, some in every if chosen is None or key in chosen}


def withheld_within(db: Connection, feed: bytes, first: int, last: int) -> list[Range]:
    """See `Store.withheld_within`."""
    row = feed_rows.by_key(db, feed)
    if row is None or row.own:
        return []
    found = {seq for (seq,) in db.rows(_NUMBERS, (row.number, first, last))}
    judged = _judged(db)
    for low, high in db.rows(_LATE_OF, (judged, judged, row.number)):
        found.update(range(max(low, first), min(high, last) + 1))
    return ranges_of(sorted(found))


def withheld_entries(db: Connection, limit: int, before: int | None) -> list[Withheld]:
    """See `Store.withheld_entries`."""
    rows = db.rows(_ENTRIES, (_EVER if before is None else before, max(limit, 0)))
    entries = at_keys(db, [(feed, seq) for feed, seq, *_ in rows])
    return [
        Withheld(entry, RelayRule(*rule))
        for entry, (_, _, *rule) in zip(entries, rows, strict=True)
    ]


def withheld_by(db: Connection, entry: StoredEntry) -> RelayRule | None:
    """See `Store.withheld_by`."""
    number = feed_rows.numbers_of(db, [entry.feed]).get(entry.feed)
    row = None if number is None else db.row(_RULE_OF, (number, entry.seq))
    return None if row is None else RelayRule(*row)


def problems(db: Connection) -> Iterator[str]:
    """One line for each row of something that is not there."""
    query = f"""
        SELECT k.feed, k.seq FROM withheld k WHERE NOT EXISTS (SELECT 1 FROM entries e
            WHERE e.account = k.feed >> {FEED_BITS} AND e.feed = k.feed AND e.seq = k.seq)"""  # noqa: S608
    for feed, seq in db.rows(query):
        yield f"entry {seq} of feed number {feed} is withheld, and not there"


def _judged(db: Connection) -> int:
    """The place up to which everything has been looked at that must be before it is passed on."""
    state = rule_progress(db)
    return _EVER if state is None else state.judged


def enter_rule(db: Connection, rule: RelayRule) -> int:
    """The number of a rule, which is entered where it is new."""
    query = """
        INSERT INTO relay_rules (key, action, title, maker, because) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT DO NOTHING"""
    db.run(query, rule)
    ((number,),) = db.rows("SELECT number FROM relay_rules WHERE key = %s", (rule.key,))
    return int(number)


def note_progress(db: Connection, state: RuleProgress) -> None:
    """Note which rules are in force and how far they have been asked."""
    query = """
        INSERT INTO rule_progress (one, rules, since, judged, swept) VALUES (1, %s, %s, %s, %s)
        ON CONFLICT (one) DO UPDATE SET rules = excluded.rules, since = excluded.since,
            judged = excluded.judged, swept = excluded.swept"""
    db.run(query, state)
