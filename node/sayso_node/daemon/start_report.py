"""What a start tells of the peers that are remembered: whom the node reaches and whom not."""

from __future__ import annotations

from typing import Any, Final

import trio

from ..sync.connection_manager import ConnectionManager
from ..sync.engine import Engine
from .peer_list import away_peers

PATIENCE_SECONDS: Final = 10.0
"""How long is waited for the last of them: a dial takes no longer."""


async def start_report(manager: ConnectionManager, engine: Engine) -> dict[str, Any] | None:
    """The event that tells it, once every peer of the owner was dialled; None where there is none
    to tell of."""
    known = [peer for peer in manager.known_peers if peer.is_chosen and peer.addresses]
    if not known:
        return None
    with trio.move_on_after(PATIENCE_SECONDS):
        for peer in known:
            while not (engine.session_with(peer.peer_id) or manager.was_in_vain(peer.peer_id)):
                with trio.move_on_after(0.5):
                    await engine.sessions_changed.wait()
    connected = {session.link.peer_id for session in engine.sessions.values()}
    missing = [row for row in away_peers(known, connected) if row["named"]]
    return {"event": "peers", "connected": len(known) - len(missing), "missing": missing}
