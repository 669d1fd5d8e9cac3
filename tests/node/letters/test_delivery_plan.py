"""When carriers are tried again, and what several answers come to."""

from __future__ import annotations

from itertools import permutations
from math import inf

from sayso_node.letters.delivery_plan import (
    FIRST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    DeliveryPlan,
    summed_up,
)
from sayso_node.letters.letter_source import LetterReport
from sayso_protocol.letters.letter_frames import LetterState


def test_whoever_fails_is_left_in_peace_for_longer_each_time_up_to_a_bound() -> None:
    plan, now, pauses = DeliveryPlan(), 0.0, []
    for _ in range(20):
        assert plan.is_open("one", now)
        plan.failed("one", now)
        pauses.append(plan.next_try(now))
        assert not plan.is_open("one", now)
        now += pauses[-1]
    assert pauses[:3] == [FIRST_PAUSE_SECONDS * factor for factor in (1, 2, 4)]
    assert pauses[-1] == LONGEST_PAUSE_SECONDS
    plan.succeeded("one")
    assert plan.is_open("one", 0.0) and plan.next_try(0.0) == inf


def test_peers_that_nobody_tries_any_more_are_forgotten() -> None:
    plan = DeliveryPlan()
    for number in range(1000):
        plan.failed(str(number), number * LONGEST_PAUSE_SECONDS)
    assert len(plan._pauses) < 4


def test_a_letter_with_another_stamp_goes_at_once() -> None:
    plan = DeliveryPlan()
    plan.answered(b"letter", None, "one", LetterState.PRICE, 0.0)
    assert not plan.is_due(b"letter", None, "one", 1.0)
    assert plan.is_due(b"letter", 7, "one", 1.0)
    assert plan.is_due(b"letter", None, "two", 1.0)
    assert plan.is_due(b"letter", None, "one", LONGEST_PAUSE_SECONDS)
    plan.retain([])
    assert plan.is_due(b"letter", None, "one", 1.0)


def test_one_carrier_that_has_it_is_enough_and_of_prices_the_lowest_counts() -> None:
    told = [(LetterState.FULL, 0), (LetterState.PRICE, 24), (LetterState.PRICE, 18)]
    for order in permutations(told):
        assert summed_up({b"a": list(order)}) == [LetterReport(b"a", LetterState.PRICE, 18)]
    told.append((LetterState.CARRIED, 0))
    assert summed_up({b"a": told, b"b": []}) == [LetterReport(b"a", LetterState.CARRIED, 0)]
