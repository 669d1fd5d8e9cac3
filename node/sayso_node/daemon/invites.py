"""Invites in a running node, both ways: wired, and what the control socket offers of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import trio

from sayso_protocol.discovery.invite import parse_invite
from sayso_storage.interface.store import Store

from .invite_guest import InviteGuest
from .invite_host import InviteHost
from .node import Node


class Invites:
    """Answers who took an own invite, meets the nodes of accepted ones, and tells commands the
    addresses for new ones."""

    def __init__(self, store: Store, node: Node, nursery: trio.Nursery) -> None:
        self._node = node
        self.host = InviteHost(store, node.network, node.engine, node.tell)
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


async def meet_again(store: Store, node: Node) -> None:
    """Stay connected to the nodes of accepted invites, whenever the node runs."""
    for accepted in await trio.to_thread.run_sync(store.accepted_invites):
        invite = parse_invite(accepted.link)
        for address in invite.addresses:
            await node.keep(str(replace(address, peer_id=invite.peer_id)))
