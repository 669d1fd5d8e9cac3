"""`Ranges` against a plain set of integers."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.ranges import Ranges, covered

WIDTH = 40
pairs = st.tuples(st.integers(1, WIDTH), st.integers(1, WIDTH)).map(lambda p: (min(p), max(p)))
steps = st.lists(st.tuples(st.sampled_from(["add", "remove"]), pairs), max_size=12)


def build(actions) -> tuple[Ranges, set[int]]:
    ranges, oracle = Ranges(), set()
    for action, (first, last) in actions:
        numbers = set(range(first, last + 1))
        if action == "add":
            ranges.add(first, last)
            oracle |= numbers
        else:
            ranges.remove(first, last)
            oracle -= numbers
    return ranges, oracle


def members(ranges: Ranges) -> set[int]:
    return {n for first, last in ranges for n in range(first, last + 1)}


@given(steps)
def test_adding_and_removing_is_set_arithmetic(actions) -> None:
    ranges, oracle = build(actions)
    assert members(ranges) == oracle
    assert ranges.count() == len(oracle)
    assert ranges.last == max(oracle, default=0)
    assert bool(ranges) == bool(oracle)


@given(steps)
def test_parts_are_sorted_disjoint_and_never_adjacent(actions) -> None:
    parts = list(build(actions)[0])
    assert all(first <= last for first, last in parts)
    assert all(low[1] + 1 < high[0] for low, high in itertools.pairwise(parts))


@given(steps, pairs)
def test_covers_asks_for_every_member(actions, pair) -> None:
    ranges, oracle = build(actions)
    assert ranges.covers(*pair) == (set(range(pair[0], pair[1] + 1)) <= oracle)


@given(steps, steps, steps)
def test_the_highest_stretch_outside_others(ours, theirs, others) -> None:
    ranges, oracle = build(ours)
    (one, taken), (two, more) = build(theirs), build(others)
    free = oracle - taken - more
    found = ranges.highest_outside(one, two)
    if not free:
        assert found is None
        return
    last = max(free)
    first = last
    while first - 1 in free:
        first -= 1
    assert found == (first, last)


@given(steps, st.integers(1, 5))
def test_the_highest_ranges(actions, most) -> None:
    ranges, _ = build(actions)
    assert ranges.highest(most) == list(ranges)[-most:]


def test_an_empty_range_changes_nothing() -> None:
    ranges = Ranges([(3, 5)])
    ranges.add(9, 8)
    ranges.remove(5, 4)
    assert ranges == Ranges([(3, 5)])


@given(steps, steps, pairs)
def test_covered_asks_for_every_member_in_one_of_them(ours, theirs, pair) -> None:
    (one, in_one), (other, in_other) = build(ours), build(theirs)
    first, last = pair
    expected = set(range(first, last + 1)) <= in_one | in_other
    assert covered(first, last, one, other) is expected


@given(steps, st.integers(1, 5))
def test_only_the_highest_ranges_are_kept(actions, most) -> None:
    ranges, _ = build(actions)
    highest = ranges.highest(most)
    ranges.keep_highest(most)
    assert list(ranges) == highest
