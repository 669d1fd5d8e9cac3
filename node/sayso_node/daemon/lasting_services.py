"""The services that only a node has that stays: what each answers, and when each runs.

It begins those of `start_lasting_services` before it says that it is ready, and only then
connects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_storage.interface.store import Store

from ..home.directory import Home
from ..home.node_key import node_seed
from .hub.carrier_service import CarrierService
from .hub.profile_carriers import tell_carriers
from .keep_up import keep_up
from .keeper.coordination_task import CoordinationTask
from .keeper.keeper import Keeper
from .keeper.line_task import LineTask
from .keeper.vote_task import VoteTask
from .keeper.word_task import WordTask
from .letters.letter_service import LetterService
from .letters.owner_service import OwnerService
from .node import Node
from .reachability.indirect_reach import IndirectReach
from .reachability.local_discovery import LocalDiscovery
from .run_options import RunOptions


async def start_lasting_services(
    home: Home,
    store: Store,
    node: Node,
    options: RunOptions,
    nursery: trio.Nursery,
) -> None:
    """Begin what only a node that stays does; returns when others can reach it as it will tell."""
    coordination = CoordinationTask(home, store)
    node.offer("coordination", coordination.answer)
    keeper = Keeper(
        [LineTask(store), WordTask(store), VoteTask(store), coordination], store.last_arrival
    )
    nursery.start_soon(keep_up, "keeper", keeper.run)
    letters = LetterService(home, store, node, is_hub=options.hub)
    node.letters = letters.status
    nursery.start_soon(keep_up, "letters", letters.run)
    owner = OwnerService(home, store, node, lambda: letters.service, options.passphrase)
    node.offer("waiting letters", owner.answer)
    nursery.start_soon(keep_up, "courier", owner.run)
    await nursery.start(IndirectReach(node, node_seed(home), relays=options.relay).run)
    if options.mdns:
        local_discovery = LocalDiscovery(node)
        node.lan = lambda: local_discovery.status
        nursery.start_soon(keep_up, "local discovery", local_discovery.run)


def start_connections(home: Home, store: Store, node: Node, nursery: trio.Nursery) -> None:
    """Begin to connect, to hear of more peers, and to tell of them."""
    key = KeyPair.from_seed(node_seed(home))
    services: dict[str, Callable[[], Awaitable[object]]] = {
        "connections": node.connection_manager.run,
        "peer exchange": partial(node.exchange_peers, key),
        "carriers": CarrierService(home, node).run,
        "profiles": partial(tell_carriers, store, node),
    }
    for name, run in services.items():
        nursery.start_soon(keep_up, name, run)
    nursery.start_soon(node.report_start)
