"""How long rankings take.

    python -m benchmarks.views [--posts 1000000] [--feeds 1000] [--own 1000] [--scored 10000]
                               [--rounds 5]

The store is that of `benchmarks.acts`: posts, replies, reactions, reposts. Prints one JSON object,
times in milliseconds: `score` for so many entries whose facts are known, by each view that comes
with sayso and by the longest expression that was thought of; `rank` for the newest posts of the
store with all their facts gathered, as many as a view ranks (`ranked`); whole processes of `sayso
read --limit 50` with a view and without.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any

from tests.e2e.support import Home

from benchmarks.acts import fill, write_own
from benchmarks.compiled import keep_compiled
from sayso_node.filters.judge import without_rules
from sayso_node.views.file import shipped_views
from sayso_node.views.ranking import ranked
from sayso_protocol.facts import FACTS, Kind
from sayso_protocol.views.ranking import Ranking, View
from sayso_storage.interface.store import TimelineQuery
from sayso_storage.sqlite import open_store

LONGEST = View("longest", "(" + "||".join(["through != through"] * 190) + ") ? 1 : 0")
EVERYTHING = TimelineQuery(50, since_ms=0)
"""The store's entries are older than a week."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--own", type=int, default=1_000)
    parser.add_argument("--scored", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    keep_compiled()
    result: dict[str, object] = {"posts": options.posts, "scored": options.scored}
    views = [*shipped_views().values(), LONGEST]
    result["score"] = {view.name: score(view, options.scored, options.rounds) for view in views}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        home = Home(Path(folder) / "home", "Robin")
        talk = write_own(home, options.own)
        with open_store(home.path / "store.sqlite") as store:
            fill(store, talk, options.posts, options.feeds)
        result |= rank(home, views, options.rounds)
        result |= commands(home, options.rounds)
    print(json.dumps(result, indent=1))


def score(view: View, count: int, rounds: int) -> float:
    facts: list[Any] = [made(number) for number in range(count)]
    ranking = Ranking(view.expression)
    return took(lambda: [ranking.score(one) for one in facts], rounds)


def made(number: int) -> SimpleNamespace:
    """Facts of an entry about which much is known."""
    values = {
        Kind.INTEGER: number % 97,
        Kind.TEXT: "post",
        Kind.TEXTS: tuple(f"name{n}@somebody" for n in range(16)),
    }
    return SimpleNamespace(**{name: values[fact.kind] for name, fact in FACTS.items()})


def rank(home: Home, views: list[View], rounds: int) -> dict[str, object]:
    """Each round gathers all facts anew, as each command does."""
    with open_store(home.path / "store.sqlite") as store:
        found = {
            view.name: took(
                lambda view=view: ranked(store, EVERYTHING, without_rules(store), view),  # type: ignore[misc]
                rounds,
            )
            for view in views
        }
        count = len(ranked(store, EVERYTHING, without_rules(store), views[0]))
    return {"ranked": count, "rank": found}


def commands(home: Home, rounds: int) -> dict[str, object]:
    words = ["read", "--limit", "50"]
    since = ["--since", "1970-01-02"]

    def anew() -> None:
        for cache in home.path.glob("*.cache"):
            cache.unlink()
        home(*words, "--view", "civil", *since)

    return {
        "read_limit_50": took(lambda: home(*words), rounds),
        "read_view_catch_up": took(lambda: home(*words, "--view", "catch-up", *since), rounds),
        "read_view_quiet": took(lambda: home(*words, "--view", "quiet", *since), rounds),
        "read_view_civil": took(lambda: home(*words, "--view", "civil", *since), rounds),
        "read_view_civil_of_a_changed_store": took(anew, rounds),
    }


def took(work: Callable[[], object], rounds: int) -> float:
    """Milliseconds of the processor, of child processes too; the median of the rounds."""
    times = []
    for _ in range(rounds):
        began = sum(os.times()[:4])
        work()
        times.append(1000 * (sum(os.times()[:4]) - began))
    return round(median(times), 1)


if __name__ == "__main__":
    main()
