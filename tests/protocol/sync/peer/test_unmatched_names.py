"""Names that match nothing: a set for each day, held to plain sets by hypothesis."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.crypto.hashing import INTEREST_SIZE
from sayso_protocol.limits import MAX_DAYS, MAX_UNMATCHED
from sayso_protocol.sync.peer.unmatched_names import UnmatchedNames

NAMES = st.integers(0, 200).map(lambda n: (n * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big"))
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "remove"]), st.integers(0, 3), st.lists(NAMES, max_size=70)),
    max_size=20,
)


def name(number: int) -> bytes:
    return number.to_bytes(INTEREST_SIZE, "big")


@given(STEPS)
def test_they_are_sets_by_day(steps: list) -> None:
    kept, model = UnmatchedNames(), {}
    for what, day, names in steps:
        getattr(kept, what)(day, names)
        if what == "add" and names:
            model.setdefault(day, set()).update(names)
        elif what == "remove" and day in model:
            model[day] -= set(names)
            if not model[day]:
                del model[day]
    assert {day: list(kept.names(day)) for day in kept} == {d: sorted(m) for d, m in model.items()}
    assert len(kept) == sum(map(len, model.values()))
    assert all(kept.has(day, one) for day, names in model.items() for one in names)
    assert not kept.has(9, name(1))
    again = UnmatchedNames(kept.packed)
    assert again.packed == kept.packed == {day: b"".join(sorted(m)) for day, m in model.items()}
    again.clear()
    assert (len(again), again.packed) == (0, {})


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 9_000)), min_size=1, max_size=8))
def test_they_are_bounded_and_the_first_stay(lists: list[tuple[int, int]]) -> None:
    kept, taken = UnmatchedNames(), 0
    for number, (day, count) in enumerate(lists):
        kept.add(day, [name(number * 10_000 + n) for n in range(count)])
        taken = min(MAX_UNMATCHED, taken + count)
        assert len(kept) == taken
    day, _ = lists[0]
    assert kept.has(day, name(0))


@given(st.integers(MAX_DAYS + 1, 40), st.integers(0, MAX_DAYS - 1))
def test_of_too_many_days_the_one_with_the_fewest_names_gives_way(days: int, long: int) -> None:
    kept = UnmatchedNames()
    for day in range(days):
        kept.add(day, [name(n) for n in range(5 if day == long else 1)])
    assert len(list(kept)) == MAX_DAYS
    assert long in kept
    assert len(kept) == MAX_DAYS + 4
    assert len(UnmatchedNames({day: name(day) for day in range(days)})) == MAX_DAYS
