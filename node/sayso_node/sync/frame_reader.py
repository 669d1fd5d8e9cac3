"""Reads the frames of all sessions: the one place where they take turns, and pay for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

import trio

from sayso_protocol.errors import Refused
from sayso_protocol.sync.budgets.costs import cost_us, is_of_use
from sayso_protocol.sync.budgets.processor import ProcessorBudget
from sayso_protocol.sync.effects import Effect, Event
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frame_codec import decode_frame

from .peer_connection import PeerConnection
from .store_reader import present
from .turns import Turns


class FrameReader:
    """Reads each session in a task of its own. What a frame costs is charged to its peer, whatever
    it says; a peer that has used up its budget is not read until it has more."""

    def __init__(
        self, replica: Replica, apply: Callable[[Iterable[Effect]], Awaitable[None]]
    ) -> None:
        self._replica = replica
        self._apply = apply
        self._budget = ProcessorBudget()
        self._turns = Turns()

    async def read(self, session: PeerConnection) -> None:
        """Follow a session's frames until it ends, or is left for one.

        Raises `trio.BrokenResourceError`."""
        try:
            while session.error is None:
                data = await session.frames.receive()
                if data is None:
                    return
                await self._turns.take(session)
                effects, used_us = self._follow(session, data)
                await self._apply(effects)
                await self.charge(session, used_us)
        except Refused as error:
            await self._apply(self._replica.offended(session.name, error))

    async def charge(self, session: PeerConnection, used_us: float) -> None:
        """Let a session's peer pay for work that it has caused, and wait where it cannot. Raises
        `Overdrawn`."""
        if not used_us:
            return
        peer, network = session.link.peer_id, session.network
        now_ms = trio.current_time() * 1000
        pause_ms = self._budget.charge(peer, network, used_us, now_ms)
        if not pause_ms:
            return
        if not session.throttled:
            session.throttled = True
            await self._apply([Event("throttled", session.name)])
        session.throttled_ms += pause_ms
        await trio.sleep(pause_ms / 1000)

    def _follow(self, session: PeerConnection, data: bytes) -> tuple[list[Effect], float]:
        """The effects of a frame, and what it costs its sender. Raises `Refused`."""
        used_us = 0.0
        try:
            if session.error is not None:
                return [], used_us
            hashed = self._replica.names_hashed
            frame = decode_frame(data, session.link.sync_version)
            effects = self._replica.receive(session.name, frame, present())
            hashed = self._replica.names_hashed - hashed
            used_us = cost_us(frame, len(data), effects, session.name, hashed)
        finally:
            self._turns.end(session, used_us)
        owed_us, session.owed_us = session.owed_us, 0.0
        return effects, owed_us + (0.0 if is_of_use(effects) else used_us)
