"""Runs the connections of a node: tells the planner what happens, and does what it decides.

All that chooses is in `sayso_protocol.discovery`; here are the dials, the clock and the tasks.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Final

import trio

from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.known_peer import KnownPeer
from sayso_protocol.discovery.address_book.trust import network_of
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.connections.decisions import Dial, Leave
from sayso_protocol.discovery.connections.dial_planner import DialPlanner
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.seeded_random import SeededRandom

from ..network.link import DialError, Link, Network
from .engine import Engine
from .known_peers.peer_memory import PeerMemory
from .known_peers.session_watch import SessionWatch, address_of
from .peer_connection import PeerConnection
from .store_reader import present

log = logging.getLogger(__name__)

TICK_SECONDS: Final = 1.0
SAVE_SECONDS: Final = 30.0
"""Between writes of what is remembered of peers; the rest is written at the stop."""
SOON_SECONDS: Final = 0.5
"""Between two such writes where peers are new that nobody would find again."""
ASLEEP_SECONDS: Final = 20.0
"""A tick that is so late, by the clock on the wall, means that the machine slept."""
STAGGER_SECONDS: Final = 0.3
"""Between dials of one peer's addresses, as long as none has answered (RFC 8305 has 0.25)."""

Failed = Callable[[str, str], None]
"""Takes an address of a peer that the owner named, and why it was not reached."""


class ConnectionManager:
    """See the module. `run` does everything; what was asked for before waits until then."""

    def __init__(
        self, network: Network, engine: Engine, memory: PeerMemory, failed: Failed
    ) -> None:
        draw = SeededRandom(secrets.token_bytes(32))
        self._network = network
        self._engine = engine
        self._memory = memory
        self._failed = failed
        self.planner = DialPlanner(network.peer_id, memory.book, memory.carriers, draw)
        self._sessions = SessionWatch(engine, self.planner)
        self._hurry = trio.Event()
        self._worth_saving = trio.Event()
        """Set where a peer is known now that nobody would find again after a power cut."""
        self._addresses = network.own_addresses.of("listen")
        self._in_vain: set[str] = set()
        """Peers of the owner whose absence was told."""
        for peer in memory.book.peers:
            if peer.is_chosen:
                engine.standings.choose(peer.peer_id)

    # --- for the node --------------------------------------------------------------------------

    async def run(self) -> None:
        """Dial, leave and remember until cancelled."""
        self.planner.abandon()  # where an earlier run failed, its dials are gone
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._save_often)
            nursery.start_soon(self._wake_on_sessions)
            while True:
                self._tick(nursery)
                ticked = present()
                with trio.move_on_after(TICK_SECONDS):
                    await self._hurry.wait()
                self._hurry = trio.Event()
                self._look_around(ticked.wall_ms)

    async def save(self) -> None:
        """Remember the peers of now, and nothing of accounts that are wanted no longer."""
        self._sessions.look(present())
        if wanted := self._engine.replica.wanted:
            self._memory.carriers.keep_only(wanted)
        await self._memory.save()

    def keep(self, address: str) -> None:
        """Stay connected to a peer at an address that the owner named, from now on and after every
        start."""
        self.consider(Candidate(peer_of(address), (Address.parse(address),), Origin.OWNER))
        session = self._engine.session_with(peer_of(address))
        if session is not None and session.link.outbound:
            self._memory.book.note_success(Address.parse(address), present().wall_ms)

    async def dial(self, nursery: trio.Nursery, address: str) -> PeerConnection:
        """Connect now and return the session, or the one that is there.

        Raises `DialError`.
        """
        there = self._engine.session_with(peer_of(address))
        if there is not None:
            return there
        link = await self._network.dial(address)
        nursery.start_soon(self._engine.serve, link)
        while (session := self._engine.session_with(link.peer_id)) is None:
            await self._engine.sessions_changed.wait()
        return session

    async def forget(self, peer_id: str) -> bool:
        """Dial a peer no more; a session with it goes on. Whether it was remembered."""
        was_known = self._memory.book.forget(peer_id)
        self._in_vain.discard(peer_id)
        await self._memory.save()
        return was_known

    def consider(self, candidate: Candidate) -> None:
        """Somebody found a peer: keep what may be kept of it, and dial it where it is needed."""
        source, met_at = self._teller(candidate)
        self.planner.consider(candidate, source, present(), met_at)
        if candidate.origin in (Origin.OWNER, Origin.INVITE):
            self._engine.standings.choose(candidate.peer_id)
            self._worth_saving.set()
        self._hurry.set()

    @property
    def lacking(self) -> list[bytes]:
        """Wanted accounts with fewer than three connected sources."""
        return self.planner.needs.lacking

    def carries(self, session: PeerConnection, account: bytes) -> bool:
        """Whether the peer of a session said that it carries a wanted account: in this session, or
        in the one that it goes on from."""
        if account in self._engine.replica.carried_by(session.name):
            return True
        return self.planner.needs.carries(session.link.peer_id, account)

    @property
    def book(self) -> AddressBook:
        """The address book."""
        return self._memory.book

    @property
    def known_peers(self) -> Collection[KnownPeer]:
        """All peers that may be dialled."""
        return list(self._memory.book.peers)

    @property
    def dialling(self) -> Collection[str]:
        """The ids of the peers that are being dialled now."""
        return self.planner.dialling

    @property
    def misses_somebody(self) -> bool:
        """Whether a peer that the owner named could not be reached when it was dialled last."""
        return any(self._engine.session_with(peer_id) is None for peer_id in self._in_vain)

    def was_in_vain(self, peer_id: str) -> bool:
        """Whether a peer that the owner named could not be reached when it was dialled last."""
        return peer_id in self._in_vain

    # --- ticks ---------------------------------------------------------------------------------

    def _tick(self, nursery: trio.Nursery) -> None:
        now = present()
        self._sessions.look(now)
        for decision in self.planner.tick(now):
            match decision:
                case Dial():
                    nursery.start_soon(self._dial, decision, nursery)
                case Leave(peer_id=peer_id, reason=reason):
                    self._engine.hang_up(peer_id, reason)

    async def _wake_on_sessions(self) -> None:
        """Let a lost peer be dialled again at once."""
        while True:
            await self._engine.sessions_changed.wait()
            self._sessions.look(present())
            self._hurry.set()
            await trio.sleep(STAGGER_SECONDS)

    def _look_around(self, ticked_ms: int) -> None:
        """Find out whether the machine slept since the last tick, or is somewhere else."""
        # Where routers and relays lead here from says nothing of where the machine is.
        addresses = self._network.own_addresses.of("listen")
        slept = present().wall_ms - ticked_ms > ASLEEP_SECONDS * 1000
        if slept or addresses != self._addresses:
            log.info("the machine %s: peers are dialled anew", "slept" if slept else "has moved")
            self._addresses = addresses
            self.planner.network_changed()

    async def _save_often(self) -> None:
        while True:
            with trio.move_on_after(SAVE_SECONDS):
                await self._worth_saving.wait()
            self._worth_saving = trio.Event()
            await self._memory.save()
            await trio.sleep(SOON_SECONDS)

    # --- dials ---------------------------------------------------------------------------------

    async def _dial(self, dial: Dial, nursery: trio.Nursery) -> None:
        """Try a peer's addresses until one answers; then run a session, if it stays."""
        failed: dict[Address, str] = {}
        link = await self._first_link(dial, failed)
        reached = _address_of(link, dial) if link is not None else None
        self.planner.dialled(dial, reached, failed, present())
        if link is None:
            self._note_absence(dial, failed)
            return
        self._in_vain.discard(dial.peer_id)
        self._worth_saving.set()
        if dial.stays:
            nursery.start_soon(self._engine.serve, link)
        else:
            await trio.aclose_forcefully(link.stream)

    async def _first_link(self, dial: Dial, failed: dict[Address, str]) -> Link | None:
        won: list[Link] = []
        async with trio.open_nursery() as nursery:

            async def attempt(address: Address, over: trio.Event) -> None:
                try:
                    link = await self._network.dial(str(address))
                except DialError as error:
                    failed[address] = str(error)
                    over.set()
                    return
                if won:
                    await trio.aclose_forcefully(link.stream)
                    return
                won.append(link)
                nursery.cancel_scope.cancel()

            for address in dial.addresses:
                over = trio.Event()
                nursery.start_soon(attempt, address, over)
                with trio.move_on_after(STAGGER_SECONDS):
                    await over.wait()
        return won[0] if won else None

    def _note_absence(self, dial: Dial, failed: Mapping[Address, str]) -> None:
        """Say once that a peer of the owner cannot be reached, until it can be again."""
        for address, reason in failed.items():
            log.info("no link to %s: %s", address, reason)
        peer = self._memory.book.peer(dial.peer_id)
        if peer is None or not peer.is_chosen or dial.peer_id in self._in_vain or not failed:
            return
        self._in_vain.add(dial.peer_id)
        address, reason = next(iter(failed.items()))
        self._failed(str(address), reason)

    def _teller(self, candidate: Candidate) -> tuple[str, str]:
        """The network of who told of a candidate, and the host at which the peer itself was met."""
        session = self._engine.session_with(candidate.told_by or candidate.peer_id)
        address = address_of(session) if session is not None else None
        if address is None:
            known = self._memory.book.addresses(candidate.told_by)
            address = known[0].address if known else None
        if address is None:
            return candidate.origin.value, ""
        return network_of(address), address.host


def _address_of(link: Link, dial: Dial) -> Address:
    """Which of the addresses a link was made over."""
    return next((one for one in dial.addresses if str(one) == link.address), dial.addresses[0])


def peer_of(address: str) -> str:
    """The peer id at the end of a multiaddr, or an empty text."""
    return address.rpartition("/p2p/")[2] if "/p2p/" in address else ""
