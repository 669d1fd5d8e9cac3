"""Every shipped scenario keeps all invariants, with few nodes here and many with -m soak."""

from __future__ import annotations

import pytest
from tests.budget import long
from tests.testdata import data_file

from sayso_node.sim.scenario import load_scenario, shipped
from sayso_node.sim.topology.follow_graphs import ENVIRONMENT

from .support import run

SMALL = {"partition": 8, "crowd": 60}
LONG = {"crowd", "flood", "nobody-else", "partition", "say-flood"}
"""Of these there are shorter ones, here and in the files of their names."""
WITH_ALL = LONG | {"clocks", "forks", "hubs", "liars", "thinning"}
"""Those that are left out by default."""
FOLLOWS = {name for name in shipped() if load_scenario(name).topology.kind == "follows"}
APART = {"besieged", "cheap-frames"}
"""Those that are tried in a file of their own."""


def _graph(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if scenario in FOLLOWS:
        folder = data_file(load_scenario(scenario).topology.graph).parent
        monkeypatch.setenv(ENVIRONMENT, str(folder))


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(name, marks=[long] if name in WITH_ALL else [])
        for name in shipped()
        if name not in APART
    ],
)
def test_no_invariant_is_broken(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _graph(scenario, monkeypatch)
    found = run(scenario, SMALL.get(scenario, 12))
    assert found["violations"] == []
    assert found["entries_delivered"] > 0
    assert found["settled_seconds"] is not None


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 12))
@pytest.mark.parametrize("scenario", sorted(set(shipped()) - FOLLOWS - LONG))
def test_nor_in_larger_networks(scenario: str, seed: int) -> None:
    assert run(scenario, load_scenario(scenario).nodes, seed)["violations"] == []


@pytest.mark.soak
@pytest.mark.parametrize("scenario", sorted(FOLLOWS))
def test_nor_among_a_thousand(scenario: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _graph(scenario, monkeypatch)
    assert run(scenario, 1000, 2)["violations"] == []


@long
def test_what_scenarios_are_about_happens() -> None:
    assert run("powercut", 8)["counts"]["power-cut"] > 5


@long
def test_what_longer_scenarios_are_about_happens() -> None:
    assert run("forks", 8)["counts"]["forked"] == 1
    flood = run("flood", 8)["counts"]
    assert flood["hung-up"] > 0
    partition = run("partition", 6)["counts"]
    assert (partition["split"], partition["healed"]) == (1, 1)
