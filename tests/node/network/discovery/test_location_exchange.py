"""Asking peers for locations: who is slow holds up nobody else."""

from __future__ import annotations

from typing import Any, cast

import pytest
import trio

from sayso_node.clock import present
from sayso_node.network.discovery.location_exchange import LOOK_SECONDS, SETTLE_SECONDS
from sayso_node.network.discovery.location_exchange import LocationExchange as Exchange
from sayso_node.network.link import DialError, Link, Network
from sayso_protocol.discovery.location.locator import Locator


class Room:
    """A network in which some never answer."""

    def __init__(self, *mute: str) -> None:
        self.mute = mute
        self.asked: dict[str, list[float]] = {}

    def handle(self, *_: Any) -> None:
        pass

    async def open_stream(self, address: str, _: str) -> Link:
        peer = address.removeprefix("/p2p/")
        self.asked.setdefault(peer, []).append(trio.current_time())
        if peer in self.mute:
            await trio.sleep_forever()
        raise DialError("gone")


@pytest.mark.parametrize("mute", [1, 2, 5, 10, 50, 200])
async def test_the_last_is_asked_as_soon_as_the_first(
    mute: int, autojump_clock: trio.abc.Clock
) -> None:
    slow = [f"a{number:03}" for number in range(mute)]
    room, peers = Room(*slow), [*slow, "z"]
    locator = Locator(bytes(32), bytes(16), present())
    exchange = Exchange(
        cast(Network, room), locator, followed=lambda: [bytes(32)], peers=lambda: peers
    )
    began = trio.current_time()
    with trio.move_on_after(2 * SETTLE_SECONDS):
        await exchange.run()
    assert room.asked["z"][0] - began <= SETTLE_SECONDS + LOOK_SECONDS
    assert {peer: len(times) for peer, times in room.asked.items()} == dict.fromkeys(peers, 1)
