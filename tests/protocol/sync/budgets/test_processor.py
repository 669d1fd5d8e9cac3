"""Budgets of processor time: by peer, by address, and for how long anybody waits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso_protocol.errors import Overdrawn
from sayso_protocol.limits import (
    MAX_BUDGETS,
    MAX_FEEDS_A_HAVE,
    MAX_WANTS,
    MAX_WANTS_A_FRAME,
    NETWORK_US,
    NETWORK_US_A_SECOND,
    NEW_PEER_US,
    PATIENCE_MS,
    PAUSE_MS,
    PEER_US,
    PEER_US_A_SECOND,
)
from sayso_protocol.sync.budgets.costs import BYTE_US, COSTS
from sayso_protocol.sync.budgets.processor import ProcessorBudget, Recent
from sayso_protocol.sync.wire.frames import Have, Heights, Want


class Spender:
    """A peer that works on as soon as it may."""

    def __init__(self, budget: ProcessorBudget, name: str, network: str, cost_us: float) -> None:
        self.budget, self.name, self.network, self.cost_us = budget, name, network, cost_us
        self.at_ms = self.used_us = 0.0
        self.left_ms: float | None = None

    def step(self) -> None:
        try:
            pause = self.budget.charge(self.name, self.network, self.cost_us, self.at_ms)
        except Overdrawn:
            self.left_ms = self.at_ms
            return
        self.used_us += self.cost_us
        self.at_ms += pause + self.cost_us / 1000


def flood(spenders: list[Spender], until_ms: float) -> None:
    while running := [s for s in spenders if s.left_ms is None and s.at_ms < until_ms]:
        min(running, key=lambda one: one.at_ms).step()


@settings(max_examples=30, deadline=None)
@given(st.floats(300, 50_000), st.floats(1_000, 10_000))
def test_a_flood_costs_no_more_than_its_budgets(cost_us: float, until_ms: float) -> None:
    peer = Spender(ProcessorBudget(), "peer", "network", cost_us)
    flood([peer], until_ms)
    most = NEW_PEER_US + NETWORK_US + until_ms / 1000 * (PEER_US_A_SECOND + NETWORK_US_A_SECOND)
    assert peer.used_us <= most + 2 * cost_us + PAUSE_MS / 1000 * PEER_US_A_SECOND


def test_who_goes_on_is_left_in_the_end() -> None:
    peer = Spender(ProcessorBudget(), "peer", "network", 100)
    flood([peer], 4 * PATIENCE_MS)
    assert peer.left_ms is not None
    assert PATIENCE_MS < peer.left_ms < 2 * PATIENCE_MS
    # And at once where it comes back without having waited.
    again = Spender(peer.budget, "peer", "network", 100)
    again.at_ms = peer.left_ms
    flood([again], peer.left_ms + 10_000)
    assert again.left_ms is not None
    assert again.used_us < NETWORK_US_A_SECOND


def lists(feeds: int) -> list[float]:
    """What the frames cost in which a peer names so many wants, and tells all that it holds of
    them, when nothing is remembered of it."""
    kinds = ((Want, MAX_WANTS_A_FRAME, 8), (Have, MAX_FEEDS_A_HAVE, 280), (Heights, 2000, 50))
    return [
        COSTS[kind].frame_us + most * (COSTS[kind].item_us + size * BYTE_US)
        for kind, most, size in kinds
        for _ in range(-(-feeds // most))
    ]


@pytest.mark.parametrize("feeds", [20_000, 50_000, 100_000, MAX_WANTS])
@pytest.mark.parametrize("every_s", [300, 1800])
def test_who_lists_the_most_is_never_left(feeds: int, every_s: int) -> None:
    """It would begin anew each time, and never come to an end."""
    peer = Spender(ProcessorBudget(), "peer", "network", 0)
    for round_number in range(5):
        peer.at_ms = max(peer.at_ms, 1000.0 * every_s * round_number)
        for cost_us in lists(feeds):
            peer.cost_us = cost_us
            peer.step()
            assert peer.left_ms is None


def test_who_makes_little_work_never_waits() -> None:
    peer = Spender(ProcessorBudget(), "peer", "network", 100)
    for second in range(600):
        for number in range(80):
            peer.at_ms = second * 1000 + number * 12
            before = peer.at_ms
            peer.step()
            assert peer.at_ms == before + 0.1
    assert peer.left_ms is None


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 7), st.floats(500, 20_000))
def test_neighbours_behind_one_address_cannot_take_what_is_a_peers_own(
    crowd: int, cost_us: float
) -> None:
    budget = ProcessorBudget()
    attackers = [Spender(budget, f"attacker {n}", "nat", cost_us) for n in range(crowd)]
    flood(attackers, 10_000)
    honest = Spender(budget, "honest", "nat", 100)
    honest.at_ms = 10_000
    for _ in range(int(NEW_PEER_US / 100)):
        honest.step()
    assert honest.at_ms - 10_000 == pytest.approx(NEW_PEER_US / 1000)


def test_new_names_from_one_address_are_worth_nothing() -> None:
    budget, used = ProcessorBudget(), 0.0
    for number in range(200):  # ten a second, as many as get through a handshake
        one = Spender(budget, f"made up {number}", "nat", 500)
        one.at_ms = number * 100
        flood([one], one.at_ms + 100)
        used += one.used_us
    shared = NETWORK_US + 20 * NETWORK_US_A_SECOND
    assert used <= shared + 200 * (NEW_PEER_US + 500 + PEER_US_A_SECOND * 0.1)


def test_a_peer_saves_up_a_list_of_wants_and_no_more() -> None:
    budget = ProcessorBudget()
    budget.charge("peer", "network", 1, 0)
    day_ms = 24 * 3600 * 1000
    assert budget.charge("peer", "network", PEER_US, day_ms) == 0
    assert budget.charge("peer", "network", NETWORK_US, day_ms) == 0
    assert budget.charge("peer", "network", 10_000, day_ms) == 10_000 / PEER_US_A_SECOND * 1000


def test_those_used_longest_ago_are_forgotten() -> None:
    recent: Recent[int] = Recent(3)
    for number in range(3):
        recent.put(str(number), number)
    assert recent.of("0") == 0
    recent.put("3", 3)
    assert [recent.of(name) for name in "0123"] == [0, None, 2, 3]
    budget = ProcessorBudget()
    for number in range(MAX_BUDGETS + 10):
        budget.charge(str(number), str(number), 2 * NEW_PEER_US, 0)
    assert len(budget._peers._values) == len(budget._networks._values) == MAX_BUDGETS
