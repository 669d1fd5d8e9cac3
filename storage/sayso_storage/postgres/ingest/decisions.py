"""Decisions of the rules followed: entries withheld, thinned, or fetched again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Final

from ...interface.withholding import Decision, Released, RuleProgress, ranges_of
from ..server.connection import Connection
from ..tables.entry_rows import AT, KEYS, columns_of, keys_at
from ..tables.feed_numbers import FEED_BITS
from ..tables.feed_rows import keys_of
from ..tables.network import peer_rows
from ..tables.timeline import import_rows
from ..tables.withheld_rows import enter_rule, note_progress, rule_progress
from .removal import remove_ranges
from .thinning import let_go

_OTHERS: Final = "SELECT number, key FROM relay_rules"

_THINNED: Final = f"""
    SELECT w.feed, w.seq FROM withheld w
    JOIN entries e ON e.account = w.feed >> {FEED_BITS} AND e.feed = w.feed AND e.seq = w.seq
    WHERE w.rule = %s AND e.body IS NULL ORDER BY w.feed, w.seq"""  # noqa: S608 - a number

_FEEDS: Final = "SELECT DISTINCT feed FROM withheld"

_TIDY: Final = "DELETE FROM relay_rules WHERE number NOT IN (SELECT rule FROM withheld)"

_ENTRY: Final = f"""
    SELECT e.feed, e.seq, e.sort_ms, e.body FROM {KEYS} JOIN entries e ON {AT}
    WHERE e.arrival = %s AND e.id = %s"""  # noqa: S608 - fixed text

_WITHHOLD: Final = """
    INSERT INTO withheld (feed, seq, rule) VALUES (%s, %s, %s)
    ON CONFLICT (feed, seq) DO UPDATE SET rule = excluded.rule"""


def change_rules(
    db: Connection, rules: bytes | None, good: Collection[bytes], last: int
) -> Released:
    """See `Store.change_relay_rules`; `last` is the newest arrival."""
    gone = [number for number, key in db.run(_OTHERS).fetchall() if key not in good]
    changed = removed = sorted({feed for number in gone for feed in _fetch_again(db, number)})
    if rules is None:
        changed = sorted({*removed, *(feed for (feed,) in db.run(_FEEDS))})
        db.run("DELETE FROM withheld")
        db.run("DELETE FROM rule_progress")
    else:
        note_progress(db, RuleProgress(rules, last, last))
    db.run(_TIDY)
    if changed:
        peer_rows.forget(db)
    return Released(keys_of(db, changed), keys_of(db, removed))


def follow(db: Connection, decisions: Sequence[Decision], now: RuleProgress) -> list[bytes]:
    """See `Store.withhold`."""
    before = rule_progress(db)
    if before is None or (before.rules, before.since) != (now.rules, now.since):
        return []
    followed = [(one.rule, _follow_one(db, one)) for one in decisions]
    changed = {number for _, number in followed if number is not None}
    import_rows.renew(db, changed)  # some may be without their bodies by now
    if any(rule is None and number is not None for rule, number in followed):
        peer_rows.forget(db)
    if before != now:
        note_progress(db, now)
    return keys_of(db, sorted(changed))


def _follow_one(db: Connection, decision: Decision) -> int | None:
    """Follow a decision; gives the number of the feed where that changes what is passed on."""
    entry = decision.entry
    keys = keys_at(db, [entry.arrival])
    row = db.row(_ENTRY, (*columns_of(keys), entry.arrival, entry.id))
    if row is None or row[-1] is None:
        return None
    feed, seq, sort_ms, body = row
    query = "SELECT rule FROM withheld WHERE feed = %s AND seq = %s"
    old = db.run(query, (feed, seq)).fetchone()
    if decision.rule is None:
        if old is not None:
            db.run("DELETE FROM withheld WHERE feed = %s AND seq = %s", (feed, seq))
        return None if old is None else int(feed)
    rule = enter_rule(db, decision.rule)
    db.run(_WITHHOLD, (feed, seq, rule))
    if decision.thin:
        let_go(db, feed, (entry.arrival, sort_ms, seq, body))
    return int(feed) if old is None else None


def _fetch_again(db: Connection, rule: int) -> list[int]:
    """Remove what a rule has thinned; gives the numbers of the feeds it was of."""
    changed: list[int] = []
    for feed, rows in groupby(db.run(_THINNED, (rule,)).fetchall(), itemgetter(0)):
        remove_ranges(db, feed, ranges_of(seq for _, seq in rows))
        changed.append(feed)
    return changed
