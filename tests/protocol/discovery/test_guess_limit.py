"""Guesses at tokens are bounded, for one network and for all; who is right loses nothing."""

from __future__ import annotations

import pytest

from sayso_protocol.discovery.guess_limit import GuessLimit
from sayso_protocol.discovery.invite_limits import (
    ALL_GUESSES,
    ALL_GUESSES_A_SECOND,
    GUESSERS,
    GUESSES,
    GUESSES_A_SECOND,
)

DAY_MS = 86_400_000


def guesses(limit: GuessLimit, network: str, seconds: range) -> int:
    return sum(limit.try_once(network, second * 1000) for second in seconds)


@pytest.mark.parametrize("seconds", [1, 60, 600, 3600, 86_400])
def test_one_network_guesses_at_its_rate_and_no_faster(seconds: int) -> None:
    found = guesses(GuessLimit(), "203.0.113.0/24", range(seconds))
    assert found <= GUESSES + seconds * GUESSES_A_SECOND + 1
    assert found >= min(seconds, GUESSES)


def test_all_together_are_bounded_however_many_they_are() -> None:
    limit, seconds = GuessLimit(), 100
    found = sum(
        limit.try_once(f"network {second}.{n}", second * 1000)
        for second in range(seconds)
        for n in range(100)
    )
    assert found <= ALL_GUESSES + seconds * ALL_GUESSES_A_SECOND
    assert limit.refused == seconds * 100 - found


def test_whoever_guesses_keeps_no_other_network_out_for_long() -> None:
    limit = GuessLimit()
    for _ in range(1000):
        limit.try_once("guesser", 0)
    assert limit.try_once("honest", 0)


def test_right_tokens_cost_nothing() -> None:
    limit = GuessLimit()
    for _ in range(1000):
        assert limit.try_once("home", 0)
        limit.was_right("home")
    assert limit.refused == 0


def test_what_is_remembered_of_networks_is_bounded() -> None:
    limit = GuessLimit()
    for n in range(3 * GUESSERS):
        limit.try_once(str(n), n * 1000)
    assert len(limit._networks) == GUESSERS
    limit.was_right("0")  # forgotten by now, and no fault
