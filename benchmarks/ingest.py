"""How fast posts are verified and stored, how large they get, how fast they are read.

    python benchmarks/ingest.py [--posts 100000] [--feeds 1000] [--batch 100] [--rounds 3]

Prints one JSON object; times are medians over the rounds, each into a new store. Posts
are generated words, one in five a reply, one in ten with tags. Rates are posts a second
of one process; `together` is verify and store one after the other.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean, median

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.content.body import Post, Reference, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import RawRun, Run, sign_run, verify_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.sqlite import open_store

START_MS = 1_700_000_000_000
SPAN_MS = 90 * 24 * 3600 * 1000
NOW_MS = START_MS + 2 * SPAN_MS
WORDS = [
    "".join(random.Random(number).choices("aeioubcdfghlmnprst", k=2 + number % 8))
    for number in range(3000)
]
TAGS = ["garden", "bicycle", "radio", "bread", "harbour", "winter", "maps", "choir"]


def main() -> None:
    options = parser().parse_args()
    grants, runs = generate(options.posts, options.feeds)
    rounds = [one_round(grants, runs, options.batch) for _ in range(options.rounds)]
    sizes = [len(body) for run in runs for body in run.bodies]
    result = {
        "posts": options.posts,
        "feeds": options.feeds,
        "runs_a_call": options.batch,
        "body_bytes": round(mean(sizes), 1),
    }
    for name in rounds[0]:
        result[name] = round(median(one[name] for one in rounds), 3)
    print(json.dumps(result, indent=1))


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    top.add_argument("--posts", type=int, default=100_000)
    top.add_argument("--feeds", type=int, default=1_000)
    top.add_argument("--batch", type=int, default=100, help="runs handed to one append")
    top.add_argument("--rounds", type=int, default=3)
    return top


# --- posts ------------------------------------------------------------------------------


def body(chance: random.Random, recent: list[Reference]) -> bytes:
    text = " ".join(chance.choices(WORDS, k=chance.randint(3, 30)))
    reply = chance.choice(recent) if recent and chance.random() < 0.2 else None
    tags = tuple(chance.sample(TAGS, 2)) if chance.random() < 0.1 else ()
    return write_body(Post(text, reply=reply, tags=tags))


Body = Callable[[random.Random, list[Reference]], bytes]
"""Makes a body, from chance and some entries to reply to."""


def generate(count: int, feeds: int) -> tuple[list[Grant], list[RawRun]]:
    """The grants of `feeds` accounts, and their posts as runs in a mixed order."""
    return generate_feeds([count // feeds] * feeds)


def generate_feeds(
    counts: Sequence[int],
    progress: Callable[[int], object] = lambda _: None,
    make: Body = body,
) -> tuple[list[Grant], list[RawRun]]:
    """As `generate`, with a number of posts for each feed; `progress` is told of each run,
    `make` gives their bodies."""
    chance = random.Random(1)
    recent: list[Reference] = []
    grants, runs = [], []
    for number, count in enumerate(counts):
        account = KeyPair.from_seed(number.to_bytes(32, "big"))
        feed = KeyPair.from_seed((number + len(counts)).to_bytes(32, "big"))
        grants.append(sign_grant(account, feed, bytes(32)))
        times = sorted(START_MS + chance.randrange(SPAN_MS) for _ in range(count))
        for run in feed_runs(feed, times, lambda: make(chance, recent)):
            runs.append(run)
            name = Reference(account.public, feed.public, run.last, run_tip(run))
            recent.append(name)
            progress(len(run.times))
    chance.shuffle(runs)
    return grants, runs


def feed_runs(feed: KeyPair, times: list[int], make: Callable[[], bytes]) -> Iterator[RawRun]:
    first, previous = 1, None
    for start in range(0, len(times), MAX_RUN_ENTRIES):
        part = times[start : start + MAX_RUN_ENTRIES]
        run = sign_run(feed, first, previous, part, [make() for _ in part])
        yield raw(run)
        first, previous = run.last + 1, run.tip


def raw(run: Run) -> RawRun:
    return RawRun(run.feed, run.first, run.previous, run.times, run.bodies, run.signatures)


def run_tip(run: RawRun) -> bytes:
    return verify_run(run).tip


# --- measuring --------------------------------------------------------------------------


def one_round(grants: list[Grant], runs: list[RawRun], batch: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "store.db"
        store = open_store(path)
        for grant in grants:
            store.follow(grant.account, None, NOW_MS)
            store.add_grant(grant)
        figures = ingest(store, runs, batch)
        figures |= reading(store, runs, grants)
        store.close()
        count = sum(len(run.times) for run in runs)
        return figures | {"bytes_a_post": path.stat().st_size / count} | opening(path)


def ingest(store: Store, runs: list[RawRun], batch: int) -> dict[str, float]:
    count = sum(len(run.times) for run in runs)
    verifying = storing = 0.0
    spent = time.process_time()
    for start in range(0, len(runs), batch):
        begin = time.perf_counter()
        proven = [verify_run(run) for run in runs[start : start + batch]]
        middle = time.perf_counter()
        store.append(proven, NOW_MS)
        verifying += middle - begin
        storing += time.perf_counter() - middle
    return {
        "verify_a_second": count / verifying,
        "store_a_second": count / storing,
        "together_a_second": count / (verifying + storing),
        "processor_us_a_post": 1e6 * (time.process_time() - spent) / count,
    }


def reading(store: Store, runs: list[RawRun], grants: list[Grant]) -> dict[str, float]:
    newest = store.timeline(TimelineQuery())
    account, tag = grants[len(grants) // 2].account, TAGS[0]
    begin = time.perf_counter()
    served = sum(serve(store, grant.feed) for grant in grants)
    return {
        "load_a_second": served / (time.perf_counter() - begin),
        "timeline_ms": milliseconds(lambda: store.timeline(TimelineQuery())),
        "account_timeline_ms": milliseconds(lambda: store.timeline(TimelineQuery(account=account))),
        "tag_timeline_ms": milliseconds(lambda: store.timeline(TimelineQuery(tag=tag))),
        "reply_counts_50_ms": milliseconds(lambda: store.reply_counts([one.id for one in newest])),
        "entry_ms": milliseconds(lambda: store.entry(newest[0].id)),
    }


def serve(store: Store, feed: bytes) -> int:
    """Load a whole feed, newest run first, as a peer would ask for it."""
    state = store.feed(feed)
    high = state.head if state else 0
    count = 0
    while high and (run := store.load(feed, 1, high)) is not None:
        count += len(run.times)
        high = run.first - 1
    return count


def opening(path: Path) -> dict[str, float]:
    return {"open_ms": milliseconds(lambda: open_store(path).close())}


def milliseconds(work: Callable[[], object]) -> float:
    took = []
    for _ in range(20):
        begin = time.perf_counter()
        work()
        took.append(time.perf_counter() - begin)
    return 1000 * median(took)


if __name__ == "__main__":
    main()
