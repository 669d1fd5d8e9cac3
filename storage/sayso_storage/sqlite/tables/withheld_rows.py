"""Entries that are kept back, inside the caller's transaction; see `..keeping_back`."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.ranges import Range

from ...interface.records import StoredEntry
from ...interface.withholding import CarryRule, Decision, Judged, Released, Withheld, ranges_of
from ...validation.feed_end import without
from ..file.checksum import renew, seal
from ..ingest.feed_entries import StoredEntries, nothing_waits
from ..ingest.removal import remove, unindex
from . import feed_rows, peer_rows
from .entry_rows import COLUMNS, JOINED, entry_of
from .successors import OWN

_RULE = "r.key, r.action, r.title, r.maker, r.because"

_ENTRIES = f"""{COLUMNS}, {_RULE}
    FROM kept_back k CROSS JOIN carry_rules r ON r.number = k.rule
    CROSS JOIN entries e ON e.feed = k.feed AND e.seq = k.seq {JOINED}
    WHERE e.arrival < ? ORDER BY e.arrival DESC LIMIT ?"""

_RULE_OF = f"""
    SELECT {_RULE} FROM kept_back k JOIN carry_rules r ON r.number = k.rule
    JOIN feeds f ON f.number = k.feed WHERE f.key = ? AND k.seq = ?"""  # noqa: S608 - fixed text

_STATE = "SELECT rules, since, judged, swept FROM carry_state"

_OTHERS = "SELECT number, key FROM carry_rules"

_THINNED = """
    SELECT k.feed, k.seq FROM kept_back k
    JOIN entries e ON e.feed = k.feed AND e.seq = k.seq
    WHERE k.rule = ? AND e.body IS NULL ORDER BY k.feed, k.seq"""

_FEEDS = "SELECT DISTINCT feed FROM kept_back"

_TIDY = "DELETE FROM carry_rules WHERE number NOT IN (SELECT rule FROM kept_back)"

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


def asked(db: sqlite3.Connection) -> Judged | None:
    """See `Store.asked`."""
    row = db.execute(_STATE).fetchone()
    return None if row is None else Judged(*row)


def change_rules(
    db: sqlite3.Connection, rules: bytes | None, good: Collection[bytes], last: int
) -> Released:
    """See `Store.change_carry_rules`; `last` is the newest arrival."""
    gone = [number for number, key in db.execute(_OTHERS).fetchall() if key not in good]
    changed = removed = sorted({feed for number in gone for feed in _fetch_again(db, number)})
    if rules is None:
        changed = sorted({*removed, *(feed for (feed,) in db.execute(_FEEDS))})
        db.execute("DELETE FROM kept_back")
        db.execute("DELETE FROM carry_state")
    else:
        _note(db, Judged(rules, last, last))
    db.execute(_TIDY)
    if changed:
        peer_rows.forget(db)
    return Released(_keys(db, changed), _keys(db, removed))


def keep_back(db: sqlite3.Connection, decisions: Sequence[Decision], now: Judged) -> list[bytes]:
    """See `Store.keep_back`."""
    before = asked(db)
    if before is None or (before.rules, before.since) != (now.rules, now.since):
        return []
    followed = [(one.rule, _follow(db, one)) for one in decisions]
    changed = {number for _, number in followed if number is not None}
    if any(rule is None and number is not None for rule, number in followed):
        peer_rows.forget(db)
    if before != now:
        _note(db, now)
    return _keys(db, sorted(changed))


def withheld(db: sqlite3.Connection, wanted: Iterable[bytes] | None) -> dict[bytes, list[Range]]:
    """See `Store.kept_back`."""
    chosen = None if wanted is None else set(wanted)
    if chosen is not None and len(chosen) <= _FEW:
        found = {feed: kept_within(db, feed, 1, _EVER) for feed in chosen}
        return {feed: kept for feed, kept in found.items() if kept}
    rows = db.execute(_ALL_NUMBERS, (_judged(db),))
    by_feed = {
        number: ranges_of(seq for _, seq in part) for number, part in groupby(rows, itemgetter(0))
    }
    every = dict(zip(_keys(db, list(by_feed)), by_feed.values(), strict=True))
    return {feed: kept for feed, kept in every.items() if chosen is None or feed in chosen}


def kept_within(db: sqlite3.Connection, feed: bytes, first: int, last: int) -> list[Range]:
    """See `Store.kept_within`."""
    row = feed_rows.by_key(db, feed)
    if row is None or row.own:
        return []
    part = row.number, first, last
    late = db.execute(_LATE, (_judged(db), *part))
    return ranges_of(sorted({seq for (seq,) in (*db.execute(_NUMBERS, part), *late)}))


def kept_entries(db: sqlite3.Connection, limit: int, before: int | None) -> list[Withheld]:
    """See `Store.kept_entries`."""
    rows = db.execute(_ENTRIES, (_EVER if before is None else before, max(limit, 0)))
    return [Withheld(entry_of(row[:-5]), CarryRule(*row[-5:])) for row in rows]


def kept_by(db: sqlite3.Connection, entry: StoredEntry) -> CarryRule | None:
    """See `Store.kept_by`."""
    row = db.execute(_RULE_OF, (entry.feed, entry.seq)).fetchone()
    return None if row is None else CarryRule(*row)


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line for each row of something that is not there."""
    query = """
        SELECT feed, seq FROM kept_back k WHERE NOT EXISTS
            (SELECT 1 FROM entries e WHERE e.feed = k.feed AND e.seq = k.seq)"""
    for feed, seq in db.execute(query):
        yield f"entry {seq} of feed number {feed} is kept back, and not there"


def _judged(db: sqlite3.Connection) -> int:
    """The place up to which everything has been looked at that must be before it is passed on."""
    state = asked(db)
    return _EVER if state is None else state.judged


def _follow(db: sqlite3.Connection, decision: Decision) -> int | None:
    """Follow a decision; gives the number of the feed where that changes what is passed on."""
    query = "SELECT feed, seq, sort_ms, body FROM entries WHERE arrival = ? AND id = ?"
    entry = decision.entry
    row = db.execute(query, (entry.arrival, entry.id)).fetchone()
    if row is None or row[-1] is None:
        return None
    feed, seq, sort_ms, body = row
    query = "SELECT rule FROM kept_back WHERE feed = ? AND seq = ?"
    old = db.execute(query, (feed, seq)).fetchone()
    if decision.rule is None:
        if old is not None:
            db.execute("DELETE FROM kept_back WHERE feed = ? AND seq = ?", (feed, seq))
        return None if old is None else int(feed)
    rule = _number_of(db, decision.rule)
    values = feed, seq, rule
    db.execute("REPLACE INTO kept_back VALUES (?, ?, ?, ?)", (*values, seal(*values)))
    if decision.thin:
        _thin(db, feed, (entry.arrival, sort_ms, seq, body))
    return int(feed) if old is None else None


def _thin(db: sqlite3.Connection, number: int, row: tuple[int, int, int, bytes]) -> None:
    """Let go of a body, and of all that indexes have of it."""
    arrival, *_, body = row
    unindex(db, number, [row])
    db.execute("INSERT INTO absent VALUES (?, ?, ?)", (arrival, len(body), body_hash(body)))
    db.execute("UPDATE entries SET body = NULL, kind = NULL WHERE arrival = ?", (arrival,))


def _fetch_again(db: sqlite3.Connection, rule: int) -> list[int]:
    """Remove what a rule has thinned; gives the numbers of the feeds it was of."""
    changed: list[int] = []
    for feed, rows in groupby(db.execute(_THINNED, (rule,)).fetchall(), itemgetter(0)):
        _remove(db, feed, ranges_of(seq for _, seq in rows))
        changed.append(feed)
    return changed


def _remove(db: sqlite3.Connection, number: int, gone: list[Range]) -> None:
    row = feed_rows.by_number(db, number)
    entries = StoredEntries(db, number, row.state.feed, nothing_waits)
    left = without(row.state.held, gone, entries)
    remove(db, number, left.gone)
    feed_rows.save_held(db, [(number, row.state.held, left.held)])


def _number_of(db: sqlite3.Connection, rule: CarryRule) -> int:
    """The number of a rule, which is entered where it is new."""
    query = """
        INSERT INTO carry_rules (key, action, title, maker, because) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING"""
    if db.execute(query, rule).rowcount:
        renew(db, "carry_rules", "key", rule.key)
    (number,) = db.execute("SELECT number FROM carry_rules WHERE key = ?", (rule.key,)).fetchone()
    return int(number)


def _note(db: sqlite3.Connection, state: Judged) -> None:
    query = "REPLACE INTO carry_state (one, rules, since, judged, swept) VALUES (1, ?, ?, ?, ?)"
    db.execute(query, state)
    renew(db, "carry_state", "one", 1)


def _keys(db: sqlite3.Connection, numbers: Iterable[int]) -> list[bytes]:
    query = "SELECT key FROM feeds WHERE number = ?"
    return [bytes(db.execute(query, (number,)).fetchone()[0]) for number in numbers]
