"""Where a run of the node listens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ...home.directory import Home
from ...home.listen_port import (
    choose_port,
    is_free,
    kept_port,
    loopback_addresses,
    wildcard_addresses,
)
from ...network.privacy import OPEN, Privacy


@dataclass(frozen=True, slots=True)
class ListenChoice:
    """The multiaddrs of one run, and what its owner should know about them."""

    addresses: Sequence[str]
    taken: int = 0
    """The port of the home, where another program has it."""
    instead: int = 0
    """The port that takes its place in this run."""

    @property
    def events(self) -> list[dict[str, Any]]:
        """The event that says so, if there is anything to say."""
        if not self.taken:
            return []
        return [{"event": "port-taken", "port": self.taken, "instead": self.instead}]


def choose_listen(
    home: Home, chosen: Sequence[str] | None, privacy: Privacy = OPEN
) -> ListenChoice:
    """Those that the owner chose, or else the port of the home on all interfaces, or on loopback
    where it hides behind a proxy. Where another program has it, a port for this run alone: a node
    that is found with delay is better than one that does not run, and its own port is kept for the
    next start. Raises `HomeError`.
    """
    listen_on = loopback_addresses if privacy.hides else wildcard_addresses
    if chosen is not None:
        return ListenChoice(chosen)
    port = kept_port(home)
    if is_free(port):
        return ListenChoice(listen_on(port))
    instead = choose_port()
    return ListenChoice(listen_on(instead), port, instead)
