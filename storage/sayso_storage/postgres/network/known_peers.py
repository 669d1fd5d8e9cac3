"""Known peers in the store on PostgreSQL, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ...interface.network.known_peers import KnownPeers
from ..server.database import Database

if TYPE_CHECKING:
    from sayso_protocol.discovery.address_book.carriers import Carried
    from sayso_protocol.discovery.address_book.known_codec import KnownRow


class PostgresKnownPeers(KnownPeers):
    """See `KnownPeers`."""

    _database: Database

    def book_secret(self, fresh: bytes) -> bytes:
        from ..tables.network import known_peer_rows

        with self._database.writing(background=True, notice=None) as db:
            return known_peer_rows.secret(db, fresh)

    def known_peers(self) -> list[KnownRow]:
        from ..tables.network import known_peer_rows

        with self._database.reading() as db:
            return known_peer_rows.peers(db)

    def save_known_peers(self, changed: Iterable[KnownRow], gone: Iterable[str]) -> None:
        from ..tables.network import known_peer_rows

        with self._database.writing(background=True, notice=None) as db:
            known_peer_rows.save_peers(db, changed, gone)

    def carriers(self) -> list[Carried]:
        from ..tables.network import known_peer_rows

        with self._database.reading() as db:
            return known_peer_rows.carriers(db)

    def save_carriers(self, changes: Iterable[tuple[bytes, str, int | None]]) -> None:
        from ..tables.network import known_peer_rows

        with self._database.writing(background=True, notice=None) as db:
            known_peer_rows.save_carriers(db, changes)
