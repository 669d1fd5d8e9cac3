"""The parts that a run is made of: time, lines, disks, shapes."""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.sim.authors import SimAuthor
from sayso_node.sim.event_queue import MAX_AT_ONCE, Chance, EventQueue, LivelockError
from sayso_node.sim.machine.disk import Disk
from sayso_node.sim.pipe import WINDOW, Pipe, Quality
from sayso_node.sim.scenario import ScenarioError
from sayso_node.sim.topology.follow_graphs import ENVIRONMENT, GraphMissing, sample
from sayso_node.sim.topology.graph_shapes import Edge, regular, ring, small_world


def connected(nodes: int, edges: list[Edge]) -> bool:
    found, wave = {0}, {0}
    while wave:
        wave = {b for a, b in [*edges, *(e[::-1] for e in edges)] if a in wave} - found
        found |= wave
    return len(found) == nodes


@given(st.integers(2, 60), st.integers(2, 8), st.integers(0, 99))
def test_shapes_are_in_one_piece_and_no_node_is_its_own_peer(nodes, degree, seed) -> None:
    shapes = [
        ring(nodes, 2),
        regular(nodes, degree, Random(seed)),
        small_world(nodes, degree, 0.3, Random(seed)),
    ]
    for edges in shapes:
        assert connected(nodes, edges)
        assert all(a != b for a, b in edges)
        assert len({frozenset(edge) for edge in edges}) == len(edges)


def test_events_happen_in_order_of_time_and_then_of_planning() -> None:
    event_queue, seen = EventQueue(), []
    for time_us, name in [(5, "b"), (3, "a"), (5, "c"), (9, "later")]:
        event_queue.at(time_us, seen.append, name)
    event_queue.run_until(8)
    assert (seen, event_queue.now_us) == (["a", "b", "c"], 8)
    assert event_queue.now().mono_ms == 0


def test_events_that_cause_each_other_at_one_time_are_an_error(monkeypatch) -> None:
    event_queue = EventQueue()
    monkeypatch.setattr("sayso_node.sim.event_queue.MAX_AT_ONCE", min(MAX_AT_ONCE, 1000))

    def again() -> None:
        event_queue.after(0, again)

    again()
    with pytest.raises(LivelockError):
        event_queue.run_until(1)


def test_streams_of_chance_are_independent_and_repeat() -> None:
    one, other = Chance(3), Chance(3)
    one.stream("posts", 1).random()
    assert one.stream("line", 4).random() == other.stream("line", 4).random()
    assert one.stream("line", 4).random() != one.stream("line", 5).random()


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_a_pipe_keeps_order_and_pace(sizes: list[int]) -> None:
    event_queue, arrived = EventQueue(), []
    pipe = Pipe(event_queue, Quality(20_000, 9_000, 100_000, 0.2), Random(1))
    pipe.deliver = lambda data: arrived.append((event_queue.now_us, data))
    frames = [bytes([at % 256]) * size for at, size in enumerate(sizes)]
    for frame in frames:
        pipe.send(frame)
    event_queue.run_until(10**9)
    assert [data for _, data in arrived] == frames
    assert arrived[-1][0] >= 20_000 + sum(size * 10 for size in sizes)


def test_a_pipe_takes_no_more_than_its_window_until_it_is_read() -> None:
    event_queue, calls = EventQueue(), []
    pipe = Pipe(event_queue, Quality(1, 0, 10**9, 0.0), Random(1))
    pipe.writable = lambda: calls.append(pipe.has_room)
    pipe.send(bytes(WINDOW))
    assert not pipe.has_room
    pipe.consumed(10)
    assert calls == [True]


def test_a_power_cut_takes_what_was_not_synced_and_nothing_else() -> None:
    author = SimAuthor(1, 0, (20.0, 30.0), Random(1))
    theirs = Disk(bytes(16))
    runs = [author.begin(theirs, 1)] + [author.post(theirs, 1, n) for n in range(2, 40)]
    for seed in range(30):
        mine = Disk(bytes(16))
        me = SimAuthor(1, 1, (20.0, 30.0), Random(1))
        mine.follow(author.account, None, 1)
        me.begin(mine, 1)
        mine.add_grant(author.grant)
        for run in runs[:20]:
            mine.append([run], 50)
        me.post(mine, 1, 60)  # synced, and all before it
        for run in runs[20:]:
            mine.append([run], 70)
        found = mine.after_power_cut(Random(seed))
        assert found.own_feed().head == 2
        assert 20 <= found.feed(author.feed).head <= 39
        assert found.check(None, lambda _: None).errors == ()


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
