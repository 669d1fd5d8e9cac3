"""The time rule alone, without a store: what of a run counts, and what gives way to it."""

from __future__ import annotations

import pytest

from sayso_protocol.content.body import Post, write_body
from sayso_protocol.errors import TimeGoesBack
from sayso_protocol.feed.run import Run, part_of, sign_run, verify_run
from sayso_storage.interface.store import Held
from sayso_storage.validation.time_order import (
    EARLY,
    LATE,
    earlier_than_below,
    is_signed,
    without_earlier,
)

from ..makers import Kept, author, stretch, without_signature

BERT = author(2)


def run_at(first: int, *times: int) -> Run:
    """Entries with these times, in a feed whose earlier ones nobody knows."""
    bodies = [write_body(Post(f"{first} {time}")) for time in times]
    return sign_run(BERT.feed, first, bytes(32) if first > 1 else None, list(times), bodies)


def early(run: Run, *below: Run) -> int:
    return earlier_than_below([stretch(one) for one in below], run)


def test_nothing_is_earlier_than_nothing() -> None:
    assert early(run_at(5, 1, 2)) == 0
    assert early(run_at(1, 1, 2), run_at(3, 9), run_at(7, 10)) == 0


@pytest.mark.parametrize(("floor", "count"), [(4, 0), (5, 0), (6, 1), (7, 1), (8, 2), (9, 2)])
def test_the_first_entries_of_a_run_may_be_earlier_than_what_lies_below(
    floor: int, count: int
) -> None:
    assert early(run_at(5, 5, 7, 9), run_at(1, 1), run_at(3, floor), run_at(20, 30)) == count


@pytest.mark.parametrize("times", [(5,), (5, 7), (5, 7, 9)])
def test_a_run_that_is_earlier_from_end_to_end_is_refused(times: tuple[int, ...]) -> None:
    run = run_at(5, *times)
    assert early(run, run_at(3, times[-1])) == len(times) - times.count(times[-1])
    with pytest.raises(TimeGoesBack, match=EARLY):
        early(run, run_at(3, times[-1] + 1))


def left_of(run: Run, *held: Run) -> tuple[list[Held], tuple[tuple[int, int], ...]]:
    kept, gone = without_earlier([stretch(one) for one in held], run, Kept(*held))
    return list(kept), gone


@pytest.mark.parametrize("length", range(1, 9))
@pytest.mark.parametrize("count", range(9))
def test_of_a_stretch_above_the_first_entries_give_way(length: int, count: int) -> None:
    """`count` of them are earlier than the run; the others are of its very time or later."""
    times = [3] * min(count, length) + [9, 10, 10, 11, 12, 12, 12, 13][: max(0, length - count)]
    run, above = run_at(1, 1, 9), run_at(10, *times)
    kept, gone = left_of(run, above)
    if count == 0:
        assert (kept, gone) == ([stretch(above)], ())
    elif count >= length:
        assert (kept, gone) == ([], ((10, 9 + length),))
    else:
        rest = Held(10 + count, above.last, above.ids[count - 1], above.tip, 9, times[-1])
        assert (kept, gone) == ([rest], ((10, 9 + count),))


def test_what_lies_below_or_is_later_does_not_give_way() -> None:
    run, below, early, late = run_at(5, 7, 9), run_at(1, 1), run_at(10, 8), run_at(20, 9)
    assert left_of(run, below, early, late) == ([stretch(below), stretch(late)], ((10, 10),))
    assert left_of(run, below, late) == ([stretch(below), stretch(late)], ())


def test_a_stretch_that_begins_in_the_run_does_not_give_way() -> None:
    """The names that a run shares with it are the same, so what follows there is later already."""
    run = run_at(5, 7, 9)
    assert left_of(run, run_at(6, 8, 10)) == ([stretch(run_at(6, 8, 10))], ())


def test_what_only_a_later_entry_vouches_for_lets_nothing_give_way() -> None:
    signed = run_at(1, 5, 6)
    run = without_signature(signed)
    assert (is_signed(run), is_signed(signed)) == (False, True)
    with pytest.raises(TimeGoesBack, match=LATE):
        left_of(run, run_at(3, 5))
    assert left_of(run, run_at(3, 6)) == ([stretch(run_at(3, 6))], ())


def test_a_signature_that_nobody_has_looked_at_may_be_good() -> None:
    whole = run_at(3, 5, 6, 7)
    run = verify_run(part_of(whole, whole.ids, 3, 4), tip=whole.ids[1])
    assert not run.is_signed
    assert is_signed(run)
    assert left_of(run, run_at(5, 5)) == ([], ((5, 5),))
