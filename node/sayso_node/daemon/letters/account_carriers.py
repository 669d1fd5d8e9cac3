"""Where letters for an account may be laid down: the carriers that its profile names, its own nodes
and hubs by its own signed word, and the node of whoever invited the owner.

Peers that only have an account's feeds are none: its owner does not look there. Where others say an
address, it is dialled only if it is one of the internet, or the peer is connected or was named by
the owner: nobody can have letters carried to whatever listens in the owner's network.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

import trio

from sayso_protocol.discovery.invite import parse_invite
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused
from sayso_storage.interface.store import Store

from ...accounts.carriers import read_carriers
from ...accounts.lineage import line_of, own_accounts
from ...accounts.profile import newest_profile
from ...errors import NodeError
from ...home.directory import Home
from ..node import Node


class AccountCarriers:
    """See the module."""

    def __init__(self, home: Home, store: Store, node: Node) -> None:
        self._home = home
        self._store = store
        self._node = node

    async def find(self, account: bytes) -> list[str]:
        """The addresses, the best first, each with the id of its peer. Raises `StoreError`."""
        own, named = await trio.to_thread.run_sync(self._named, account)
        found = [*named, *(await self._node.nodes_of(account))]
        sure = (str(one) for one in own if one.peer_id is not None)
        return [*sure, *filter(None, map(self._dialled, found))]

    def _named(self, account: bytes) -> tuple[list[Address], list[Address]]:
        """What the owner himself named for an own account, and what is known of any other."""
        line = line_of(self._store, account)
        named = list(_read(newest_profile(self._store, line).carriers))
        with suppress(NodeError):
            if account in own_accounts(self._store):
                kept = (one.address for one in read_carriers(self._home) if one.account in line)
                return list(_read(kept)), named
        return [], [*named, *self._inviting(line)]

    def _inviting(self, line: list[bytes]) -> Iterator[Address]:
        for one in self._store.accepted_invites():
            if one.account in line:
                with suppress(Refused):
                    invite = parse_invite(one.link)
                    peer = peer_id_of_key(invite.node)
                    yield from (replace(at, peer_id=peer) for at in invite.addresses)

    def _dialled(self, address: Address) -> str | None:
        """What is dialled for an address that somebody else told; None where it is not."""
        peer, network = address.peer_id, self._node.network
        if peer is None or peer == network.peer_id:
            return None
        if network.connections(peer):
            return f"/p2p/{peer}"
        known = self._node.connection_manager.book.peer(peer)
        if known is not None and known.is_chosen:
            return next((str(one.address) for one in known.by_promise), None)
        return str(address) if address.is_public else None


def _read(texts: Iterable[str]) -> Iterator[Address]:
    """Those that are addresses."""
    for text in texts:
        with suppress(AddressError):
            yield Address.parse(text)
