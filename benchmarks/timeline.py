"""How long reading takes in a large store.

    python -m benchmarks.timeline [--posts 1000000] [--feeds 1000] [--rounds 200]

Two stores of the same number of posts: in `spread` all feeds have as many, whose times
interleave; in `lopsided` one feed has nearly all, the others one post each. Prints one JSON
object: p50 and p99 in milliseconds of each way to read, over the rounds, each of which asks
for something else; `read_limit_50` is one whole process of `sayso read --limit 50`.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import SPAN_MS, START_MS, TAGS, generate_feeds
from benchmarks.replicate import put
from sayso_storage.index.body_facts import facts_of
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery
from sayso_storage.sqlite import open_store

SAMPLED = 1000
PREFIX_DIGITS = 8
"""The fewest digits of an id that commands take."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    keep_compiled()
    posts, feeds = options.posts, options.feeds
    shapes = {
        "spread": [posts // feeds] * feeds,
        "lopsided": [posts - feeds + 1] + [1] * (feeds - 1),
    }
    result: dict[str, object] = {"posts": posts, "feeds": feeds}
    for name, counts in shapes.items():
        with tempfile.TemporaryDirectory(dir=".") as folder:
            home = Home(Path(folder) / "home")
            fill(home, name, counts)
            result[name] = measure(home, options.rounds)
    print(json.dumps(result, indent=1))


# --- the store --------------------------------------------------------------------------


def fill(home: Home, name: str, counts: list[int]) -> None:
    grants, runs = generate_feeds(counts, Progress(f"{name}: made", sum(counts)))
    store = open_store(home.path / "store.sqlite")
    put(store, grants, runs, Progress(f"{name}: stored", sum(counts)))
    store.close()


class Progress:
    """Counts on stderr, each tenth of the whole a line."""

    def __init__(self, what: str, whole: int) -> None:
        self._what, self._whole = what, whole
        self._done = 0

    def __call__(self, more: int) -> None:
        before, self._done = self._done, self._done + more
        if before * 10 // self._whole < self._done * 10 // self._whole:
            print(f"{self._what} {self._done} of {self._whole}", file=sys.stderr, flush=True)


# --- measuring --------------------------------------------------------------------------


@dataclass(frozen=True)
class Samples:
    """What the rounds ask for: entries from all over the store, and the newest page."""

    entries: list[StoredEntry]
    page: list[StoredEntry]
    busiest: bytes
    """The account with most entries."""

    @property
    def parents(self) -> list[bytes]:
        """Ids of posts that have replies."""
        replies = (facts_of(entry.body).reply for entry in self.entries if entry.body)
        return [parent for parent in replies if parent is not None]


def measure(home: Home, rounds: int) -> dict[str, object]:
    store = open_store(home.path / "store.sqlite")
    samples = sample(store)
    figures: dict[str, object] = {
        name: percentiles(work, rounds) for name, work in reads(store, samples).items()
    }
    store.close()
    began = time.perf_counter()
    home("read", "--limit", "50")
    return figures | {"read_limit_50": round(1000 * (time.perf_counter() - began), 1)}


def sample(store: Store) -> Samples:
    last, chance = store.last_arrival(), random.Random(2)
    arrivals = (chance.randrange(last) for _ in range(SAMPLED))
    entries = [store.arrived_after(arrival, 1)[0] for arrival in arrivals]
    busiest = max(store.feeds_carried(), key=lambda feed: feed.count).account
    return Samples(entries, store.timeline(TimelineQuery()), busiest)


def reads(store: Store, samples: Samples) -> dict[str, Callable[[], object]]:
    """The ways to read, by name; each call asks for something else."""
    chance = random.Random(3)
    parents = samples.parents
    authors = sorted({entry.account for entry in samples.entries})
    after = samples.page[-1].place
    shown = [entry.id for entry in samples.page]

    def one() -> StoredEntry:
        return chance.choice(samples.entries)

    def moment() -> int:
        return START_MS + chance.randrange(SPAN_MS)

    def posts(**wish: object) -> list[StoredEntry]:
        return store.timeline(TimelineQuery(**wish))  # type: ignore[arg-type]

    return {
        "latest": lambda: posts(),
        "next_page": lambda: posts(before=after),
        "page_long_ago": lambda: posts(before=(moment(), 0, 0)),
        "since": lambda: posts(since_ms=moment()),
        "author": lambda: posts(account=chance.choice(authors)),
        "author_busiest": lambda: posts(account=samples.busiest),
        "author_long_ago": lambda: posts(account=samples.busiest, before=(moment(), 0, 0)),
        "tag": lambda: posts(tag=chance.choice(TAGS)),
        "tag_of_author": lambda: posts(tag=chance.choice(TAGS), account=chance.choice(authors)),
        "id_prefix": lambda: store.find_entries(one().id.hex()[:PREFIX_DIGITS]),
        "replies": lambda: store.replies(chance.choice(parents)),
        "reply_counts": lambda: store.reply_counts(shown),
    }


def percentiles(work: Callable[[], object], rounds: int) -> dict[str, float]:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        took.append(1000 * (time.perf_counter() - began))
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


if __name__ == "__main__":
    main()
