"""Known peers in PostgreSQL, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sayso_protocol.discovery.address_book.carriers import Carried
from sayso_protocol.discovery.address_book.known_codec import KnownRow

from ...server.connection import Connection

_DRAW: Final = "INSERT INTO book (one, secret) VALUES (1, %s) ON CONFLICT DO NOTHING"

_PEERS: Final = """
    SELECT peer, chosen, anchor, agrees, seen_ms, sequence, record, addresses FROM known_peers
    ORDER BY peer"""

_SAVE_PEER: Final = """
    INSERT INTO known_peers (peer, chosen, anchor, agrees, seen_ms, sequence, record, addresses)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (peer) DO UPDATE SET chosen = excluded.chosen, anchor = excluded.anchor,
        agrees = excluded.agrees, seen_ms = excluded.seen_ms, sequence = excluded.sequence,
        record = excluded.record, addresses = excluded.addresses"""

_CARRIERS: Final = "SELECT account, peer, at_ms FROM carriers ORDER BY account, peer"

_SAVE_CARRIER: Final = """
    INSERT INTO carriers (account, peer, at_ms) VALUES (%s, %s, %s)
    ON CONFLICT (account, peer) DO UPDATE SET at_ms = excluded.at_ms"""

_NO_LONGER: Final = "DELETE FROM carriers WHERE account = %s AND peer = %s"


def secret(db: Connection, fresh: bytes) -> bytes:
    """See `KnownPeers.book_secret`."""
    db.run(_DRAW, (fresh,))
    return bytes(db.rows("SELECT secret FROM book")[0][0])


def peers(db: Connection) -> list[KnownRow]:
    """See `KnownPeers.known_peers`."""
    return [KnownRow(*row) for row in db.rows(_PEERS)]


def save_peers(db: Connection, changed: Iterable[KnownRow], gone: Iterable[str]) -> None:
    """See `KnownPeers.save_known_peers`."""
    db.run_each("DELETE FROM known_peers WHERE peer = %s", [(one,) for one in gone])
    db.run_each(_SAVE_PEER, list(changed))


def carriers(db: Connection) -> list[Carried]:
    """See `KnownPeers.carriers`."""
    return [(account, peer, at_ms) for account, peer, at_ms in db.run(_CARRIERS)]


def save_carriers(db: Connection, changes: Iterable[tuple[bytes, str, int | None]]) -> None:
    """See `KnownPeers.save_carriers`."""
    newest = {(account, peer): at_ms for account, peer, at_ms in changes}
    rows = [(*key, at_ms) for key, at_ms in newest.items()]
    db.run_each(_NO_LONGER, [row[:2] for row in rows if row[2] is None])
    db.run_each(_SAVE_CARRIER, [row for row in rows if row[2] is not None])
