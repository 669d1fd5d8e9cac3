"""Known peers in SQLite, inside the caller's transaction. A row whose check sum does not fit is as
good as none."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Final

from sayso_protocol.discovery.address_book.carriers import Carried
from sayso_protocol.discovery.address_book.known_codec import KnownRow

from ...sql.checksum import COVERED

_SECRET: Final = f"""
    INSERT INTO book (one, secret, seal) VALUES (1, :secret, seal(1, :secret))
    ON CONFLICT DO UPDATE SET secret = :secret, seal = seal(1, :secret)
    WHERE seal <> seal({COVERED["book"]})"""  # noqa: S608 - fixed text

_PEERS: Final = f"""
    SELECT {COVERED["known_peers"]} FROM known_peers
    WHERE seal = seal({COVERED["known_peers"]}) ORDER BY peer"""  # noqa: S608 - fixed text

_SAVE_PEER: Final = f"""
    INSERT OR REPLACE INTO known_peers ({COVERED["known_peers"]}, seal)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, seal(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))"""  # noqa: S608

_CARRIERS: Final = f"""
    SELECT account, peer, at_ms FROM carriers
    WHERE seal = seal({COVERED["carriers"]}) ORDER BY account, peer"""  # noqa: S608 - fixed text

_SAVE_CARRIER: Final = """
    INSERT OR REPLACE INTO carriers (account, peer, at_ms, seal)
    VALUES (?1, ?2, ?3, seal(?1, ?2, ?3))"""

_NO_LONGER: Final = "DELETE FROM carriers WHERE account = ? AND peer = ?"


def secret(db: sqlite3.Connection, fresh: bytes) -> bytes:
    """See `KnownPeers.book_secret`."""
    db.execute(_SECRET, {"secret": fresh})
    return bytes(db.execute("SELECT secret FROM book").fetchone()[0])


def peers(db: sqlite3.Connection) -> list[KnownRow]:
    """See `KnownPeers.known_peers`."""
    return [
        KnownRow(peer, bool(chosen), bool(anchor), bool(agrees), *rest)
        for peer, chosen, anchor, agrees, *rest in db.execute(_PEERS)
    ]


def save_peers(db: sqlite3.Connection, changed: Iterable[KnownRow], gone: Iterable[str]) -> None:
    """See `KnownPeers.save_known_peers`."""
    db.executemany("DELETE FROM known_peers WHERE peer = ?", [(one,) for one in gone])
    flat = [(row[0], *map(int, row[1:6]), *row[6:]) for row in changed]
    db.executemany(_SAVE_PEER, flat)


def carriers(db: sqlite3.Connection) -> list[Carried]:
    """See `KnownPeers.carriers`."""
    return [(account, peer, at_ms) for account, peer, at_ms in db.execute(_CARRIERS)]


def save_carriers(db: sqlite3.Connection, changes: Iterable[tuple[bytes, str, int | None]]) -> None:
    """See `KnownPeers.save_carriers`."""
    newest = {(account, peer): at_ms for account, peer, at_ms in changes}
    rows = [(*key, at_ms) for key, at_ms in newest.items()]
    db.executemany(_NO_LONGER, [row[:2] for row in rows if row[2] is None])
    db.executemany(_SAVE_CARRIER, [row for row in rows if row[2] is not None])
