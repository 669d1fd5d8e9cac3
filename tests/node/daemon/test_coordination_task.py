"""The keeper's detector: what it writes is what `read` and `coordination` show beside a node."""

from __future__ import annotations

import random
from pathlib import Path
from time import monotonic

import pytest
from tests.farm import DAY, START, farm, strangers
from tests.node.coordination.test_scan import fill

from sayso_node.coordination.hints import hints, kept_hints
from sayso_node.coordination.kept_findings import kept_findings
from sayso_node.coordination.scan import detect
from sayso_node.coordination.standing_detector import FILE, StandingDetector
from sayso_node.daemon.keeper import coordination_task
from sayso_node.daemon.keeper.coordination_task import CoordinationTask
from sayso_node.home.directory import Home
from sayso_protocol.content.body import Retract, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import sign_run
from sayso_storage.memory.store import MemoryStore

NOW_MS = START + 30 * DAY


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(coordination_task, "now_ms", lambda: NOW_MS)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore(bytes(16))
    fill(store, strangers(30, 8) + farm(8, 6), lambda post: post.time_ms)
    return store


def run_out(task: CoordinationTask) -> int:
    """Step until nothing is left; gives how many steps that took."""
    steps = 1
    while task.step(monotonic()):
        steps += 1
    return steps


def test_it_writes_what_is_found_in_the_whole(home: Home, store: MemoryStore) -> None:
    task = CoordinationTask(home, store)
    assert kept_findings(store, home) is None and kept_hints(store, home) == {}
    assert run_out(task) > 1
    task.catch_up()
    assert kept_findings(store, home) == detect(store, START - DAY, lambda _: None)
    assert kept_hints(store, home) == hints(store, home)


def test_little_is_written_and_often_enough(
    home: Home, store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [100.0]
    monkeypatch.setattr(coordination_task, "monotonic", lambda: now[0])
    task = CoordinationTask(home, store)
    while task.step(0.0):
        pass
    written = (home.path / "findings.cache").read_bytes()  # after the first step alone
    now[0] += coordination_task.WRITE_SECONDS / 2
    assert not task.step(0.0)
    assert (home.path / "findings.cache").read_bytes() == written
    now[0] += coordination_task.WRITE_SECONDS
    assert not task.step(0.0)
    assert kept_findings(store, home) == detect(store, START - DAY, lambda _: None)


def test_another_store_takes_nothing_of_it(home: Home, store: MemoryStore) -> None:
    CoordinationTask(home, store).catch_up()
    other = MemoryStore(bytes(15) + b"x")
    assert kept_findings(other, home) is None
    assert kept_hints(other, home) == {}


# --- the state ------------------------------------------------------------------------------


def standing(home: Home, store: MemoryStore, now_ms: int = NOW_MS) -> StandingDetector:
    return StandingDetector.load(home, store, now_ms)


def test_a_saved_one_goes_on_where_it_was(home: Home, store: MemoryStore) -> None:
    first = standing(home, store)
    first.advance()
    first.save(home)
    again = standing(home, store)
    assert (again.mark, again.waiting()) == (store.last_arrival(), 0)
    assert again.findings() == first.findings() != []


@pytest.mark.parametrize("spoil", [b"", b"\0", b"\xff" * 200])
def test_a_damaged_file_is_ignored_and_made_anew(
    home: Home, store: MemoryStore, spoil: bytes
) -> None:
    first = standing(home, store)
    first.advance()
    first.save(home)
    path = home.path / FILE
    path.write_bytes(path.read_bytes()[: len(spoil) - 50] + spoil)
    again = standing(home, store)
    assert again.waiting() == store.last_arrival()
    again.advance()
    assert again.findings() == first.findings()


def test_after_some_days_it_begins_anew(home: Home, store: MemoryStore) -> None:
    first = standing(home, store)
    first.advance()
    first.save(home)
    assert standing(home, store, NOW_MS + 7 * DAY).waiting() == 0
    assert standing(home, store, NOW_MS + 7 * DAY + 1).mark < first.mark
    assert standing(home, store, NOW_MS - 1).waiting() > 0  # the clock was set back


def test_texts_are_in_no_file_and_forgotten_where_asked(home: Home, store: MemoryStore) -> None:
    first = standing(home, store)
    first.advance()
    [finding, *_] = first.findings()
    known = {act.entry for act in finding.entries}
    bodies = store.bodies(known)
    assert len(bodies) == len(known)
    first.save(home)
    kept = (home.path / FILE).read_bytes()
    assert not any(body[20:45] in kept for body in bodies.values())
    held = len(first._detector._copies)
    first.forget(known)
    assert len(first._detector._copies) < held
    assert first.findings() == standing(home, store).findings()


def test_a_text_that_was_taken_back_is_forgotten_with_the_retraction(
    home: Home, store: MemoryStore
) -> None:
    detector = standing(home, store)
    detector.advance()
    found, held = detector.findings(), len(detector._detector._copies)
    [act, *_] = found[0].entries
    entry = store.entry(act.entry)
    assert entry is not None
    feeds = {random.Random(f"{post.author} feed").randbytes(32) for post in farm(8, 6)}
    key = next(one for one in map(KeyPair.from_seed, feeds) if one.public == entry.feed)
    state = store.feed(entry.feed)
    assert state is not None
    [stretch] = state.held
    body = write_body(Retract((entry.reference,)))
    run = sign_run(key, stretch.last + 1, stretch.top, [NOW_MS], [body])
    store.append([run], NOW_MS)
    detector.advance()
    assert len(detector._detector._copies) < held
    assert detector.findings() == found  # what was seen together was seen
