"""A door at a carrier: lanes, and who loses a place."""

from __future__ import annotations

from sayso_node.sim.knocks.door import (
    FREE_A_NETWORK,
    FREE_PLACES,
    PAID_A_NETWORK,
    PAID_PLACES,
    Door,
    Letter,
)
from sayso_protocol.letters.prices import Reach


def letter(number: int, network: int, bits: int = 0) -> Letter:
    name = number.to_bytes(16, "big")
    return Letter(name, bits, b"%d" % network, name, Reach.FARTHER, (), is_spam=False)


def test_a_network_has_so_many_places_in_each_lane() -> None:
    door = Door(bytes(32))
    free = [door.offer(letter(n, 1)) for n in range(9)]
    paid = [door.offer(letter(100 + n, 1, 18)) for n in range(9)]
    assert (sum(free), sum(paid)) == (FREE_A_NETWORK, PAID_A_NETWORK)
    assert not door.offer(letter(0, 2))
    assert len({tag for _, tag in door.collect()}) == 1


def test_the_network_with_most_letters_loses_its_latest() -> None:
    door = Door(bytes(32))
    crowd = [letter(n, n // FREE_A_NETWORK) for n in range(FREE_PLACES)]
    assert all(map(door.offer, crowd))
    alone = letter(1000, 1000)
    assert door.offer(alone)
    held = [one for one, _ in door.collect()]
    assert alone in held
    assert len(held) == FREE_PLACES
    assert sum(one.network == b"0" for one in held) == FREE_A_NETWORK - 1


def test_a_full_lane_cuts_whoever_has_most() -> None:
    door = Door(bytes(32))
    for n in range(PAID_PLACES):
        assert door.offer(letter(n, n, 18))
    # All have one, and one of the first: whoever has two is cut to one.
    assert door.offer(letter(500, 500, 18))
    assert not door.offer(letter(501, 500, 18))
    assert len([*door.collect()]) == PAID_PLACES
