"""The options of a run of the node, as its owner chose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

DEFAULT_LISTEN = ("/ip4/0.0.0.0/tcp/0",)


@dataclass(frozen=True, slots=True)
class RunOptions:
    """By default a node that dials whom it is told to, and nobody else."""

    listen: Sequence[str] = ()
    """Multiaddrs to listen on."""
    peers: Sequence[str] = ()
    """Multiaddrs of peers to stay connected to."""
    mdns: bool = False
    """Whether it looks for others on the local network, and tells them of itself."""
    mapping: bool = False
    """Whether it asks the router for a port."""
    announces: bool | None = None
    """Whether those who know the own account can find it; with None it looks for nobody either."""
    relay: bool = False
    """Whether it lets peers that nobody can call be reached through it."""
    hub: bool = False
    """Whether it carries for others."""
