"""A node ends within five seconds of SIGTERM, whatever it does, and keeps what it said it has."""

from __future__ import annotations

import signal
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path

import pytest
import trio
from tests.budget import long, some
from tests.e2e.support import COMMAND, Home

from sayso_protocol.limits import MAX_OPEN_REQUESTS
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import Ask, Get, Unwant

from .attacker import HELLO, flood_again, repeated, stranger
from .conftest import Victim, home_with_posts
from .frames import MAKERS, names

pytestmark = pytest.mark.e2e

SECONDS = 5.0
MANY = 8_000

Siege = Callable[[Victim], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def floods(victim: Victim) -> AsyncIterator[None]:
    """One stranger for each type of frame."""
    async with trio.open_nursery() as nursery:
        for number, make in enumerate(MAKERS.values(), 100):
            wants = [victim.account]
            nursery.start_soon(flood_again, victim.address, number, repeated(make()), wants)
        await trio.sleep(1.0)
        yield
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def burst(victim: Victim) -> AsyncIterator[None]:
    """Many names, and then as many frames about them as the node will take at once."""
    async with stranger(victim.address, 100) as peer, trio.open_nursery() as nursery:
        await peer.want(*names(20_000))
        nursery.start_soon(peer.flood, repeated([Unwant(1, names(1), bytes(16))], 400_000))
        await trio.sleep(0.3)
        yield
        nursery.cancel_scope.cancel()


@asynccontextmanager
async def idle(victim: Victim) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for number in range(100, 150):
            await stack.enter_async_context(stranger(victim.address, number))
        yield


@asynccontextmanager
async def deaf(victim: Victim) -> AsyncIterator[None]:
    """Peers that ask for all and read nothing."""
    async with AsyncExitStack() as stack:
        for number in range(100, 110):
            peer = await stack.enter_async_context(stranger(victim.address, number))
            await peer.want(victim.account)
            asks = [Ask(n, bytes([n] * 32), 1, 10**6) for n in range(1, MAX_OPEN_REQUESTS)]
            await peer.say(Get(asks))
        await trio.sleep(0.3)
        yield


@asynccontextmanager
async def slow(victim: Victim) -> AsyncIterator[None]:
    """A peer in the middle of a frame, one in that of a handshake, and one that said nothing."""
    port = int(victim.address.split("/")[4])
    async with AsyncExitStack() as stack:
        peer = await stack.enter_async_context(stranger(victim.address, 100))
        await peer.stream.send_all(encode_frame(Unwant(1, names(99), bytes(16)))[:40])
        await stack.enter_async_context(stranger(victim.address, 101, hello=False))
        half = await stack.enter_async_context(stranger(victim.address, 102, hello=False))
        await half.stream.send_all(HELLO[:2])
        plain = await stack.enter_async_context(await trio.open_tcp_stream("127.0.0.1", port))
        await plain.send_all(b"\x13/multistream")
        yield


@asynccontextmanager
async def stuck_client(victim: Victim) -> AsyncIterator[None]:
    """Programs of this user that ask on the control socket, and do not read; and one that does
    not even ask."""
    with ExitStack() as stack:
        for said in [b"", b'{"do": ', b'{"do": "peers"}\n', b'{"do": "changed"}\n'] * 10:
            client = stack.enter_context(socket.socket(socket.AF_UNIX))
            await trio.to_thread.run_sync(client.connect, str(victim.home.path / "control.sock"))
            client.sendall(said)
        yield


SIEGES: list[Siege] = [floods, burst, idle, deaf, slow, stuck_client]


@long
@pytest.mark.parametrize("siege", some(SIEGES, 3), ids=lambda siege: siege.__name__)
async def test_a_node_under_siege_ends_in_time(victim: Victim, siege: Siege) -> None:
    async with siege(victim):
        seconds = await trio.to_thread.run_sync(victim.node.stop)
    print(f"{siege.__name__}: {seconds:.2f} s")
    assert seconds < SECONDS
    assert victim.node.process.returncode == 0


@pytest.mark.soak
@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
async def test_a_node_flooded_with_one_type_ends_in_time(victim: Victim, kind: type) -> None:
    async with trio.open_nursery() as nursery:
        for number in range(100, 110):
            wants = [victim.account] if number % 2 else None
            data = repeated(MAKERS[kind]())
            nursery.start_soon(flood_again, victim.address, number, data, wants)
        await trio.sleep(5.0)
        seconds = await trio.to_thread.run_sync(victim.node.stop)
        nursery.cancel_scope.cancel()
    print(f"{kind.__name__}: {seconds:.2f} s")
    assert seconds < SECONDS
    assert victim.node.process.returncode == 0


@pytest.fixture(scope="module")
def busy_author(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return home_with_posts(tmp_path_factory.mktemp("busy") / "cat", MANY)


@long
def test_a_node_that_takes_in_much_ends_in_time(busy_author: Home, tmp_path: Path) -> None:
    reader = Home(tmp_path / "dora")
    reader("follow", busy_author.account)
    with busy_author.node() as there:
        with reader.node("--peer", there.address) as here:
            here.wait_for("received")
            seconds = here.stop(signal.SIGINT)
        assert seconds < SECONDS
        assert here.process.returncode == 0
        assert reader.have(busy_author.account) > 0
        assert reader("verify")[-1]["errors"] == 0
        assert reader("sync", there.address)[0]["in_sync"]
    assert reader.have(busy_author.account) == MANY + 1


@long
def test_a_node_that_another_program_keeps_from_writing_ends_in_time(
    busy_author: Home, tmp_path: Path
) -> None:
    reader = Home(tmp_path / "dora")
    reader("follow", busy_author.account)
    with busy_author.node() as there, reader.node() as here:
        other = sqlite3.connect(reader.path / "store.sqlite", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        line = [*COMMAND, "--home", str(reader.path), "connect", there.address]
        subprocess.run(line, check=True, capture_output=True, timeout=30)
        here.wait_for("connected")
        seconds = here.stop()
        other.execute("ROLLBACK")
        other.close()
    assert seconds < SECONDS
    assert here.process.returncode == 0
