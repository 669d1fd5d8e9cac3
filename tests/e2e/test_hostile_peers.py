"""A running node against strangers who want to stop it: an honest peer still gets through."""

from __future__ import annotations

import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
from tests.node.network.transport.support import flood_streams, raw_peer

from .support import Home

pytestmark = pytest.mark.e2e

MEMORY = 256 << 20
SOCKETS = 2000


@contextmanager
def silent_sockets(address: str, count: int) -> Iterator[None]:
    port = int(address.split("/")[4])
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        yield


@pytest.fixture
def many_descriptors() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = SOCKETS + 200
    if hard != resource.RLIM_INFINITY and hard < wanted:
        pytest.skip("this machine does not allow as many sockets as the attack needs")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.usefixtures("many_descriptors")
def test_silent_sockets_do_not_keep_an_honest_peer_out(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann"), Home(tmp_path / "ben")
    ann("post", "through the crowd")
    ben("follow", ann.account)
    with ann.node() as node, silent_sockets(node.address, SOCKETS):
        began = time.monotonic()
        assert ben("sync", node.address)[0]["in_sync"]
        assert time.monotonic() - began < 5
        assert node.peak_memory() < MEMORY
    assert ben.texts(ann.account) == ["through the crowd"]


async def test_a_flood_of_streams_does_not_keep_an_honest_peer_out(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann"), Home(tmp_path / "ben")
    ann("post", "beside the flood")
    ben("follow", ann.account)
    with ann.node() as node:
        victim = SimpleNamespace(addresses=[node.address], peer_id=node.peer_id)
        async with raw_peer(victim) as peer:
            await flood_streams(peer, 10_000)
            began = time.monotonic()
            report = await trio.to_thread.run_sync(ben, "sync", node.address)
            assert report[0]["in_sync"]
            assert time.monotonic() - began < 5
        assert node.peak_memory() < MEMORY
    assert ben.texts(ann.account) == ["beside the flood"]


def test_garbage_at_the_door_costs_nothing(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann"), Home(tmp_path / "ben")
    ann("post", "still here")
    ben("follow", ann.account)
    with ann.node() as node:
        port = int(node.address.split("/")[4])
        for n in range(200):
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(bytes([n % 256, 0xFF, 0xFE]) * 50)
        assert ben("sync", node.address)[0]["in_sync"]
        assert node.peak_memory() < MEMORY
