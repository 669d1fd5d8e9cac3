"""How long commands take from the start of their process to their result.

    python -m benchmarks.start [--posts 100000] [--feeds 1000 10000] [--rounds 5]

One home for each number of feeds followed, with the same number of posts. Prints one JSON
object: medians over the rounds in milliseconds, of whole processes of `sayso --version` and
of `post`, `read` and `status` while no node runs, and of `sayso run` until its ready event.
A round before that is not counted.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.replicate import fill

FEEDS = (1_000, 10_000)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--feeds", type=int, nargs="+", default=FEEDS)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    keep_compiled()
    result: dict[str, object] = {"posts": options.posts}
    for feeds in options.feeds:
        with tempfile.TemporaryDirectory() as folder:
            home = Home(Path(folder) / "home")
            fill(home, options.posts, feeds)
            result[f"feeds_{feeds}"] = measure(home, options.rounds)
    print(json.dumps(result))


def measure(home: Home, rounds: int) -> dict[str, float]:
    ways: dict[str, Callable[[], float]] = {
        "version": lambda: milliseconds(lambda: home.run("--version")),
        "post": lambda: milliseconds(lambda: home("post", "a post")),
        "read": lambda: milliseconds(lambda: home("read")),
        "status": lambda: milliseconds(lambda: home("status")),
        "run_until_ready": lambda: until_ready(home),
    }
    # In turns, so that a noisy machine disturbs all alike.
    _, *took = [{name: way() for name, way in ways.items()} for _ in range(rounds + 1)]
    return {name: round(median(one[name] for one in took), 1) for name in ways}


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - began)


def until_ready(home: Home) -> float:
    began = time.perf_counter()
    with home.node():
        return 1000 * (time.perf_counter() - began)


if __name__ == "__main__":
    main()
