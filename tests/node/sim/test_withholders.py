"""Nodes with a rule about what is said, among others: what they withhold nobody has from them,
everybody else has it all the same, and nobody blames them."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_node.filters.relay_filter import RelayFilter
from sayso_node.sim.scenario import load_scenario
from sayso_node.sim.simulation import Simulation
from sayso_protocol.content.body import Post, read_body
from sayso_protocol.sync.feeds.inventory import Inventory

from .support import rules, run_text

Patch = pytest.MonkeyPatch
NODES = 16

SPARSE = """
[topology]
degree = 4
[load]
authors = 3
history = 150
[thinning]
share = 0.5
every = 2
action = "{}"
[bounds]
settle_seconds = 60
"""


@long
def test_bodies_are_gone_where_the_rule_is_and_nowhere_else() -> None:
    simulation = Simulation(load_scenario("thinning"), NODES, 2)
    simulation.run()
    world = simulation.world
    assert world.truth.violations == [] and world.withholders is not None
    thinned = 0
    for index, store in world.stores.items():
        for entry in store.arrived_after(0, 10**6):
            if index not in world.withholders.nodes:
                assert entry.body is not None
            elif entry.body is not None:
                said = read_body(entry.body)
                assert not isinstance(said, Post) or int(said.text.split()[0]) % 3
            else:
                thinned += 1
    assert thinned > 50 * len(world.withholders.nodes) > 0


@long
@pytest.mark.parametrize(
    "action", [pytest.param("drop", marks=long), "headers", pytest.param("store", marks=long)]
)
def test_half_of_all_nodes_may_do_it(action: str) -> None:
    found = run_text(SPARSE.format(action), NODES)
    assert found["violations"] == []


def answer_everything(patch: Patch) -> None:
    """Withhold nothing of what is asked for."""
    patch.setattr(RelayFilter, "withheld_within", lambda self, feed, first, last: [])


def offer_everything(patch: Patch) -> None:
    """Offer what is not given: peers are asked in vain, and blame the node."""
    patch.setattr(Inventory, "passed_on", lambda self, feed, blank: self._feeds[feed].held)


@long
@pytest.mark.parametrize(
    ("plant", "action", "broken"),
    [
        (answer_everything, "store", "relayed"),
        pytest.param(answer_everything, "drop", "distrust", marks=long),
        pytest.param(offer_everything, "drop", "hang-up", marks=long),
    ],
)
def test_control_without_a_part_of_it(plant, action: str, broken: str, monkeypatch: Patch) -> None:
    plant(monkeypatch)
    assert broken in rules(run_text(SPARSE.format(action), NODES))
