"""Nodes that refuse to carry an author, and hubs that carry for others."""

from __future__ import annotations

import pytest
from benchmarks.freedom import hops_to, wrong
from tests.budget import long

from sayso_node.sim.scenario import load_scenario, parse
from sayso_node.sim.simulation import Simulation
from sayso_node.sim.topology.plan import Plan
from sayso_storage.memory.store import MemoryStore

from .support import HEAD, run, run_text

REFUSED = """
[load]
authors = 2
history = 5
[refusal]
share = 0.7
"""


def plan_of(text: str, nodes: int = 30) -> Plan:
    return Simulation(parse("test", HEAD + text), nodes, 1).world.plan


@long
def test_whoever_has_a_willing_path_is_reached() -> None:
    found = run("refused", 60)
    refused = found["refused"]
    assert found["violations"] == []
    assert refused["refusing"] == 42
    assert 0 < refused["reached"] == refused["joined"] <= refused["followers"]


def test_a_follower_without_a_path_is_counted_as_not_reached() -> None:
    ring = REFUSED + '[topology]\nkind = "ring"\n'
    refused = run_text(ring, nodes=30)["refused"]
    assert refused["reached"] == refused["joined"] < refused["followers"]


@long
def test_refusing_nodes_hold_nothing_of_the_author_and_all_of_the_others() -> None:
    simulation = Simulation(load_scenario("refused"), 40, 1)
    simulation.run()
    world = simulation.world
    plan = world.plan
    assert plan.refused is not None
    for author in plan.authors:
        feed = world.authors[author].feed
        for node in plan.refusing & set(range(plan.people)) - {author}:
            assert (world.stores[node].feed(feed) is None) == (author == plan.refused)


@long
@pytest.mark.parametrize("seed", range(1, 4))
def test_whom_a_search_of_its_own_finds_has_everything_and_nobody_else_has_anything(
    seed: int,
) -> None:
    simulation = Simulation(load_scenario("refused"), 60, seed)
    refused, world = simulation.run().refused, simulation.world
    hops = hops_to(world.plan)
    assert wrong(world, hops) == 0
    assert refused is not None and world.plan.refused is not None
    followers = world.plan.followers(world.plan.refused)
    assert refused.joined == refused.reached == len(hops.keys() & set(followers))


@long
def test_the_search_sees_what_is_missing_and_what_should_not_be_there() -> None:
    simulation = Simulation(load_scenario("refused"), 40, 1)
    simulation.run()
    world = simulation.world
    hops = hops_to(world.plan)
    far, outside = max(hops), next(node for node in range(40) if node not in hops)
    world.stores[far] = MemoryStore(bytes(16))
    world.stores[outside] = world.stores[world.plan.refused]
    assert wrong(world, hops) == 2


def test_hubs_carry_every_author_but_those_whom_they_refuse() -> None:
    plan = plan_of(REFUSED + "[hub]\ncount = 6\n")
    assert plan.people == 24
    for hub in range(24, 30):
        refused = {plan.refused} if hub in plan.refusing else set()
        assert set(plan.follows[hub]) == set(plan.authors) - refused
    assert all(sum(b >= 24 for a, b in plan.edges if a == node) == 2 for node in range(24))


def test_people_who_choose_anew_dial_hubs_that_carry_whom_they_follow() -> None:
    stayed = plan_of(REFUSED + "rechosen = false\n[hub]\ncount = 6\n")
    anew = plan_of(REFUSED + "rechosen = true\n[hub]\ncount = 6\n")
    assert _willing_hubs_dialled(anew) > _willing_hubs_dialled(stayed)


def _willing_hubs_dialled(plan: Plan) -> int:
    assert plan.refused is not None
    followers = plan.followers(plan.refused)
    return sum(
        one in followers and other >= plan.people and other not in plan.refusing
        for one, other in plan.edges
    )
