"""Whatever comes, memory and work stay within the limits."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st
from tests.farm import MINUTE, START, words

from sayso_protocol.coordination.activity import Activity
from sayso_protocol.coordination.detector import Detector
from sayso_protocol.coordination.features import traces
from sayso_protocol.coordination.items import Items
from sayso_protocol.coordination.near_duplicates import CopyIndex
from sayso_protocol.coordination.observation import Act, Channel, Coincidence, Observation
from sayso_protocol.coordination.pairs import Pairs
from sayso_protocol.limits import (
    HORIZON_MS,
    ITEM_ACCOUNTS,
    ITEM_PARTNERS,
    PAIR_COINCIDENCES,
    TRACES,
)

MOST = 40
names = st.integers(0, 60).map(lambda number: number.to_bytes(2, "big"))
moments = st.integers(START, START + 3 * HORIZON_MS)
acts = st.builds(Act, names, st.binary(min_size=4, max_size=4), moments, moments)


@given(st.lists(st.tuples(names, acts), max_size=200))
def test_items_remember_no_more_acts_than_they_may(steps) -> None:
    items = Items(Channel.TAG, most=MOST)
    for item, act in steps:
        items.add(item, act)
        assert len(items) == sum(len(acts) for _, acts in items) <= MOST


@given(st.lists(st.tuples(names, acts, acts, st.integers(-3000, 8000)), max_size=200))
def test_pairs_remember_no_more_coincidences_than_they_may(steps) -> None:
    pairs = Pairs(most=MOST)
    for item, own, other, millibits in steps:
        if own.account != other.account:
            pairs.add(Coincidence(Channel.TAG, item, own, other, millibits))
        assert len(pairs) == sum(len(kept) for _, kept in pairs) <= MOST


@given(st.lists(st.tuples(names, moments), max_size=200))
def test_activity_counts_no_more_accounts_than_it_may(steps) -> None:
    activity = Activity(most=MOST)
    for account, moment in steps:
        activity.count(account, moment)
        assert sum(map(len, activity._stretches.values())) == activity._held <= MOST
        assert activity.of(account, moment) >= 1


def test_one_pair_and_one_item_have_their_own_bounds() -> None:
    pairs, items = Pairs(), Items(Channel.TAG)
    for number in range(3 * ITEM_ACCOUNTS):
        entry = number.to_bytes(2, "big")
        own, other = Act(b"a", entry, START, START), Act(b"b", entry, START, START)
        pairs.add(Coincidence(Channel.TAG, entry, own, other, 5000))
        found = items.add(b"item", Act(entry, entry, START + number, START + number))
        assert len(found) <= 2 * ITEM_PARTNERS
    assert len(pairs) == PAIR_COINCIDENCES
    assert len(items) == ITEM_ACCOUNTS


def test_copies_remember_no_more_clusters_than_they_may() -> None:
    chance, index = random.Random(1), CopyIndex(clusters=MOST)
    texts = [words(chance, 12) for _ in range(4 * MOST)]
    numbers = [index.cluster(text) for text in texts]
    assert len(index) == len(index._exact) == MOST
    assert len(set(numbers)) == len(texts)
    held = {number for its in index._bands for band in its.values() for number in band}
    assert held == set(numbers[-MOST:])
    assert index.cluster(texts[-1]) == numbers[-1]
    assert index.cluster(texts[0]) not in numbers


def test_one_account_with_very_many_near_copies_takes_the_place_of_one() -> None:
    chance, detector = random.Random(2), Detector()
    text = words(chance, 30)
    for number in range(3000):
        at = START + number * MINUTE
        act = Act(b"loud", number.to_bytes(4, "big"), at, at)
        detector.add(Observation(act, f"{text} {words(chance, 1)}"))
    assert len(detector._copies) == 1
    assert len(detector._items[Channel.COPY]) == 1
    assert len(detector._pairs) == 0 and not detector.findings()


def test_only_the_first_traces_of_an_entry_are_looked_at() -> None:
    many = [str(number) for number in range(50)]
    seen = Observation(
        Act(b"a", b"e", START, START),
        tags=tuple(many),
        links=tuple(f"https://example.org/{one}" for one in many),
        passed_on=tuple(one.encode() for one in many),
    )
    assert len(list(traces(seen, CopyIndex()))) == 3 * TRACES


def test_an_entry_dated_ahead_does_not_move_the_time() -> None:
    detector = Detector()
    detector.add(Observation(Act(b"a", b"e", 2**62, START), tags=("tag",)))
    ((_, (act,)),) = detector._items[Channel.TAG]
    assert act.time_ms == START
