"""One end of a connection: what waits to be sent, what arrived and is not read yet."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import Final, Protocol

from sayso_protocol.sync.wire.frames import SYNC_3, Ask

from ...sync.send_queue import SendQueue
from ..pipe import Pipe

Tamper = Callable[["SimConnection", bytes], Iterable[bytes]]
"""Makes of a frame that a hostile node should send those that it sends."""


class SimConnection:
    """`name` is unique for the life of a node; `peer` is the number of the node at the far
    end. `answer` reads the store when an ask's turn has come; `finished` is called when an
    ending session has nothing more to send."""

    __slots__ = (
        "_answer", "_asks", "_finished", "_pumping", "_tamper", "buffered",
        "ending", "inbox", "into", "name", "out", "over", "owed_us", "peer", "resting",
        "send_queue", "throttled", "waiting", "worst_wait",
    )  # fmt: skip

    def __init__(
        self,
        name: str,
        peer: int,
        out: Pipe,
        into: Pipe,
        answer: Callable[[SimConnection, Ask], bytes],
        finished: Callable[[SimConnection], None],
        tamper: Tamper | None,
    ) -> None:
        self.name: Final = name
        self.peer: Final = peer
        self.out: Final = out
        self.into: Final = into
        self._answer = answer
        self._finished = finished
        self._tamper = tamper
        self._asks: deque[Ask] = deque()
        self._pumping = False
        self.send_queue = SendQueue(self.pump, SYNC_3)
        self.inbox: deque[bytes] = deque()
        """Frames that arrived and wait until the node has room for them."""
        self.buffered = 0
        """Their bytes."""
        self.waiting = False
        """For its turn at the processor, or until it may use more of it."""
        self.owed_us = 0.0
        """Processor time of answers that the peer has not paid for yet."""
        self.resting = False
        """Nothing is sent: the peer has had it before, and waits."""
        self.throttled = False
        """Whether it has had to wait for having used too much of the processor."""
        self.ending = False
        """This side says no more, and reads no more."""
        self.over = False
        self.worst_wait = 0
        """Most encoded bytes that ever waited here."""
        out.writable = self.pump

    @property
    def network(self) -> str:
        """The address of the peer, which no other node shares."""
        return str(self.peer)

    def pump(self) -> None:
        """Send what waits while the pipe takes it."""
        waiting = self.send_queue.waiting_bytes
        if waiting > self.worst_wait:
            self.worst_wait = waiting
        if self._pumping or self.over:
            return  # an answer being made has woken the send queue
        self._pumping = True
        try:
            self._send_on()
        finally:
            self._pumping = False

    def go_on(self) -> None:
        """Send again."""
        self.resting = False
        self.pump()

    def send_raw(self, data: bytes) -> None:
        """Send bytes past the send queue, as only hostile nodes do."""
        if not self.over:
            self.out.send(data)

    def end(self) -> None:
        """Say no more once what waits is sent."""
        self.ending = True
        self.pump()

    def _send_on(self) -> None:
        while self.out.has_room and not self.resting:
            data = self._next()
            if data is None:
                if self.ending:
                    self._finished(self)
                return
            if self._tamper is None:
                self.out.send(data)
            else:
                for part in self._tamper(self, data):
                    self.out.send(part)

    def _next(self) -> bytes | None:
        if self._asks:
            return self._answer(self, self._asks.popleft())
        item = self.send_queue.take()
        if item is None or isinstance(item, bytes):
            return item
        self._asks.extend(item)
        return self._answer(self, self._asks.popleft()) if self._asks else self._next()


class Connections(Protocol):
    """The network, as far as a node can do something about its connections."""

    def hang_up(self, session: SimConnection) -> None:
        """End a session's connection in order: what was sent still arrives."""

    def cut(self, session: SimConnection) -> None:
        """End a session's connection at once."""
