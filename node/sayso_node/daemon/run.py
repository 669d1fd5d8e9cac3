"""The running node, from start to stop, and one exchange while none runs."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

import trio

from sayso_protocol.discovery.hub.carry_messages import CARRY_PROTOCOL
from sayso_protocol.discovery.reach.acknowledgement import REACH_PROTOCOL
from sayso_storage.interface.store import Store, StoreError, StoreInterrupted

from .. import SOFTWARE
from ..accounts.clone_guard import CloneGuard
from ..accounts.unfinished import remove_unfinished
from ..control.server import control_socket
from ..filters.live_rules import LiveRules
from ..filters.relay_filter import RelayFilter
from ..home.directory import Home
from ..home.node_key import node_seed
from ..home.open_store import open_home
from ..labels.subscription import set_labellers
from ..network.transport import open_network, peer_id_of
from ..sync.engine import Engine
from .exchange import ProgressListener, exchange
from .hub.carrier_service import CarrierService
from .hub.hub_service import HubService
from .hub.removal import pause_carriage, remove_uncarried
from .indexer import keep_words
from .invites import Invites
from .local_discovery import LocalDiscovery
from .logs import stop_logs, write_logs
from .node import Listener, Node, check_peer
from .own_feed_watch import OwnFeedWatch
from .reach import ReachService
from .service_notifier import ServiceNotifier
from .status import ExchangeResult
from .stop import Countdown, stop_signal

log = logging.getLogger(__name__)

DEFAULT_LISTEN = ("/ip4/0.0.0.0/tcp/0",)

LEAVE_SECONDS = 2.0

WATCH_SECONDS = 30.0
"""How often it is looked whether the file of rules has changed."""

SWEEP_SECONDS = 0.02
"""Between looks at what was held before a rule: the node has other things to do."""


@asynccontextmanager
async def running_node(
    home: Home, store: Store, listen: Sequence[str], tell: Listener, *, hub: bool = False
) -> AsyncIterator[tuple[Node, trio.Nursery]]:
    """A node on the network while the context lasts, which carries for others where it is a `hub`;
    leaves its peers in good order."""
    relay_filter = RelayFilter(store, LiveRules(home, partial(set_labellers, store)))
    seed = node_seed(home)
    store.mark_damaged(again=True)
    if not hub:
        pause_carriage(store)
    listener = CloneGuard(home, store, tell).handle
    async with networked(seed, store, listen, listener, relay_filter) as (node, nursery):
        nursery.start_soon(_watch_rules, node.engine, relay_filter)
        nursery.start_soon(_sweep, node.engine, relay_filter)
        nursery.start_soon(_ask_for_damaged, node.engine, store)
        invites = Invites(store, node, nursery)
        nursery.start_soon(invites.run)
        own_feed_watch = OwnFeedWatch(home, store, node.engine)
        nursery.start_soon(own_feed_watch.run)
        node.offer("own-feed", own_feed_watch.answer)
        nursery.start_soon(remove_uncarried, store, node.engine)
        node.offer("carry", CarrierService(home, node).answer)
        reach = ReachService(home, store, node.engine, node.network, is_hub=hub)
        node.network.handle(REACH_PROTOCOL, reach.answer)
        node.offer("reach", reach.ask)
        if hub:
            service = HubService(home, store, node.engine, node.network.peer_id)
            node.network.handle(CARRY_PROTOCOL, service.answer)
            nursery.start_soon(service.run)
            node.offer("hub", service.status)
        yield node, nursery


@asynccontextmanager
async def networked(
    seed: bytes,
    store: Store,
    listen: Sequence[str],
    tell: Listener,
    relay_filter: RelayFilter | None = None,
) -> AsyncIterator[tuple[Node, trio.Nursery]]:
    """As `running_node`, of any store and without a home; `seed` is that of the node's key."""
    engine = Engine(store, peer_id_of(seed), SOFTWARE, tell, relay_filter)
    async with (
        open_network(
            node_seed=seed, listen=listen, on_link=engine.serve, standings=engine.standings
        ) as network,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(engine.run)
        try:
            yield Node(network, engine, nursery, tell), nursery
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + LEAVE_SECONDS):
                await engine.leave()
            nursery.cancel_scope.cancel()


async def _watch_rules(engine: Engine, relay_filter: RelayFilter) -> None:
    """Follow a file that was changed with an editor, and rules that end."""
    stale = False
    while True:
        await trio.sleep(WATCH_SECONDS)
        try:
            stale = await trio.to_thread.run_sync(relay_filter.is_stale) or stale
            if stale:
                await engine.refresh()
            stale = False
        except StoreError as error:
            log.warning("the rules are not followed yet: %s", error)


async def _sweep(engine: Engine, relay_filter: RelayFilter) -> None:
    """Ask the rules about what was held before them, little by little."""
    swept = False
    while True:
        try:
            more = await trio.to_thread.run_sync(relay_filter.sweep)
            if swept and not more:
                await engine.refresh()
            swept = more
        except StoreError as error:
            log.warning("the rules are not asked about all entries yet: %s", error)
        await trio.sleep(SWEEP_SECONDS if swept else WATCH_SECONDS)


async def _ask_for_damaged(engine: Engine, store: Store) -> None:
    """Ask peers again for entries that were found damaged while they were read."""
    while True:
        await trio.sleep(WATCH_SECONDS)
        try:
            feeds = await trio.to_thread.run_sync(store.mark_damaged)
            if feeds:
                log.warning("damaged entries of %d feeds are fetched again", len(feeds))
                await engine.refresh()
        except StoreError as error:
            log.warning("damaged entries are not fetched again yet: %s", error)


def run_node(
    home: Home,
    *,
    listen: Sequence[str],
    peers: Sequence[str],
    listener: Listener,
    mdns: bool = False,
    hub: bool = False,
) -> None:
    """Run the node until SIGINT or SIGTERM; with `mdns` it looks for others on the local network,
    as a `hub` it carries for others. Raises `NodeError`, `StoreError`, `ListenError`."""
    store = open_home(home)
    countdown = Countdown(store.interrupt)
    try:
        with home.lock():
            logs = write_logs(home.log)
            options = (listen or DEFAULT_LISTEN, peers, listener, countdown, mdns, hub)
            run = partial(_run, home, store, *options)
            try:
                remove_unfinished(home, store)
                trio.run(run)
            except* StoreInterrupted:
                pass  # by the countdown: the node was asked to stop
            finally:
                stop_logs(logs)
    finally:
        store.close()
        countdown.done()


async def _run(
    home: Home,
    store: Store,
    listen: Sequence[str],
    peers: Sequence[str],
    tell: Listener,
    countdown: Countdown,
    mdns: bool,
    hub: bool,
) -> None:
    for address in peers:
        check_peer(address, peer_id_of(node_seed(home)))
    with stop_signal(countdown) as stop:
        async with (
            running_node(home, store, listen, tell, hub=hub) as (node, nursery),
            control_socket(home, node.actions),
        ):
            nursery.start_soon(keep_words, store)
            if mdns:
                nursery.start_soon(LocalDiscovery(node, nursery).run)
            status = node.status()
            tell({"event": "ready", "peer_id": status["peer_id"], "addrs": status["addrs"]})
            for address in peers:
                await node.keep(address)
            nursery.start_soon(CarrierService(home, node).run)
            notifier = ServiceNotifier.from_environment(os.environ)
            notifier.ready(node.summary())
            nursery.start_soon(notifier.run, node.summary)
            number = await stop.wait()
            notifier.stopping()
            tell({"event": "stopping", "signal": number.name})


def sync_with(
    home: Home,
    address: str,
    *,
    timeout: float,
    progress: ProgressListener,
) -> ExchangeResult:
    """One exchange with one peer while no node runs. Raises as `run_node`, and `PeerError`."""

    async def once() -> ExchangeResult:
        async with running_node(home, store, (), lambda _: None) as (node, _nursery):
            return await exchange(node, address, timeout, progress)

    store = open_home(home)
    try:
        check_peer(address)
        with home.lock():
            return trio.run(once)
    finally:
        store.close()
