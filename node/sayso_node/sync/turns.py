"""Turns of sessions at this node's processor: who has used less of it goes first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import trio

from sayso_protocol.sync.budgets.fair_queue import FairQueue

from .peer_connection import PeerConnection

TURN_US: Final = 1_000.0
"""What a session may use before others get through: a live post is a tenth of that, and a change of
tasks a fiftieth."""


@dataclass(slots=True)
class _Waiting:
    event: trio.Event = field(default_factory=trio.Event)
    left: bool = False
    """Whether it waits no longer."""


class Turns:
    """`take` a turn, work without waiting for anything, then `end` it and say what it took."""

    def __init__(self) -> None:
        self._queue: FairQueue[_Waiting] = FairQueue()
        self._taken = False
        self._holder: PeerConnection | None = None

    async def take(self, session: PeerConnection) -> None:
        """Wait for a turn, unless the last one is not used up. Timers, signals and all other tasks
        get through between two turns, however many frames wait."""
        if session.turn_us > 0:
            return
        if self._taken:
            await self._wait(session)
        else:
            await self._enter(session)
        session.turn_us = TURN_US
        self._holder = session

    def end(self, session: PeerConnection, used_us: float) -> None:
        """The session has done something with its turn, which took so long."""
        session.turn_us -= used_us
        self._queue.spend(session.network, used_us)
        if self._holder is session:
            self._holder = None
            self._pass_on()

    async def _enter(self, session: PeerConnection) -> None:
        self._taken = True
        self._queue.enter(session.network)
        try:
            await trio.lowlevel.checkpoint()
        except BaseException:
            self._pass_on()
            raise

    async def _wait(self, session: PeerConnection) -> None:
        waiting = _Waiting()
        self._queue.push(session.network, waiting)
        try:
            await waiting.event.wait()
        except BaseException:
            waiting.left = True
            # It may have been given the turn between being cancelled and coming here.
            if waiting.event.is_set():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        while self._queue:
            waiting = self._queue.pop()
            if not waiting.left:
                waiting.event.set()
                return
        self._taken = False
