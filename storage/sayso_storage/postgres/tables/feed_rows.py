"""Feeds, grants and held stretches, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sayso_protocol.accounts.statement import End, Grant
from sayso_protocol.errors import NotGranted, TooLarge
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT

from ...interface.records import FeedState, Held
from ...validation.statement_rules import check_promise, end_of
from ..server.connection import Connection, Row
from .accounts.successors import CARRIED, OWN
from .feed_numbers import account_of, bucket, feed_number
from .statement_tables import PostgresStatementTables

_FEEDS: Final = f"""
    SELECT f.feed, f.key, a.key, f.next_key_hash, f.wire, f.forked_at, {OWN},
        f.end_seq, f.end_id, p.wire
    FROM feeds f JOIN accounts a ON a.number = f.account
    LEFT JOIN statements p ON p.account = f.account AND p.kind = 'fork' AND p.about = f.key"""  # noqa: S608 - fixed text

_BARE: Final = f"""
    SELECT f.feed, f.key, a.key, {OWN}, f.forked_at, f.end_seq, f.end_id
    FROM feeds f JOIN accounts a ON a.number = f.account
    WHERE f.account = ANY(%s) AND f.feed = ANY(%s)"""  # noqa: S608 - fixed text

_NUMBERS: Final = """
    SELECT k.key, k.feed FROM unnest(%s::int[], %s::bytea[]) AS w (bucket, key)
    JOIN feed_keys k ON k.bucket = w.bucket AND k.key = w.key"""

_OWNER: Final = "SELECT key FROM accounts WHERE number = %s"

_ACCOUNT: Final = """
    SELECT a.number, (SELECT count(*) FROM feeds f WHERE f.account = a.number),
        EXISTS (SELECT 1 FROM statements s WHERE s.account = a.number)
            OR EXISTS (SELECT 1 FROM accepted c WHERE c.account = a.number)
    FROM accounts a WHERE a.key = %s"""
"""The number of an account, how many feeds it has, and whether statements or an invite say more."""

_HELD: Final = """
    SELECT feed, first, last, below, top, first_ms, last_ms FROM held
    WHERE account = ANY(%s) AND feed = ANY(%s) ORDER BY feed, first"""

_HELD_TYPES: Final = ("int8", "int8", "int8", "int8", "bytea", "bytea", "int8", "int8")
_HELD_COLUMNS: Final = "account, feed, first, last, below, top, first_ms, last_ms"

_SINCE: Final = """
    SELECT DISTINCT l.feed FROM log l WHERE l.last > %s"""


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


def numbers_of(db: Connection, feeds: Iterable[bytes]) -> dict[bytes, int]:
    """The numbers of feeds by their keys, of those whose grants are known."""
    wanted = list(dict.fromkeys(feeds))
    return dict(db.rows(_NUMBERS, ([bucket(key) for key in wanted], wanted))) if wanted else {}


def keys_of(db: Connection, numbers: Iterable[int]) -> list[bytes]:
    """The keys of feeds that are there, by their numbers, in the order given."""
    wanted = list(numbers)
    if not wanted:
        return []
    query = "SELECT feed, key FROM feeds WHERE account = ANY(%s) AND feed = ANY(%s)"
    found: dict[int, bytes] = dict(db.rows(query, _columns(wanted)))
    return [found[number] for number in wanted]


def by_key(db: Connection, feed: bytes) -> FeedRow | None:
    """One feed, if its grant is known."""
    return next(iter(_of_numbers(db, numbers_of(db, [feed]).values())), None)


def bare(row: FeedRow) -> BareFeed:
    """The same of a feed that was read."""
    state = row.state
    known = row.number, state.feed, state.account, row.own, state.forked_at, state.end
    return BareFeed(*known, state.held)


def bare_by_keys(db: Connection, feeds: Iterable[bytes]) -> dict[bytes, BareFeed]:
    """Those of these feeds whose grants are known, by their keys."""
    numbers = list(numbers_of(db, feeds).values())
    if not numbers:
        return {}
    held = _held(db, numbers)
    found: dict[bytes, BareFeed] = {}
    for number, key, account, own, forked_at, last, last_id in db.rows(_BARE, _columns(numbers)):
        known = number, key, account, own, forked_at, _end(last, last_id)
        found[key] = BareFeed(*known, tuple(held.get(number, ())))
    return found


NumberAndHeld = tuple[int, tuple[Held, ...]]


def held_of_each(db: Connection, feeds: Iterable[bytes]) -> dict[bytes, NumberAndHeld]:
    """The numbers of feeds and their stretches, of those whose grants are known."""
    numbers = numbers_of(db, feeds)
    held = _held(db, list(numbers.values()))
    return {key: (number, tuple(held.get(number, ()))) for key, number in numbers.items()}


def by_number(db: Connection, number: int) -> FeedRow:
    """One feed that is there."""
    (row,) = _of_numbers(db, [number])
    return row


def of_account(db: Connection, account: bytes | None) -> list[FeedRow]:
    """All feeds of an account, or of all accounts, in order of arrival."""
    if account is None:
        return _all(db, "")
    rows = db.rows(f"{_FEEDS} WHERE a.key = %s ORDER BY f.number", (account,))
    return _with_held(db, rows)


def carried(db: Connection) -> list[FeedRow]:
    """All feeds of the accounts that are carried, in order of arrival."""
    return _all(db, f"WHERE {CARRIED}")


def of_each(db: Connection, accounts: Iterable[bytes]) -> dict[bytes, list[FeedState]]:
    """See `Feeds.feeds_of_each`."""
    found: dict[bytes, list[FeedState]] = {}
    rows = db.rows(f"{_FEEDS} WHERE a.key = ANY(%s) ORDER BY f.number", (list(accounts),))
    for row in _with_held(db, rows):
        found.setdefault(row.state.account, []).append(row.state)
    return found


def since(db: Connection, arrival: int) -> list[FeedRow]:
    """The feeds that got entries after a place in the order of arrival."""
    return _of_numbers(db, [number for (number,) in db.rows(_SINCE, (arrival,))])


def own(db: Connection) -> FeedRow | None:
    """The feed of this device, if the store has an owner."""
    row = db.row("SELECT own_feed FROM store WHERE own_feed IS NOT NULL")
    return None if row is None else by_number(db, row[0])


def set_own(db: Connection, feed: bytes) -> None:
    """Make a feed that is known the one of this device."""
    db.run("UPDATE store SET own_feed = %s", (numbers_of(db, [feed])[feed],))


def enter(db: Connection, grants: Sequence[Grant], accounts: Sequence[tuple[int, int]]) -> None:
    """Enter feeds that are new; of each account its number, and how many feeds it has."""
    ((first,),) = db.rows("SELECT coalesce(max(number), 0) + 1 FROM feeds")
    rows, keys = [], []
    for number, (grant, (account, count)) in enumerate(zip(grants, accounts, strict=True), first):
        feed = feed_number(account, count)
        rows.append((account, feed, grant.feed, grant.next_key_hash, grant.wire, number))
        keys.append((bucket(grant.feed), grant.feed, account, feed))
    types = ("int8", "int8", "bytea", "bytea", "bytea", "int8")
    db.copy_rows("feeds", "account, feed, key, next_key_hash, wire, number", types, rows)
    key_types = ("int4", "bytea", "int8", "int8")
    db.copy_rows("feed_keys", "bucket, key, account, feed", key_types, keys)


def admit(db: Connection, grant: Grant) -> bool:
    """Enter a feed of a known account; True where it is new.

    Raises `NotGranted`, `PromiseBroken` and `TooLarge` as `Store.add_grant`.
    """
    known = numbers_of(db, [grant.feed]).get(grant.feed)
    if known is not None:
        ((owner,),) = db.rows(_OWNER, (account_of(known),))
        if owner != grant.account:
            raise NotGranted("the feed belongs to another account")
        return False
    ((account, count, is_more_known),) = db.rows(_ACCOUNT, (grant.account,))
    tables = PostgresStatementTables(db)
    if count or is_more_known:
        check_promise(grant, tables)
    if count >= MAX_FEEDS_AN_ACCOUNT:
        raise TooLarge("the account has as many feeds as are allowed")
    enter(db, [grant], [(account, count)])
    end = end_of(grant.account, grant.feed, tables) if is_more_known else None
    if end is not None:
        save_end(db, feed_number(account, count), end)
    return True


def forget_end(db: Connection, number: int) -> None:
    """A feed has no end any more."""
    query = "UPDATE feeds SET end_seq = NULL, end_id = NULL WHERE account = %s AND feed = %s"
    db.run(query, (account_of(number), number))


def save_end(db: Connection, number: int, end: End) -> None:
    """Write where a feed ends."""
    query = "UPDATE feeds SET end_seq = %s, end_id = %s WHERE account = %s AND feed = %s"
    db.run(query, (end.seq, end.id, account_of(number), number))


def note_fork(db: Connection, number: int, seq: int) -> None:
    """Keep the lowest sequence number at which a feed is known to fork."""
    query = """
        UPDATE feeds SET forked_at = least(coalesce(forked_at, %s), %s)
        WHERE account = %s AND feed = %s"""
    db.run(query, (seq, seq, account_of(number), number))


def save_held(db: Connection, feeds: Iterable[tuple[int, Sequence[Held], Sequence[Held]]]) -> None:
    """Write the stretches of feeds that differ from what was read: number, old, new."""
    gone: list[tuple[int, int, int]] = []
    begun: list[tuple[Any, ...]] = []
    for number, old, new in feeds:
        changed = set(new) - set(old)
        gone += [(account_of(number), number, part.first) for part in old if part not in new]
        begun += [_held_row(number, part) for part in new if part in changed]
    if gone:
        db.run_each("DELETE FROM held WHERE account = %s AND feed = %s AND first = %s", gone)
    if begun:
        db.copy_rows("held", _HELD_COLUMNS, _HELD_TYPES, begun)


def _held_row(number: int, part: Held) -> tuple[Any, ...]:
    span = part.first, part.last, part.below, part.top, part.first_ms, part.last_ms
    return account_of(number), number, *span


def _all(db: Connection, condition: str) -> list[FeedRow]:
    return _with_held(db, db.rows(f"{_FEEDS} {condition} ORDER BY f.number"))


def _of_numbers(db: Connection, numbers: Iterable[int]) -> list[FeedRow]:
    wanted = list(numbers)
    if not wanted:
        return []
    condition = "WHERE f.account = ANY(%s) AND f.feed = ANY(%s) ORDER BY f.number"
    return _with_held(db, db.rows(f"{_FEEDS} {condition}", _columns(wanted)))


def _with_held(db: Connection, rows: Sequence[Row]) -> list[FeedRow]:
    held = _held(db, [row[0] for row in rows])
    return [_make_row(row, tuple(held.get(row[0], ()))) for row in rows]


def _held(db: Connection, numbers: Sequence[int]) -> dict[int, list[Held]]:
    """Stretches by the number of their feed."""
    held: dict[int, list[Held]] = {}
    for number, *part in db.rows(_HELD, _columns(numbers)) if numbers else ():
        held.setdefault(number, []).append(Held(*part))
    return held


def _columns(numbers: Iterable[int]) -> tuple[list[int], list[int]]:
    wanted = list(numbers)
    return [account_of(number) for number in wanted], wanted


def _end(last: int | None, last_id: bytes | None) -> End | None:
    return None if last is None else End(last, last_id)


def _make_row(row: Row, held: tuple[Held, ...]) -> FeedRow:
    number, key, account, next_key_hash, wire, forked_at, is_own, last, last_id, proof = row
    grant = Grant(account, key, next_key_hash, wire)
    state = FeedState(key, account, grant, held, forked_at, _end(last, last_id), proof)
    return FeedRow(number, is_own, state)
