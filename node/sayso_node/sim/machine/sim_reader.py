"""Reading in virtual time: sessions take turns at one processor, and pay for what they cost.

As `sync/frame_reader.py` does it. Unless the scenario has a processor, frames take no time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from sayso_protocol.errors import Overdrawn
from sayso_protocol.sync.budgets.fair_queue import FairQueue
from sayso_protocol.sync.budgets.processor import ProcessorBudget
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE

from ...sync.turns import TURN_US
from ..event_queue import EventQueue, microseconds
from ..scenario import Processor
from .sim_connection import SimConnection

Follow = Callable[[SimConnection, bytes], tuple[float, float]]
"""Follows a frame. Gives the microseconds that it takes, and those for which its peer pays."""


class SimReader:
    """Reads the sessions of a node."""

    def __init__(
        self,
        event_queue: EventQueue,
        processor: Processor | None,
        follow: Follow,
        throttled: Callable[[SimConnection], None],
        offended: Callable[[SimConnection, Overdrawn], None],
        has_room: Callable[[], bool],
    ) -> None:
        self._event_queue = event_queue
        self._timed: Final = processor is not None
        self._budget = ProcessorBudget() if processor is None or processor.budgets else None
        self._follow = follow
        self._throttled = throttled
        self._offended = offended
        self._has_room = has_room
        self._fair: FairQueue[SimConnection] = FairQueue()
        self._line: deque[SimConnection] = deque()
        self._busy = False

    def read(self, session: SimConnection) -> None:
        """Frames may have come, or there may be room for what they bring."""
        if not self._timed:
            while self._is_readable(session):
                self._charge(session, self._read_one(session)[1])
        elif self._is_readable(session):
            session.waiting = True
            if self._budget is not None:
                self._fair.push(session.network, session)
            else:
                self._line.append(session)
            if not self._busy:
                self._work()

    def _is_readable(self, session: SimConnection) -> bool:
        gone = session.ending or session.over
        return bool(session.inbox) and not session.waiting and not gone and self._has_room()

    def _work(self) -> None:
        """Let the next session have its turn. Without budgets it reads all that is there by now."""
        while self._fair or self._line:
            session = self._fair.pop() if self._fair else self._line.popleft()
            session.waiting = False
            if self._is_readable(session):
                self._turn(session, session.buffered)
                return

    def _turn(self, session: SimConnection, left: int) -> None:
        used_us = charged_us = 0.0
        while used_us < TURN_US and self._is_readable(session):
            before = session.buffered
            took_us, its_us = self._read_one(session)
            used_us, charged_us = used_us + took_us, charged_us + its_us
            left -= before - session.buffered
        self._busy = True
        self._event_queue.after(max(1, round(used_us)), self._end, session, left)
        self._fair.spend(session.network, used_us)
        self._charge(session, charged_us)

    def _end(self, session: SimConnection, left: int) -> None:
        self._busy = False
        if self._budget is None and left > 0 and self._is_readable(session):
            self._turn(session, left)
            return
        self.read(session)
        if not self._busy:
            self._work()

    def _read_one(self, session: SimConnection) -> tuple[float, float]:
        inbox = session.inbox
        data = inbox.popleft()
        size = LENGTH_SIZE + int.from_bytes(data[:LENGTH_SIZE], "big")
        if len(data) > size:  # of several that came together
            inbox.appendleft(data[size:])
            data = data[:size]
        session.buffered -= len(data)
        session.into.consumed(len(data))
        return self._follow(session, data)

    def _charge(self, session: SimConnection, used_us: float) -> None:
        if self._budget is None or not used_us or session.over:
            return
        now_ms = self._event_queue.now_us / 1000
        try:
            pause_ms = self._budget.charge(str(session.peer), session.network, used_us, now_ms)
        except Overdrawn as error:
            self._offended(session, error)
            return
        if pause_ms:
            self._throttled(session)
            session.waiting = True
            self._event_queue.after(microseconds(pause_ms / 1000), self._resume, session)

    def _resume(self, session: SimConnection) -> None:
        session.waiting = False
        self.read(session)
