"""Whether a carrier takes a letter."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

import pytest

from sayso_protocol.letters.admission import (
    Admission,
    CarrierLimits,
    Lane,
    Usage,
    admit,
    lane_of,
)
from sayso_protocol.letters.letter_frames import LetterState

EMPTY = Usage(0, 0, 0, 0, 0, 0, 0, 0)
LIMITS = CarrierLimits(room=10_000)


def test_whoever_pays_the_least_price_is_in_the_paid_lane() -> None:
    assert lane_of(18, 18) is Lane.PAID
    assert lane_of(17, 18) is Lane.FREE
    assert lane_of(64, None) is Lane.FREE


@pytest.mark.parametrize(
    ("lane", "change", "state"),
    [
        (Lane.SECRET, {}, LetterState.CARRIED),
        (Lane.SECRET, {"of_peer": 2048}, LetterState.SLOW),
        (Lane.PAID, {"of_network": 8192}, LetterState.SLOW),
        (Lane.PAID, {"room": 9_489}, LetterState.FULL),
        (Lane.PAID, {"room": 9_488, "secret_room": 5_000}, LetterState.CARRIED),
        (Lane.SECRET, {"room": 4_489, "secret_room": 4_489}, LetterState.FULL),
        (Lane.SECRET, {"in_lane": 64}, LetterState.FULL),
        (Lane.FREE, {"brought_to_lane": 3}, LetterState.PRICE),
        (Lane.PAID, {"brought_to_lane": 8}, LetterState.SLOW),
        (Lane.FREE, {"in_lane": 64, "most_of_one": 1}, LetterState.PRICE),
        (Lane.PAID, {"in_lane": 192, "most_of_one": 1}, LetterState.FULL),
    ],
)
def test_each_bound_has_its_answer(lane: Lane, change: dict[str, int], state: LetterState) -> None:
    assert admit(lane, 512, replace(EMPTY, **change), LIMITS) == Admission(state)


def test_a_full_lane_takes_from_the_network_with_most() -> None:
    full = replace(EMPTY, in_lane=192, most_of_one=3, lies_of_network=1)
    assert admit(Lane.PAID, 512, full) == Admission(LetterState.CARRIED, displaces=True)
    full = replace(full, lies_of_network=2)
    assert admit(Lane.PAID, 512, full) == Admission(LetterState.FULL)


@pytest.mark.parametrize("networks", [10, 50, 190])
def test_fifty_networks_that_were_earlier_shut_nobody_out(networks: int) -> None:
    bounds = CarrierLimits().paid
    held = Counter[tuple[str, int]]()
    events = [("attacker", one) for one in range(networks) for _ in range(bounds.a_network)]
    random.Random(networks).shuffle(events)
    for one in [*events, *(("honest", each) for each in range(20))]:
        most, number = max(held.items(), key=lambda item: item[1], default=(one, 0))
        usage = replace(EMPTY, in_lane=held.total(), lies_of_network=held[one], most_of_one=number)
        said = admit(Lane.PAID, 2048, usage)
        if said.displaces:
            held[most] -= 1
        held[one] += said.state is LetterState.CARRIED
    assert held.total() <= bounds.places
    arrived = sum(held["honest", each] for each in range(20))
    assert arrived == 20 if networks <= 50 else arrived >= 2
