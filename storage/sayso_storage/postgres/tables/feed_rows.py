"""Feeds, grants and held stretches in PostgreSQL, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sayso_protocol.accounts.statement import End, Grant
from sayso_protocol.errors import NotGranted, TooLarge
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT

from ...interface.records import FeedState, Held
from ...validation.statement_rules import check_promise, end_of
from ..sql import bulk_insert
from .accounts import shown_rows
from .accounts.successors import CARRIED, OWN
from .entry_rows import chunks, marks
from .statement_tables import PostgresStatementTables
from ..server.connection import Connection

_FEEDS = f"""
    SELECT f.number, f.key, a.key, f.next_key_hash, f.wire, f.forked_at, {OWN},
        e.seq, e.id, p.wire
    FROM feeds f JOIN accounts a ON a.number = f.account
    LEFT JOIN ends e ON e.feed = f.number
    LEFT JOIN statements p ON p.account = f.account AND p.kind = 'fork' AND p.about = f.key"""  # noqa: S608 - fixed text

_BARE = f"""
    SELECT f.number, f.key, a.key, {OWN}, f.forked_at, e.seq, e.id
    FROM feeds f JOIN accounts a ON a.number = f.account
    LEFT JOIN ends e ON e.feed = f.number WHERE f.key IN ({{}})"""  # noqa: S608 - fixed text

_OWNER = "SELECT a.key FROM feeds f JOIN accounts a ON a.number = f.account WHERE f.key = %s"

_ACCOUNT = """
    SELECT a.number, (SELECT count(*) FROM feeds f WHERE f.account = a.number),
        EXISTS (SELECT 1 FROM statements s WHERE s.account = a.number)
            OR EXISTS (SELECT 1 FROM accepted c WHERE c.account = a.number)
    FROM accounts a WHERE a.key = %s"""
"""The number of an account, how many feeds it has, and whether statements or an invite say more."""

_HELD_COLUMNS = "feed, first, last, below, top, first_ms, last_ms"
_ALL_HELD = f"SELECT {_HELD_COLUMNS} FROM held"  # noqa: S608 - fixed text

_HELD_OF = """
    SELECT h.feed, h.first, h.last, h.below, h.top, h.first_ms, h.last_ms
    FROM accounts a JOIN feeds f ON f.account = a.number
    JOIN held h ON h.feed = f.number
    WHERE a.key IN ({}) ORDER BY h.feed, h.first"""

_HELD_OF_FEEDS = """
    SELECT h.feed, h.first, h.last, h.below, h.top, h.first_ms, h.last_ms
    FROM feeds f JOIN held h ON h.feed = f.number
    WHERE f.key IN ({}) ORDER BY h.feed, h.first"""

_HELD_OF_NUMBERS = f"{_ALL_HELD} WHERE feed IN ({{}}) ORDER BY feed, first"

_HELD = """
    SELECT first, last, below, top, first_ms, last_ms FROM held
    WHERE feed = %s ORDER BY first"""

_NUMBER_AND_HELD = """
    SELECT f.key, f.number, h.first, h.last, h.below, h.top, h.first_ms, h.last_ms
    FROM feeds f LEFT JOIN held h ON h.feed = f.number WHERE f.key IN ({}) ORDER BY h.first"""


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A feed's state with its number, and whether it is the own account's or a successor's."""

    number: int
    own: bool
    state: FeedState


class BareFeed(NamedTuple):
    """As much of a feed as taking entries in needs to know: its keys, numbers and stretches."""

    number: int
    key: bytes
    account: bytes
    own: bool
    forked_at: int | None
    end: End | None
    held: tuple[Held, ...]


def by_key(db: Connection, feed: bytes) -> FeedRow | None:
    """One feed, if its grant is known."""
    row = db.run(f"{_FEEDS} WHERE f.key = %s", (feed,)).fetchone()
    return None if row is None else _feed_row(db, row)


def bare(row: FeedRow) -> BareFeed:
    """The same of a feed that was read."""
    state = row.state
    known = row.number, state.feed, state.account, row.own, state.forked_at, state.end
    return BareFeed(*known, state.held)


def bare_by_keys(db: Connection, feeds: Iterable[bytes]) -> dict[bytes, BareFeed]:
    """Those of these feeds whose grants are known, by their keys: a fourth of `by_key` for each."""
    found: dict[bytes, BareFeed] = {}
    for some in chunks(list(dict.fromkeys(feeds))):
        keys = marks(len(some))
        held = _by_feed(db.run(_HELD_OF_FEEDS.format(keys), some))
        for row in db.run(_BARE.format(keys), some):
            number, key, account, own, forked_at, last, last_id = row
            end = None if last is None else End(last, last_id)
            parts = tuple(held.get(number, ()))
            found[key] = BareFeed(number, key, account, bool(own), forked_at, end, parts)
    return found


NumberAndHeld = tuple[int, tuple[Held, ...]]


def held_of_each(db: Connection, feeds: Iterable[bytes]) -> dict[bytes, NumberAndHeld]:
    """The numbers of feeds and their stretches, of those whose grants are known: less than a
    quarter of `by_key` for each."""
    found: dict[bytes, NumberAndHeld] = {}
    for some in chunks(list(dict.fromkeys(feeds))):
        for key, number, *part in db.run(_NUMBER_AND_HELD.format(marks(len(some))), some):
            held = (Held(*part),) if part[0] is not None else ()
            found[key] = number, (*found[key][1], *held) if key in found else held
    return found


def by_number(db: Connection, number: int) -> FeedRow:
    """One feed that is there."""
    return _feed_row(db, db.run(f"{_FEEDS} WHERE f.number = %s", (number,)).fetchone())


def of_account(db: Connection, account: bytes | None) -> list[FeedRow]:
    """All feeds of an account, or of all accounts, in order of arrival."""
    if account is None:
        return _all(db, "")
    rows = db.run(f"{_FEEDS} WHERE a.key = %s ORDER BY f.number", (account,))
    return [_feed_row(db, row) for row in rows.fetchall()]


def carried(db: Connection) -> list[FeedRow]:
    """All feeds of the accounts that are carried, in order of arrival."""
    return _all(db, f"WHERE {CARRIED}")


def _all(db: Connection, condition: str) -> list[FeedRow]:
    """Many feeds at once: the stretches are read in one go."""
    held = _by_feed(db.run(f"{_ALL_HELD} ORDER BY feed, first"))
    rows = db.run(f"{_FEEDS} {condition} ORDER BY f.number")
    return [_make_row(row, tuple(held.get(row[0], ()))) for row in rows]


def of_each(db: Connection, accounts: Iterable[bytes]) -> dict[bytes, list[FeedState]]:
    """See `Feeds.feeds_of_each`."""
    found: dict[bytes, list[FeedState]] = {}
    for some in chunks(list(dict.fromkeys(accounts))):
        keys = marks(len(some))
        held = _by_feed(db.run(_HELD_OF.format(keys), some))
        for row in db.run(f"{_FEEDS} WHERE a.key IN ({keys}) ORDER BY f.number", some):
            state = _make_row(row, tuple(held.get(row[0], ()))).state
            found.setdefault(state.account, []).append(state)
    return found


def since(db: Connection, arrival: int) -> list[FeedRow]:
    """The feeds that got entries after a place in the order of arrival."""
    late = "SELECT DISTINCT feed FROM entries WHERE arrival > %s"
    numbers = sorted(number for (number,) in db.run(late, (arrival,)))
    found: list[FeedRow] = []
    for some in chunks(numbers):
        places = marks(len(some))
        held = _by_feed(db.run(_HELD_OF_NUMBERS.format(places), some))
        rows = db.run(f"{_FEEDS} WHERE f.number IN ({places}) ORDER BY f.number", some)
        found += [_make_row(row, tuple(held.get(row[0], ()))) for row in rows]
    return found


def own(db: Connection) -> FeedRow | None:
    """The feed of this device, if the store has an owner."""
    row = db.run(f"{_FEEDS} JOIN store s ON s.own_feed = f.number").fetchone()
    return None if row is None else _feed_row(db, row)


def set_own(db: Connection, feed: bytes) -> None:
    """Make a feed that is known the one of this device."""
    db.run("UPDATE store SET own_feed = (SELECT number FROM feeds WHERE key = %s)", (feed,))


def admit(db: Connection, grant: Grant) -> bool:
    """Enter a feed of a known account; True where it is new.

    Raises `NotGranted`, `PromiseBroken` and `TooLarge` as `Store.add_grant`.
    """
    known = db.run(_OWNER, (grant.feed,)).fetchone()
    if known is not None:
        if known[0] != grant.account:
            raise NotGranted("the feed belongs to another account")
        return False
    account, count, is_more_known = db.run(_ACCOUNT, (grant.account,)).fetchone()
    tables = PostgresStatementTables(db)
    if count or is_more_known:
        check_promise(grant, tables)
    if count >= MAX_FEEDS_AN_ACCOUNT:
        raise TooLarge("the account has as many feeds as are allowed")
    cursor = db.run(
        "INSERT INTO feeds (key, account, next_key_hash, wire) VALUES (%s, %s, %s, %s)",
        (grant.feed, account, grant.next_key_hash, grant.wire),
    )
    number = cast(int, cursor.lastrowid)
    shown_rows.add_feeds(db, number, number)
    end = end_of(grant.account, grant.feed, tables) if is_more_known else None
    if end is not None:
        save_end(db, number, end)
    return True


def forget_end(db: Connection, number: int) -> None:
    """A feed has no end any more."""
    db.run("DELETE FROM ends WHERE feed = %s", (number,))


def save_end(db: Connection, number: int | None, end: End) -> None:
    """Write where a feed ends."""
    db.run("REPLACE INTO ends (feed, seq, id) VALUES (%s, %s, %s)", (number, end.seq, end.id))


def note_fork(db: Connection, number: int, seq: int) -> None:
    """Keep the lowest sequence number at which a feed is known to fork."""
    query = "UPDATE feeds SET forked_at = min(coalesce(forked_at, %s), %s) WHERE number = %s"
    db.run(query, (seq, number))


def save_held(
    db: Connection, feeds: Iterable[tuple[int, Sequence[Held], Sequence[Held]]]
) -> None:
    """Write the stretches of feeds that differ from what was read: number, old, new."""
    gone: list[tuple[int, int]] = []
    changed: list[tuple[Any, ...]] = []
    begun: list[tuple[Any, ...]] = []
    for number, old, new in feeds:
        if not old:
            begun += [_held_row(number, part) for part in new]
            continue
        starts = {part.first for part in new}
        gone += [(number, part.first) for part in old if part.first not in starts]
        changed += [_held_row(number, part) for part in set(new) - set(old)]
    if gone:
        db.run_each("DELETE FROM held WHERE feed = %s AND first = %s", gone)
    if changed:
        db.run_each("REPLACE INTO held VALUES (%s, %s, %s, %s, %s, %s, %s)", changed)
    if begun:
        bulk_insert.insert(db, "held", _HELD_COLUMNS, list(zip(*begun, strict=True)))


def _held_row(number: int, part: Held) -> tuple[Any, ...]:
    return number, part.first, part.last, part.below, part.top, part.first_ms, part.last_ms


def _by_feed(rows: Iterable[tuple[Any, ...]]) -> dict[int, list[Held]]:
    """Stretches by the number of their feed, which each row begins with."""
    held: dict[int, list[Held]] = {}
    for number, *part in rows:
        held.setdefault(number, []).append(Held(*part))
    return held


def _feed_row(db: Connection, row: tuple[Any, ...]) -> FeedRow:
    return _make_row(row, tuple(Held(*part) for part in db.run(_HELD, (row[0],))))


def _make_row(row: tuple[Any, ...], held: tuple[Held, ...]) -> FeedRow:
    number, key, account, next_key_hash, wire, forked_at, is_own, last, last_id, proof = row
    grant = Grant(account, key, next_key_hash, wire)
    end = None if last is None else End(last, last_id)
    state = FeedState(key, account, grant, held, forked_at, end, proof)
    return FeedRow(number, bool(is_own), state)
