"""How long an own post waits while the node writes in the background, in another process.

    python -m benchmarks.contention [--posts 20000] [--marks 500] [--seconds 8]

Prints one JSON object, times in milliseconds: each time a post is published, one every 20 ms,
while another process does nothing, indexes the words of `--posts` posts, takes in as many in
batches as a link brings them, or indexes `--marks` posts of 16 KB of combining marks, which cost a
tokenizer most. Each is done again and again for
`--seconds`.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from multiprocessing.synchronize import Event
from pathlib import Path

from benchmarks.ingest import NOW_MS, START_MS, body, feed_runs
from benchmarks.publish import open_owned, publish
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

FOLLOWED = KeyPair.from_seed(bytes(31) + b"b")
FEED = KeyPair.from_seed(bytes(31) + b"c")
EVERY_SECONDS = 0.02
BATCH_BYTES = 4 << 20
"""As `sayso_node.sync.ingest.ingest.BATCH`."""


def main() -> None:
    top = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    top.add_argument("--posts", type=int, default=20_000)
    top.add_argument("--marks", type=int, default=500)
    top.add_argument("--seconds", type=float, default=8.0)
    options = top.parse_args()
    chance = random.Random(1)
    words = runs_of([body(chance, []) for _ in range(options.posts)])
    marks = runs_of([marked(chance) for _ in range(options.marks)])
    result: dict[str, object] = {"posts": options.posts, "marks": options.marks}
    for name, runs, work in (
        ("alone", words[:1], nothing),
        ("indexing", words, index),
        ("ingesting", words, ingest),
        ("marks", marks, index),
    ):
        result[name] = figures(measure(runs, work, options.seconds))
    print(json.dumps(result))


def marked(chance: random.Random) -> bytes:
    """A post of as many combining marks as fit, in the order that costs most to put right."""
    half = 3_900 + chance.randrange(50)
    return write_body(Post("a" + "\u0345" * half + "\u0327" * half))


def runs_of(bodies: Sequence[bytes]) -> list[RawRun]:
    left = iter(bodies)
    runs = feed_runs(FEED, [START_MS] * len(bodies), lambda: next(left))
    return [part for run in runs for part in parts_of(run)]


def parts_of(run: RawRun) -> Iterator[RawRun]:
    """The run, cut as frames cut it."""
    proven, step = verify_run(run), 16 if len(run.bodies[0]) > 1000 else len(run.times)
    for start in range(0, len(run.times), step):
        part = slice(start, start + step)
        previous = proven.ids[start - 1] if start else run.previous
        columns = run.times[part], run.bodies[part], run.signatures[part]
        yield RawRun(run.feed, run.first + start, previous, *columns)


def measure(
    runs: list[RawRun], work: Callable[[Path, list[RawRun], Event, Event], None], seconds: float
) -> list[float]:
    """Milliseconds of each post while another process works."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "store.db"
        with open_owned(path) as store:
            store.follow(FOLLOWED.public, None, NOW_MS)
            store.add_grant(sign_grant(FOLLOWED, FEED, bytes(32)))
            ready, stop = multiprocessing.Event(), multiprocessing.Event()
            other = multiprocessing.Process(target=work, args=(path, runs, ready, stop))
            other.start()
            ready.wait()
            took = list(posts(store, seconds))
            stop.set()
            other.join()
    return took


def posts(store: Store, seconds: float) -> Iterator[float]:
    chance = random.Random(2)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        text = body(chance, [])
        begin = time.perf_counter()
        publish(store, [text])
        yield 1000 * (time.perf_counter() - begin)
        time.sleep(EVERY_SECONDS)


def nothing(_path: Path, _runs: list[RawRun], ready: Event, stop: Event) -> None:
    ready.set()
    stop.wait()


def index(path: Path, runs: list[RawRun], ready: Event, stop: Event) -> None:
    with open_store(path) as store:
        store.append([verify_run(run) for run in runs], NOW_MS)
        ready.set()
        while not stop.is_set():
            store.forget_words()
            while not stop.is_set() and store.unindexed():
                begin = time.monotonic()
                store.index_words()
                time.sleep(min(time.monotonic() - begin, 0.05))


def ingest(path: Path, runs: list[RawRun], ready: Event, stop: Event) -> None:
    """Take all runs in, in batches, each time from another account."""
    number = 0
    while not stop.is_set():
        number += 1
        account, feed = (KeyPair.from_seed(bytes(30) + bytes([n, number])) for n in (1, 2))
        chance = random.Random(number)
        times = [START_MS] * sum(len(run.times) for run in runs)
        new = iter(list(feed_runs(feed, times, lambda: body(chance, []))))  # noqa: B023
        with open_store(path) as store:
            store.follow(account.public, None, NOW_MS)
            store.add_grant(sign_grant(account, feed, bytes(32)))
            ready.set()
            while batch := batch_of(new):
                store.append([verify_run(run) for run in batch], NOW_MS)


def batch_of(runs: Iterator[RawRun]) -> list[RawRun]:
    """What comes next, as much as ingest takes at a time."""
    return list(islice(runs, BATCH_BYTES // 120_000))


def figures(took: list[float]) -> dict[str, float]:
    took = sorted(took)
    at = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    found = {name: took[min(int(len(took) * part), len(took) - 1)] for name, part in at.items()}
    return {"count": len(took)} | {name: round(value, 2) for name, value in found.items()}


if __name__ == "__main__":
    main()
