"""What is remembered of who acts in step is what the detector says of the store as it is."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.budget import long
from tests.farm import farm, strangers
from tests.node.coordination.test_scan import fill

from sayso_node.coordination.scan import Beginnings, observation
from sayso_node.filters.facts import coordination
from sayso_node.filters.facts.gatherer import Gatherer
from sayso_node.filters.judge import Judge, without_rules
from sayso_node.home.directory import Home
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Post, read_body
from sayso_protocol.coordination.detector import Detector
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.facts import Facts
from sayso_protocol.filters.rules import NO_RULES
from sayso_storage.interface.store import Store, StoredEntry
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import open_store

Answers = dict[bytes, tuple[int, int]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with (
        MemoryStore(bytes(16))
        if request.param == "memory"
        else open_store(tmp_path / "s.sqlite") as store
    ):
        fill(store, strangers(30, 6) + farm(8, 6), lambda post: post.time_ms + 1000)
        yield store


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The entries that detectors were told of."""
    seen: list[bytes] = []
    add = Detector.add

    def note(detector: Detector, one: object) -> None:
        seen.append(one.act.entry)  # type: ignore[attr-defined]
        add(detector, one)  # type: ignore[arg-type]

    monkeypatch.setattr(Detector, "add", note)
    return seen


def everything(store: Store) -> list[StoredEntry]:
    return store.arrived_after(0, 10_000)


def answers(store: Store, home: Home | None) -> Answers:
    facts: list[Facts] = Gatherer(store, 0, home=home).facts_of(everything(store))
    return {bytes.fromhex(one.id): (one.coordinated, one.copies) for one in facts}


def oracle(store: Store) -> Answers:
    """By the definition: the newest entries, one after the other, beginnings and all."""
    detector, beginnings = Detector(), Beginnings(store)
    for entry in everything(store)[-coordination.WATCHED :]:
        seen = observation(entry, beginnings.of(entry.account))
        if seen is not None:
            detector.add(seen)
    scores, found = detector.entry_scores(), Answers()
    for entry in everything(store):
        body = read_body(entry.body) if entry.body is not None else None
        copies = detector.copies(body.text, entry.account) if isinstance(body, Post) else 0
        found[entry.id] = scores.get(entry.id, 0), copies
    return found


def test_remembered_or_not_the_answers_are_the_same(
    store: Store, home: Home, told: list[bytes]
) -> None:
    expected = oracle(store)
    assert any(score for score, _ in expected.values())
    assert any(copies for _, copies in expected.values())
    told.clear()
    assert answers(store, None) == answers(store, home) == expected
    assert told
    told.clear()
    assert answers(store, home) == expected
    assert told == []


@long
@pytest.mark.parametrize("ranked", [0, 10_000])
def test_entries_that_are_not_watched_any_more_have_copies_among_those_that_are(
    ranked: int, store: Store, home: Home, told: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of those that views may rank it is remembered, of others the detector is asked again."""
    monkeypatch.setattr(coordination, "MAX_RANKED", ranked)
    for watched in range(20, len(everything(store)), 20):
        monkeypatch.setattr(coordination, "WATCHED", watched)
        expected = oracle(store)
        if any(expected[entry.id][1] for entry in everything(store)[:-watched]):
            break
    else:
        raise AssertionError("no entry has near-copies among later ones")
    assert answers(store, home) == answers(store, None) == expected
    told.clear()
    assert answers(store, home) == expected
    assert bool(told) == (ranked == 0)


@long
def test_what_comes_is_seen(store: Store, home: Home) -> None:
    before = answers(store, home)
    troll = farm(8, 6)[0]
    copyists = [replace(troll, author=f"copyist{n}", time_ms=troll.time_ms + n) for n in range(3)]
    fill(store, copyists, lambda post: post.time_ms + 2000)
    after = answers(store, home)
    assert after == oracle(store)
    assert {one: after[one] for one in before} != before


@long
def test_what_goes_is_seen(store: Store, home: Home) -> None:
    before = answers(store, home)
    account = KeyPair.from_seed(random.Random("troll0").randbytes(32))
    [state] = store.feeds_of(account.public)
    last = store.last_arrival()
    ended = sign_revoke(account, state.feed, 0, None)
    assert store.add_statements([ended], 2**41) == [True]
    assert store.last_arrival() <= last
    after = answers(store, home)
    assert after == oracle(store)
    assert after != {one: before[one] for one in after}


def test_what_comes_while_it_is_worked_out_is_not_taken_for_known(
    store: Store, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = store.digest_after
    turns = iter([known(0), b"\0" * 64])
    monkeypatch.setattr(store, "digest_after", lambda _: next(turns))
    [first, *_] = Gatherer(store, 0, home=home).facts_of(everything(store))
    assert first.coordinated == 0
    assert not (home.path / "coordinated.cache").exists()


@long
def test_another_store_has_its_own(store: Store, home: Home) -> None:
    answers(store, home)
    other = MemoryStore(b"1" * 16)
    fill(other, strangers(30, 6), lambda post: post.time_ms + 1000)
    assert answers(other, home) == oracle(other)


def test_a_home_is_handed_down_to_the_facts(store: Store, home: Home) -> None:
    expected = oracle(store)
    entry = next(one for one in everything(store) if expected[one.id][1])
    for choice in (without_rules(store, home), Judge(store, NO_RULES, 0, home=home)):
        [(facts, _)] = choice.facts_and_verdicts([entry])
        assert facts.copies == expected[entry.id][1]
        assert (home.path / "copies.cache").exists()
        (home.path / "copies.cache").unlink()
