"""Keeps links to the peers that the owner named, with back-off."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable

import trio

from ..network.link import DialError, Network
from .engine import Engine
from .peer_connection import PeerConnection

log = logging.getLogger(__name__)

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 60.0
"""Seconds before a peer is tried again: at once after a hiccup, rarely when it is gone."""
STEADY_SECONDS = 10.0
"""A session that lasted this long shows that the peer is well: the next pause is short."""

Failed = Callable[[str, str], None]


class ConnectionManager:
    """Dials addresses and keeps trying; a peer that is connected already is left alone."""

    def __init__(self, network: Network, engine: Engine, failed: Failed) -> None:
        self._network = network
        self._engine = engine
        self._failed = failed
        self._kept: set[str] = set()

    async def keep(self, nursery: trio.Nursery, address: str) -> None:
        """Stay connected to an address for as long as the nursery lasts."""
        if address not in self._kept:
            self._kept.add(address)
            self._engine.standings.choose(peer_of(address))
            nursery.start_soon(self._keep, address)

    async def dial(self, nursery: trio.Nursery, address: str) -> PeerConnection:
        """Connect now and return the session, or the one that is there.

        Raises `DialError`.
        """
        present = self._engine.session_with(peer_of(address))
        if present is not None:
            return present
        link = await self._network.dial(address)
        nursery.start_soon(self._engine.serve, link)
        while (session := self._engine.session_with(link.peer_id)) is None:
            await self._engine.sessions_changed.wait()
        return session

    async def _keep(self, address: str) -> None:
        pause = FIRST_PAUSE
        while True:
            await self._absent(peer_of(address))
            began = trio.current_time()
            try:
                link = await self._network.dial(address)
            except DialError as error:
                self._failed(address, str(error))
            else:
                await self._engine.serve(link)
            if trio.current_time() - began > STEADY_SECONDS:
                pause = FIRST_PAUSE
            # Spread out, so that a peer that comes back is not met by all at once.
            await trio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _absent(self, peer_id: str) -> None:
        while self._engine.session_with(peer_id) is not None:
            await self._engine.sessions_changed.wait()


def peer_of(address: str) -> str:
    """The peer id at the end of a multiaddr, or an empty text."""
    return address.rpartition("/p2p/")[2] if "/p2p/" in address else ""
