"""The scenario `spam`: shelves stay quiet and newcomers are heard, and not so in its control."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from tests.budget import long
from tests.testdata import ENVIRONMENT, data_file

from sayso_node.sim.__main__ import KEPT, main
from sayso_node.sim.knocks.spam_run import SpamReport, SpamRun
from sayso_node.sim.knocks.spam_scenario import load_spam_scenario

SCENARIO = load_spam_scenario()


@pytest.fixture(autouse=True)
def graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graphs, or the reason why there are none."""
    for name in SCENARIO.graphs:
        monkeypatch.setenv(ENVIRONMENT, str(data_file(name).parent))


def run(owners: int, **changes: object) -> SpamReport:
    """A run with the attacker's strength for each owner as in the whole scenario."""
    return SpamRun(replace(SCENARIO, **changes), owners, 1).run()  # type: ignore[arg-type]


@long
def test_owners_see_little_spam_and_hear_newcomers() -> None:
    report = run(12, days=2)
    assert report.violations == []
    assert len(report.graphs) == 2
    for one in report.graphs:
        assert one.spam_lines <= 1
        assert one.heard >= 0.95
        assert one.sent > 5_000
        assert one.rules["turn"] > 500
        assert len(one.newcomers) >= 3


@long
def test_where_knocking_is_free_nobody_is_heard() -> None:
    report = run(3, days=1, free=True)
    assert {one.rule for one in report.violations} == {"spam", "unheard"}
    assert all(one.spam_lines > 19 and one.heard < 0.5 for one in report.graphs)


def test_a_graph_that_is_absent_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    assert main(["spam"]) == 2
    assert ENVIRONMENT in capsys.readouterr().err


@long
def test_the_same_seed_gives_the_same_run() -> None:
    one, other = (replace(run(10, days=2), cpu_seconds=0) for _ in range(2))
    assert one == other


@pytest.mark.soak
def test_the_whole_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["spam", "--json"]) == KEPT
    report = json.loads(capsys.readouterr().out)
    assert [one["owners"] for one in report["graphs"]] == [1000, 1000]
    assert all(one["more_than_one"] < 0.05 for one in report["graphs"])


@pytest.mark.soak
@pytest.mark.parametrize("gullible", [0.0, 0.001, 0.02])
def test_more_and_fewer_gullible_people(gullible: float) -> None:
    assert run(60, days=4, gullible=gullible).violations == []


@pytest.mark.soak
def test_an_attacker_with_190_networks_shuts_newcomers_out_and_is_seen_no_more_for_it() -> None:
    report = run(20, days=2, addresses=190)
    assert {one.rule for one in report.violations} == {"unheard"}
    assert all(one.spam_lines <= 1 for one in report.graphs)
