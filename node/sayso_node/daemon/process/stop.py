"""The stop of a node: asked for by a signal, and in time whatever the node is doing.

A signal sets off a countdown in a thread that waits for nothing of the node. Most nodes are gone
long before it ends. First it makes the store give up what it does, since a thread that waits for
another program's lock, or writes a large batch, cannot be stopped from outside. What is still busy
then is cut off, as in a power cut, for which the store is made: what was acknowledged is kept.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Final

import trio

INTERRUPT_SECONDS: Final = 1.5
"""After the signal: longer than goodbye to peers takes, and most batches."""

INTERRUPT_EVERY_SECONDS: Final = 0.02
"""Between two of them: each ends what is being done that moment, not what comes next."""

END_SECONDS: Final = 3.5
"""After the signal: what has not ended by itself is ended."""

_BEGIN, _DONE = b"b", b"d"


class Countdown:
    """Waits in a thread for the signal, and then for the end of the node."""

    def __init__(
        self, interrupt: Callable[[], None], end: Callable[[int], object] = os._exit
    ) -> None:
        """`interrupt` is called again and again, `end` at the last with the exit code."""
        self._interrupt = interrupt
        self._end = end
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._thread = threading.Thread(target=self._wait, name="stop", daemon=True)
        self._thread.start()

    def begin(self) -> None:
        """The signal has come. May be called by a signal handler, and more than once."""
        self._say(_BEGIN)

    def done(self) -> None:
        """The node has ended."""
        self._say(_DONE)
        self._thread.join(1.0)
        os.close(self._write)

    def _say(self, what: bytes) -> None:
        with suppress(OSError):  # closed, or full of signals that nobody has patience for
            os.write(self._write, what)

    def _wait(self) -> None:
        try:
            if os.read(self._read, 1) == _BEGIN and not self._ends_by(self._after(END_SECONDS)):
                self._end(0)
        finally:
            os.close(self._read)

    def _ends_by(self, end: float) -> bool:
        """Whether the node ends in time; what it does is interrupted meanwhile."""
        if self._is_done(self._after(INTERRUPT_SECONDS)):
            return True
        while time.monotonic() < end:
            self._interrupt()
            if self._is_done(self._after(INTERRUPT_EVERY_SECONDS)):
                return True
        return False

    def _is_done(self, deadline: float) -> bool:
        while (left := deadline - time.monotonic()) > 0:
            readable, _, _ = select.select([self._read], [], [], left)
            if readable and os.read(self._read, 1) != _BEGIN:
                return True
        return False

    @staticmethod
    def _after(seconds: float) -> float:
        return time.monotonic() + seconds


class StopSignal:
    """Comes once."""

    def __init__(self) -> None:
        self._event = trio.Event()
        self._number: int | None = None

    def set(self, number: int) -> None:
        """It has come."""
        self._number = self._number or number
        self._event.set()

    async def wait(self) -> signal.Signals:
        """The signal, when it comes."""
        await self._event.wait()
        assert self._number is not None
        return signal.Signals(self._number)


@contextmanager
def stop_signal(countdown: Countdown) -> Iterator[StopSignal]:
    """SIGINT or SIGTERM, while the context lasts; with the first the countdown begins."""
    received = StopSignal()
    token = trio.lowlevel.current_trio_token()

    def handle(number: int, _: FrameType | None) -> None:
        countdown.begin()
        with suppress(trio.RunFinishedError):
            token.run_sync_soon(received.set, number, idempotent=True)

    before = {one: signal.signal(one, handle) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield received
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
