"""A flood of each type of frame: an honest newcomer still gets all, and soon."""

from __future__ import annotations

import pytest
import trio
from tests.budget import long

from sayso_node.network.transport.libp2p_imports import BaseLibp2pError
from sayso_protocol.accounts.statement import claim_of
from sayso_protocol.sync.wire import frame_codec
from sayso_protocol.sync.wire.frames import Have

from .attacker import GONE, fetch, flood_again, repeated, stranger
from .conftest import Victim
from .frames import MAKERS, blanked

pytestmark = pytest.mark.e2e

SECONDS = 10.0
"""In which an honest newcomer has everything; a second where the machine does nothing else."""
LEAD = 0.3
"""How long the flood has gone on by then."""


def test_no_type_of_frame_is_left_out() -> None:
    assert set(MAKERS) == set(frame_codec._NUMBERS)


async def time_of_honest(victim: Victim, number: int = 7) -> float:
    began = trio.current_time()
    with trio.fail_after(SECONDS):
        while True:
            try:
                assert await fetch(victim.address, number, victim.account) >= 40
            except* (BaseLibp2pError, *GONE):
                await trio.sleep(0.1)
            else:
                return trio.current_time() - began


@long
@pytest.mark.parametrize("kind", MAKERS, ids=lambda kind: kind.__name__)
async def test_a_flood_of_one_type(shared: Victim, kind: type) -> None:
    """From two strangers: one has said what it wants, the other has not."""
    data = repeated(MAKERS[kind]())
    async with trio.open_nursery() as nursery:
        nursery.start_soon(flood_again, shared.address, 100, data, [shared.account])
        nursery.start_soon(flood_again, shared.address, 101, data, None)
        await trio.sleep(LEAD)
        seconds = await time_of_honest(shared)
        nursery.cancel_scope.cancel()
    print(f"{kind.__name__}: {seconds:.2f} s")


@long
async def test_a_flood_of_proofs(shared: Victim) -> None:
    """Of a feed that the node wants: each run is refused before a proof of it is looked at."""
    feed = await _feed_of(shared)
    data = repeated([blanked(feed)])
    async with trio.open_nursery() as nursery:
        for number in (200, 201):
            nursery.start_soon(flood_again, shared.address, number, data, [shared.account])
        await trio.sleep(LEAD)
        seconds = await time_of_honest(shared, 8)
        nursery.cancel_scope.cancel()
    print(f"proofs: {seconds:.2f} s")


async def _feed_of(victim: Victim) -> bytes:
    async with stranger(victim.address, 210) as peer:
        await peer.want(victim.account)
        while not isinstance(frame := await peer.hear(), Have):
            assert frame is not None
        return claim_of(frame.offers[0].grant).feed
