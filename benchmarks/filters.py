"""How long many rules take in a large store.

    python -m benchmarks.filters [--posts 1000000] [--feeds 1000] [--rules 10000] [--rounds 50]

The rules are of all sorts: four in ten are accounts, four words and phrases, one tags, and 400
are patterns. They hide some hundredths of the posts. Prints one JSON object, milliseconds of
processor time: reading and compiling the file; a page of 50 posts and one from the midst, with
the rules and without; whole processes of `sayso read --limit 50`, right after the file was changed
and later, and of `sayso filter try`; and the worst post that was thought of. Posts a second that a
node takes in, verifying and storing included: without rules about what it carries, with one about
a word, and with all rules.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any, TypeVar

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import NOW_MS, SPAN_MS, START_MS, TAGS, WORDS, generate
from benchmarks.timeline import fill
from sayso_node.clock import now_ms
from sayso_node.filters.judge import Judge
from sayso_node.filters.relay_filter import RelayFilter
from sayso_node.sync.ingest.ingest import ingest_batch
from sayso_node.sync.ingest.verifier import Verifier
from sayso_node.timeline.filtered import filtered_timeline
from sayso_node.timeline.timeline import timeline
from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.filters.rule_engine import RuleEngine
from sayso_protocol.filters.rules import Rules
from sayso_protocol.filters.syntax.parser import read_rules
from sayso_protocol.limits import MAX_BODY
from sayso_protocol.sync.effects import StoreRun
from sayso_storage.interface.store import TimelineQuery
from sayso_storage.sqlite import open_store

T = TypeVar("T")
PATTERNS = 400
"""As many of this sort as a file may have."""
TAKEN = 20_000
"""Posts that are taken in."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=50)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        home = Home(Path(folder) / "home")
        fill(home, "spread", [options.posts // options.feeds] * options.feeds)
        text = rules_text(options.rules, options.feeds)
        found: dict[str, object] = {"posts": options.posts, "rules": options.rules}
        found |= compiling(text) | reading(home, text, options.rounds) | commands(home, text)
        found |= taking_in(text, min(options.posts, TAKEN), min(options.feeds, TAKEN // 100))
    print(json.dumps(found, indent=1))


# --- the rules --------------------------------------------------------------------------


def rules_text(count: int, feeds: int) -> str:
    chance = random.Random(4)
    patterns = min(count // 10, PATTERNS)
    lines = [
        *(account(chance, number, feeds) for number in range(4 * count // 10)),
        *(pattern(chance) for _ in range(patterns)),
        *(f"tag = 'tag{number}'" for number in range(count // 10 - 1)),
        f"tag = '{TAGS[0]}'\nlang = 'de'",
    ]
    lines += [words(chance, number) for number in range(count - len(lines))]
    chance.shuffle(lines)
    return "".join(f"[[rule]]\naction = 'hide'\n{line}\nbecause = 'so'\n" for line in lines)


def account(chance: random.Random, number: int, feeds: int) -> str:
    """One in a thousand is of the store, the others are strangers."""
    seed = chance.randrange(feeds) if number % 1000 == 0 else 10**9 + number
    return f"account = '{key_text(KeyPair.from_seed(seed.to_bytes(32, 'big')).public)}'"


def words(chance: random.Random, number: int) -> str:
    """One in a thousand is a word that the store's posts use."""
    one, other = chance.sample(WORDS, 2)
    if number % 1000 == 0:
        return f"words = '{one}'"
    return f"words = '{one}{number}'" if number % 2 else f"words = '{one} {other} {number}'"


def pattern(chance: random.Random) -> str:
    one, other = chance.sample(WORDS, 2)
    return f"pattern = '(?i){one} {other}[0-9]'"


# --- measuring --------------------------------------------------------------------------


def compiling(text: str) -> dict[str, object]:
    rules, read = timed(lambda: read_rules(text.encode()))
    before = memory()
    engine, compiled = timed(lambda: RuleEngine(rules))
    return {
        "file_bytes": len(text),
        "read_file": read,
        "compile": compiled,
        "compiled_megabytes": memory() - before,
        "worst_post": worst(engine),
    }


def worst(engine: RuleEngine) -> float:
    """The longest posts of what rules look for, and of what costs most to fold."""
    chance = random.Random(5)
    texts = [" ".join(chance.choices(WORDS, k=4000)), "\ufdfa" * 6000, "赌" * 6000, "a" * MAX_BODY]
    took = []
    for text in texts:
        post = Worst(text.encode()[: MAX_BODY - 200].decode(errors="ignore"))
        took.append(timed(lambda post=post: engine.judge(post, 0))[1])  # type: ignore[misc]
    return max(took)


class Worst:
    """Facts of a post that is nothing but a text."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __getattr__(self, name: str) -> Any:
        empty: dict[str, Any] = {"distance": 1, "account": "", "lang": "", "carried_text": ""}
        return empty.get(name, ())


def taking_in(text: str, posts: int, feeds: int) -> dict[str, object]:
    """Posts a second of processor time that come from peers and are judged."""
    grants, runs = generate(posts, feeds)
    jobs = [StoreRun("peer", run, None) for run in runs]
    one = f"[[rule]]\naction = 'drop'\nwords = '{WORDS[0]} {WORDS[1]}'\n"
    files = {"without_rules": "", "one_rule": one, "all_rules": text.replace("'hide'", "'drop'")}
    return {
        f"taken_in_{name}": round(posts / taken_in(grants, jobs, rules) * 1000)
        for name, rules in files.items()
    }


def taken_in(grants: Sequence[Grant], jobs: Sequence[StoreRun], text: str) -> float:
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = open_store(Path(folder) / "store.sqlite")
        for grant in grants:
            store.follow(grant.account, None, 0)
            store.add_grant(grant)
        rules = read_rules(text.encode())
        carrying, verifier = RelayFilter(store, rules, lambda: NOW_MS), Verifier(store)
        carrying.refresh()

        def judge_all() -> None:
            for at in range(0, len(jobs), 20):
                ingest_batch(store, verifier, jobs[at : at + 20], NOW_MS, carrying)

        took = timed(judge_all)[1]
        store.close()
    return took


def reading(home: Home, text: str, rounds: int) -> dict[str, object]:
    store, rules = open_store(home.path / "store.sqlite"), read_rules(text.encode())
    chance = random.Random(3)

    def page(rules: Rules | None, before: int | None) -> None:
        query = TimelineQuery(before=None if before is None else (before, 0, 0))
        if rules is None:
            list(timeline(store, query))
        else:
            list(filtered_timeline(store, query, choices[0]))

    def moment() -> int:
        return START_MS + chance.randrange(SPAN_MS)

    choices = [Judge(store, rules, now_ms())]
    figures: dict[str, object] = {
        "page": percentiles(lambda: page(rules, None), rounds),
        "page_without_rules": percentiles(lambda: page(None, None), rounds),
        "page_long_ago": percentiles(lambda: page(rules, moment()), rounds),
        "page_long_ago_without_rules": percentiles(lambda: page(None, moment()), rounds),
    }
    store.close()
    return figures


def commands(home: Home, text: str) -> dict[str, object]:
    _, without = timed(lambda: whole(home, "read", "--limit", "50"))
    (home.path / "filters.toml").write_text(text)
    _, after_edit = timed(lambda: whole(home, "read", "--limit", "50"))
    _, with_rules = timed(lambda: whole(home, "read", "--limit", "50"))
    none = str(home.path / "none.toml")
    Path(none).write_text("")
    tried, took = timed(lambda: whole(home, "filter", "try", none)[-1])
    return {
        "read_limit_50_after_an_edit": after_edit,
        "read_limit_50": with_rules,
        "read_limit_50_without_rules": without,
        "filter_try": took,
        "filter_try_posts_a_second": round(1000 * tried["posts"] / took),
        "hidden_permille": 1000 * tried["newly_shown"] // max(tried["posts"], 1),
    }


def percentiles(work: Callable[[], object], rounds: int) -> dict[str, float]:
    took = [timed(work)[1] for _ in range(rounds)]
    cuts = quantiles(took, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p99": round(cuts[98], 2)}


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What work gave, and the milliseconds that it and its processes took of a processor."""
    began = processor()
    done = work()
    return done, round(1000 * (processor() - began), 1)


def processor() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def whole(home: Home, *words: str) -> list[dict[str, Any]]:
    """One command, however long it takes."""
    done = home.run("--json", *words, timeout=None)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def memory() -> int:
    """Most megabytes that this process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    main()
