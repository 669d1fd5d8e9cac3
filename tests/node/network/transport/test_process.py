"""A node in its own process: starved of descriptors, and fed more than it should hold."""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import trio
from tests.budget import long

from . import support

PROGRAM = Path(__file__).with_name("victim.py")
MEGABYTE = 1 << 20

pytestmark = pytest.mark.e2e


@dataclass
class Victim:
    addresses: list[str]
    process: trio.Process

    @property
    def peer_id(self) -> str:
        return self.addresses[0].rpartition("/")[2]

    def peak_memory(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (line,) = [each for each in status.splitlines() if each.startswith("VmHWM:")]
        return int(line.split()[1]) * 1024


@asynccontextmanager
async def victim(handler: str, descriptors: int = 0) -> AsyncIterator[Victim]:
    command = [sys.executable, str(PROGRAM), handler, str(descriptors)]
    process = await trio.lowlevel.open_process(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin
    assert process.stdout
    async with process.stdin, process.stdout:
        try:
            with trio.fail_after(60):
                line = await process.stdout.receive_some()
            yield Victim([bytes(line).decode().strip()], process)
            await process.stdin.aclose()
            with trio.fail_after(60):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
            with trio.CancelScope(shield=True):
                await process.wait()


@long
async def test_accepting_survives_running_out_of_descriptors() -> None:
    async with victim("echo", descriptors=64) as node, trio.open_nursery() as nursery:
        for _ in range(300):
            stream = await support.open_socket(node)  # type: ignore[arg-type]
            nursery.start_soon(_hold, stream)
        for number in range(100, 103):
            assert await support.works(node, number)  # type: ignore[arg-type]
        nursery.cancel_scope.cancel()


async def _hold(stream: trio.SocketStream) -> None:
    try:
        await trio.sleep_forever()
    finally:
        stream.socket.close()


async def test_an_idle_node_is_small() -> None:
    async with victim("echo") as node:
        assert node.peak_memory() < 64 * MEGABYTE


@long
@pytest.mark.parametrize(("handler", "bounded"), [("hold", True), ("hoard", False)])
async def test_full_windows_of_many_identities_stay_below_256_megabytes(
    handler: str, bounded: bool
) -> None:
    """64 peers with 16 streams each, all filled, and none of them read; with a control."""
    async with victim(handler) as node, AsyncExitStack() as stack:
        for number in range(100, 164):
            peer = await stack.enter_async_context(
                support.raw_peer(node, number)  # type: ignore[arg-type]
            )
            await _fill(peer)
        with trio.move_on_after(1 if bounded else 60):
            while node.peak_memory() < 256 * MEGABYTE:
                await trio.sleep(0.05)
        assert (node.peak_memory() < 256 * MEGABYTE) == bounded, node.peak_memory()


async def _fill(peer: support.RawPeer) -> None:
    for stream_id in range(1, 33, 2):
        await peer.open_sync(stream_id)
        for _ in range(4):
            await peer.send(support.data(stream_id, bytes(65000)))
