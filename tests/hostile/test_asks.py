"""One range asked for again and again brings back so much and no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import trio
from tests.budget import long

from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_protocol.sync.wire.frames import Ask, Entries, Get, Have, Miss

from .attacker import GONE, Stranger, asks_for, fetch, stranger
from .conftest import Victim, home_with_posts

pytestmark = pytest.mark.e2e

POSTS = 5000
SECONDS = 4.0
MOST = 10 << 20
"""Bytes: what was sent before there was a budget came to 17.5 MB a second."""
OPEN = 60


@pytest.fixture(scope="module")
def author(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Victim]:
    home = home_with_posts(tmp_path_factory.mktemp("asks") / "fay", POSTS, text="{} {noise}")
    with home.node() as node:
        yield Victim(home, node)


async def ask_again(peer: Stranger, account: bytes) -> int:
    """Ask for the same sixty ranges as soon as each has come. Gives the bytes that were sent."""
    await peer.want(account)
    ranges: list[Ask] = []
    with trio.move_on_after(SECONDS):
        while (frame := await peer.hear()) is not None:
            if isinstance(frame, Have) and frame.offers and not ranges:
                ranges = asks_for(frame)
                feed = ranges[-1].feed
                await peer.say(Get([Ask(n, feed, 1, MAX_RUN_ENTRIES) for n in range(1, OPEN + 1)]))
            if isinstance(frame, Entries) and ranges:
                await peer.say(Get([Ask(frame.number, feed, 1, MAX_RUN_ENTRIES)]))
            assert not isinstance(frame, Miss)
    return peer.frames.bytes_in


@long
async def test_sixty_asks_for_one_range_again_and_again(author: Victim) -> None:
    brought: list[int] = []

    async def attack(number: int) -> None:
        try:
            async with stranger(author.address, number) as peer:
                try:
                    await ask_again(peer, author.account)
                finally:
                    brought.append(peer.frames.bytes_in)
        except* GONE:
            pass  # it was left for it

    async with trio.open_nursery() as nursery:
        nursery.start_soon(attack, 500)
        await trio.sleep(0.5)
        began = trio.current_time()
        with trio.fail_after(60):
            assert await fetch(author.address, 7, author.account) == POSTS + 1
        honest = trio.current_time() - began
    print(f"brought back {brought[0] / 1e6:.1f} MB; an honest newcomer took {honest:.2f} s")
    assert brought[0] < MOST
