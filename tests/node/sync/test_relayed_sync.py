"""A first sync that is larger than what a relay's circuit may carry: cut off, and gone on with."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from tests.budget import long
from tests.node.network.nat.relays import behind, caller, meet, reached_through, relaying
from tests.node.network.transport.support import seed
from tests.node.support import Person

from sayso_node.network.transport import peer_id_of
from sayso_node.sync.engine import Engine
from sayso_protocol.discovery.relay.relay_limits import RelayLimits

ANN, BEN = 60, 70
POSTS = 6000


@long
@pytest.mark.parametrize("circuit_bytes", [100_000, 250_000, 1 << 20])
async def test_a_sync_goes_on_where_the_relay_cut_it_off(circuit_bytes: int) -> None:
    ann, ben = Person("ann"), Person("ben")
    # Texts of their own, so that they do not shrink to nothing on the way.
    ann.post_many(POSTS, text="".join(chr(0x4E00 + n * 37 % 20_000) for n in range(40)))
    ben.follow(ann)
    events: list[dict] = []
    here = Engine(ann.store, peer_id_of(seed(ANN)), "test/1", lambda _: None)
    there = Engine(ben.store, peer_id_of(seed(BEN)), "test/1", events.append)
    dials = 0
    async with (
        relaying(limits=RelayLimits(circuit_bytes=circuit_bytes)) as (relay, server),
        reached_through(number=ANN, on_link=here.serve) as home,
        caller(BEN, there.serve) as network,
        trio.open_nursery() as nursery,
    ):
        await meet(home, relay)
        nursery.start_soon(here.run)
        nursery.start_soon(there.run)
        with trio.fail_after(100):
            while ben.held_of(ann) < POSTS + 1:
                dials += 1
                link = await network.dial(behind(relay, home.network))
                with trio.CancelScope() as scope:
                    async with trio.open_nursery() as session:
                        session.start_soon(there.serve, link)
                        while link.connection is not None and not link.connection.ended.is_set():
                            if ben.held_of(ann) == POSTS + 1:
                                scope.cancel()
                            await trio.sleep(0.01)
        assert server.relay.counts["over its bytes"] == dials - 1
        nursery.cancel_scope.cancel()
    assert dials > 1 or circuit_bytes > 1_000_000
    assert len(set(ben.texts_of(ann))) == len(ben.texts_of(ann)) == POSTS
    assert sum(one["entries"] for one in events if one["event"] == "received") <= POSTS + 1
