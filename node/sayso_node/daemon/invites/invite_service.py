"""Invites in a running node, both ways: wired, and what the control socket offers of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import trio

from sayso_storage.interface.store import Store

from ...home.directory import Home
from ..node import Node
from .invite_guest import InviteGuest
from .invite_host import InviteHost


class InviteService:
    """Answers who took an own invite, meets the nodes of accepted ones, and tells commands the
    addresses for new ones."""

    def __init__(self, home: Home, store: Store, node: Node, nursery: trio.Nursery) -> None:
        self._node = node
        self.host = InviteHost(home, store, node.network, node.engine, node.tell)
        self.guest = InviteGuest(store, node, nursery)
        node.offer("meet", self.guest.answer)
        node.offer("addresses", self._addresses)

    async def run(self) -> None:
        """Do so until cancelled."""
        await self.guest.run()

    async def _addresses(self, _: dict[str, Any]) -> Mapping[str, object]:
        """The request ``addresses`` of the control socket."""
        own = self._node.network.own_addresses
        return {"public": list(map(str, own.public())), "all": list(map(str, own.all()))}
