"""The options of a run of the node, as its owner chose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class RunOptions:
    """By default a node that dials whom it is told to, and nobody else."""

    listen: Sequence[str] | None = ()
    """Multiaddrs to listen on; with None on the port of the home, everywhere."""
    given: Sequence[str] = ()
    """Multiaddrs at which this node is reached as its owner knows, and which it tells others."""
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
    http: str | None = None
    """The local address of the page, as ``127.0.0.1:7878``; without it there is none."""
    http_lan: str | None = None
    """Where the page is served to the local network too, as ``0.0.0.0:7879``."""
    metrics: str | None = None
    """Where metrics are served, as ``127.0.0.1:9464``; without it nowhere."""
    metrics_hosts: Sequence[str] = ()
    """Names by which they are asked for, beside those of loopback."""
    notify: bool = False
    """Whether the desktop tells of what others do to the owner."""
    passphrase: bytes | None = None
    """What opens the keys, for what the owner writes on the page and to say where the node is."""

    def hidden(self) -> RunOptions:
        """The same without all that sends something by itself, or says where the node is."""
        announces = None if self.announces is None else False
        return replace(self, mdns=False, mapping=False, announces=announces)
