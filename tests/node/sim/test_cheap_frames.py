"""Floods of what costs nothing to send: budgets and turns keep honest posts going."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from tests.budget import long

from sayso_node.sim.adversaries import cheap_flooder
from sayso_node.sim.report import record
from sayso_node.sim.scenario import Hostile, Processor, load_scenario
from sayso_node.sim.simulation import Simulation
from sayso_protocol.sync.session import State
from sayso_protocol.sync.wire.frames import Frame, Synced

from .support import rules, run

HONEST, HOSTILE = 2, 5
SECONDS = 9.0


def short(*, budgets: bool) -> dict:
    """The record of a few seconds with half of the attackers, and with more posts."""
    scenario = load_scenario("cheap-frames")
    scenario = replace(
        scenario,
        seconds=SECONDS,
        load=replace(scenario.load, posts_per_minute=120.0),
        hostile=(Hostile("cheap", HOSTILE / (HONEST + HOSTILE)),),
        processor=Processor(budgets=budgets),
    )
    simulation = Simulation(scenario, HONEST + HOSTILE, 1)
    return record(simulation.world, simulation.run(), 1, 0.0).as_json()


def test_no_type_of_frame_and_no_state_is_left_out() -> None:
    assert set(cheap_flooder.CheapFlooder.FRAMES) == set(get_args(Frame))
    assert {state for _, state in cheap_flooder.PAIRS} == set(State)
    assert len(cheap_flooder.PAIRS) == len(set(cheap_flooder.PAIRS)) == 16 * 4


@long
def test_posts_arrive_within_a_second_all_the_same() -> None:
    found = short(budgets=True)
    assert found["violations"] == []
    assert found["latency_ms"]["max"] < 1000
    assert found["counts"]["notice throttled"] > 0


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_is_tried_by_ten_and_who_goes_on_waits(seed: int) -> None:
    found = run("cheap-frames", load_scenario("cheap-frames").nodes, seed)
    assert (found["hostile"], found["violations"]) == (10, [])
    assert found["latency_ms"]["p99"] < 1000
    tried = [name.split()[1:] for name in found["counts"] if name.startswith("attack ")]
    assert {kind for kind, _ in tried} == {kind.__name__ for kind in get_args(Frame)}
    assert {state for _, state in tried} == {state.value for state in State}
    assert found["counts"]["notice throttled"] > 0


@long
def test_control_without_budgets_posts_wait_for_the_flood(monkeypatch: pytest.MonkeyPatch) -> None:
    """All send the cheapest of all frames."""
    monkeypatch.setattr(cheap_flooder, "PAIRS", [(Synced, State.OPEN)])
    assert short(budgets=True)["latency_ms"]["p95"] < 200
    without = short(budgets=False)
    assert without["latency_ms"]["p95"] > 1000
    assert "late" in rules(without)
