"""``python -m sayso_node.sim SCENARIO``: run a scenario and report."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

from .discovery.eclipse import Siege, run_eclipse
from .discovery.find_run import FindRun, find_text
from .discovery.find_scenario import NAME as FIND
from .discovery.find_scenario import load_find_scenario
from .groups.groups_run import groups_text, run_groups
from .groups.groups_scenario import NAME as GROUPS
from .groups.groups_scenario import GroupsScenario
from .knocks.spam_run import SpamRun, spam_text
from .knocks.spam_scenario import NAME as SPAM
from .knocks.spam_scenario import load_spam_scenario
from .report import Report, record, text
from .scenario import ScenarioError, load_scenario, shipped
from .simulation import Simulation, StoreMaker

ECLIPSE = "eclipse"
ABOUT_ECLIPSE = "a node starts again among sybils who told it nine in ten addresses"

KEPT, BROKEN, USAGE = 0, 1, 2
"""Exit codes: all invariants held, one was broken, the run could not begin."""


def main(arguments: list[str] | None = None) -> int:
    """Run as the command line says; returns the exit code."""
    options = _parser().parse_args(arguments)
    if options.list:
        for name in shipped():
            print(f"{name:12} {load_scenario(name).about}")
        print(f"{FIND:12} {load_find_scenario().about}")
        print(f"{SPAM:12} {load_spam_scenario().about}")
        print(f"{ECLIPSE:12} {ABOUT_ECLIPSE}")
        print(f"{GROUPS:12} {GroupsScenario().about}")
        return KEPT
    if options.scenario == GROUPS:
        return _run_groups(options)
    if options.scenario == FIND:
        return _find(options)
    if options.scenario == ECLIPSE:
        return _run_eclipse(options)
    try:
        if options.scenario == SPAM:
            return _spam(options)
        with _stores(options.store) as make_store:
            report = _run(options, make_store)
    except ScenarioError as error:
        print(f"sayso simulator: {error}", file=sys.stderr)
        return USAGE
    print(json.dumps(report.as_json(), indent=2) if options.json else text(report))
    return BROKEN if report.violations else KEPT


def _run_eclipse(options: argparse.Namespace) -> int:
    siege = Siege()
    report = run_eclipse(siege, options.seeds)
    print(json.dumps(asdict(report), indent=2) if options.json else report.text(siege))
    return KEPT if report.is_kept else BROKEN


def _run_groups(options: argparse.Namespace) -> int:
    report = run_groups(GroupsScenario(), range(options.seed, options.seed + options.seeds))
    print(json.dumps(report.as_json(), indent=2) if options.json else groups_text(report))
    return BROKEN if report.violations else KEPT


def _find(options: argparse.Namespace) -> int:
    """Run the scenario that has a world of its own."""
    scenario = load_find_scenario()
    report = FindRun(scenario, options.nodes or scenario.nodes, options.seed).run()
    print(json.dumps(report.as_json(), indent=2) if options.json else find_text(report))
    return BROKEN if report.violations else KEPT


def _spam(options: argparse.Namespace) -> int:
    """Run the scenario of knocks, with owners in place of nodes. Raises `ScenarioError`."""
    scenario = load_spam_scenario()
    report = SpamRun(scenario, options.nodes or scenario.owners, options.seed).run()
    print(json.dumps(report.as_json(), indent=2) if options.json else spam_text(report))
    return BROKEN if report.violations else KEPT


def _run(options: argparse.Namespace, make_store: StoreMaker | None) -> Report:
    scenario = load_scenario(options.scenario)
    if scenario.power and make_store is not None:
        raise ScenarioError("power cuts are simulated on stores in memory only")
    simulation = Simulation(scenario, options.nodes or scenario.nodes, options.seed, make_store)
    began = time.perf_counter()
    outcome = simulation.run()
    return record(simulation.world, outcome, options.seed, time.perf_counter() - began)


@contextmanager
def _stores(kind: str) -> Iterator[StoreMaker | None]:
    """The maker of the nodes' stores: None for the scenario's own, in memory."""
    if kind == "memory":
        yield None
        return
    with tempfile.TemporaryDirectory() as folder, ExitStack() as opened:

        def make(node: int, epoch: bytes) -> Store:
            path = Path(folder) / f"{node}.sqlite"
            return opened.enter_context(open_store(path, random=lambda _: epoch))

        yield make


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
    parser.add_argument("--seeds", type=int, default=100, help="how many, of eclipse and groups")
    parser.add_argument(
        "--store",
        choices=("memory", "sqlite"),
        default="memory",
        help="what nodes store in (default memory); sqlite takes some files a node",
    )
    parser.add_argument("--json", action="store_true", help="report as one JSON object")
    parser.add_argument("--list", action="store_true", help="list the shipped scenarios")
    return parser


if __name__ == "__main__":
    sys.exit(main())
