"""The scenario `groups`: all who should agree do, nobody removed reads on, nothing wedges; and not
so in its controls."""

from __future__ import annotations

import json

import pytest
from tests.budget import long

from sayso_node.sim.__main__ import KEPT, main
from sayso_node.sim.groups.groups_run import GroupsReport, run_groups
from sayso_node.sim.groups.groups_scenario import GroupsScenario


def run(seeds: range, **changes: object) -> GroupsReport:
    return run_groups(GroupsScenario(**changes), seeds)  # type: ignore[arg-type]


@long
def test_some_groups_agree_and_keep_their_doors_closed() -> None:
    report = run(range(5))
    assert report.violations == []
    for what in ("lost", "doubled", "dated back", "folded", "posts", "boxes without a key"):
        assert report.counts[what] > 0, what


@pytest.mark.parametrize(
    "first",
    [pytest.param(n, marks=pytest.mark.soak if n > 20 else long) for n in range(0, 200, 20)],
)
def test_two_hundred_groups_agree_and_keep_their_doors_closed(first: int) -> None:
    assert run(range(first, first + 20)).violations == []


@long
def test_where_nobody_asks_what_is_lost_stays_lost() -> None:
    rules = {one.rule for one in run(range(2), asks=False, lost=0.6).violations}
    assert rules & {"disagree", "unread", "lost"}
    assert run(range(2), lost=0.6).violations == []


@long
def test_who_writes_on_under_the_first_key_is_read_by_the_removed() -> None:
    rules = {one.rule for one in run(range(2), keeps_key=True).violations}
    assert "reads" in rules


@long
def test_the_same_seed_gives_the_same_run(capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for _ in range(2):
        assert main(["groups", "--seed", "3", "--seeds", "1", "--json"]) == KEPT
        report = json.loads(capsys.readouterr().out)
        del report["processor_seconds"]
        found.append(report)
    assert found[0] == found[1]
    assert found[0]["seeds"] == 1
