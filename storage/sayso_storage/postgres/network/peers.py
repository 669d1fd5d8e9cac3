"""Peers in the PostgreSQL store, each method one transaction."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from typing import TYPE_CHECKING

from ...interface.network.peers import MAX_SOURCES, Peers
from ..server.database import Database
from ..tables import log_rows

if TYPE_CHECKING:
    from sayso_protocol.sync.resume_state import Interest, ResumeState
    from sayso_protocol.sync.resume_state import Place as Remembered
    from sayso_protocol.sync.wire.frames import Mark


class PostgresPeers(Peers):
    """See `Peers`."""

    _database: Database

    def mark(self, arrival: int | None = None) -> Mark | None:
        from ..tables.network import peer_rows

        with self._database.reading() as db:
            return peer_rows.mark(db, log_rows.last_arrival(db) if arrival is None else arrival)

    def recent_sources(self, limit: int = MAX_SOURCES) -> list[str]:
        with self._database.reading() as db:
            return log_rows.recent_sources(db, limit)

    def save_resume_state(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        from ..tables.network import peer_rows

        with self._database.writing(background=True, notice=None) as db:
            peer_rows.save_resume_state(db, peer_id, what, now_ms)

    def resume_state(self, peer_id: str) -> ResumeState:
        from ..tables.network import peer_rows

        with self._database.reading() as db:
            return peer_rows.resume_state(db, peer_id)

    def save_roster(self, store: str, known: bytes, now_ms: int) -> None:
        from ..tables.network import peer_rows

        with self._database.writing(background=True) as db:
            peer_rows.save_roster(db, store, known, now_ms)

    def rosters(self) -> list[bytes]:
        from ..tables.network import peer_rows

        with self._database.reading() as db:
            return peer_rows.rosters(db)
