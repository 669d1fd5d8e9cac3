"""A running node against strangers who want to stop it: an honest peer still gets through."""

from __future__ import annotations

import socket
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import trio
from tests.budget import long
from tests.node.network.transport.support import flood_streams, raw_peer

from sayso_node.network.transport import TransportLimits

from .support import Home

pytestmark = pytest.mark.e2e

MEMORY = 256 << 20
SOCKETS = 2000


@contextmanager
def silent_sockets(address: str, count: int) -> Iterator[None]:
    """Open so many, one after the other, and keep the last of them open: twice as many as a node
    has places for, and fewer than the 1,024 files that an ordinary user may have open."""
    port = int(address.split("/")[4])
    crowd: deque[socket.socket] = deque()
    try:
        for _ in range(count):
            if len(crowd) == 2 * TransportLimits().pending:
                crowd.popleft().close()
            crowd.append(socket.create_connection(("127.0.0.1", port)))
        yield
    finally:
        for one in crowd:
            one.close()


def sync_seconds(home: Home, address: str) -> float:
    """How long an exchange takes that must succeed."""
    began = time.monotonic()
    assert home("sync", address)[0]["in_sync"]
    return time.monotonic() - began


def longest(calm: float) -> float:
    """The longest that an exchange may take under attack, which took so long in peace: whoever
    has to wait for a place waits for the time-out of a handshake."""
    return TransportLimits().handshake_timeout - 1 + 2 * calm


@long
def test_silent_sockets_do_not_keep_an_honest_peer_out(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann"), Home(tmp_path / "ben")
    ben("follow", ann.account)
    with ann.node() as node:
        calm = sync_seconds(ben, node.address)
        ann("post", "through the crowd")
        with silent_sockets(node.address, SOCKETS):
            assert sync_seconds(ben, node.address) < longest(calm)
        assert node.peak_memory() < MEMORY
    assert ben.texts(ann.account) == ["through the crowd"]


@long
async def test_a_flood_of_streams_does_not_keep_an_honest_peer_out(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann"), Home(tmp_path / "ben")
    ben("follow", ann.account)
    with ann.node() as node:
        calm = await trio.to_thread.run_sync(sync_seconds, ben, node.address)
        ann("post", "beside the flood")
        victim = SimpleNamespace(addresses=[node.address], peer_id=node.peer_id)
        async with raw_peer(victim) as peer:
            await flood_streams(peer, 10_000)
            took = await trio.to_thread.run_sync(sync_seconds, ben, node.address)
            assert took < longest(calm)
        assert node.peak_memory() < MEMORY
    assert ben.texts(ann.account) == ["beside the flood"]


@long
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
