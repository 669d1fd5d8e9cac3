"""The running node, from start to stop, and one exchange while none runs."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import trio

from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.translation import English, _, speaking
from sayso_storage.interface.store import Store, StoreInterrupted

from .. import SOFTWARE
from ..accounts.clone_guard import CloneGuard
from ..accounts.unfinished import remove_unfinished
from ..control.server import answered, control_listener
from ..errors import HomeError
from ..filters.live_rules import LiveRules
from ..filters.relay_filter import RelayFilter
from ..home.blob_place import bucket_of
from ..home.directory import Home
from ..home.node_key import node_seed
from ..home.open_store import open_home
from ..hub.file import load_settings
from ..labels.subscription import set_labellers
from ..network.nat.circuit import use_circuits
from ..network.privacy import OPEN, Privacy
from ..network.transport import TransportLimits, open_network, peer_id_of
from ..sync.engine import Engine
from ..sync.known_peers.peer_memory import PeerMemory
from .exchange import ProgressListener, exchange
from .hub.removal import pause_carriage
from .metrics.start import start_metrics
from .node import Listener, Node, check_peer
from .page import PageAddress, start_notifier, start_page
from .process.logs import stop_logs, write_logs
from .process.service_notifier import ServiceNotifier
from .process.stop import Countdown, stop_signal
from .reachability.home_privacy import privacy_of
from .reachability.listen_choice import choose_listen
from .reachability.reachability import tell_reachability
from .run_options import RunOptions
from .services import start_services
from .status import ExchangeResult

LEAVE_SECONDS = 2.0


@asynccontextmanager
async def running_node(
    home: Home, store: Store, options: RunOptions, tell: Listener
) -> AsyncIterator[tuple[Node, trio.Nursery]]:
    """A node on the network while the context lasts; leaves its peers in good order."""
    relay_filter = RelayFilter(store, LiveRules(home, partial(set_labellers, store)))
    store.mark_damaged(again=True)
    if not options.hub:
        pause_carriage(store)
    listener = CloneGuard(home, store, tell).handle
    seed = node_seed(home)
    limits = _limits_of(home) if options.hub else TransportLimits()
    listen, privacy = options.listen or (), privacy_of(home)
    async with networked(seed, store, listen, listener, relay_filter, limits, privacy) as (
        node,
        nursery,
    ):
        node.network.own_addresses.set("given", map(Address.parse, options.given))
        start_services(home, store, node, relay_filter, options, nursery)
        yield node, nursery


@asynccontextmanager
async def networked(
    seed: bytes,
    store: Store,
    listen: Sequence[str],
    tell: Listener,
    relay_filter: RelayFilter | None = None,
    limits: TransportLimits | None = None,
    privacy: Privacy = OPEN,
) -> AsyncIterator[tuple[Node, trio.Nursery]]:
    """As `running_node`, of any store and without a home; `seed` is that of the node's key."""
    engine = Engine(store, peer_id_of(seed), SOFTWARE, tell, relay_filter)
    async with (
        open_network(
            node_seed=seed,
            listen=listen,
            on_link=engine.serve,
            limits=limits or TransportLimits(),
            standings=engine.standings,
            privacy=privacy,
        ) as network,
        trio.open_nursery() as nursery,
    ):
        nursery.start_soon(engine.run)
        use_circuits(network)
        node = Node(network, engine, await PeerMemory.load(store), nursery, tell)
        try:
            yield node, nursery
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + LEAVE_SECONDS):
                await node.connection_manager.save()
                await engine.leave()
            nursery.cancel_scope.cancel()


def _limits_of(home: Home) -> TransportLimits:
    """The bounds of a hub, as its owner's file says when it starts. Raises `HubFileError`."""
    quota = load_settings(home).quota
    return TransportLimits(inbound=quota.peers, inbound_per_address=quota.address_peers)


def run_node(home: Home, options: RunOptions, listener: Listener) -> None:
    """Run the node until SIGINT or SIGTERM. Raises `NodeError`, `StoreError`, `ListenError`."""
    store = open_home(home)
    countdown = Countdown(store.interrupt)
    try:
        if not options.hub and bucket_of(home) is not None:
            raise HomeError(
                _(
                    "{path} keeps media in a bucket, which only a hub may: run it with --hub, or "
                    "take `store` out of the file"
                ).format(path=home.hub)
            )
        with home.lock():
            logs = write_logs(home.log)
            try:
                remove_unfinished(home, store)
                trio.run(partial(_run, home, store, options, listener, countdown))
            except* StoreInterrupted:
                pass  # by the countdown: the node was asked to stop
            finally:
                stop_logs(logs)
    finally:
        store.close()
        countdown.done()


async def _run(
    home: Home, store: Store, options: RunOptions, tell: Listener, countdown: Countdown
) -> None:
    from .lasting_services import start_connections, start_lasting_services

    for address in options.peers:
        check_peer(address, peer_id_of(node_seed(home)))
    privacy = privacy_of(home)
    listen = choose_listen(home, options.listen, privacy)
    options = replace(options, listen=listen.addresses)
    if privacy.hides:
        options = options.hidden()
    # Logs, and what is kept of a failure for whoever asks, are in English.
    with stop_signal(countdown) as stop, speaking(English()):
        async with (
            control_listener(home) as requests,
            running_node(home, store, options, _in_own_language(tell)) as (node, nursery),
        ):
            await start_lasting_services(home, store, node, options, nursery)
            with speaking(None):  # page and notifications are in the language of their owner
                page = start_page(home, store, node, options, nursery)
                if options.notify:
                    start_notifier(home, store, nursery)
            metrics = start_metrics(home, store, node, options, nursery)
            async with answered(requests, node.actions):
                _tell_ready(node, page, metrics)
                for event in listen.events:
                    node.tell(event)
                for address in options.peers:
                    await node.keep(address)
                start_connections(home, store, node, nursery)
                notifier = ServiceNotifier.from_environment(os.environ)
                notifier.ready(node.summary())
                nursery.start_soon(notifier.run, node.summary)
                number = await stop.wait()
                notifier.stopping()
                node.tell({"event": "stopping", "signal": number.name})


def _in_own_language(tell: Listener) -> Listener:
    """Tell events to the person who started the node, in the language of the process."""

    def tell_person(event: dict[str, Any]) -> None:
        with speaking(None):
            tell(event)

    return tell_person


def _tell_ready(node: Node, page: PageAddress, metrics: str | None) -> None:
    status = node.status()
    ready = {
        "event": "ready",
        "peer_id": status["peer_id"],
        "addrs": status["addrs"],
        **page.as_json(),
    }
    if metrics is not None:
        ready["metrics"] = metrics
    if node.network.privacy.proxy is not None:
        ready["proxy"] = str(node.network.privacy.proxy)
    node.tell({**ready, "known_peers": status["known_peers"]})
    if node.reachability is not None:
        tell_reachability(node.reachability, node.tell)


def sync_with(
    home: Home,
    address: str,
    *,
    timeout: float,
    progress: ProgressListener,
) -> ExchangeResult:
    """One exchange with one peer while no node runs. Raises as `run_node`, and `PeerError`."""

    async def once() -> ExchangeResult:
        async with running_node(home, store, RunOptions(), lambda _: None) as (node, _nursery):
            found = await exchange(node, address, timeout, progress)
            await node.keep(address)
            return found

    store = open_home(home)
    try:
        check_peer(address)
        with home.lock():
            return trio.run(once)
    finally:
        store.close()
