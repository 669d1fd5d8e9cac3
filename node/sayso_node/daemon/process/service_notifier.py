"""Tells the program that runs the node as a service how it is (sd_notify(3)).

A datagram to the socket that the environment names, with a line for each thing. systemd listens
there, and other such programs; where none does, nothing is said. It is never waited for.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, MutableMapping
from typing import Final

import trio

log = logging.getLogger(__name__)

SOCKET: Final = "NOTIFY_SOCKET"
WATCHDOG: Final = "WATCHDOG_USEC"
WATCHDOG_PROCESS: Final = "WATCHDOG_PID"

STATUS_SECONDS: Final = 10.0
"""How often it is looked whether there is another status to tell."""

_MICROSECONDS: Final = 1_000_000


class ServiceNotifier:
    """Speaks to whoever started this process as a service, or to nobody."""

    def __init__(self, address: str | None = None, watchdog: float | None = None) -> None:
        """`address` is a path, or a name in the abstract space behind an @; `watchdog` the seconds
        after which a process that says nothing is taken for dead."""
        self._address = address
        self._watchdog = watchdog
        self._told = ""

    @classmethod
    def from_environment(cls, environment: MutableMapping[str, str]) -> ServiceNotifier:
        """The one that the environment names. The names are taken out of it: what this process
        starts is not the service."""
        address = environment.pop(SOCKET, None)
        duration = environment.pop(WATCHDOG, "")
        process = environment.pop(WATCHDOG_PROCESS, "")
        is_ours = process in ("", str(os.getpid()))
        watchdog = int(duration) / _MICROSECONDS if duration.isdecimal() and is_ours else 0.0
        return cls(address or None, watchdog or None)

    def ready(self, status: str) -> None:
        """The node listens and can be used."""
        self._told = status
        self._say("READY=1", f"STATUS={status}", f"MAINPID={os.getpid()}")

    def stopping(self) -> None:
        """The node was asked to stop."""
        self._say("STOPPING=1", "STATUS=stopping")

    async def run(self, status: Callable[[], str]) -> None:
        """Say that the node is alive, twice as often as has to be, and what its status is where it
        is another; until cancelled. What keeps the event loop from turning keeps this from being
        said."""
        if self._address is None:
            return
        pause = min(STATUS_SECONDS, self._watchdog / 2 if self._watchdog else STATUS_SECONDS)
        while True:
            await trio.sleep(pause)
            lines = ["WATCHDOG=1"] if self._watchdog else []
            if (now := status()) != self._told:
                self._told = now
                lines.append(f"STATUS={now}")
            if lines:
                self._say(*lines)

    def _say(self, *lines: str) -> None:
        if self._address is None:
            return
        name = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
                sock.setblocking(False)
                sock.sendto("\n".join(lines).encode(), name)
        except OSError as error:
            log.warning("the service manager does not hear: %s", error)
