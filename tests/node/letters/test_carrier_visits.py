"""Carriers of accounts are found, and looked for again where there were none."""

from __future__ import annotations

import trio
import trio.testing

from sayso_node.letters.carrier_visits import FOUND_SECONDS, MISSED_SECONDS, CarrierVisits
from sayso_node.letters.delivery_plan import DeliveryPlan

ANN = b"a" * 32
ADDRESS = "/ip4/127.0.0.1/tcp/1/p2p/carrier"


class Nobody:
    """The network of a node that speaks with nobody."""

    peer_id = "own"


class Book:
    """Where carriers are, and when it was asked."""

    def __init__(self) -> None:
        self.addresses: list[str] = []
        self.asked: list[float] = []

    async def find(self, _account: bytes) -> list[str]:
        self.asked.append(trio.current_time())
        return self.addresses


async def test_who_had_none_is_looked_for_soon_and_then_more_and_more_rarely(
    autojump_clock: trio.testing.MockClock,
) -> None:
    book = Book()
    visits = CarrierVisits(Nobody(), book.find, DeliveryPlan())  # type: ignore[arg-type]
    begun = trio.current_time()
    while trio.current_time() - begun < 4 * FOUND_SECONDS:
        assert await visits.carriers_of([ANN]) == {ANN: ()}
        assert await visits.carriers_of([]) == {}
        await trio.sleep(1)
    pauses = [round(two - one) for one, two in zip(book.asked, book.asked[1:], strict=False)]
    assert pauses[:4] == [MISSED_SECONDS, 2 * MISSED_SECONDS, 4 * MISSED_SECONDS, 32]
    assert pauses[-1] == FOUND_SECONDS
    assert visits.known(ANN) == (0, 0)


async def test_a_profile_that_was_on_its_way_is_seen_soon_and_holds_for_a_while(
    autojump_clock: trio.testing.MockClock,
) -> None:
    book = Book()
    visits = CarrierVisits(Nobody(), book.find, DeliveryPlan())  # type: ignore[arg-type]
    assert await visits.carriers_of([ANN]) == {ANN: ()}
    book.addresses = [ADDRESS]
    await trio.sleep(MISSED_SECONDS + 1)
    assert await visits.carriers_of([ANN]) == {ANN: (ADDRESS,)}
    assert visits.known(ANN) == (1, 1)
    book.addresses = []
    await trio.sleep(FOUND_SECONDS - 1)
    assert await visits.carriers_of([ANN]) == {ANN: (ADDRESS,)}
    await trio.sleep(2)
    assert await visits.carriers_of([ANN]) == {ANN: ()}
    book.addresses = [ADDRESS]
    await trio.sleep(MISSED_SECONDS + 1)
    assert await visits.carriers_of([ANN]) == {ANN: (ADDRESS,)}, "soon again"
