"""What commands cost where only the new is to be looked at, and while posts stream in.

    python -m benchmarks.keeper [--posts 100000] [--feeds 1000] [--reads 40] [--rate 5000]

A store that was just filled, as after a first sync. Prints one JSON object. In seconds of processor
time: the first search, of what is indexed so far; the ledger without rules, and a page of it with
ten; the detector of accounts in step over everything, what it finds, its state written and read
again, and 1,000 entries more; `filter try` of the ten rules with one taken out. Then a node runs,
and `sayso read --limit 50` is timed as a whole process, p50 and p99: while nothing comes and while
another process stores posts at the `rate`, both on the clock and in processor time.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path
from statistics import quantiles
from typing import Any

from tests.e2e.support import COMMAND, Home

from benchmarks.compiled import keep_compiled
from benchmarks.filters import processor, timed
from benchmarks.ingest import feed_runs
from benchmarks.search import VOCABULARY, fill, make_vocabulary
from sayso_node.clock import now_ms
from sayso_node.coordination.standing_detector import StandingDetector
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import verify_run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

NEW = 1000
IN_A_RUN = 100
STREAM_SECONDS = 600


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--reads", type=int, default=40)
    parser.add_argument("--rate", type=int, default=5_000)
    parser.add_argument("--stream", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    keep_compiled()
    if options.stream:
        stream(options.stream, options.rate)
        return
    result: dict[str, Any] = {"posts": options.posts, "feeds": options.feeds}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        home, vocabulary = Home(Path(folder) / "home"), make_vocabulary()
        fill(home, options.posts // options.feeds, options.feeds, vocabulary)
        result |= commands(home, vocabulary)
        store = open_store(home.path / "store.sqlite")
        result |= detecting(home, store)
        store.close()
        result |= reading(home, options.reads, options.rate)
    print(json.dumps(result, indent=1))


def commands(home: Home, vocabulary: list[str]) -> dict[str, Any]:
    words = vocabulary[5000:5010]
    rules = [f"[[rule]]\naction = 'hide'\nwords = '{word}'\nbecause = 'so'\n" for word in words]
    figures = {
        "first_search": seconds(lambda: whole(home, "search", vocabulary[1000])),
        "ledger_without_rules": seconds(lambda: whole(home, "ledger")),
    }
    (home.path / "filters.toml").write_text("".join(rules))
    (home.path / "other.toml").write_text("".join(rules[1:]))
    figures["ledger_of_ten_rules"] = seconds(lambda: whole(home, "ledger"))
    other = str(home.path / "other.toml")
    figures["filter_try_of_one_change"] = seconds(lambda: whole(home, "filter", "try", other))
    (home.path / "filters.toml").unlink()
    return figures


def detecting(home: Home, store: Store) -> dict[str, Any]:
    # All entries, whenever they are dated.
    detector = StandingDetector(store, 0)
    figures = {"detect_everything": seconds(detector.advance)}
    figures["findings"] = seconds(detector.findings)
    directory = home_of(home)
    figures["save_state"] = seconds(lambda: detector.save(directory))
    file = home.path / "detector.cache"
    figures["state_bytes"] = file.stat().st_size
    put_new(store, 0, NEW)

    def again() -> None:
        later = StandingDetector.load(directory, store, 30 * 24 * 3600 * 1000)
        assert later.waiting() == NEW
        later.advance()
        later.findings()

    figures[f"again_with_{NEW}_more"] = seconds(again)
    file.unlink()
    return figures


def home_of(home: Home) -> Any:
    from sayso_node.home.directory import Home as Directory

    return Directory(home.path)


# --- posts that stream in ---------------------------------------------------------------


def put_new(store: Store, number: int, count: int) -> None:
    """Store posts of another account that is followed, dated now."""
    account = KeyPair.from_seed((10**9 + number).to_bytes(32, "big"))
    feed = KeyPair.from_seed((2 * 10**9 + number).to_bytes(32, "big"))
    present = now_ms()
    store.follow(account.public, None, present)
    store.add_grant(sign_grant(account, feed, bytes(32)))
    chance, vocabulary = random.Random(number), make_vocabulary()
    shares = list(accumulate(1 / (n + 1) for n in range(VOCABULARY)))
    texts = (" ".join(chance.choices(vocabulary, cum_weights=shares, k=17)) for _ in range(count))
    times = [present - count + n for n in range(count)]
    for run in feed_runs(feed, times, lambda: write_body(Post(next(texts)))):
        store.append([verify_run(run)], present)


def stream(path: Path, rate: int) -> None:
    """Store posts of one feed, `IN_A_RUN` at a time."""
    store = open_store(path)
    account, feed = (KeyPair.from_seed(bytes([n]) * 32) for n in (201, 202))
    present = now_ms()
    store.follow(account.public, None, present)
    store.add_grant(sign_grant(account, feed, bytes(32)))
    count, chance, vocabulary = rate * STREAM_SECONDS, random.Random(5), make_vocabulary()[:5000]
    began = time.monotonic()
    runs = feed_runs(
        feed,
        [present + n // 10 for n in range(count)],
        lambda: write_body(Post(" ".join(chance.choices(vocabulary, k=17)))),
    )
    done = 0
    for whole in runs:
        store.append([verify_run(whole)], now_ms())
        done += len(whole.times)
        time.sleep(max(0.0, began + done / rate - time.monotonic()))
        print(done, flush=True)


# --- measuring --------------------------------------------------------------------------


def reading(home: Home, reads: int, rate: int) -> dict[str, Any]:
    with home.node():
        time.sleep(5)
        figures: dict[str, Any] = {"read_beside_a_node": whole_reads(home, reads)}
        line = [sys.executable, "-m", "benchmarks.keeper"]
        line += ["--stream", str(home.path / "store.sqlite"), "--rate", str(rate)]
        with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            writer.stdout.readline()
            before, began = home("status")[0], time.monotonic()
            figures["read_while_posts_stream_in"] = whole_reads(home, reads)
            took = time.monotonic() - began
            figures["streamed_a_second"] = round(
                (entries_of(home("status")[0]) - entries_of(before)) / took
            )
            writer.terminate()
    return figures


def entries_of(status: dict[str, Any]) -> int:
    return int(status["entries"])


def whole_reads(home: Home, reads: int) -> dict[str, float]:
    clock, processors = list[float](), list[float]()
    for _ in range(reads):
        began, before = time.perf_counter(), processor()
        whole(home, "read", "--limit", "50")
        clock.append(time.perf_counter() - began)
        processors.append(processor() - before)
    return {
        "p50_s": round(quantiles(clock, n=100)[49], 3),
        "p99_s": round(quantiles(clock, n=100)[98], 3),
        "p50_processor_s": round(quantiles(processors, n=100)[49], 3),
        "p99_processor_s": round(quantiles(processors, n=100)[98], 3),
    }


def whole(home: Home, *words: str) -> None:
    """One command as a process of its own, its interpreter started anew."""
    line = [*COMMAND, "--home", str(home.path), *words]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def seconds(work: Callable[[], object]) -> float:
    """The processor time that work and its processes took."""
    return round(timed(work)[1] / 1000, 3)


if __name__ == "__main__":
    main()
