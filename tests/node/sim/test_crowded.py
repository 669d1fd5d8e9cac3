"""An author whose seats are filled by those who refuse him."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.budget import long, rounds, some

from sayso_node.sim.report import record
from sayso_node.sim.scenario import House, Scenario, load_scenario
from sayso_node.sim.simulation import Simulation
from sayso_protocol.feed.run import RawRun
from sayso_protocol.seats import TURN_MS

ROUNDS = 3


def served(scenario: Scenario, seed: int) -> tuple[float, int, int]:
    """The rounds until the slowest follower had the slowest post of the refused author; how many
    followers had all of them; and how many there are."""
    simulation = Simulation(scenario, scenario.nodes, seed)
    world = simulation.world
    plan, monitor = world.plan, world.monitor
    assert plan.refused is not None
    feed, followers = world.authors[plan.refused].feed, plan.followers(plan.refused)
    slowest = [0]
    stored = monitor.stored

    def watched(node: int, run: RawRun) -> None:
        stored(node, run)
        if run.feed == feed and node in followers:
            written = world.truth.written_us(feed, run.first)
            slowest.append(world.event_queue.now_us - written)

    monitor.stored = watched  # type: ignore[method-assign]
    report = record(world, simulation.run(), seed, 0.0)
    reached = report.as_json()["refused"]["reached"]
    return max(slowest) / 1000 / TURN_MS, reached, len(followers)


@long
@pytest.mark.parametrize("seed", some(range(1, rounds(10, 3) + 1), 1))
def test_every_follower_is_served_within_three_rounds(seed: int) -> None:
    took, reached, followers = served(load_scenario("crowded"), seed)
    assert reached == followers > 5
    assert took <= ROUNDS


@long
def test_without_turns_some_followers_wait_for_ever() -> None:
    crowded = load_scenario("crowded")
    _, reached, followers = served(replace(crowded, house=House(turns=False, seats=36)), 1)
    assert reached < followers
