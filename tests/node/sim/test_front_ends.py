"""A hub of several front ends, one of them stolen, and a stranger who claims to be one: nobody
misses an entry, and a move costs no list. Controls show what each part of that is for."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.budget import long

import sayso_node.sim.machine.sim_node as sim_node
from sayso_node.sim.scenario import Scenario, ScenarioError, load_scenario
from sayso_node.sim.simulation import Simulation
from sayso_protocol.sync.rosters.basis import Basis
from sayso_protocol.sync.rosters.roster_book import RosterBook

from .support import run_text

Patch = pytest.MonkeyPatch
SCENARIO = load_scenario("front-ends")


def simulated(scenario: Scenario = SCENARIO, seed: int = 1) -> tuple[Simulation, set[str]]:
    simulation = Simulation(scenario, scenario.nodes, seed)
    simulation.run()
    return simulation, {one.rule for one in simulation.world.truth.violations}


@long
def test_nobody_misses_an_entry_and_a_move_costs_what_is_new() -> None:
    simulation, broken = simulated()
    assert broken == set()
    assert simulation.front_ends is not None
    # There was something to mend, and there were moves to measure.
    assert simulation.front_ends.hidden_at_removal > 10
    assert len(simulation.front_ends.move_bytes) > 20


@long
def test_control_who_believes_a_claimed_epoch_loses_entries(monkeypatch: Patch) -> None:
    own_row = sim_node.row_of
    hubs = {str(node) for node in range(20, 24)}

    def claimed_row(session: str, store: bytes) -> str:
        """All that say one epoch are one store, whoever they are."""
        peer = session.partition("#")[0]
        return "claimed" if peer in hubs else own_row(session, store)

    monkeypatch.setattr(sim_node, "row_of", claimed_row)
    monkeypatch.setattr(RosterBook, "store_of", lambda *_: None)
    assert "not-converged" in simulated()[1]


@long
def test_control_what_a_removed_front_end_has_told_must_not_be_believed(
    monkeypatch: Patch,
) -> None:
    monkeypatch.setattr(Basis, "rests_on", lambda *_: True)
    assert "not-converged" in simulated()[1]


@long
def test_control_until_the_owner_notices_the_theft_the_rest_waits() -> None:
    assert SCENARIO.moves is not None
    unnoticed = replace(SCENARIO, moves=replace(SCENARIO.moves, removed=1e6))
    assert simulated(unnoticed)[1] == {"not-converged"}


@long
def test_control_without_rosters_each_move_costs_a_list(monkeypatch: Patch) -> None:
    monkeypatch.setattr(RosterBook, "store_of", lambda *_: None)
    assert simulated()[1] == {"dear-move"}


def test_front_ends_need_hubs() -> None:
    with pytest.raises(ScenarioError, match="hub"):
        run_text("[moves]\n")
