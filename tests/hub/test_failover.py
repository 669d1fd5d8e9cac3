"""What counts as kept outlives the server that took it: two front ends write to one store while
they and the primary are killed. The control is a standby that nobody waits for."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.budget import long
from tests.storage import postgres_server

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(bool(postgres_server.why_not()), reason=str(postgres_server.why_not())),
]

if not postgres_server.why_not():
    from tests.storage.makers import author

    from sayso_storage.postgres import open_store

    from .cluster import SAFE, UNSAFE, Cluster, cluster, until
    from .writer import Noted, noted

AUTHORS = (1, 2)
LOAD_SECONDS = 0.5
BACK_SECONDS = 5.0
"""From the promotion to the first run that counts as kept again."""

MISSED = """
    SELECT count(*) FROM unnest(%s::bigint[], %s::bytea[]) AS n (seq, id)
    WHERE NOT EXISTS (SELECT FROM feed_keys k JOIN entries e ON e.account = k.account
        AND e.feed = k.feed AND e.seq = n.seq AND e.id = n.id WHERE k.key = %s)"""

REPEATED = """
    SELECT sum(last - arrival + 1), (SELECT count(*) FROM entries), (SELECT arrival FROM store),
        (SELECT count(DISTINCT (l.feed, s)) FROM log l,
            generate_series(l.seq, l.seq + l.last - l.arrival) AS s)
    FROM log"""


class Writers:
    """The front ends, each a process that starts again where it was killed."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        command = [sys.executable, "-m", "tests.hub.writer", self._url, str(number)]
        self._processes[number] = subprocess.Popen([*command, str(self.file(number))])

    def kill(self, number: int) -> None:
        """Kill one, which must not have ended by itself."""
        process = self._processes.pop(number)
        assert process.poll() is None, "the store raised"
        process.kill()
        process.wait(timeout=30)

    def kill_all(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.wait(timeout=30)

    def file(self, number: int) -> Path:
        return self._folder / f"noted-{number}"

    def noted(self) -> dict[int, list[Noted]]:
        return {number: noted(self.file(number)) for number in AUTHORS}

    def count(self) -> dict[int, int]:
        return {number: len(runs) for number, runs in self.noted().items()}

    def wait_for_more(self) -> None:
        """Wait until each has noted another run."""
        before = self.count()
        until(lambda: all(self.count()[one] > before[one] for one in AUTHORS))


@contextmanager
def two_writers(rig: Cluster, folder: Path) -> Iterator[Writers]:
    writers = Writers(rig.url, folder)
    with open_store(rig.url):  # makes the layout
        pass
    try:
        for number in AUTHORS:
            writers.start(number)
        yield writers
        for number in AUTHORS:
            writers.kill(number)
    finally:
        writers.kill_all()


def missed(rig: Cluster, runs: dict[int, list[Noted]]) -> int:
    """How many of the runs that count as kept are not held."""
    return sum(
        rig.primary.ask(
            MISSED,
            ([one.last for one in noted], [one.tip for one in noted], author(who).feed.public),
        )[0][0]
        for who, noted in runs.items()
    )


def lose_primary(rig: Cluster, writers: Writers, *, cut: bool) -> tuple[int, float]:
    """Kill the primary under load; gives how many runs that counted as kept are lost, and the
    seconds from the promotion to the next such run; after a cut from when there are standbys."""
    writers.wait_for_more()
    time.sleep(LOAD_SECONDS)
    if cut:
        rig.cut()
        time.sleep(LOAD_SECONDS)
    rig.primary.kill()
    before = writers.noted()
    rig.fail_over()
    promoted = time.time()
    lost = missed(rig, before)
    rig.follow_primary(anew=cut)
    ready = time.time() if cut else promoted
    writers.wait_for_more()
    after = [one.at for runs in writers.noted().values() for one in runs if one.at > promoted]
    return lost, max(0.0, min(after) - ready)


def kill_a_writer(writers: Writers, number: int) -> None:
    writers.wait_for_more()
    writers.kill(number)
    writers.start(number)


def survive(rounds: int, folder: Path) -> None:
    with cluster(SAFE) as rig, two_writers(rig, folder) as writers:
        for turn in range(rounds):
            kill_a_writer(writers, AUTHORS[turn % 2])
            lost, seconds = lose_primary(rig, writers, cut=turn % 3 == 1)
            print(f"round {turn + 1}: {lost} lost, back after {seconds:.2f} s")
            assert lost == 0
            assert seconds < BACK_SECONDS
        for number in AUTHORS:
            writers.kill(number)
            writers.start(number)
        writers.wait_for_more()
        check_store(rig, writers)


def check_store(rig: Cluster, writers: Writers) -> None:
    """All that counts as kept is there once, and sound."""
    runs = writers.noted()
    assert missed(rig, runs) == 0
    places, entries, arrival, distinct = rig.primary.ask(REPEATED)[0]
    print(f"{sum(map(len, runs.values()))} runs counted as kept, {entries} entries held")
    assert places == entries == arrival == distinct
    with open_store(rig.url) as store:
        checked = store.check(None, lambda _: None)
    assert checked.errors == ()
    assert checked.entries >= entries


@long
def test_nothing_that_counts_as_kept_is_lost_with_the_primary(tmp_path: Path) -> None:
    survive(3, tmp_path)


@pytest.mark.soak
def test_nothing_is_lost_in_twenty_rounds(tmp_path: Path) -> None:
    survive(20, tmp_path)


@long
def test_without_a_wait_for_a_standby_a_cut_loses(tmp_path: Path) -> None:
    with cluster(UNSAFE) as rig, two_writers(rig, tmp_path) as writers:
        lost, _seconds = lose_primary(rig, writers, cut=True)
        print(f"{lost} lost")
        assert lost > 0
