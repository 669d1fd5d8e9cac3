"""The scenario `find`: accounts are found whatever comes and goes, and not so in its control."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.budget import long

from sayso_node.sim.__main__ import BROKEN, KEPT, main
from sayso_node.sim.discovery.find_run import FindReport, FindRun
from sayso_node.sim.discovery.find_scenario import load_find_scenario

SMALL = replace(load_find_scenario(), servers=0.4, authors=4, followers=4)


def run(nodes: int, seed: int, **changes: object) -> FindReport:
    return FindRun(replace(SMALL, **changes), nodes, seed).run()  # type: ignore[arg-type]


@long
def test_everybody_finds_whom_they_follow() -> None:
    report = run(24, 1)
    assert report.violations == []
    assert len(report.reached) == 5
    assert all(one.found == one.looked > 0 for one in report.reached.values())
    assert report.counts["laid down"] > 0


@long
def test_without_followers_who_look_after_it_a_week_loses_an_author() -> None:
    report = run(24, 1, looks_after=False)
    week = report.reached["authors off for a week"]
    assert week.found == 0 < week.looked
    assert {one.rule for one in report.violations} == {"not-found"}
    assert report.reached["at first"].found == report.reached["at first"].looked


@long
def test_the_same_seed_gives_the_same_run() -> None:
    first, again, other = (run(8, seed, authors=1, followers=2) for seed in (5, 5, 6))
    assert first.digest == again.digest != other.digest
    assert replace(first, wall_seconds=0) == replace(again, wall_seconds=0)


@long
def test_it_runs_from_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["find", "--nodes", "8", "--seed", "2", "--json"])
    report = json.loads(capsys.readouterr().out)
    assert code == (BROKEN if report["violations"] else KEPT)
    assert (report["nodes"], report["seed"]) == (8, 2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_everybody_finds_in_a_hundred_and_fifty(seed: int) -> None:
    scenario = replace(load_find_scenario(), authors=12, followers=10)
    assert FindRun(scenario, 150, seed).run().violations == []


@pytest.mark.soak
def test_everybody_finds_among_a_thousand() -> None:
    assert FindRun(load_find_scenario(), 1000, 1).run().violations == []
