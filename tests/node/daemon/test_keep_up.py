"""What no service expects: it begins again, and neither its node nor another service ends."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.budget import long

from sayso_node.accounts.creation import create_account
from sayso_node.daemon.hub.hub_service import HubService
from sayso_node.daemon.invites.invite_service import InviteService
from sayso_node.daemon.keep_up import AGAIN_SECONDS, keep_up
from sayso_node.daemon.lookups.account_location import AccountLocation
from sayso_node.daemon.own_feed_watch import OwnFeedWatch
from sayso_node.daemon.reachability.indirect_reach import IndirectReach
from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_seed
from sayso_node.home.open_store import open_home
from sayso_node.network.nat.hole_punching import HolePunching
from sayso_node.network.nat.reachability import ReachabilityService
from sayso_node.network.nat.relay_client import RelayClient
from sayso_node.network.nat.relay_server import RelayServer
from sayso_node.sync.path_switch import PathSwitch
from sayso_protocol.errors import BadShape
from sayso_storage.interface.store import StoreError, StoreFull

FAILURES = [
    StoreError("it cannot be read"),
    StoreFull("no space left"),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EMFILE, "Too many open files"),
    BadShape("nonsense"),
    trio.ClosedResourceError(),
    OverflowError("int too big"),
    KeyError("peer"),
    ExceptionGroup("several", [OSError(errno.ENOSPC, "full"), StoreError("full")]),
]


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_after_a_failure_a_service_begins_again(
    failure: Exception, autojump_clock: trio.abc.Clock
) -> None:
    began: list[float] = []

    async def fail_twice() -> None:
        began.append(trio.current_time())
        if len(began) < 3:
            raise failure

    await keep_up("a service", fail_twice)
    pauses = [later - before for before, later in pairwise(began)]
    assert pauses == pytest.approx([AGAIN_SECONDS] * 2)


async def test_a_service_that_is_cancelled_ends(autojump_clock: trio.abc.Clock) -> None:
    with trio.move_on_after(1) as scope:
        await keep_up("a service", trio.sleep_forever)
    assert scope.cancelled_caught


SERVICES = [
    AccountLocation, HubService, InviteService, OwnFeedWatch, ReachabilityService,
    HolePunching, PathSwitch, RelayClient, RelayServer,
]  # fmt: skip


@long
@pytest.mark.parametrize("service", SERVICES)
async def test_no_service_ends_the_node(
    service: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each fails at its first turn, in a node that is a hub and relays."""
    monkeypatch.setattr("sayso_node.daemon.keep_up.AGAIN_SECONDS", 0.05)
    runs: Callable[[Any], Awaitable[None]] = service.run
    turns, goes_on = 0, trio.Event()

    async def fail_once(self: Any) -> None:
        nonlocal turns
        turns += 1
        if turns == 1:
            raise OSError(errno.ENOSPC, "No space left on device")
        goes_on.set()
        await runs(self)

    monkeypatch.setattr(service, "run", fail_once)
    home = Home(tmp_path / "ann")
    create_account(home, "ann", None)
    options = RunOptions(listen=("/ip4/127.0.0.1/tcp/0",), hub=True, announces=True)
    with open_home(home) as store, home.lock():
        async with running_node(home, store, options, lambda _: None) as (node, nursery):
            await nursery.start(IndirectReach(node, node_seed(home), relays=True).run)
            with trio.fail_after(60):
                await goes_on.wait()
            assert node.status()["peer_id"] == node.network.peer_id
