"""Large stores to read from: feeds of others, their conversations, and what they say to the owner.

    python -m benchmarks.large_store [--folder DIR] [--posts 1000000] [--feeds 5000]
        [--followed 500]

Makes a home in DIR, or one that it throws away, and beside it `about.json`: ids and keys that reads
may ask for. Prints one JSON object: how many seconds that took, and how large the store is.

One in five posts is a reply, one in ten has tags, one in two hundred names a post of the owner's.
Besides there are two conversations, of 132 entries and of 10,000, by 212 more accounts that are
followed. Feeds come one after the other, as from a first sync. Of a run only the last entry is
signed: what its id covers is proven by that, and signing each would take twice as long as all the
rest.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.e2e.support import Home

from benchmarks.ingest import SPAN_MS, TAGS, WORDS
from benchmarks.timeline import Progress
from sayso_node.accounts.author import Author
from sayso_node.clock import now_ms
from sayso_node.home.directory import Home as Directory
from sayso_node.home.open_store import open_home
from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.content.body import KnownBody, Post, React, Reference, Repost, write_body
from sayso_protocol.crypto.keys import SIGNATURE_SIZE, KeyPair
from sayso_protocol.feed.run import RawRun, Run, ids_of, sign_run, verify_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

NOW_MS = now_ms() + 24 * 3600 * 1000
"""A day ahead, so that the owner's posts, which are signed now, lie among those of others."""

START_MS = NOW_MS - SPAN_MS
OWN_POSTS = 1000
SPEAKERS = 212
CONVERSATIONS = (132, 10_000)
TO_OWNER = 1 / 200
RECENT = 2000
AT_ONCE = 40
"""Runs handed to one append."""


@dataclass
class About:
    """What reads of a large store may ask for."""

    posts: int
    feeds: int
    followed: int
    account: str
    conversations: list[str] = field(default_factory=list)
    """The ids of their first entries."""
    accounts: list[str] = field(default_factory=list)
    """Some that are followed."""


def add_sizes(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how large the store is."""
    parser.add_argument("--posts", type=int, default=1_000_000)
    parser.add_argument("--feeds", type=int, default=5_000)
    parser.add_argument("--followed", type=int, default=500)
    parser.add_argument("--talk", type=int, nargs=2, default=CONVERSATIONS)


@contextmanager
def store_to_read(description: str, rounds: int = 100) -> Iterator[tuple[Path, int]]:
    """The folder of the store that the command line names or asks to be made, and how many rounds
    are to be measured there."""
    parser = argparse.ArgumentParser(description=description.partition("\n")[0])
    parser.add_argument("folder", type=Path, nargs="?")
    add_sizes(parser)
    parser.add_argument("--rounds", type=int, default=rounds)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as spare:
        folder = options.folder or Path(spare)
        if options.folder is None:
            make(folder, options.posts, options.feeds, options.followed, options.talk)
        yield folder, options.rounds


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--folder", type=Path)
    add_sizes(parser)
    options = parser.parse_args()
    sizes = options.posts, options.feeds, options.followed, options.talk
    with tempfile.TemporaryDirectory() as spare:
        began = time.perf_counter()
        folder = options.folder or Path(spare)
        about = make(folder, *sizes)
        size = (folder / "home" / "store.sqlite").stat().st_size
        took = round(time.perf_counter() - began, 1)
        print(json.dumps({"posts": about.posts, "seconds": took, "bytes": size}))


def make(
    folder: Path, posts: int, feeds: int, followed: int, talk: Sequence[int] = CONVERSATIONS
) -> About:
    """Make a home with a large store; gives what can be asked of it."""
    home = Home(folder / "home", "Robin")
    own = write_own(home)
    about = About(posts, feeds, followed, home.account)
    with open_store(home.path / "store.sqlite") as store:
        fill(store, own, about)
        for size in talk:
            about.conversations.append(hold_conversation(store, size).hex())
    (folder / "about.json").write_text(json.dumps(asdict(about)), encoding="utf-8")
    return about


def about_of(folder: Path) -> About:
    """What was written of a large store."""
    return About(**json.loads((folder / "about.json").read_text(encoding="utf-8")))


def write_own(home: Home) -> list[Reference]:
    place = Directory(home.path)
    with open_home(place) as store:
        author = Author(place, store)
        own = store.own_feed()
        assert own is not None
        written: list[Reference] = []
        for start in range(0, OWN_POSTS, MAX_RUN_ENTRIES):
            part = range(start, min(start + MAX_RUN_ENTRIES, OWN_POSTS))
            run = author.publish([Post(f"own {number}") for number in part])
            numbered = enumerate(run.ids, run.first)
            written += [Reference(own.account, own.feed, seq, one) for seq, one in numbered]
        return written


# --- posts of others --------------------------------------------------------------------


def fill(store: Store, own: Sequence[Reference], about: About) -> None:
    """Append the feeds of others; of the accounts only some are followed in the end."""
    chance, progress = random.Random(1), Progress("stored", about.posts)
    recent: list[Reference] = list(own[-10:])
    waiting: list[Run] = []
    for number in range(about.feeds):
        account, feed = keys(number)
        admit(store, sign_grant(account, feed, bytes(32)))
        times = sorted(
            START_MS + chance.randrange(SPAN_MS) for _ in range(about.posts // about.feeds)
        )
        for run in runs(feed, times, lambda: write_body(body(chance, own, recent))):
            waiting.append(run)
            name = Reference(account.public, feed.public, run.last, run.tip)
            recent.append(name)
        del recent[:-RECENT]
        if len(waiting) >= AT_ONCE:
            store.append(waiting, NOW_MS)
            waiting.clear()
        progress(len(times))
    store.append(waiting, NOW_MS)
    every = list(range(about.feeds))
    chance.shuffle(every)
    for number in every[about.followed :]:
        store.unfollow(keys(number)[0].public)
    about.accounts = [keys(number)[0].public.hex() for number in every[: about.followed][:100]]


def body(chance: random.Random, own: Sequence[Reference], recent: Sequence[Reference]) -> KnownBody:
    text = " ".join(chance.choices(WORDS, k=chance.randint(3, 30)))
    dice = chance.random()
    if dice < TO_OWNER:
        on = chance.choice(own)
        return Post(text, reply=on) if dice < TO_OWNER / 2 else React(on, "+")
    if dice < 0.01:
        return Repost(chance.choice(recent))
    reply = chance.choice(recent) if chance.random() < 0.2 else None
    tags = tuple(chance.sample(TAGS, 2)) if chance.random() < 0.1 else ()
    return Post(text, reply=reply, tags=tags)


def keys(number: int) -> tuple[KeyPair, KeyPair]:
    """An account and its feed."""
    account = KeyPair.from_seed((2 * number).to_bytes(32, "big"))
    return account, KeyPair.from_seed((2 * number + 1).to_bytes(32, "big"))


def admit(store: Store, grant: Grant) -> None:
    store.follow(grant.account, None, NOW_MS)
    store.add_grant(grant)


def runs(feed: KeyPair, times: Sequence[int], make: Callable[[], bytes]) -> Iterator[Run]:
    """The runs of a feed; all but the last entry of each have bytes for a signature."""
    first, previous = 1, None
    for start in range(0, len(times), MAX_RUN_ENTRIES):
        part = times[start : start + MAX_RUN_ENTRIES]
        bodies = [make() for _ in part]
        count = len(part) - 1
        below = previous
        if count:
            signatures = [os.urandom(SIGNATURE_SIZE) for _ in range(count)]
            raw = RawRun(feed.public, first, previous, part[:-1], bodies[:-1], signatures)
            below = ids_of(raw)[-1]
        top = sign_run(feed, first + count, below, part[-1:], bodies[-1:])
        if not count:
            yield top
        else:
            signatures += top.signatures
            yield verify_run(RawRun(feed.public, first, previous, part, bodies, signatures))
        first, previous = first + len(part), top.tip


# --- conversations ----------------------------------------------------------------------


def hold_conversation(store: Store, size: int) -> bytes:
    """Append a conversation in which everybody answers anybody; gives the id of its first entry."""
    chance = random.Random(size)
    people = [keys(10**9 + size * SPEAKERS + number) for number in range(SPEAKERS)]
    for account, feed in people:
        admit(store, sign_grant(account, feed, bytes(32)))
    tops: dict[int, Run] = {}
    said: list[Reference] = []
    while len(said) < size:
        round_: list[Run] = []
        for number in range(min(len(people), size - len(said))):
            account, feed = people[number]
            top = tops.get(number)
            time_ms = START_MS + SPAN_MS // 2 + 1000 * (len(said) + len(round_))
            run = sign_run(
                feed,
                1 if top is None else top.last + 1,
                None if top is None else top.tip,
                [time_ms],
                [write_body(spoken(chance, said))],
            )
            tops[number] = run
            if not said:
                said.append(Reference(account.public, feed.public, run.last, run.tip))
                store.append([run], NOW_MS)
                continue
            round_.append(run)
        store.append(round_, NOW_MS)
        authors = {feed.public: account.public for account, feed in people}
        said += [Reference(authors[run.feed], run.feed, run.last, run.tip) for run in round_]
    return said[0].id


def spoken(chance: random.Random, said: Sequence[Reference]) -> Post:
    text = " ".join(chance.choices(WORDS, k=chance.randint(3, 30)))
    if not said:
        return Post(text)
    on = chance.choice(said)
    return Post(text, reply=on, root=None if on == said[0] else said[0])


if __name__ == "__main__":
    main()
