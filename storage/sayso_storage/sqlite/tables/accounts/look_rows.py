"""What the names of followed accounts look like, kept with follows, petnames and newest profiles.

Accounts that are not followed have no rows: however many have one look, they cost nothing here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final

from sayso_protocol.content.body import Profile, read_body
from sayso_protocol.text.skeleton import look_keys

from ....index.kinds import kind_code

_LOOK_SIZE: Final = 16
"""Bytes that are kept of a look: a name in hostile letters can have one of thousands."""

_MAX_TRIED: Final = 64
"""Entries of a feed that are read in search of its newest profile. It is the first, unless
somebody makes entries of a kind whose number is that of profiles."""

_PROFILE: Final = kind_code(Profile.KIND)

_SUBSCRIBED = """
    SELECT number, iif(own, 0, place), petname FROM accounts
    WHERE (own OR followed) AND {}"""
_BY_KEY = _SUBSCRIBED.format("key = ?")
_BY_NUMBER = _SUBSCRIBED.format("number = ?")
_EVERY = _SUBSCRIBED.format("TRUE")

_NUMBER = "SELECT number FROM accounts WHERE key = ?"
_AUTHOR = "SELECT account FROM feeds WHERE number = ?"

_PROFILES = """
    SELECT sort_ms, seq, arrival, body FROM entries INDEXED BY others_by_kind
    WHERE feed = ? AND kind = ? AND kind <> 1 AND body IS NOT NULL ORDER BY seq DESC LIMIT ?"""

_ALIKE = """
    SELECT l.place, a.key FROM looks l CROSS JOIN accounts a ON a.number = l.account
    WHERE l.look = ? ORDER BY l.place, l.account LIMIT ?"""

_Row = tuple[bytes, int, int]


def named_alike(db: sqlite3.Connection, names: Iterable[str], limit: int) -> dict[str, list[bytes]]:
    """See `Accounts.named_alike`."""
    found: dict[str, list[bytes]] = {}
    for name in names:
        rows = {
            row
            for key in look_keys(name)
            for row in db.execute(_ALIKE, (_look(key), max(limit, 0)))
        }
        if rows:
            found[name] = [account for _, account in sorted(rows)][: max(limit, 0)]
    return found


def renew_account(db: sqlite3.Connection, account: bytes) -> None:
    """Make the rows of an account anew, after its petname, its place or whether it is followed
    changed."""
    row = db.execute(_NUMBER, (account,)).fetchone()
    if row is not None:
        _set(db, row[0], _wanted(db, db.execute(_BY_KEY, (account,))))


def renew_feeds(db: sqlite3.Connection, feeds: Iterable[int]) -> None:
    """The same for the accounts of feeds of which a profile came or went."""
    authors = {row[0] for feed in feeds for row in db.execute(_AUTHOR, (feed,))}
    for number in authors:
        subscribed = db.execute(_BY_NUMBER, (number,)).fetchall()
        if subscribed:
            _set(db, number, _wanted(db, subscribed))


def rebuild(db: sqlite3.Connection) -> None:
    """Make all rows anew."""
    db.execute("DELETE FROM looks")
    db.executemany("INSERT INTO looks VALUES (?, ?, ?)", sorted(_everything(db)))


def problems(db: sqlite3.Connection) -> Iterator[str]:
    """One line where the rows are not what petnames and profiles say."""
    if set(db.execute("SELECT look, place, account FROM looks")) != _everything(db):
        yield "what names look like is not what petnames and profiles say"


def _everything(db: sqlite3.Connection) -> set[_Row]:
    return _wanted(db, db.execute(_EVERY).fetchall())


def _wanted(db: sqlite3.Connection, subscribed: Iterable[tuple[int, int, str | None]]) -> set[_Row]:
    return {
        (_look(key), place, number)
        for number, place, petname in subscribed
        for name in (petname, _claimed(db, number))
        if name
        for key in look_keys(name)
    }


def _set(db: sqlite3.Connection, number: int, wanted: set[_Row]) -> None:
    query = "SELECT look, place, account FROM looks WHERE account = ?"
    there = set(db.execute(query, (number,)))
    if there != wanted:
        query = "DELETE FROM looks WHERE look = ? AND place = ? AND account = ?"
        db.executemany(query, there - wanted)
        db.executemany("INSERT INTO looks VALUES (?, ?, ?)", wanted - there)


def _claimed(db: sqlite3.Connection, number: int) -> str | None:
    """The name in the newest profile of an account, as `latest` finds it."""
    newest: tuple[int, int, int] = (-1, -1, -1)
    name: str | None = None
    for (feed,) in db.execute("SELECT number FROM feeds WHERE account = ?", (number,)).fetchall():
        for *place, body in db.execute(_PROFILES, (feed, _PROFILE, _MAX_TRIED)):
            profile = read_body(body)
            if isinstance(profile, Profile):
                sort_ms, seq, arrival = place
                if (sort_ms, seq, arrival) > newest:
                    newest, name = (sort_ms, seq, arrival), profile.name
                break
    return name


def _look(key: str) -> bytes:
    return blake2b(key.encode(errors="surrogatepass"), digest_size=_LOOK_SIZE).digest()
