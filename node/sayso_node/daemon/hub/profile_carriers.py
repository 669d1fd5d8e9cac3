"""Hubs that followed accounts name in their profiles: peers that may carry what is followed."""

from __future__ import annotations

import logging
from typing import Final

import trio

from sayso_protocol.content.body import Profile
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_storage.interface.store import Store, StoreError

from ...accounts.profile import profile_in
from ..node import Node

log = logging.getLogger(__name__)

START_SECONDS: Final = 2.0
"""After the start, when all else wants the processor: peers that are known are dialled first."""

LOOK_SECONDS: Final = 60.0
"""How often profiles are read again, where something has come since: 0.1 ms each."""


async def tell_carriers(store: Store, node: Node) -> None:
    """Hand them to the connection manager, which dials where sources are lacking; until
    cancelled."""
    await trio.sleep(START_SECONDS)
    seen, told = -1, dict[str, Candidate]()
    while True:
        try:
            arrival = await trio.to_thread.run_sync(store.last_arrival)
            if arrival != seen:
                found = await trio.to_thread.run_sync(carriers_of_followed, store)
                for one in found:
                    if told.get(one.peer_id) != one:
                        node.connection_manager.consider(one)
                told, seen = {one.peer_id: one for one in found}, arrival
        except StoreError as error:
            log.warning("profiles are not read: %s", error)
        await trio.sleep(LOOK_SECONDS)


def carriers_of_followed(store: Store) -> list[Candidate]:
    """The hubs that accounts on the timeline name, the own one excepted, one candidate a peer.
    What is no address is passed over. Raises `StoreError`."""
    found: dict[str, tuple[dict[Address, None], set[bytes]]] = {}
    own = {one.account for one in store.subscriptions() if one.own}
    others = [account for account in store.shown_accounts() if account not in own]
    # All at once: one by one it would be the longest that a node does when it starts.
    for account, entry in store.latest_of_each(others, Profile.KIND).items():
        profile = profile_in(entry)
        for text in profile.carriers if profile is not None else ():
            try:
                address = Address.parse(text)
            except AddressError:
                continue
            if address.peer_id is not None and address.relay is None:
                addresses, accounts = found.setdefault(address.peer_id, ({}, set()))
                addresses[address] = None
                accounts.add(account)
    return [
        Candidate(peer, tuple(addresses), Origin.PROFILE, accounts=frozenset(accounts))
        for peer, (addresses, accounts) in found.items()
    ]
