"""What the detector is told of the own store, and what comes of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import pytest
from tests.budget import long
from tests.farm import DAY, MINUTE, MadeUp, farm, strangers

from sayso_node.coordination import scan
from sayso_node.coordination.scan import (
    count_since,
    detect,
    finding_json,
    observation,
    observed,
)
from sayso_node.entries.body import body_of
from sayso_node.filters.facts import coordination
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Open, Post, Reference, Repost, write_body
from sayso_protocol.crypto.keys import KeyPair, key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import Run, sign_run
from sayso_storage.interface.store import Store
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store


@dataclass
class Feed:
    account: KeyPair
    feed: KeyPair
    run: Run


def fill(store: Store, posts: list[MadeUp], arrival: Callable[[MadeUp], int]) -> dict[str, bytes]:
    """Write made-up posts as signed entries of a feed for each author; keys by author."""
    feeds: dict[str, Feed] = {}
    for post in sorted(posts, key=lambda post: post.time_ms):
        body = write_body(Post(post.text or "…", tags=post.tags))
        feed = feeds.get(post.author)
        if feed is None:
            feed = feeds[post.author] = opened(store, post.author, post.time_ms)
        feed.run = sign_run(feed.feed, feed.run.last + 1, feed.run.tip, [post.time_ms], [body])
        (taken,) = store.append([feed.run], arrival(post))
        assert isinstance(taken, Run)
    return {name: feed.account.public for name, feed in feeds.items()}


def opened(store: Store, name: str, time_ms: int) -> Feed:
    account = KeyPair.from_seed(random.Random(name).randbytes(32))
    feed = KeyPair.from_seed(random.Random(name + " feed").randbytes(32))
    grant = sign_grant(account, feed, bytes(32))
    store.follow(account.public, name, time_ms)
    store.add_grant(grant)
    run = sign_run(feed, 1, None, [time_ms], [write_body(Open(grant.wire))])
    store.append([run], time_ms)
    return Feed(account, feed, run)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    memory = request.param == "memory"
    return MemoryStore(bytes(16)) if memory else open_store(tmp_path / "s.sqlite")


def test_a_farm_in_the_store_is_found_and_can_be_opened(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scan, "PAGE", 7)
    posts = strangers(40, 8) + farm(8, 6)
    keys = fill(store, posts, lambda post: post.time_ms + 1000)
    read: list[int] = []
    (first, *_) = map(finding_json, detect(store, 0, read.append))
    assert sum(read) == count_since(store, 0) == store.counts().entries
    trolls = {key_text(key) for name, key in keys.items() if name.startswith("troll")}
    assert set(first["accounts"]) == set(first["scores"]) == trolls
    assert first["new_accounts"] == 8, "they opened their feeds with their first posts"
    assert first["score"] >= 500 and first["from"] < first["to"]
    (signal,) = first["signals"]
    assert (signal["kind"], signal["items"], signal["accounts"]) == ("near-copies", 6, 8)
    opened = [store.entry(bytes.fromhex(entry)) for entry in first["entries"]]
    assert {key_text(entry.account) for entry in opened} == trolls
    assert first["entries"] == [id_text(entry.id) for entry in opened]


@pytest.mark.parametrize("days", [0, 5, 12, 31])
def test_only_what_came_since_then_is_looked_at(store: Store, days: int) -> None:
    posts = strangers(5, 8)
    fill(store, posts, lambda post: post.time_ms)
    since = min(post.time_ms for post in posts) + days * DAY
    first = scan.arrival_before(store, since)
    seen = list(scan.entries_after(store, first))
    wanted = [entry for entry in store.arrived_after(0, 1000) if entry.arrived_ms >= since]
    assert seen == wanted and len(seen) == count_since(store, since)


def test_who_began_long_before_is_not_new(store: Store) -> None:
    made = farm(8, 6)
    early = min(post.time_ms for post in made) - 31 * DAY
    posts = [MadeUp(f"troll{n}", f"e{n}", early, f"early {n}") for n in range(5)]
    fill(store, strangers(40, 8) + made + posts, lambda post: post.time_ms)
    assert detect(store, 0, lambda _: None)[0].new_accounts == 3
    assert scan.Beginnings(store).of(bytes(32)) is None


def test_imported_posts_are_left_out(store: Store) -> None:
    keys = fill(store, farm(1, 1), lambda post: post.time_ms + MINUTE)
    plain = store.arrived_after(0)[-1]
    assert observation(plain).act.account == keys["troll0"]
    assert observation(plain).act.seen_ms - plain.sort_ms == MINUTE
    imported = plain._replace(body=write_body(Post("a b", written=1, origin="jsonl:1")))
    assert observation(imported) is None
    assert observation(plain._replace(body=None)) is None
    assert observation(store.arrived_after(0)[0]) is None, "the opening entry says nothing"


def test_what_a_post_shares_is_told(store: Store) -> None:
    fill(store, farm(1, 1), lambda post: post.time_ms)
    entry = store.arrived_after(0)[-1]
    quote = Reference(entry.account, entry.feed, 1, bytes(32))
    text = "Read #This: https://example.org/a and http://example.org/b."
    seen = observation(entry._replace(body=write_body(Post(text, quote=quote, tags=("that",)))))
    assert seen.tags == ("that", "This")
    assert seen.links[0] == "https://example.org/a"
    assert seen.passed_on == (bytes(32),)
    seen = observation(entry._replace(body=write_body(Repost(quote))))
    assert (seen.text, seen.tags, seen.passed_on) == ("", (), (bytes(32),))


@pytest.mark.parametrize(
    "made",
    [
        Post("plain"),
        Post("#one ＃two", tags=("three",), lang="de"),
        Post("", tags=("a" * 40,)),
        Post("http://a.example, HTTP://b.example", warn="w"),
        Post("#a", written=1 << 40),
        Post("#a", origin="jsonl:1"),
    ],
)
def test_a_common_post_is_told_as_any_other(store: Store, made: Post) -> None:
    fill(store, farm(1, 1), lambda post: post.time_ms)
    entry = store.arrived_after(0)[-1]
    quote = Reference(entry.account, entry.feed, 1, bytes(32))
    for post in (made, replace(made, quote=quote), replace(made, reply=quote)):
        one = entry._replace(body=write_body(post))
        assert observation(one, 5) == observed(one, body_of(one), 5)


@long
def test_rules_know_who_acted_in_step_and_what_was_copied(store: Store) -> None:
    keys = fill(store, strangers(40, 8) + farm(8, 6), lambda post: post.time_ms + 1000)
    trolls = {key for name, key in keys.items() if name.startswith("troll")}
    entries = [entry for entry in store.arrived_after(0, 1000) if entry.seq > 1]
    pairs = list(zip(entries, Gatherer(store, 0).facts_of(entries), strict=True))
    assert {entry.account for entry, facts in pairs if facts.coordinated >= 500} == trolls
    assert {entry.account for entry, facts in pairs if facts.copies} == trolls
    assert {facts.copies for entry, facts in pairs if entry.account in trolls} == {0, 7}


def test_only_the_newest_entries_make_these_facts(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store, farm(8, 6), lambda post: post.time_ms + 1000)
    monkeypatch.setattr(coordination, "WATCHED", 1)
    last = store.arrived_after(0, 1000)[-1]
    (facts,) = Gatherer(store, 0).facts_of([last])
    assert (facts.coordinated, facts.copies) == (0, 0)


def test_the_strongest_finding_comes_first(store: Store) -> None:
    fill(store, strangers(40, 8) + farm(8, 6), lambda post: post.time_ms)
    scores = [finding.score for finding in detect(store, 0, lambda _: None)]
    assert scores and all(one >= two for one, two in pairwise(scores))
