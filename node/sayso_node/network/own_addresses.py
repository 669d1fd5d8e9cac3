"""Where this node can be reached: one place for all who learn of an address or tell of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Literal

import trio

from sayso_protocol.discovery.multiaddr import Address, is_loopback

Source = Literal["listen", "given", "mapped", "relay"]
"""Who knows of an address: its own listener; the owner, who gave it; a router, which mapped a port;
a relay, which has a place for this node."""

_ORDER: Final[tuple[Source, ...]] = ("listen", "given", "mapped", "relay")


class OwnAddresses:
    """The addresses of this node by source, each with the node's peer id."""

    def __init__(self, peer_id: str) -> None:
        self._peer_id = peer_id
        self._of: dict[Source, tuple[Address, ...]] = {}
        self.changed = trio.Event()
        """Set at the next change; another takes its place then. To miss none, take it before the
        addresses are read."""

    def set(self, source: Source, addresses: Iterable[Address]) -> None:
        """From now on these are all that a source knows, the best first."""
        new = tuple(dict.fromkeys(replace(one, peer_id=self._peer_id) for one in addresses))
        if new == self._of.get(source, ()):
            return
        self._of[source] = new
        changed, self.changed = self.changed, trio.Event()
        changed.set()

    def of(self, source: Source) -> list[Address]:
        """Those that a source knows."""
        return list(self._of.get(source, ()))

    def all(self) -> list[Address]:
        """Those of all sources, none twice, loopback among them."""
        return list(dict.fromkeys(one for source in _ORDER for one in self._of.get(source, ())))

    def public(self) -> list[Address]:
        """Those that anybody on the internet may reach, as far as can be told: what may stand where
        strangers read it. Direct ones come before those through a relay."""
        return [one for one in self.all() if one.is_public and not is_loopback(one.host)]
