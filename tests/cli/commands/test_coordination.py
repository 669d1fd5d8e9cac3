"""`sayso coordination`, on a store with a made-up farm in it."""

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from tests.budget import long
from tests.farm import DAY, START, farm, strangers
from tests.node.coordination.test_scan import fill

from sayso_cli.render.rules.finding import span
from sayso_node import clock
from sayso_node.control.server import control_socket
from sayso_node.coordination import hints, standing_detector
from sayso_node.daemon.keeper import coordination_task
from sayso_node.daemon.keeper.coordination_task import CoordinationTask
from sayso_node.home.directory import Home
from sayso_protocol.coordination.detector import Detector
from sayso_storage.sqlite import open_store

from ..conftest import Sayso

KEYS = {"accounts", "entries", "from", "to", "score", "signals"}


@pytest.fixture
def watched(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    with open_store(home / "store.sqlite") as store:
        fill(store, strangers(30, 8) + farm(8, 6), lambda post: post.time_ms)
    monkeypatch.setattr(clock, "now_ms", lambda: START + 31 * DAY)
    return home


@long
def test_findings_can_be_opened(sayso: Sayso, watched: Path) -> None:
    done = sayso("coordination", "--home", watched, "--since", "2023-01-01", "--json")
    assert done.code == 0 and done.records
    for record in done.records:
        assert record.keys() >= KEYS
        for entry in record["entries"]:
            shown = sayso("show", entry, "--home", watched, "--json").record
            assert shown["author"] in record["accounts"] + record["others"]
            assert record["from"] <= shown["time"] <= record["to"]


@long
def test_people_read_who_did_what_and_how_to_open_it(sayso: Sayso, watched: Path) -> None:
    out = sayso("coordination", "--home", watched, "--since", "2023-01-01").out
    assert "8 accounts acted in step again and again  score" in out
    assert "6 near-copies shared in " in out
    assert "8 accounts posted near-copies within 9 minutes" in out
    assert "8 of them began less than 30 days before" in out
    assert "@troll" in out and "and 3 more" in out
    opened = [line.split()[-1] for line in out.splitlines() if "to read it" in line]
    assert sayso("show", opened[0], "--home", watched).code == 0


@long
def test_who_reads_sees_it_and_nothing_is_hidden(sayso: Sayso, watched: Path) -> None:
    """Beside entries of those who did it; the second time it is remembered, until more comes."""
    line = ("read", "--home", watched, "--limit", 1000)
    items = sayso(*line, "--json").records
    found = sayso("coordination", "--home", watched, "--since", "2023-01-01", "--json").records
    acting = {account for one in found for account in one["accounts"]}
    named = {entry for one in found for entry in one["entries"]}
    marked = [one for one in items if one["in_step"]]
    assert {one["author"] for one in marked} == acting
    assert {one["id"] for one in marked} == {
        one["id"] for one in items if one["id"] in named and one["author"] in acting
    }
    assert {one["in_step"]["accounts"] for one in marked} == {8}
    shown = sayso(*line).out
    assert "(8 accounts acted in step again and again: see `sayso coordination`)" in shown
    assert not any(one["hidden"] or one["folded"] for one in items)
    cache = watched / "in_step.cache"
    before = cache.read_bytes()
    assert sayso(*line, "--json").records == items
    assert cache.read_bytes() == before
    ranked = sayso(*line, "--view", "civil", "--json").records
    marks = {one["id"]: one["in_step"] for one in items}
    assert all(one["in_step"] == marks[one["id"]] for one in ranked)
    for one in (next(item for item in items if marks[item["id"]]), items[0]):
        alone = sayso("show", one["id"], "--home", watched, "--json").record
        assert alone["in_step"] == one["in_step"]
        assert one.keys() <= alone.keys()
    sayso("post", "more", "--date-anyway", "--home", watched)
    assert len(sayso(*line, "--json").records) == len(items) + 1
    assert cache.read_bytes() != before


def test_a_burst_is_told_with_its_length(sayso: Sayso, home: Path) -> None:
    chant = farm(6, 1)
    with open_store(home / "store.sqlite") as store:
        fill(store, strangers(5, 4) + chant, lambda post: post.time_ms)
    shown = sayso("read", "--home", home).out
    assert shown.count("(6 accounts posted near-copies within ") == 6
    items = sayso("read", "--home", home, "--json").records
    assert sum(one["in_step"] is not None for one in items) == 6
    assert not (home / "in_step.cache").exists()  # so few are looked at again faster


def test_long_posts_do_not_make_reading_slow(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hints, "LONGEST", 20)
    with open_store(home / "store.sqlite") as store:
        fill(store, farm(6, 1), lambda post: post.time_ms)
    monkeypatch.setattr(Detector, "add", None)  # nothing of them comes so far
    assert "near-copies" not in sayso("read", "--home", home).out


@pytest.fixture
def beside_node(watched: Path) -> Iterator[CoordinationTask]:
    """The keeper's detector, which answers over the control socket of a home."""
    started, stop = queue.Queue[trio.lowlevel.TrioToken](), trio.Event()
    with open_store(watched / "store.sqlite") as store:
        task = CoordinationTask(Home(watched), store)

        async def serve() -> None:
            async with control_socket(Home(watched), {"coordination": task.answer}):
                started.put(trio.lowlevel.current_trio_token())
                await stop.wait()

        thread = threading.Thread(target=trio.run, args=(serve,))
        thread.start()
        token = started.get(timeout=120)
        yield task
        token.run_sync_soon(stop.set)
        thread.join(60)


@long
def test_beside_a_node_it_shows_what_that_has_found(
    sayso: Sayso, beside_node: CoordinationTask, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = sayso("coordination", "--home", watched, "--since", "2023-01-01", "--json").records
    monkeypatch.setattr(coordination_task, "now_ms", lambda: START + 30 * DAY)
    found = sayso("coordination", "--home", watched, "--json")
    assert found.records == alone != []
    read = ("read", "--home", watched, "--limit", 1000, "--json")
    assert any(one["in_step"] for one in sayso(*read).records)
    monkeypatch.setattr(coordination_task, "ANSWER_SECONDS", 0.0)
    monkeypatch.setattr(standing_detector, "STEP_ENTRIES", 1)
    for _ in range(3):
        sayso("post", "more", "--date-anyway", "--home", watched)
    told = sayso("coordination", "--home", watched).err
    assert "The node has not looked at 2 entries yet: ask again." in told


@long
def test_without_a_node_only_what_is_new_is_looked_at(
    sayso: Sayso, watched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: START + 30 * DAY)
    monkeypatch.setattr(standing_detector, "WORTHWHILE", 10)
    first = sayso("coordination", "--home", watched, "--json").records
    monkeypatch.setattr(Detector, "add", None)  # nothing is added once more
    assert sayso("coordination", "--home", watched, "--json").records == first != []


def test_a_store_without_any_says_so(sayso: Sayso, home: Path) -> None:
    done = sayso("coordination", "--home", home)
    assert (done.code, done.out) == (0, "") and "Nobody acted in step" in done.err


def test_a_time_that_is_none_is_refused(sayso: Sayso, home: Path) -> None:
    assert sayso("coordination", "--home", home, "--since", "soon").code == 2


@pytest.mark.parametrize(
    ("length_ms", "said"),
    [(0, "a minute"), (60_001, "2 minutes"), (9 * 60_000, "9 minutes"), (25 * 3_600_000, "2 days")],
)
def test_lengths_of_time(length_ms: int, said: str) -> None:
    assert span(length_ms) == said
