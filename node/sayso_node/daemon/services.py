"""The services of every node of a home, beside its sync: what each answers, and when each runs.

Be it for one exchange, which does not wait until the modules are loaded that only a node that stays
needs (`lasting_services.py`), or a hub."""

from __future__ import annotations

from functools import partial

import trio

from sayso_protocol.discovery.reach.acknowledgement import REACH_PROTOCOL
from sayso_storage.interface.store import Store

from ..filters.relay_filter import RelayFilter
from ..home.directory import Home
from ..home.node_key import node_public_key, node_seed
from ..hub.carried_media import CarriedMedia
from ..media.blob_store import open_blobs
from ..network.nat.reachability import ReachabilityService
from .hub.carrier_service import CarrierService
from .hub.removal import remove_uncarried
from .invites.invite_service import InviteService
from .keep_up import keep_up
from .lookups.reach import ReachService
from .media_service import MediaService
from .node import Node
from .own_feed_watch import OwnFeedWatch
from .reachability.reachability import ReachabilityAnswer
from .run_options import RunOptions
from .upkeep import ask_for_damaged, erase_taken_back, follow_others, sweep, watch_rules


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
        "others": partial(follow_others, node.engine, store),
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
    node.media = media.load
    if options.hub:
        _start_hub(home, store, node, nursery)
    if options.announces is not None:
        from .lookups.account_location import locate_accounts

        locate_accounts(home, store, node, nursery, options)


def _start_reachability(home: Home, node: Node, options: RunOptions, nursery: trio.Nursery) -> None:
    hidden = node.network.privacy.hides
    reachability = ReachabilityService(
        node.network, node_seed(home), mapping=options.mapping, hidden=hidden
    )
    node.reachability = reachability
    nursery.start_soon(keep_up, "reachability", reachability.run)
    node.offer("reachability", ReachabilityAnswer(reachability).answer)


def _start_hub(home: Home, store: Store, node: Node, nursery: trio.Nursery) -> None:
    from sayso_protocol.discovery.hub.carry_messages import CARRY_PROTOCOL

    from .hub.hub_service import HubService
    from .hub.roster_service import RosterService

    service = HubService(home, store, node.engine, node.network.peer_id)
    rosters = RosterService(store, node.engine, node_public_key(home))
    nursery.start_soon(keep_up, "roster", rosters.run)
    node.network.handle(CARRY_PROTOCOL, service.answer)
    nursery.start_soon(keep_up, "hub", service.run)
    node.offer("hub", service.status)
    node.hub = service.load
