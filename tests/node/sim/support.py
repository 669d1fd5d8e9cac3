"""Runs of small worlds."""

from __future__ import annotations

from collections.abc import Callable

from sayso_node.sim.report import record
from sayso_node.sim.scenario import load_scenario, parse
from sayso_node.sim.simulation import Simulation

HEAD = 'about = "a test"\nnodes = 12\nseconds = 60\n'


def run(scenario: str, nodes: int, seed: int = 1) -> dict:
    """The record of a shipped scenario's run."""
    return _record(Simulation(load_scenario(scenario), nodes, seed), seed)


def run_text(text: str, nodes: int = 12, seed: int = 1, change: Callable = lambda _: None) -> dict:
    """The record of a run of a scenario given as TOML, without its head."""
    simulation = Simulation(parse("test", HEAD + text), nodes, seed)
    change(simulation.world)
    return _record(simulation, seed)


def rules(found: dict) -> set[str]:
    """The invariants that were broken."""
    return {violation["rule"] for violation in found["violations"]}


def _record(simulation: Simulation, seed: int) -> dict:
    return record(simulation.world, simulation.run(), seed, 0.0).as_json()
