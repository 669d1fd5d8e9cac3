"""A node that starts again among sybils keeps an honest peer, and would not without its book."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.budget import long, rounds

from sayso_node.sim.discovery.eclipse import (
    ROUNDS,
    Siege,
    control_keeps_an_honest_peer,
    run_eclipse,
)
from sayso_node.sim.scenario import load_scenario
from sayso_protocol.seats import TURN_MS

from .support import run

SIEGE = Siege()


@long
def test_an_honest_peer_is_kept_and_the_control_loses_its_own() -> None:
    report = run_eclipse(SIEGE, rounds(30, 12))
    assert report.is_kept
    assert report.control < 0.7 * report.seeds
    assert report.slowest_s * 1000 < ROUNDS * TURN_MS


@long
@pytest.mark.parametrize("networks", [1, 100])
def test_however_many_networks_the_sybils_have(networks: int) -> None:
    assert run_eclipse(replace(SIEGE, networks=networks), 20).is_kept


@long
def test_the_fewer_honest_addresses_are_known_the_surer_the_control_is_lost() -> None:
    poor = replace(SIEGE, poisoned=0.98)
    assert sum(control_keeps_an_honest_peer(poor, seed) for seed in range(60)) < 18
    assert run_eclipse(poor, 20).is_kept


@long
def test_an_honest_path_brings_everything_within_three_rounds() -> None:
    bounds = load_scenario("besieged").bounds
    assert bounds.settle_seconds * 1000 == bounds.live_max_ms == ROUNDS * TURN_MS
    _is_served(40, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1, 11))
def test_so_it_does_among_more(seed: int) -> None:
    _is_served(load_scenario("besieged").nodes, seed)


def _is_served(nodes: int, seed: int) -> None:
    found = run("besieged", nodes, seed)
    assert found["violations"] == []
    assert found["settled_seconds"] is not None
    assert found["entries_delivered"] > 100


@pytest.mark.soak
@pytest.mark.parametrize("networks", [1, SIEGE.networks, 100])
def test_nor_in_a_thousand_sieges(networks: int) -> None:
    assert run_eclipse(replace(SIEGE, networks=networks), 1000).is_kept
