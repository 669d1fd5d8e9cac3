"""The running node, from start to stop, and one exchange while none runs."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import trio

from sayso_storage.interface.store import Store, StoreError

from ..accounts.clone_guard import CloneGuard
from ..control.server import control_socket
from ..filters.live_rules import LiveRules
from ..filters.relay_filter import RelayFilter
from ..home.directory import Home, read_secret
from ..home.open_store import open_home
from ..labels.subscription import set_labellers
from ..network.link import Link
from ..network.transport import open_network
from ..sync.engine import Engine
from .indexer import keep_words
from .logs import stop_logs, write_logs
from .node import Listener, Node, check_peer, exchange, log

DEFAULT_LISTEN = ("/ip4/0.0.0.0/tcp/0",)


LEAVE_SECONDS = 2.0


WATCH_SECONDS = 30.0
"""How often it is looked whether the file of rules has changed."""


SWEEP_SECONDS = 0.02
"""Between looks at what was held before a rule: the node has other things to do."""


@asynccontextmanager
async def running_node(
    home: Home, store: Store, listen: Sequence[str], tell: Listener
) -> AsyncIterator[tuple[Node, trio.Nursery]]:
    """A node on the network while the context lasts; leaves its peers in good order."""
    carrying = RelayFilter(store, LiveRules(home, partial(set_labellers, store)))
    seed = read_secret(home.node_key)
    listener = CloneGuard(home, store, tell).handle
    async with networked(seed, store, listen, listener, carrying) as (node, nursery):
        nursery.start_soon(_watch_rules, node.engine, carrying)
        nursery.start_soon(_sweep, node.engine, carrying)
        yield node, nursery


@asynccontextmanager
async def networked(
    seed: bytes,
    store: Store,
    listen: Sequence[str],
    tell: Listener,
    carrying: RelayFilter | None = None,
) -> AsyncIterator[tuple[Node, trio.Nursery]]:
    """As `running_node`, of any store and without a home; `seed` is that of the node's key."""
    engines: list[Engine] = []

    async def on_link(link: Link) -> None:
        await engines[0].serve(link)

    async with (
        open_network(node_seed=seed, listen=listen, on_link=on_link) as network,
        trio.open_nursery() as nursery,
    ):
        node = Node(store, network, nursery, tell, carrying)
        engines.append(node.engine)
        nursery.start_soon(node.engine.run)
        try:
            yield node, nursery
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + LEAVE_SECONDS):
                await node.engine.leave()
            nursery.cancel_scope.cancel()


async def _watch_rules(engine: Engine, carrying: RelayFilter) -> None:
    """Follow a file that was changed with an editor, and rules that end."""
    stale = False
    while True:
        await trio.sleep(WATCH_SECONDS)
        try:
            stale = await trio.to_thread.run_sync(carrying.is_stale) or stale
            if stale:
                await engine.refresh()
            stale = False
        except StoreError as error:
            log.warning("the rules are not followed yet: %s", error)


async def _sweep(engine: Engine, carrying: RelayFilter) -> None:
    """Ask the rules about what was held before them, little by little."""
    swept = False
    while True:
        try:
            more = await trio.to_thread.run_sync(carrying.sweep)
            if swept and not more:
                await engine.refresh()
            swept = more
        except StoreError as error:
            log.warning("the rules are not asked about all entries yet: %s", error)
        await trio.sleep(SWEEP_SECONDS if swept else WATCH_SECONDS)


def run_node(
    home: Home, *, listen: Sequence[str], peers: Sequence[str], listener: Listener
) -> None:
    """Run the node until SIGINT or SIGTERM. Raises `NodeError`, `StoreError`, `ListenError`."""
    store = open_home(home)
    try:
        with home.lock():
            logs = write_logs(home.log)
            try:
                trio.run(partial(_run, home, store, listen or DEFAULT_LISTEN, peers, listener))
            finally:
                stop_logs(logs)
    finally:
        store.close()


async def _run(
    home: Home, store: Store, listen: Sequence[str], peers: Sequence[str], tell: Listener
) -> None:
    for address in peers:
        check_peer(address)
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async with (
            running_node(home, store, listen, tell) as (node, nursery),
            control_socket(home, node.actions),
        ):
            status = await node._on_status({})
            nursery.start_soon(keep_words, store)
            tell({"event": "ready", "peer_id": status["peer_id"], "addrs": status["addrs"]})
            for address in peers:
                await node.connection_manager.keep(nursery, address)
            async for number in signals:
                tell({"event": "stopping", "signal": signal.Signals(number).name})
                break


def sync_with(
    home: Home,
    address: str,
    *,
    timeout: float,
    progress: Listener,
) -> dict[str, Any]:
    """One exchange with one peer while no node runs. Raises as `run_node`, and `PeerError`."""

    async def once() -> dict[str, Any]:
        async with running_node(home, store, (), lambda _: None) as (node, _nursery):
            return await exchange(node, address, timeout, progress)

    store = open_home(home)
    try:
        check_peer(address)
        with home.lock():
            return trio.run(once)
    finally:
        store.close()
