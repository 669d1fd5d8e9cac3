"""The uplink: everything once or twice for nothing, and again for a price."""

from __future__ import annotations

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.limits import (
    COPIES_A_NETWORK,
    COPIES_A_PEER,
    COPIES_FORGOTTEN_MS,
    MAX_RUN_ENTRIES,
    REPEATED_BYTES,
    REPEATED_BYTES_A_SECOND,
)
from sayso_protocol.sync.budgets import egress
from sayso_protocol.sync.budgets.egress import FAVOURED, NETWORK_SHARE, EgressBudget, Given

FEED = bytes(32)
ENTRY_BYTES = 300


def answer(first: int, last: int, height: int, feed: bytes = FEED, favoured: bool = False) -> Given:
    return Given(feed, first, last, height, ENTRY_BYTES * (last - first + 1), favoured)


@given(
    st.integers(1, 3000),
    st.lists(st.integers(1, 3000), max_size=30),
    st.integers(1, COPIES_A_PEER),
    st.randoms(use_true_random=False),
)
def test_all_of_a_feed_is_free_however_it_is_cut(height, cuts, copies, chance) -> None:
    bounds = sorted({1, height + 1, *(cut for cut in cuts if cut <= height)})
    parts = [(a, b - 1) for a, b in pairwise(bounds)]
    budget = EgressBudget()
    for _ in range(copies):
        chance.shuffle(parts)
        for first, last in parts:
            assert budget.give("peer", "network", answer(first, last, height), 0) is None


def test_a_feed_that_grows_is_free_too() -> None:
    budget = EgressBudget()
    for seq in range(1, 3 * MAX_RUN_ENTRIES):
        for _ in range(COPIES_A_PEER):
            assert budget.give("peer", "network", answer(seq, seq, seq), 0) is None


@given(st.integers(1, 2000), st.integers(1, 600), st.integers(0, 5000))
def test_the_same_range_again_and_again_brings_a_bounded_amount(first, count, more) -> None:
    budget, now_ms, got, until_ms = EgressBudget(), 0.0, 0, 60_000
    one = answer(first, first + count - 1, first + count - 1 + more)
    for _ in range(20_000):
        if now_ms > until_ms:
            break
        now_ms += 1 + (budget.give("peer", "network", one, now_ms) or 0.0)
        got += one.size
    stretches = (first + count) // MAX_RUN_ENTRIES - first // MAX_RUN_ENTRIES + 1
    free = COPIES_A_PEER * stretches * MAX_RUN_ENTRIES * ENTRY_BYTES
    spare = REPEATED_BYTES + until_ms / 1000 * REPEATED_BYTES_A_SECOND
    assert got <= free + spare + 2 * one.size + REPEATED_BYTES_A_SECOND / 10


def repeated(budget: EgressBudget, one: Given, peers: list[str], seconds: float) -> int:
    """Bytes that peers at one address get which ask for nothing else, each in its turn."""
    due, got = dict.fromkeys(peers, 0.0), 0
    while (peer := min(due, key=lambda name: due[name])) and due[peer] < 1000 * seconds:
        got += one.size
        due[peer] += 1 + (budget.give(peer, "network", one, due[peer]) or 0.0)
    return got


def test_new_names_from_one_address_bring_no_more() -> None:
    one = answer(1, 500, 500)
    crowd = repeated(EgressBudget(), one, [f"peer {n}" for n in range(100)], 60)
    rate = NETWORK_SHARE * (REPEATED_BYTES + 60 * REPEATED_BYTES_A_SECOND)
    # Each has a debt of one answer at the most when it is made to wait.
    assert crowd <= (COPIES_A_NETWORK + 2 + 100) * one.size + rate


def test_own_feeds_and_useful_peers_come_first() -> None:
    plain = repeated(EgressBudget(), answer(1, 500, 500), ["peer"], 300)
    favoured = repeated(EgressBudget(), answer(1, 500, 500, favoured=True), ["peer"], 300)
    assert favoured > 0.8 * FAVOURED * plain


def test_what_was_had_long_ago_may_be_had_again() -> None:
    budget, one = EgressBudget(), answer(1, MAX_RUN_ENTRIES - 1, MAX_RUN_ENTRIES - 1)
    for _ in range(COPIES_A_PEER):
        assert budget.give("peer", "network", one, 0) is None
    assert budget.give("peer", "network", one, 1000) == 0.0
    assert budget.give("peer", "network", one, COPIES_FORGOTTEN_MS + 1) is None


@pytest.mark.parametrize("feeds", [2, 50])
def test_feeds_are_counted_apart(feeds: int) -> None:
    budget = EgressBudget()
    for number in range(feeds):
        feed = number.to_bytes(32, "big")
        for _ in range(COPIES_A_PEER):
            assert budget.give("peer", "network", answer(1, 400, 400, feed), 0) is None
        assert budget.give("peer", "network", answer(1, 400, 400, feed), 0) is not None


@pytest.fixture
def few_stretches(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(egress, "MAX_STRETCHES", 5000)
    return 5000


@long
@pytest.mark.parametrize(("names", "feeds"), [(60, 500), (7, 1000), (1, 11_000)])
def test_what_is_remembered_is_bounded(few_stretches: int, names: int, feeds: int) -> None:
    """Whoever asks for many small feeds, under one name or many, fills no memory."""
    budget = EgressBudget()
    tracemalloc.start()
    for number in range(names):
        for at in range(feeds):
            one = answer(1, 1, 1, at.to_bytes(32, "big"))
            budget.give(f"peer {number}", f"net {number}", one, 0)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 2 * (250 * few_stretches + 2000 * names)


def test_the_latest_are_remembered(few_stretches: int) -> None:
    budget = EgressBudget()
    for number in range(2 * few_stretches // 1000):
        for at in range(1000):
            one = answer(1, 1, 1, at.to_bytes(32, "big"))
            budget.give(f"peer {number}", f"net {number}", one, 0)
    asked = [budget.give("peer 9", "net 9", answer(1, 1, 1), 0) for _ in range(4)]
    assert asked[0] is None and asked[-1] is not None
