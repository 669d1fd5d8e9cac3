"""How long searches take in a large store, and what the index of words costs.

    python -m benchmarks.search [--posts 1000000] [--feeds 1000] [--rounds 20]

Texts are made of 200,000 words that occur as in natural languages: the n-th most common one
has a share of 1/n (Zipf). Prints one JSON object: posts indexed a second and the longest
single batch, bytes that the index adds to a post, and p50 and p99 in milliseconds of each kind
of search for 50 posts, over the rounds, each of which looks for other words; `search_limit_50`
is one whole process of `sayso search --limit 50`.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable
from functools import partial
from itertools import accumulate
from pathlib import Path

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import generate_feeds
from benchmarks.replicate import put
from benchmarks.timeline import Progress, percentiles
from sayso_protocol.content.body import Post, Reference, write_body
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.search.query import Phrase, SearchQuery
from sayso_storage.sqlite import open_store

VOCABULARY = 200_000
LETTERS = "etaoinshrdlucmfwypvbgk"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    keep_compiled()
    posts, feeds = options.posts, options.feeds
    vocabulary = make_vocabulary()
    result: dict[str, object] = {"posts": posts, "feeds": feeds}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        home = Home(Path(folder) / "home")
        fill(home, posts // feeds, feeds, vocabulary)
        path = home.path / "store.sqlite"
        result |= index(path, posts)
        store = open_store(path)
        for name, work in searches(store, vocabulary).items():
            result[name] = percentiles(work, options.rounds)
        store.close()
        began = time.perf_counter()
        home("search", vocabulary[1000], "--limit", "50")
        result["search_limit_50"] = round(1000 * (time.perf_counter() - began), 1)
    print(json.dumps(result, indent=1))


# --- texts ------------------------------------------------------------------------------


def make_vocabulary() -> list[str]:
    """Words, the most common one first."""
    chance, found = random.Random(4), dict[str, None]()
    while len(found) < VOCABULARY:
        length = 2 + min(12, int(chance.expovariate(0.25)))
        found["".join(chance.choices(LETTERS, k=length))] = None
    return list(found)


def fill(home: Home, count: int, feeds: int, vocabulary: list[str]) -> None:
    shares = list(accumulate(1 / (n + 1) for n in range(VOCABULARY)))

    def body(chance: random.Random, _: list[Reference]) -> bytes:
        length = chance.randint(4, 30)
        return write_body(Post(" ".join(chance.choices(vocabulary, cum_weights=shares, k=length))))

    counts = [count] * feeds
    grants, runs = generate_feeds(counts, Progress("made", sum(counts)), body)
    store = open_store(home.path / "store.sqlite")
    put(store, grants, runs, Progress("stored", sum(counts)))
    store.close()


# --- measuring --------------------------------------------------------------------------


def index(path: Path, posts: int) -> dict[str, float]:
    """Index everything; what that costs."""
    before, took, progress = path.stat().st_size, [0.0], Progress("indexed", posts)
    store = open_store(path)
    while store.unindexed():
        began = time.perf_counter()
        progress(store.index_words())
        took.append(time.perf_counter() - began)
    store.close()  # what is in the log goes into the file
    return {
        "indexed_a_second": round(posts / sum(took)),
        "longest_batch_ms": round(1000 * max(took), 1),
        "bytes_a_post_without": round(before / posts, 1),
        "bytes_a_post_of_the_index": round((path.stat().st_size - before) / posts, 1),
    }


def searches(store: Store, vocabulary: list[str]) -> dict[str, Callable[[], object]]:
    """The kinds of search, by name; each call looks for other words."""
    chance = random.Random(3)

    def word(low: int, high: int) -> str:
        return vocabulary[chance.randrange(low, high)]

    def look(*makers: Callable[[], Phrase]) -> object:
        return store.search(SearchQuery(tuple((make(),) for make in makers)), TimelineQuery())

    def one(low: int, high: int, words: int = 1, cut: int | None = None) -> Phrase:
        found = tuple(word(low, high)[:cut] for _ in range(words))
        return Phrase(found, begun=cut is not None)

    rare, middle, common = (20_000, 200_000), (200, 2_000), (0, 20)
    return {
        "rare_word": partial(look, partial(one, *rare)),
        "middling_word": partial(look, partial(one, *middle)),
        "common_word": partial(look, partial(one, *common)),
        "two_middling_words": partial(look, partial(one, *middle), partial(one, *middle)),
        "common_and_rare_word": partial(look, partial(one, *common), partial(one, *rare)),
        "phrase_of_common_words": partial(look, partial(one, *common, words=2)),
        "phrase_of_middling_words": partial(look, partial(one, *middle, words=2)),
        "beginning_of_4_letters": partial(look, partial(one, *rare, cut=4)),
        "beginning_of_1_letter": partial(look, partial(one, *rare, cut=1)),
        "nothing_found": partial(look, lambda: Phrase((word(0, VOCABULARY) + "zzz",))),
    }


if __name__ == "__main__":
    main()
