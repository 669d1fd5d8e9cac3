"""How reading grows with what is held.

    python -m benchmarks.growth [FOLDER…] [--posts 100000 1000000] [--rounds 100] [--commands 5]

Each FOLDER is one that `benchmarks.large_store` made; without any, stores of so many posts are made
and thrown away. Prints one JSON object: of each store processor time in this process in
milliseconds, the first call and then p50 and p99 of the rounds; `…_command` are whole processes,
wall time. A store whose line of time is not complete is first brought up to date (`line_seconds`).
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import TAGS
from benchmarks.large_store import CONVERSATIONS, NOW_MS, About, about_of, make
from sayso_node.accounts.follows import following
from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.timeline.thread import thread
from sayso_node.timeline.timeline import timeline
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.sqlite import open_store

BACK = 10_000
"""Posts before the page that lies far back."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folders", type=Path, nargs="*")
    parser.add_argument("--posts", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--talk", type=int, nargs=2, default=CONVERSATIONS)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--commands", type=int, default=5)
    options = parser.parse_args()
    keep_compiled()
    how = options.rounds, options.commands
    stores = [measure(folder, *how) for folder in options.folders]
    for posts in [] if options.folders else options.posts:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), posts, options.feeds, options.feeds // 10, options.talk)
            stores.append(measure(Path(folder), *how))
    print(json.dumps({"stores": stores}))


def measure(folder: Path, rounds: int, commands: int) -> dict[str, object]:
    about = about_of(folder)
    home = Home(folder / "home", init=False)
    result: dict[str, object] = {"posts": about.posts, "followed": about.followed}
    began = time.perf_counter()
    with open_store(home.path / "store.sqlite") as store:
        result["open_seconds"] = round(time.perf_counter() - began, 3)
        result["line_seconds"] = fill_line(store)
        for name, work in reads(store, about).items():
            result[name] = percentiles(work, rounds)
    for name, words in asked_by_command(about).items():
        result[f"{name}_command"] = milliseconds(partial(home, *words), commands)
    return result


def fill_line(store: Store) -> float:
    """Processor seconds that it takes to bring the line of time up to date."""
    began = time.process_time()
    extend = getattr(store, "extend_line", None)  # older software has none
    while extend is not None and extend():
        pass
    return round(time.process_time() - began, 2)


def reads(store: Store, about: About) -> dict[str, Callable[[], object]]:
    chance = random.Random(3)
    accounts = [bytes.fromhex(one) for one in about.accounts]
    back = store.places(TimelineQuery(BACK))[-1]
    short, long = (bytes.fromhex(one) for one in about.conversations)
    far = NOW_MS - 80 * 24 * 3600 * 1000

    def posts(**wish: object) -> object:
        return store.timeline(TimelineQuery(**wish))  # type: ignore[arg-type]

    def conversation(root: bytes) -> object:
        entry = store.entry(root)
        assert entry is not None
        return list(thread(store, entry))

    page = store.timeline(TimelineQuery())
    return {
        "latest": lambda: posts(),
        "latest_items": lambda: list(timeline(store, TimelineQuery())),
        "back": lambda: posts(before=back),
        "long_ago": lambda: posts(before=(far + chance.randrange(10**9), 0, 0)),
        "since": lambda: posts(since_ms=far + chance.randrange(10**9)),
        "author": lambda: posts(account=chance.choice(accounts)),
        "tag": lambda: posts(tag=chance.choice(TAGS)),
        "tag_of_author": lambda: posts(tag=chance.choice(TAGS), account=chance.choice(accounts)),
        "items_of_a_page": lambda: load_items(store, Names(store), page),
        "thread_short": lambda: conversation(short),
        "thread_long": lambda: conversation(long),
        "notifications": lambda: store.notifications(50),
        "following": lambda: following(store, Names(store)),
    }


def asked_by_command(about: About) -> dict[str, list[str]]:
    short, long = about.conversations
    return {
        "read": ["read"],
        "thread_short": ["thread", short],
        "thread_long": ["thread", long],
        "following": ["following"],
        "notifications": ["notifications"],
    }


def percentiles(work: Callable[[], object], rounds: int, most: float = 5.0) -> dict[str, float]:
    """The first call, and p50 and p99 of those after it; of slow work fewer are made."""
    took: list[float] = []
    while len(took) <= rounds and sum(took) < 1000 * most:
        began = time.process_time()
        work()
        took.append(1000 * (time.process_time() - began))
    first, rest = took[0], took[1:] or took
    cuts = quantiles(rest, n=100, method="inclusive") if len(rest) > 1 else rest * 99
    return {"first": round(first, 3), "p50": round(median(rest), 3), "p99": round(cuts[98], 3)}


def milliseconds(work: Callable[[], object], rounds: int) -> dict[str, float]:
    """The first and the median of whole commands."""
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    return {"first": round(took[0]), "p50": round(median(took))} if took else {}


if __name__ == "__main__":
    main()
