"""The running node: network, engine, control socket, and one exchange without them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from typing import Any

import trio

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.store import Store

from .. import SOFTWARE
from ..control.server import Action
from ..errors import PeerError
from ..filters.relay_filter import RelayFilter
from ..network.link import DialError, Network
from ..network.transport import check_address
from ..sync.connection_manager import ConnectionManager
from ..sync.engine import Engine
from ..sync.peer_connection import PeerConnection

log = logging.getLogger(__name__)

Listener = Callable[[dict[str, Any]], None]

PROGRESS_SECONDS = 0.2
SHORTEST_WAIT, LONGEST_WAIT = 0.001, 0.01
"""How often an exchange looks whether both sides are in sync: seldom where it takes long."""
ASK_SYNCED_SECONDS = 1.0
"""How often a peer is asked whether it lacks something, while somebody waits for that."""


class Node:
    """What runs in one home while its lock is held."""

    def __init__(
        self,
        store: Store,
        network: Network,
        nursery: trio.Nursery,
        tell: Listener,
        carrying: RelayFilter | None,
    ) -> None:
        self._store = store
        self._network = network
        self._nursery = nursery
        self._started = time.monotonic()
        self.tell = tell
        self.engine = Engine(store, network.peer_id, SOFTWARE, tell, carrying)
        self.connection_manager = ConnectionManager(network, self.engine, self._dial_failed)

    # --- control requests ------------------------------------------------------------------

    @property
    def actions(self) -> Mapping[str, Action]:
        """What the control socket offers, by name."""
        return {
            "changed": self._on_changed,
            "status": self._on_status,
            "peers": self._on_peers,
            "connect": self._on_connect,
            "sync": self._on_sync,
            "ledger": self._on_ledger,
        }

    async def _on_changed(self, request: dict[str, Any]) -> dict[str, Any]:
        if request.get("what") == "entries":
            await self.engine.refresh_own()
        else:
            await self.engine.refresh()
        return {}

    async def _on_status(self, _: dict[str, Any]) -> dict[str, Any]:
        return {
            "peer_id": self._network.peer_id,
            "addrs": list(self._network.addresses),
            "reachability": "unknown",
            "sessions": len(self.engine.sessions),
            "uptime": round(time.monotonic() - self._started, 3),
            "trouble": self.engine.ingest.trouble,
        }

    async def _on_ledger(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"refused": self.engine.ingest.stats.refused}

    async def _on_peers(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"peers": [self._describe(s) for s in self.engine.sessions.values()]}

    async def _on_connect(self, request: dict[str, Any]) -> dict[str, Any]:
        address = str(request.get("address"))
        session = await self._dial(address)
        await self.connection_manager.keep(self._nursery, address)
        return self._describe(session)

    async def _on_sync(self, request: dict[str, Any]) -> dict[str, Any]:
        patience = float(request.get("timeout", 60.0))
        return await exchange(self, str(request.get("address")), patience, lambda _: None)

    async def _dial(self, address: str) -> PeerConnection:
        try:
            return await self.connection_manager.dial(self._nursery, address)
        except DialError as error:
            raise PeerError(str(error)) from error

    def _describe(self, session: PeerConnection) -> dict[str, Any]:
        forked, ended = self.engine.replica.halted(session.name)
        return self._progress(session) | {
            "forked": [key_text(feed) for feed in forked],
            "ended": [key_text(feed) for feed in ended],
        }

    def _progress(self, session: PeerConnection) -> dict[str, Any]:
        """What takes the same time however many feeds there are: it is looked at often."""
        peer = self.engine.replica.peers.get(session.name)
        return {
            "peer_id": session.link.peer_id,
            "addr": session.link.address,
            "outbound": session.link.outbound,
            "software": peer.software if peer else "",
            "seconds": round(trio.current_time() - session.started, 3),
            "received": peer.fetch.received if peer else 0,
            "sent": session.sent,
            "bytes_in": session.frames.bytes_in,
            "bytes_out": session.frames.bytes_out,
            "in_sync": peer.in_sync if peer else False,
        }

    def _dial_failed(self, address: str, reason: str) -> None:
        log.info("no link to %s: %s", address, reason)
        self.tell({"event": "unreachable", "addr": address, "detail": reason})


async def exchange(node: Node, address: str, patience: float, progress: Listener) -> dict[str, Any]:
    """Sync with one peer until neither side lacks anything, or until time is up.

    Returns what CLI scripts read: received, sent, bytes_in, bytes_out, seconds, in_sync, and
    connect_seconds, the part of the time that went before the session began.
    Raises `PeerError` where there is no link, or the link ends early.
    """
    began = trio.current_time()
    session = await node._dial(address)
    linked = told = trio.current_time()
    asked = float("-inf")
    with trio.move_on_after(patience):
        while not (found := node._progress(session))["in_sync"]:
            if session.name not in node.engine.sessions:
                raise PeerError(f"the link ended early: {session.error}")
            now = trio.current_time()
            if now - told >= PROGRESS_SECONDS:
                told = now
                progress(found)
            if now - asked >= ASK_SYNCED_SECONDS:
                asked = now
                await node.engine.ask_synced(session)
            elapsed = trio.current_time() - linked
            await trio.sleep(min(LONGEST_WAIT, max(SHORTEST_WAIT, elapsed / 50)))
    found = node._progress(session)
    progress(found)
    keys = ("received", "sent", "bytes_in", "bytes_out", "in_sync")
    seconds = round(trio.current_time() - began, 3)
    times = {"seconds": seconds, "connect_seconds": round(linked - began, 3)}
    return {key: found[key] for key in keys} | times


def check_peer(address: str) -> None:
    """Raise `PeerError` unless an address can be dialled, as far as its form goes."""
    try:
        check_address(address)
    except DialError as error:
        raise PeerError(str(error)) from error
