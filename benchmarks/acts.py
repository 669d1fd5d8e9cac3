"""How long it takes to find what entries say of each other, in a large store.

    python -m benchmarks.acts [--posts 1000000] [--feeds 1000] [--own 1000] [--rounds 200]

Of the entries half are posts, a fifth replies within threads, a quarter reactions, the rest
reposts, quotes and mentions; one in a hundred is about one of the own account's posts. One feed in
a hundred answers the same own post again and again. Prints one JSON object: p50 and p99 in
milliseconds of each look-up over the rounds, each of which asks for something else; `migrate` are
the seconds in which a store without these indexes gets them, the others those of whole processes.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.support import Home
from tests.storage.sqlite.file.test_migrate import BEFORE_RELATIONS

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import NOW_MS, SPAN_MS, START_MS, WORDS, feed_runs, run_tip
from benchmarks.timeline import Progress, percentiles
from sayso_node.accounts.author import Author
from sayso_node.accounts.names import Names
from sayso_node.entries.loader import load_items
from sayso_node.home.directory import Home as Place
from sayso_node.home.open_store import open_home
from sayso_node.timeline.thread import conversation
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import KnownBody, Post, React, Reference, Repost, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import verify_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.sqlite import open_store

EMOJI = ["👍", "🎉", "❤️", "😂", "🤔", "🙏"]
KEPT = 5000
"""Entries that the next may be about."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--own", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    keep_compiled()
    result: dict[str, object] = {name: getattr(options, name) for name in ("posts", "feeds", "own")}
    with tempfile.TemporaryDirectory(dir=".") as folder:
        home = Home(Path(folder) / "home", "Robin")
        talk = write_own(home, options.own)
        with open_store(home.path / "store.sqlite") as store:
            fill(store, talk, options.posts, options.feeds)
        result |= measure(home, talk, options.rounds)
        result["migrate"] = migrate(home.path / "store.sqlite")
    print(json.dumps(result, indent=1))


# --- the store --------------------------------------------------------------------------


@dataclass
class Talk:
    """What may be spoken of."""

    account: bytes
    own: list[Reference]
    recent: list[tuple[Reference, Reference]] = field(default_factory=list)
    """Entries, each with the root of its thread."""
    chance: random.Random = field(default_factory=lambda: random.Random(5))

    def body(self) -> KnownBody:
        """Something that somebody may say."""
        chance, dice = self.chance, self.chance.random()
        text = " ".join(chance.choices(WORDS, k=chance.randint(3, 30)))
        if not self.recent or dice < 0.5:
            return Post(text)
        on, root = chance.choice(self.recent)
        if chance.random() < 0.01 and self.own:
            on = root = chance.choice(self.own)
        if dice < 0.7:
            return Post(text, reply=on, root=None if root == on else root)
        if dice < 0.95:
            return React(on, chance.choice(EMOJI))
        if dice < 0.98:
            return Repost(on)
        mentions = (self.account,) if chance.random() < 0.01 else (on.account,)
        return Post(text, quote=on) if dice < 0.99 else Post(text, mentions=mentions)

    def heard(self, body: KnownBody, name: Reference) -> None:
        """An entry that the next may be about."""
        if isinstance(body, Post):
            self.recent.append((name, body.root or body.reply or name))
            if len(self.recent) > KEPT:
                del self.recent[: KEPT // 2]


def write_own(home: Home, count: int) -> Talk:
    place = Place(home.path)
    with open_home(place) as store:
        own = store.own_feed()
        assert own is not None
        talk, author = Talk(own.account, []), Author(place, store)
        for start in range(0, count, MAX_RUN_ENTRIES):
            part = range(start, min(start + MAX_RUN_ENTRIES, count))
            run = author.publish([Post(f"own {n}") for n in part])
            talk.own += [
                Reference(own.account, own.feed, seq, one)
                for seq, one in enumerate(run.ids, run.first)
            ]
    return talk


def fill(store: Store, talk: Talk, posts: int, feeds: int) -> None:
    progress, each = Progress("stored", posts), max(posts // feeds, 1)
    for number in range(feeds):
        account = KeyPair.from_seed(number.to_bytes(32, "big"))
        feed = KeyPair.from_seed((number + feeds).to_bytes(32, "big"))
        store.follow(account.public, None, NOW_MS)
        store.add_grant(sign_grant(account, feed, bytes(32)))
        times = sorted(START_MS + talk.chance.randrange(SPAN_MS) for _ in range(each))
        long = number < feeds // 100
        last: list[KnownBody] = []

        def make(long: bool = long, last: list[KnownBody] = last) -> bytes:
            body: KnownBody = Post("more", reply=talk.own[0], root=None) if long else talk.body()
            last.append(body)
            return write_body(body)

        raws = list(feed_runs(feed, times, make))
        runs = [verify_run(raw) for raw in raws]
        store.append(runs, NOW_MS)
        for raw in raws:
            talk.heard(
                last[raw.first + len(raw.times) - 2],
                Reference(
                    account.public, feed.public, raw.first + len(raw.times) - 1, run_tip(raw)
                ),
            )
        progress(each)


# --- measuring --------------------------------------------------------------------------


def measure(home: Home, talk: Talk, rounds: int) -> dict[str, object]:
    chance = random.Random(7)
    names = [name for name, _ in talk.recent] + talk.own
    with open_store(home.path / "store.sqlite") as store:
        page = store.timeline(TimelineQuery())
        ids = [entry.id for entry in page]

        def whole_thread() -> object:
            entry = store.entry(chance.choice(names).id)
            assert entry is not None
            return conversation(store, entry)

        work: dict[str, Callable[[], object]] = {
            "latest": lambda: store.timeline(TimelineQuery()),
            "items_of_a_page": lambda: load_items(store, Names(store), page),
            "reactions_of_a_page": lambda: store.reactions(ids),
            "reactions": lambda: store.reactions([chance.choice(names).id]),
            "quotes": lambda: store.quotes(chance.choice(names).id),
            "mentions": lambda: store.mentions(talk.account, 50),
            "followers": lambda: store.followers(chance.choice(names).account),
            "thread": whole_thread,
            "notices": lambda: store.notifications(50),
            "notices_since": lambda: store.notifications(50, START_MS + chance.randrange(SPAN_MS)),
        }
        figures: dict[str, object] = {name: percentiles(one, rounds) for name, one in work.items()}
    longest = talk.own[0].id.hex()
    return figures | {
        "cli_notifications": seconds(lambda: home("notifications")),
        "cli_thread_longest": seconds(lambda: home("thread", longest)),
    }


def migrate(path: Path) -> float:
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_RELATIONS)
    db.close()
    return seconds(lambda: open_store(path).close())


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return round(time.perf_counter() - began, 3)


if __name__ == "__main__":
    main()
