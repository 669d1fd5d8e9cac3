"""The command: reports, exit codes, and scenarios that cannot be run."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.budget import long

from sayso_node.sim.__main__ import BROKEN, KEPT, USAGE, main
from sayso_node.sim.scenario import ScenarioError, load_scenario, parse, shipped

from .support import HEAD


@long
def test_a_report_for_people_and_one_for_programs(capsys) -> None:
    assert main(["calm", "--nodes", "4", "--seed", "3"]) == KEPT
    text = capsys.readouterr().out
    assert "no invariant was broken" in text
    assert main(["calm", "--nodes", "4", "--seed", "3", "--json"]) == KEPT
    found = json.loads(capsys.readouterr().out)
    assert found["digest"] in text
    assert (found["nodes"], found["seed"], found["violations"]) == (4, 3, [])


def test_broken_invariants_give_seed_and_last_events(capsys, tmp_path: Path) -> None:
    scenario = tmp_path / "strict.toml"
    scenario.write_text(HEAD + "[bounds]\nbytes_per_entry = 1\n", encoding="utf-8")
    assert main([str(scenario), "--nodes", "4", "--seed", "9"]) == BROKEN
    text = capsys.readouterr().out
    assert "BROKEN INVARIANTS (1):\n  bytes at node -1" in text
    assert "replay with --nodes 4 --seed 9" in text
    assert "(peer " in text


def test_all_shipped_scenarios_are_listed(capsys) -> None:
    assert main(["--list"]) == KEPT
    listed = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert listed == [*shipped(), "find", "spam", "eclipse", "groups"]
    assert {"calm", "churn", "partition", "powercut", "withholding"} <= set(listed)
    assert {"liars", "forks", "flood", "crowd"} <= set(listed)


def test_what_cannot_be_run_is_told(capsys) -> None:
    assert main(["nowhere.toml"]) == USAGE
    assert "no scenario 'nowhere.toml'" in capsys.readouterr().err
    assert main(["calm", "--nodes", "1"]) == USAGE
    assert "two nodes at least" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense = 1", "nonsense: there is no such field"),
        ("[load]\nposters = 1", "load.posters: there is no such field"),
        ('[load]\nauthors = "many"', "load.authors: must be of type int"),
        ("[links]\nlatency_ms = 5", "links.latency_ms: must be two numbers"),
        ("load = 5", "load: must be a table"),
        ("[[hostile]]\nshare = 0.1", "hostile: .*kind"),
        ("churn = 5", "churn: must be tables"),
        ("x = ", "test: "),
    ],
)
def test_a_mistake_in_a_scenario_is_named(text: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        parse("test", HEAD + text)


def test_a_scenario_needs_its_head() -> None:
    with pytest.raises(ScenarioError, match="about, nodes, seconds must be given"):
        parse("test", "")


@pytest.mark.parametrize("name", shipped())
def test_every_shipped_scenario_is_documented_in_its_file(name: str) -> None:
    import sayso_node.sim as package

    text = (Path(package.__path__[0]) / "scenarios" / f"{name}.toml").read_text("utf-8")
    assert text.startswith("# ")
    assert load_scenario(name).about


@long
def test_the_page_names_every_scenario_and_its_example_runs(tmp_path: Path, capsys) -> None:
    page = (Path(__file__).resolve().parents[3] / "docs" / "simulator.md").read_text("utf-8")
    assert all(f"| `{name}` |" in page for name in shipped())
    example, command = re.findall(r"^```(?:toml|text)\n(.*?)^```$", page, re.M | re.S)
    file = tmp_path / "mine.toml"
    file.write_text(example, encoding="utf-8")
    arguments = command.split()
    assert arguments[:3] == ["python", "-m", "sayso_node.sim"]
    given = [str(file) if one == file.name else one for one in arguments[3:]]
    assert main(given) == KEPT, capsys.readouterr().out


@long
def test_a_run_is_the_same_with_stores_in_memory_and_on_disk(capsys) -> None:
    digests = set()
    for store in ("memory", "sqlite"):
        assert main(["churn", "--nodes", "5", "--store", store, "--json"]) == KEPT
        digests.add(json.loads(capsys.readouterr().out)["digest"])
    assert len(digests) == 1
    assert main(["powercut", "--store", "sqlite"]) == USAGE
    assert "in memory only" in capsys.readouterr().err
