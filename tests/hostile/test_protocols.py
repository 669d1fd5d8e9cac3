"""Every protocol that a node answers, flooded at once: honest peers are served beside it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.budget import long, some
from tests.e2e.support import RunningNode

from sayso_node.network.message_stream import receive_message
from sayso_node.network.transport.multistream import StreamPipe, offer
from sayso_protocol.discovery.identify import IDENTIFY_PROTOCOL, MAX_IDENTIFY_SIZE, decode_identify

from .attacker import fetch, stranger
from .conftest import Victim, home_with_posts
from .requests import ELSEWHERE, REQUESTS

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
STRANGERS = 10
SECONDS = 5.0
"""Within which an honest peer has all 40 posts; a tenth of it where the machine does nothing
else."""
GROWTH = 96 << 20
"""Bytes of memory, whatever is asked and however long."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    """A node that offers all it can, to whoever asks."""
    home = home_with_posts(tmp_path_factory.mktemp("protocols") / "hub")
    home.path.joinpath("hub.toml").write_text('open = "everybody"\n')
    home.path.joinpath("hub.toml").chmod(0o600)
    listen = ["--listen", "/ip4/127.0.0.1/tcp/0", "--no-mdns", "--no-port-mapping", "--hub"]
    inside = [sys.executable, "-m", "tests.hostile.reached"]
    with RunningNode(home, *listen, inside=inside) as node:
        yield Victim(home, node)


@contextmanager
def flood(victim: Victim, seconds: float, *protocols: str) -> Iterator[dict[str, Any]]:
    """Strangers ask meanwhile; what they counted is there at the end."""
    program = [sys.executable, "-m", "tests.hostile.flood", victim.address]
    line = [*program, str(STRANGERS), str(seconds), *protocols]
    found: dict[str, Any] = {}
    with subprocess.Popen(line, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield found
            told, _ = process.communicate(timeout=seconds + 60)
            found.update(json.loads(told))
        finally:
            process.kill()


async def protocols_of(address: str) -> set[str]:
    async with stranger(address, 6999) as peer:
        stream = peer.connection.open_stream()
        await offer(StreamPipe(stream), IDENTIFY_PROTOCOL)
        said = await receive_message(stream, MAX_IDENTIFY_SIZE)
    node = address.rpartition("/")[2]
    return set(decode_identify(said, node).protocols)


@long
async def test_there_is_a_request_for_each_protocol(hub: Victim) -> None:
    with trio.fail_after(60):
        while (answered := await protocols_of(hub.address)) != {*REQUESTS, *ELSEWHERE}:
            print(answered ^ {*REQUESTS, *ELSEWHERE})
            await trio.sleep(0.5)


async def visits(victim: Victim, seconds: float) -> list[float]:
    """How long honest newcomers take, one after the other."""
    took: list[float] = []
    end = trio.current_time() + seconds
    while trio.current_time() < end:
        began = trio.current_time()
        with trio.fail_after(60):
            assert await fetch(victim.address, 8000 + len(took), victim.account) == 41
        took.append(trio.current_time() - began)
        await trio.sleep(0.05)
    return sorted(took)


@long
@pytest.mark.parametrize("seconds", some([4.0, 20.0], 1))
async def test_honest_peers_are_served_beside_a_flood_of_all_protocols(
    hub: Victim, seconds: float
) -> None:
    before = hub.node.memory()
    with flood(hub, seconds + 2) as found:
        await trio.sleep(1.0)
        took = await visits(hub, seconds)
    grown = hub.node.memory() - before
    print(f"{len(took)} visits, p50 {took[len(took) // 2]:.2f} s, longest {took[-1]:.2f} s")
    print(f"memory grew by {grown >> 20} MB; {found}")
    assert set(found["sent"]) == set(REQUESTS) - {IDENTIFY_PROTOCOL}
    assert took[int(len(took) * 0.99)] < SECONDS
    assert grown < GROWTH


@pytest.mark.soak
@pytest.mark.parametrize("protocol", REQUESTS)
async def test_honest_peers_are_served_beside_a_flood_of_one(hub: Victim, protocol: str) -> None:
    with flood(hub, 5, protocol) as found:
        await trio.sleep(0.5)
        took = await visits(hub, 4)
    print(f"{protocol}: p50 {took[len(took) // 2]:.2f} s, longest {took[-1]:.2f} s; {found}")
    assert took[int(len(took) * 0.99)] < SECONDS


@long
def test_the_node_stops_in_time_meanwhile(hub: Victim) -> None:
    """The last in this file: it stops the node."""
    with flood(hub, 3):
        trio.run(trio.sleep, 1.5)
        assert hub.node.stop() < SECONDS
