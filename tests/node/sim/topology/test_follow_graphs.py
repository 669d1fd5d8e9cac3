"""Samples of real follow graphs, and plans along them."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from tests.budget import long

from sayso_node.sim.scenario import ScenarioError
from sayso_node.sim.topology.follow_graphs import ENVIRONMENT, GraphMissing, sample

from .test_graph_shapes import connected


def made_up_graph(folder: Path, name: str = "graph_made_up.tsv.gz", people: int = 200) -> None:
    chance = Random(5)
    count = 9 * people // 2
    lines = {f"{chance.randrange(people)}\t{chance.randrange(people)}\t.8" for _ in range(count)}
    with gzip.open(folder / name, "wt", encoding="utf-8") as out:
        out.write("# directed: who follows, who is followed\n" + "\n".join(sorted(lines)) + "\n")


def test_a_follow_graph_is_sampled_in_one_piece(tmp_path, monkeypatch) -> None:
    made_up_graph(tmp_path)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    follows = sample("graph_made_up.tsv.gz", 50, Random(1))
    assert follows == sample("graph_made_up.tsv.gz", 50, Random(1))
    assert connected(50, [(node, other) for node, whom in enumerate(follows) for other in whom])
    assert all(node not in whom for node, whom in enumerate(follows))


@pytest.mark.parametrize("name", ["graph_made_up.tsv.gz", "graph_mutual.tsv.gz"])
def test_a_whole_graph_is_what_the_file_says(name: str, tmp_path, monkeypatch) -> None:
    """All who are connected to the best connected one, so that nothing hangs on chance."""
    made_up_graph(tmp_path, name, 60)
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    with gzip.open(tmp_path / name, "rt") as lines:
        pairs = {tuple(line.split()[:2]) for line in lines if not line.startswith("#")}
    if "mutual" in name:
        pairs |= {pair[::-1] for pair in pairs}
    people = {one for pair in pairs for one in pair}
    follows = sample(name, len(people), Random(1))
    shape = sorted(
        (len(whom), sum(node in w for w in follows)) for node, whom in enumerate(follows)
    )
    pairs = {pair for pair in pairs if pair[0] != pair[1]}
    ends = [[pair[side] for pair in pairs] for side in (0, 1)]
    assert shape == sorted((ends[0].count(one), ends[1].count(one)) for one in people)


def test_a_graph_that_has_changed_is_read_again(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    made_up_graph(tmp_path, people=200)
    before = sample("graph_made_up.tsv.gz", 20, Random(1))
    made_up_graph(tmp_path, people=90)
    assert sample("graph_made_up.tsv.gz", 20, Random(1)) != before


def test_a_graph_beyond_all_bounds_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    made_up_graph(tmp_path)
    monkeypatch.setattr("sayso_node.sim.topology.follow_graphs.MAX_EDGES", 500)
    with pytest.raises(ScenarioError, match="has more than 500 edges"):
        sample("graph_made_up.tsv.gz", 20, Random(1))


PLAN = """
from sayso_node.sim.scenario import Load, Scenario, Topology
from sayso_node.sim.simulation import Simulation
shape = Topology("follows", graph="graph_made_up.tsv.gz")
scenario = Scenario("t", "", 400, 1.0, shape, load=Load(authors=30))
print(Simulation(scenario, 400, 1).world.plan)
"""


@long
def test_who_dials_whom_along_a_graph_hangs_on_the_seed_alone(tmp_path) -> None:
    made_up_graph(tmp_path, people=600)
    plans = set()
    for hash_seed in ("1", "2", "3"):
        env = {**os.environ, "PYTHONHASHSEED": hash_seed, ENVIRONMENT: str(tmp_path)}
        line = [sys.executable, "-c", PLAN]
        plans.add(subprocess.run(line, env=env, capture_output=True, check=True).stdout)
    assert len(plans) == 1


def test_an_absent_follow_graph_says_what_to_do(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path))
    with pytest.raises(GraphMissing, match="is not in the folder that SAYSO_TEST_DATA names"):
        sample("graph_made_up.tsv.gz", 5, Random(1))
    monkeypatch.delenv(ENVIRONMENT)
    with pytest.raises(GraphMissing, match="set SAYSO_TEST_DATA"):
        sample("graph_made_up.tsv.gz", 5, Random(1))
