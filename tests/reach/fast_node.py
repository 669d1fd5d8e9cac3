"""A real node whose time runs fast while nothing is under way: `fast_node.py SECONDS RATE WORDS…`
runs `sayso` with these words.

From SIGUSR1 on, time runs `RATE` times as fast until `SECONDS` of its time have passed, and then a
line says so, as the node's own events do: `{"event": "span-over"}`. Sockets are real, and those at
their other ends know nothing of this. So for `GRACE` after each call of a socket time runs as it
does everywhere: no answer comes too late that would come in time to a node with an honest clock.
"""

from __future__ import annotations

import json
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import trio

GRACE: Final = 0.05
"""Seconds."""

_real = time.perf_counter


class FastClock(trio.abc.Clock):
    """Seconds since the start, by a clock that is fast at times."""

    def __init__(self, span: float, rate: float) -> None:
        self._rate = rate
        self._span = span
        self._left = 0.0
        self._now = 0.0
        """This clock's time when the real one was `_seen`."""
        self._seen = self._used = _real()
        self.sockets_used = 0
        self._turn = threading.RLock()
        """Threads read the time as well, and a signal comes at any moment."""

    def begin(self) -> None:
        """Run fast from now on."""
        self.current_time()
        self._left = self._span

    def note_use(self) -> None:
        """A socket was used."""
        self.current_time()
        self.sockets_used += 1
        self._used = _real()

    def start_clock(self) -> None:
        """Nothing is to be done."""

    def current_time(self) -> float:
        """Seconds."""
        with self._turn:
            now = _real()
            fast_from = max(self._seen, self._used + GRACE)
            fast = max(0.0, now - fast_from) if self._left else 0.0
            gained = min(self._left, fast * (self._rate - 1))
            self._now += now - self._seen + gained
            self._seen = now
            if gained and gained == self._left:
                print(json.dumps({"event": "span-over", "sockets": self.sockets_used}), flush=True)
            self._left -= gained
            return self._now

    def deadline_to_sleep_time(self, deadline: float) -> float:
        """Real seconds after which to look again, at the latest when the deadline comes."""
        gap = max(0.0, deadline - self.current_time())
        grace = self._used + GRACE - self._seen
        if not self._left or gap <= grace:
            return gap
        return grace if grace > 0 else gap / self._rate


def _noting(clock: FastClock, use: Callable[..., Any]) -> Callable[..., Any]:
    def used(*arguments: Any, **options: Any) -> Any:
        clock.note_use()
        return use(*arguments, **options)

    return used


def main() -> None:
    """Run the node."""
    span, rate, *words = sys.argv[1:]
    clock = FastClock(float(span), float(rate))
    # Whatever reads the time reads this one.
    monotonic, wall = time.monotonic() - clock.current_time(), time.time() - clock.current_time()
    time.monotonic = lambda: monotonic + clock.current_time()
    time.time = lambda: wall + clock.current_time()
    time.monotonic_ns = lambda: int(time.monotonic() * 1e9)
    time.time_ns = lambda: int(time.time() * 1e9)
    trio.run = partial(trio.run, clock=clock)
    for name in ("connect", "connect_ex", "accept", "send", "sendto", "recv", "recv_into"):
        setattr(socket.socket, name, _noting(clock, getattr(socket.socket, name)))
    signal.signal(signal.SIGUSR1, lambda *_: clock.begin())
    from sayso_cli.main import main as run

    sys.argv[1:] = words
    sys.exit(run())


if __name__ == "__main__":
    main()
