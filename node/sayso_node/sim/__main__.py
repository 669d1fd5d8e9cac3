"""``python -m sayso_node.sim SCENARIO``: run a scenario and report."""

from __future__ import annotations

import argparse
import json
import sys
import time

from .report import record, text
from .scenario import ScenarioError, load_scenario, shipped
from .world import World

KEPT, BROKEN, USAGE = 0, 1, 2
"""Exit codes: all invariants held, one was broken, the run could not begin."""


def main(arguments: list[str] | None = None) -> int:
    """Run as the command line says; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.list:
        for name in shipped():
            print(f"{name:12} {load_scenario(name).about}")
        return KEPT
    try:
        scenario = load_scenario(options.scenario)
        world = World(scenario, options.nodes or scenario.nodes, options.seed)
    except ScenarioError as error:
        print(f"sayso simulator: {error}", file=sys.stderr)
        return USAGE
    began = time.perf_counter()
    outcome = world.run()
    found = record(world, outcome, options.seed, time.perf_counter() - began)
    print(json.dumps(found, indent=2) if options.json else text(found))
    return BROKEN if found["violations"] else KEPT


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m sayso_node.sim",
        description="Run many nodes over virtual time; the same seed gives the same run.",
    )
    parser.add_argument(
        "scenario", nargs="?", default="calm", help="name of a shipped scenario, or a TOML file"
    )
    parser.add_argument("--nodes", type=int, help="how many nodes, instead of the scenario's")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    parser.add_argument("--json", action="store_true", help="report as one JSON object")
    parser.add_argument("--list", action="store_true", help="list the shipped scenarios")
    return parser


if __name__ == "__main__":
    sys.exit(main())
