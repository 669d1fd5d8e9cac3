"""Relays of js-libp2p and ours: each as relay, as the one that calls, as the one that is called."""

from __future__ import annotations

import json
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.budget import long
from tests.node.network.nat.relays import answers, behind, caller, reached_through, relaying
from tests.node.network.transport.support import echo

from sayso_protocol.discovery.relay.messages import HOP_PROTOCOL

from .javascript import installed

pytestmark = pytest.mark.e2e

ECHO = "/test/echo/1"


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("interop"))


@asynccontextmanager
async def javascript(sources: Path, *words: str) -> AsyncIterator[dict[str, Any]]:
    """What the first line of a js-libp2p node says, while that runs."""
    process = await trio.lowlevel.open_process(
        ["node", "relay.mjs", *words], cwd=sources, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    try:
        with trio.fail_after(60):
            yield await first_line(process)
    finally:
        process.kill()
        with trio.CancelScope(shield=True):
            await process.wait()
        for stream in (process.stdout, process.stderr):
            assert stream is not None
            await stream.aclose()


async def first_line(process: trio.Process) -> dict[str, Any]:
    assert process.stdout is not None
    assert process.stderr is not None
    text = b""
    while not text.endswith(b"\n"):
        part = await process.stdout.receive_some()
        if not part:
            raise AssertionError((await process.stderr.receive_some()).decode())
        text += part
    said: dict[str, Any] = json.loads(text)
    return said


@long
async def test_js_relays_between_ours_and_ends_with_a_reset(sources: Path) -> None:
    """Within its limits of 128 KiB; over them nobody takes it for the end."""
    async with javascript(sources, "relay") as js, reached_through() as home, caller() as guest:
        network = home.network
        network.handle(ECHO, echo)
        link = await network.open_stream(js["address"], ECHO)
        assert link.connection is not None
        home.client.note_protocols(link.connection, [HOP_PROTOCOL])
        await home.until_reserved()
        (address,) = {str(one) for one in home.told}
        assert js["peer"] in address
        over = await guest.open_stream(address, ECHO)
        assert over.path == "relayed"
        assert await answers(over, 20_000) == (20_000, True)
        over = await guest.open_stream(address, ECHO)
        came, whole = await answers(over, 300_000)
        assert came < 300_000
        assert not whole


@long
async def test_js_is_called_over_our_relay(sources: Path) -> None:
    async with relaying() as (relay, server), caller() as guest:
        async with javascript(sources, "called", relay.addresses[0]) as js:
            link = await guest.open_stream(js["address"], ECHO)
            assert (link.peer_id, link.path) == (js["peer"], "relayed")
            assert await answers(link, 50_000) == (50_000, True)
            said = await asked(sources, js["address"], 50_000)
            assert said == {"event": "answered", "back": 50_000, "whole": True}
        assert server.relay.counts["connected"] == 2


@long
async def test_js_calls_ours_over_our_relay(sources: Path) -> None:
    async with relaying() as (relay, _), reached_through(relay) as home:
        home.network.handle(ECHO, echo)
        said = await asked(sources, behind(relay, home.network), 50_000)
        assert said == {"event": "answered", "back": 50_000, "whole": True}


@long
async def test_what_js_is_refused_it_understands(sources: Path) -> None:
    async with relaying() as (relay, _), caller() as nobody:
        said = await asked(sources, behind(relay, nobody), 10)
        assert not said["whole"]
        assert "NO_RESERVATION" in said["error"]


async def asked(sources: Path, address: str, size: int) -> dict[str, Any]:
    """What a caller of js-libp2p says."""
    async with javascript(sources, "call", address, str(size)) as said:
        return said
