"""The services of a node, beside its sync: what each answers, and when each runs.

Every node of a home has those of `start_services`, be it for one exchange. A node that stays begins
those of `start_lasting_services` before it says that it is ready, and only then connects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial

import trio

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub.carry_messages import CARRY_PROTOCOL
from sayso_protocol.discovery.reach.acknowledgement import REACH_PROTOCOL
from sayso_storage.interface.store import Store

from ..filters.relay_filter import RelayFilter
from ..home.directory import Home
from ..home.node_key import node_seed
from ..hub.carried_media import CarriedMedia
from ..letters.courier import Courier
from ..letters.letter_source import LetterSource
from ..media.blob_store import open_blobs
from ..network.nat.reachability import ReachabilityService
from .hub.carrier_service import CarrierService
from .hub.hub_service import HubService
from .hub.profile_carriers import tell_carriers
from .hub.removal import remove_uncarried
from .invites.invite_service import InviteService
from .keep_up import keep_up
from .keeper.coordination_task import CoordinationTask
from .keeper.keeper import Keeper
from .keeper.line_task import LineTask
from .keeper.vote_task import VoteTask
from .keeper.word_task import WordTask
from .letters.account_carriers import AccountCarriers
from .letters.letter_service import LetterService
from .lookups.account_location import locate_accounts
from .lookups.reach import ReachService
from .media_service import MediaService
from .node import Node
from .own_feed_watch import OwnFeedWatch
from .reachability.indirect_reach import IndirectReach
from .reachability.local_discovery import LocalDiscovery
from .reachability.reachability import ReachabilityAnswer
from .run_options import RunOptions
from .upkeep import ask_for_damaged, erase_taken_back, sweep, watch_rules


def start_services(
    home: Home,
    store: Store,
    node: Node,
    relay_filter: RelayFilter,
    options: RunOptions,
    nursery: trio.Nursery,
) -> None:
    """Begin what every node of a home does beside the sessions; it ends with the nursery."""
    for name, run in {
        "rules": partial(watch_rules, node.engine, relay_filter),
        "sweep": partial(sweep, node.engine, relay_filter),
        "damaged entries": partial(ask_for_damaged, node.engine, store),
        "erasure": partial(erase_taken_back, node.engine, store),
        "removal": partial(remove_uncarried, store, node.engine, open_blobs(home)),
    }.items():
        nursery.start_soon(keep_up, name, run)
    _start_reachability(home, node, options, nursery)
    nursery.start_soon(keep_up, "invites", InviteService(home, store, node, nursery).run)
    own_feed_watch = OwnFeedWatch(home, store, node.engine)
    nursery.start_soon(keep_up, "own feed", own_feed_watch.run)
    node.offer("own-feed", own_feed_watch.answer)
    node.offer("carry", CarrierService(home, node).answer)
    reach = ReachService(home, store, node.engine, node.network, is_hub=options.hub)
    node.network.handle(REACH_PROTOCOL, reach.answer)
    node.offer("reach", reach.ask)
    carried = CarriedMedia(home, store, open_blobs(home)) if options.hub else None
    media = MediaService(home, store, node, relay_filter, nursery, carried)
    nursery.start_soon(keep_up, "media", media.run)
    node.offer("fetch", media.answer_fetch)
    if options.hub:
        _start_hub(home, store, node, nursery)
    if options.announces is not None:
        locate_accounts(home, store, node, nursery, options)


async def start_lasting_services(
    home: Home,
    store: Store,
    node: Node,
    options: RunOptions,
    nursery: trio.Nursery,
    source: LetterSource | None = None,
) -> None:
    """Begin what only a node that stays does; returns when others can reach it as it will tell.
    `source` are the letters of its owner, where there are any to carry."""
    coordination = CoordinationTask(home, store)
    node.offer("coordination", coordination.answer)
    keeper = Keeper(
        [LineTask(store), WordTask(store), VoteTask(store), coordination], store.last_arrival
    )
    nursery.start_soon(keep_up, "keeper", keeper.run)
    letters = LetterService(home, store, node, is_hub=options.hub)
    node.letters = letters.status
    nursery.start_soon(keep_up, "letters", letters.run)
    if source is not None:
        find = AccountCarriers(home, store, node).find
        courier = Courier(node.network, source, find, lambda: letters.service)
        nursery.start_soon(keep_up, "courier", courier.run)
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


def _start_reachability(home: Home, node: Node, options: RunOptions, nursery: trio.Nursery) -> None:
    hidden = node.network.privacy.hides
    reachability = ReachabilityService(
        node.network, node_seed(home), mapping=options.mapping, hidden=hidden
    )
    node.reachability = reachability
    nursery.start_soon(keep_up, "reachability", reachability.run)
    node.offer("reachability", ReachabilityAnswer(reachability).answer)


def _start_hub(home: Home, store: Store, node: Node, nursery: trio.Nursery) -> None:
    service = HubService(home, store, node.engine, node.network.peer_id)
    node.network.handle(CARRY_PROTOCOL, service.answer)
    nursery.start_soon(keep_up, "hub", service.run)
    node.offer("hub", service.status)
