"""Known peers in PostgreSQL, inside the caller's transaction. A row whose check sum does not fit is as
good as none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sayso_protocol.discovery.address_book.carriers import Carried
from sayso_protocol.discovery.address_book.known_codec import KnownRow

from ...server.connection import Connection

_SECRET: Final = f"""
    INSERT INTO book (one, secret, seal) VALUES (1, %(secret)s, seal(1, %(secret)s))
    ON CONFLICT DO UPDATE SET secret = %(secret)s, seal = seal(1, %(secret)s)
    WHERE seal <> seal(x)"""  # noqa: S608 - fixed text

_PEERS: Final = f"""
    SELECT x FROM known_peers
    WHERE seal = seal(x) ORDER BY peer"""  # noqa: S608 - fixed text

_SAVE_PEER: Final = f"""
    INSERT OR REPLACE INTO known_peers (x, seal)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, seal(%s, %s, %s, %s, %s, %s, %s, %s))"""  # noqa: S608

_CARRIERS: Final = f"""
    SELECT account, peer, at_ms FROM carriers
    WHERE seal = seal(x) ORDER BY account, peer"""  # noqa: S608 - fixed text

_SAVE_CARRIER: Final = """
    INSERT OR REPLACE INTO carriers (account, peer, at_ms, seal)
    VALUES (%s, %s, %s, seal(%s, %s, %s))"""

_NO_LONGER: Final = "DELETE FROM carriers WHERE account = %s AND peer = %s"


def secret(db: Connection, fresh: bytes) -> bytes:
    """See `KnownPeers.book_secret`."""
    db.run(_SECRET, {"secret": fresh})
    return bytes(db.run("SELECT secret FROM book").fetchone()[0])


def peers(db: Connection) -> list[KnownRow]:
    """See `KnownPeers.known_peers`."""
    return [
        KnownRow(peer, bool(chosen), bool(anchor), bool(agrees), *rest)
        for peer, chosen, anchor, agrees, *rest in db.run(_PEERS)
    ]


def save_peers(db: Connection, changed: Iterable[KnownRow], gone: Iterable[str]) -> None:
    """See `KnownPeers.save_known_peers`."""
    db.run_each("DELETE FROM known_peers WHERE peer = %s", [(one,) for one in gone])
    flat = [(row[0], *map(int, row[1:6]), *row[6:]) for row in changed]
    db.run_each(_SAVE_PEER, flat)


def carriers(db: Connection) -> list[Carried]:
    """See `KnownPeers.carriers`."""
    return [(account, peer, at_ms) for account, peer, at_ms in db.run(_CARRIERS)]


def save_carriers(db: Connection, changes: Iterable[tuple[bytes, str, int | None]]) -> None:
    """See `KnownPeers.save_carriers`."""
    newest = {(account, peer): at_ms for account, peer, at_ms in changes}
    rows = [(*key, at_ms) for key, at_ms in newest.items()]
    db.run_each(_NO_LONGER, [row[:2] for row in rows if row[2] is None])
    db.run_each(_SAVE_CARRIER, [row for row in rows if row[2] is not None])
