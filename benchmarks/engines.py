"""SQLite and PostgreSQL as the store of a hub, side by side in one run.

    python -m benchmarks.engines [--posts 100000] [--feeds 1000] [--followed 200] [--readers 2]

Prints one JSON object. For each engine: posts a second taken in (`append`), put into the index of
words (`words`) and both one after the other (`ingest`); entries a second that `readers` processes
give out together in runs of 100, each range once (`served`); milliseconds, at the median and of 99
in 100, for a page of the timeline, the newest posts and those of long ago, for a thread, and for
what a front end reads when a peer comes back, nothing new and all feeds new. The server is one of
our own on 127.0.0.1, with commits synced to the disk.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_storage.interface.store import Store, TimelineQuery

from .ingest import NOW_MS, SPAN_MS, START_MS, generate

SETTINGS: Final = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "autovacuum": "on",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
}
"""As an operator would set them; `tests.storage.postgres_server` has what else is set."""

LOOKS: Final = 100
"""Of each look-up."""


def main() -> None:
    options = parser().parse_args()
    grants, runs = generate(options.posts, options.feeds)
    result: dict[str, Any] = {"posts": options.posts, "feeds": options.feeds}
    for name, opened in (("sqlite", sqlite), ("postgresql", postgresql)):
        with opened() as address:
            result[name] = measure(address, grants, runs, options)
    print(json.dumps(result, indent=1))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    top.add_argument("--posts", type=int, default=100_000)
    top.add_argument("--feeds", type=int, default=1_000)
    top.add_argument("--followed", type=int, default=200)
    top.add_argument("--readers", type=int, default=2)
    top.add_argument("--batch", type=int, default=50, help="runs handed to one append")
    return top


@contextmanager
def sqlite() -> Iterator[str]:
    """The path of a new store."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        yield str(Path(folder) / "store.sqlite")


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a new store."""
    from tests.storage.postgres_server import server

    with server(**SETTINGS) as one:
        yield one.url


def open_at(address: str) -> Store:
    if address.startswith("postgresql://"):
        from sayso_storage.postgres import open_store as open_database

        return open_database(address)
    from sayso_storage.sqlite import open_store

    return open_store(Path(address))


def measure(
    address: str, grants: Sequence[Grant], runs: Sequence[RawRun], options: argparse.Namespace
) -> dict[str, float]:
    with open_at(address) as store:
        figures = ingest(store, grants, runs, options)
        store.extend_line()
        while store.extend_line():
            pass
        figures |= looks(store, runs)
    figures["served"] = served(address, runs, options.readers)
    return {name: round(value, 2) for name, value in figures.items()}


def ingest(
    store: Store, grants: Sequence[Grant], runs: Sequence[RawRun], options: argparse.Namespace
) -> dict[str, float]:
    """All posts are carried, some of their accounts are followed."""
    store.follow_all([one.account for one in grants[: options.followed]], NOW_MS)
    for one in grants[options.followed :]:
        store.carry(one.account, "owner", "", "", NOW_MS)
    store.add_grants(grants, NOW_MS)
    proven = [verify_run(run) for run in runs]
    count = sum(map(len, proven))
    began = time.perf_counter()
    for at in range(0, len(proven), options.batch):
        store.append(proven[at : at + options.batch], NOW_MS)
    appended = time.perf_counter()
    while store.index_words():
        pass
    indexed = time.perf_counter()
    return {
        "append": count / (appended - began),
        "words": count / (indexed - appended),
        "ingest": count / (indexed - began),
    }


def looks(store: Store, runs: Sequence[RawRun]) -> dict[str, float]:
    """What people and peers ask for."""
    roots = [verify_run(run).tip for run in runs[:LOOKS]]
    last = store.last_arrival()
    old = [START_MS + SPAN_MS * at // LOOKS for at in range(LOOKS)]
    found: dict[str, float] = {}
    asked: dict[str, Callable[[int], object]] = {
        "newest": lambda _: store.timeline(TimelineQuery(50)),
        "long_ago": lambda at: store.timeline(TimelineQuery(50, before=(old[at], 0, 0))),
        "thread": lambda at: store.thread(roots[at % len(roots)]),
        "nothing_new": lambda _: store.feeds_since(last),
    }
    for name, ask in asked.items():
        times = sorted(timed(ask, at) for at in range(LOOKS))
        found |= {f"{name}_ms": median(times), f"{name}_p99_ms": times[-1 - LOOKS // 100]}
    found["all_new_ms"] = median(timed(lambda _: store.feeds_since(0), at) for at in range(5))
    return found


def timed(ask: Callable[[int], object], at: int) -> float:
    began = time.perf_counter()
    ask(at)
    return (time.perf_counter() - began) * 1000


def served(address: str, runs: Sequence[RawRun], readers: int) -> float:
    """Entries a second of several processes, each with its part of the ranges."""
    ranges = [(run.feed, run.first, run.last) for run in runs]
    context = multiprocessing.get_context("spawn")
    with context.Pool(readers) as pool:
        pool.map(warm, [address] * readers)
        parts = [(address, ranges[at::readers]) for at in range(readers)]
        began = time.perf_counter()
        given = sum(pool.starmap(give, parts))
        return given / (time.perf_counter() - began)


def warm(address: str) -> None:
    with open_at(address) as store:
        store.last_arrival()


def give(address: str, ranges: Sequence[tuple[bytes, int, int]]) -> int:
    """The number of entries that were read, proven, of these ranges."""
    with open_at(address) as store:
        loaded = store.load_each(ranges)
        return sum(len(run.times) for run in loaded if run is not None)


if __name__ == "__main__":
    main()
