"""A running node: what its control socket offers, and what it says of itself and its peers."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import trio

from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_exchange.peer_teller import PeerTeller
from sayso_protocol.discovery.reachability import Assessment, ReachabilityStatus, ReachState
from sayso_protocol.discovery.reachability.words import advice_of, findings_of
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _

from ..clock import now_ms
from ..control.notice import decode_notice
from ..control.server import Action
from ..errors import PeerError
from ..network.discovery.exchange import PeerExchange
from ..network.link import DialError, Network
from ..network.transport import check_address
from ..sync.connection_manager import ConnectionManager, peer_of
from ..sync.engine import Engine
from ..sync.known_peers.peer_memory import PeerMemory
from ..sync.peer_connection import PeerConnection
from ..timestamps import time_text
from .exchange import exchange
from .peer_list import RememberedPeer, away_peers
from .start_report import start_report
from .status import (
    HubLoad,
    LanStatus,
    LettersStatus,
    MediaLoad,
    NodeStatus,
    PeerStatus,
    RelayingStatus,
    SessionProgress,
)

log = logging.getLogger(__name__)

Listener = Callable[[dict[str, Any]], None]
"""Takes events: dictionaries that become one line of JSON each."""


class Node:
    """The node of one home, which runs while the home's lock is held."""

    def __init__(
        self,
        network: Network,
        engine: Engine,
        memory: PeerMemory,
        nursery: trio.Nursery,
        tell: Listener,
    ) -> None:
        self.network = network
        self._nursery = nursery
        self._started = time.monotonic()
        self.tell = tell
        self.engine = engine
        self._more: dict[str, Action] = {}
        self.lan: Callable[[], LanStatus | None] = lambda: None
        """How local discovery is, where it runs."""
        self.relaying: Callable[[], RelayingStatus | None] = lambda: None
        """What it does for peers that nobody can call, where it relays."""
        self.hub: Callable[[], HubLoad | None] = lambda: None
        """What it carries for others, where it is a hub."""
        self.media: Callable[[], MediaLoad | None] = lambda: None
        """What media come and go, where the node of a home fetches some."""
        self.letters: Callable[[], Awaitable[LettersStatus | None]] = _no_letters
        """What it keeps for others in boxes; asked by whoever wants to know, since it is read."""
        self.letters_changed: Callable[[], None] = lambda: None
        """Told when a command changed something: the owner may have written a letter."""
        self.nodes_of: Callable[[bytes], Awaitable[Sequence[Address]]] = _no_nodes
        """Where an account says that its nodes and hubs are, where somebody looks for it."""
        self.reachability: ReachabilityStatus | None = None
        """How others reach this node, where somebody finds out."""
        self.connection_manager = ConnectionManager(network, engine, memory, self._dial_failed)

    async def dial(self, address: str) -> PeerConnection:
        """Connect to a peer, or take the session that is there. Raises `PeerError`."""
        try:
            return await self.connection_manager.dial(self._nursery, address)
        except DialError as error:
            raise PeerError(str(error)) from error

    async def keep(self, address: str) -> None:
        """Stay connected to a peer from now on, and after every start."""
        self.connection_manager.keep(address)

    async def exchange_peers(self, key: KeyPair) -> None:
        """Tell peers where this node is, and hear of others, until cancelled. `key` is the node's
        own."""
        manager = self.connection_manager
        sessions = self.engine.sessions
        await PeerExchange(
            self.network,
            key,
            PeerTeller(manager.book),
            peers=lambda: {session.link.peer_id for session in sessions.values()},
            found=manager.consider,
            agrees=lambda: bool(self.network.own_addresses.public()),
            seeks=lambda: manager.misses_somebody,
        ).run()

    async def report_start(self) -> None:
        """Say once whom of the owner's peers this node reaches, and whom not."""
        event = await start_report(self.connection_manager, self.engine)
        if event is not None:
            self.tell(event)

    def _dial_failed(self, address: str, reason: str) -> None:
        log.info("no link to %s: %s", address, reason)
        self.tell({"event": "unreachable", "addr": address, "detail": reason})

    # --- status ----------------------------------------------------------------------------

    def status(self) -> NodeStatus:
        """The node as a whole."""
        reach = self._assessment()
        return {
            "peer_id": self.network.peer_id,
            "addrs": list(self.network.addresses),
            "reachability": reach.state,
            "findings": list(findings_of(reach)) if self.reachability else [],
            "advice": list(advice_of(reach)) if self.reachability else [],
            "sessions": len(self.engine.sessions),
            "known_peers": len(self.connection_manager.known_peers),
            "away": len(self._away()),
            "refused": self.network.seat_counts.refused,
            "gave_way": self.network.seat_counts.gave_way,
            "uptime": round(time.monotonic() - self._started, 3),
            "trouble": self.engine.ingest.trouble,
            "left": dict(self.engine.left),
            "lan": self.lan(),
            "relaying": self.relaying(),
            "letters": None,
        }

    def summary(self) -> str:
        """The node in a few words, for whoever runs it as a service."""
        connected = len({session.link.peer_id for session in self.engine.sessions.values()})
        trouble = self.engine.ingest.trouble
        return f"{quantity(connected, 'peer')} connected" + (f"; {trouble}" if trouble else "")

    def _assessment(self) -> Assessment:
        """How others reach this node; of one that asks nobody nothing is known."""
        unknown = Assessment(ReachState.UNKNOWN)
        return self.reachability.assessment if self.reachability else unknown

    def progress(self, session: PeerConnection) -> SessionProgress:
        """The progress of a session. Takes the same time however many feeds there are."""
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

    def _away(self) -> list[RememberedPeer]:
        manager = self.connection_manager
        connected = {session.link.peer_id for session in self.engine.sessions.values()}
        return away_peers(manager.known_peers, connected, manager.dialling)

    def peer_status(self, session: PeerConnection) -> PeerStatus:
        """The same, and what stands against feeds that the peer has."""
        forked, ended = self.engine.replica.halted(session.name)
        return {
            **self.progress(session),
            "peer": session.link.peer_id,
            "state": "connected",
            "path": session.link.path,
            "last_seen": time_text(now_ms()),
            "forked": [key_text(feed) for feed in forked],
            "ended": [key_text(feed) for feed in ended],
        }

    # --- control requests ------------------------------------------------------------------

    @property
    def actions(self) -> Mapping[str, Action]:
        """The requests that the control socket answers, by name."""
        return {
            "changed": self._on_changed,
            "status": self._on_status,
            "peers": self._on_peers,
            "connect": self._on_connect,
            "forget-peer": self._on_forget_peer,
            "sync": self._on_sync,
            "ledger": self._on_ledger,
            **self._more,
        }

    def offer(self, name: str, action: Action) -> None:
        """Answer one more request: for services beside the node, before the socket opens."""
        self._more[name] = action

    async def _on_changed(self, request: dict[str, Any]) -> Mapping[str, object]:
        if request.get("what") == "entries":
            own = self.engine.replica.own_feed
            told = decode_notice(request, own) if own is not None else None
            await self.engine.refresh_own(told)
        else:
            await self.engine.refresh()
        self.letters_changed()
        return {}

    async def _on_status(self, _: dict[str, Any]) -> Mapping[str, object]:
        status = self.status()
        status["letters"] = await self.letters()
        return status

    async def _on_peers(self, _: dict[str, Any]) -> Mapping[str, object]:
        connected = [self.peer_status(one) for one in self.engine.sessions.values()]
        return {"peers": [*connected, *self._away()]}

    async def _on_connect(self, request: dict[str, Any]) -> Mapping[str, object]:
        address = str(request.get("address"))
        session = await self.dial(address)
        await self.keep(address)
        return self.peer_status(session)

    async def _on_forget_peer(self, request: dict[str, Any]) -> Mapping[str, object]:
        return {"known": await self.connection_manager.forget(str(request.get("peer")))}

    async def _on_sync(self, request: dict[str, Any]) -> Mapping[str, object]:
        patience = float(request.get("timeout", 60.0))
        return await exchange(self, str(request.get("address")), patience, lambda _: None)

    async def _on_ledger(self, _: dict[str, Any]) -> Mapping[str, object]:
        return {"refused": self.engine.ingest.stats.refused}


async def _no_nodes(_account: bytes) -> Sequence[Address]:
    return ()


async def _no_letters() -> LettersStatus | None:
    return None


def check_peer(address: str, own_peer_id: str = "") -> None:
    """Raise `PeerError` unless an address can be dialled, as far as its form goes. The own node's
    never can."""
    try:
        check_address(address)
    except DialError as error:
        raise PeerError(str(error)) from error
    if peer_of(address) == own_peer_id:
        raise PeerError(
            _("{address} is this node itself: give the address of another").format(address=address)
        )
