"""Ends alone, without a store: what joins a feed that has one, and what gives way."""

from __future__ import annotations

import pytest

from sayso_protocol.accounts.statement import End
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.errors import Revoked, TimeGoesBack
from sayso_protocol.feed.run import Run, sign_run
from sayso_protocol.limits import MAX_RUN_ENTRIES
from sayso_storage.interface.store import Held
from sayso_storage.validation import time_order
from sayso_storage.validation.feed_end import Limited, OtherBranch, join_ended, limit
from sayso_storage.validation.segments import Joined

from ..makers import Kept, author, part, stretch, without_signature

BERT = author(2)
ELSEWHERE = bytes(range(32))


def run_at(first: int, *moments: int, previous: bytes | None = ELSEWHERE, text: str = "") -> Run:
    """Entries with these times, on a branch that nobody knows if not said."""
    bodies = [write_body(Post(f"{text} {first} {one}")) for one in moments]
    return sign_run(BERT.feed, first, previous if first > 1 else None, list(moments), bodies)


def joined(run: Run, end: End, *held: Run, unsigned: tuple[int, ...] = ()) -> Joined:
    return join_ended([stretch(one) for one in held], run, end, Kept(*held, unsigned=unsigned))


def end_of(run: Run) -> End:
    return End(run.last, run.tip)


def spans(held: tuple[Held, ...]) -> list[tuple[int, int]]:
    return [(one.first, one.last) for one in held]


TRUNK = run_at(1, *range(10, 20))
OTHER = run_at(5, *range(14, 20), previous=TRUNK.ids[3], text="other")


def test_a_run_beyond_the_end_or_in_its_place_is_refused() -> None:
    for run in (part(TRUNK, 1, 8), part(TRUNK, 8, 8), part(OTHER, 5, 7)):
        with pytest.raises(Revoked):
            joined(run, End(7, TRUNK.ids[6]))
    assert spans(joined(part(TRUNK, 5, 7), End(7, TRUNK.ids[6])).held) == [(5, 7)]


def test_what_contradicts_the_branch_is_refused_at_its_lowest_difference() -> None:
    with pytest.raises(OtherBranch) as refused:
        joined(part(OTHER, 5, 9), end_of(TRUNK), part(TRUNK, 1, 10))
    assert refused.value.seq == 5


# --- the branch wins ----------------------------------------------------------------------


def test_what_contradicts_the_branch_gives_way() -> None:
    found = joined(part(TRUNK, 1, 10), end_of(TRUNK), part(TRUNK, 1, 4), part(OTHER, 6, 8))
    assert spans(found.held) == [(1, 10)]
    assert (found.fresh, found.gone, found.forked_at) == (((5, 10),), ((6, 8),), 5)
    assert (found.refused, found.end) == (None, None)


def test_the_lowest_of_several_differences_is_named() -> None:
    held = part(OTHER, 5, 6), part(OTHER, 8, 9)
    found = joined(TRUNK, end_of(TRUNK), *held)
    assert (found.forked_at, found.gone) == (5, ((5, 6), (8, 9)))
    assert joined(TRUNK, end_of(TRUNK), *held[1:]).forked_at == 7  # its link differs


def test_without_a_difference_nothing_is_known_to_differ() -> None:
    found = joined(part(TRUNK, 5, 10), end_of(TRUNK), part(TRUNK, 2, 3))
    assert (spans(found.held), found.gone, found.forked_at) == ([(2, 3), (5, 10)], (), None)


@pytest.mark.parametrize(("floor", "stays"), [(4, 3), (5, 3), (6, 2), (7, 1), (8, 0)])
def test_over_a_gap_what_is_later_than_the_branch_gives_way(floor: int, stays: int) -> None:
    """Entries 1 to 3 or 5 with the times from `floor` on lie below a branch that begins at 7."""
    branch = run_at(5, 7, 8)
    lower = run_at(1, floor, floor + 1, floor + 2)
    found = joined(branch, end_of(branch), lower)
    below = [(1, stays)] if stays else []
    assert spans(found.held) == [*below, (5, 6)]
    assert found.gone == (((stays + 1, 3),) if stays < 3 else ())
    if stays:
        assert found.held[0].last_ms == floor + stays - 1


def test_what_stays_below_the_branch_has_a_signature_of_its_own() -> None:
    branch, lower = run_at(6, 12), run_at(1, 10, 11, 12, 13)
    found = joined(branch, end_of(branch), lower, unsigned=(3,))
    assert (spans(found.held), found.gone) == ([(1, 2), (6, 6)], ((3, 4),))
    assert (found.held[0].top, found.held[0].last_ms) == (lower.ids[1], 11)


def test_what_stays_below_a_difference_has_one_too() -> None:
    branch, lower = run_at(5, 12), run_at(1, 10, 11, 12, 12)
    found = joined(branch, end_of(branch), lower, unsigned=(3,))
    assert (spans(found.held), found.gone) == ([(1, 2), (5, 5)], ((3, 4),))
    assert found.forked_at == 4


def test_what_the_branch_goes_on_from_needs_none() -> None:
    lower = run_at(1, 10, 11, 12)
    branch = run_at(3, 12, 13, previous=lower.ids[1], text="branch")
    found = joined(branch, end_of(branch), lower, unsigned=(2,))
    assert (spans(found.held), found.gone, found.forked_at) == ([(1, 4)], ((3, 3),), 3)


def test_what_lies_above_the_run_on_the_branch_stays() -> None:
    held = part(TRUNK, 8, 10), part(TRUNK, 1, 1)
    found = joined(part(TRUNK, 5, 10), end_of(TRUNK), *held[::-1])
    assert (spans(found.held), found.gone, found.end) == ([(1, 1), (5, 10)], (), None)


# --- times that go back -------------------------------------------------------------------


@pytest.mark.parametrize("lower", [[8], [6, 8], [6, 7, 8]])
def test_a_branch_ends_before_an_entry_that_is_earlier_than_the_one_below(
    lower: list[int],
) -> None:
    below = run_at(4 - len(lower), *lower)
    branch = run_at(4, 7, 9, previous=below.tip)
    found = joined(branch, end_of(branch), below)
    assert (found.held, found.fresh, found.gone) == ((stretch(below),), (), ())
    assert found.end == End(3, below.tip)
    assert str(found.refused) == time_order.EARLY


def test_then_what_lies_beside_the_branch_gives_way_too() -> None:
    lower = run_at(1, 5, 8, 8, 9)
    branch = run_at(3, 6, 7, 9, previous=lower.ids[1], text="branch")
    found = joined(branch, end_of(branch), lower)
    assert (spans(found.held), found.gone) == ([(1, 2)], ((3, 4),))
    assert (found.end, found.forked_at) == (End(2, lower.ids[1]), 3)


def test_a_branch_that_is_no_earlier_goes_on() -> None:
    below = run_at(2, 6, 7)
    branch = run_at(4, 7, 9, previous=below.tip)
    assert spans(joined(branch, end_of(branch), below).held) == [(2, 5)]


def test_only_the_entry_below_counts_and_only_by_the_name_that_the_run_gives_it() -> None:
    lower = run_at(1, 5, 6, 7, 8)
    on_it = run_at(3, 6, 7, 7, previous=lower.ids[1], text="branch")
    found = joined(on_it, end_of(on_it), lower)
    assert (spans(found.held), found.gone, found.end) == ([(1, 5)], ((3, 4),), None)
    beside = run_at(4, 6, 7, text="branch")
    found = joined(beside, end_of(beside), lower)
    assert (spans(found.held), found.forked_at, found.end) == ([(1, 2), (4, 5)], 3, None)


def test_the_branch_ends_with_a_run_that_is_later_than_what_follows() -> None:
    lower = run_at(3, 5, 6)
    above = run_at(5, 5, 9, previous=lower.tip)
    found = joined(lower, end_of(above), above)
    assert (spans(found.held), found.gone) == ([(3, 4)], ((5, 6),))
    assert (found.fresh, found.end) == (((3, 4),), End(4, lower.tip))
    level = run_at(5, 6, 9, previous=lower.tip)
    found = joined(lower, end_of(level), level)
    assert (spans(found.held), found.gone, found.end) == ([(3, 6)], (), None)


def test_what_only_the_branch_vouches_for_does_not_end_it() -> None:
    lower = without_signature(run_at(3, 5, 6))
    above = run_at(5, 5, 9, previous=lower.tip)
    with pytest.raises(TimeGoesBack, match=time_order.LATE):
        joined(lower, end_of(above), above)


def test_below_a_gap_what_is_later_than_the_branch_is_refused() -> None:
    branch = run_at(5, 8, 9)
    assert spans(joined(run_at(2, 7, 8), end_of(branch), branch).held) == [(2, 3), (5, 6)]
    with pytest.raises(TimeGoesBack):
        joined(run_at(2, 7, 9), end_of(branch), branch)


# --- an end that is new -------------------------------------------------------------------


def limited(end: End, *held: Run, unsigned: tuple[int, ...] = ()) -> Limited:
    return limit([stretch(one) for one in held], end, Kept(*held, unsigned=unsigned))


@pytest.mark.parametrize("seq", range(11))
def test_an_end_leaves_what_it_names_and_all_below(seq: int) -> None:
    found = limited(End(seq, TRUNK.ids[seq - 1] if seq else None), TRUNK)
    assert spans(found.held) == ([(1, seq)] if seq else [])
    assert found.gone == (((seq + 1, 10),) if seq < 10 else ())


@pytest.mark.parametrize("seq", range(5, 11))
def test_another_entry_in_the_place_of_the_end_goes_with_all_above(seq: int) -> None:
    found = limited(End(seq, OTHER.ids[seq - 5]), TRUNK)
    assert (spans(found.held), found.gone) == ([(1, seq - 1)], ((seq, 10),))


def test_what_is_left_goes_back_to_a_signature_as_far_as_one_may_reach() -> None:
    long = run_at(1, *range(MAX_RUN_ENTRIES))
    more = run_at(long.last + 1, 9999, 9999, previous=long.tip)
    held = Held(1, more.last, None, more.tip, 0, 9999)
    end = End(long.last, long.tip)
    entries = Kept(long, more, unsigned=range(2, long.last + 1))
    assert limit([held], end, entries) == Limited(
        (Held(1, 1, None, long.ids[0], 0, 0),), ((2, more.last),)
    )
    entries = Kept(long, more, unsigned=range(2, more.last + 1))
    end = End(more.first, more.ids[0])
    assert limit([held], end, entries) == Limited((), ((1, more.last),))


def test_what_the_end_names_needs_no_signature_of_its_own() -> None:
    found = limited(end_of(TRUNK), TRUNK, unsigned=(10,))
    assert found == Limited((stretch(TRUNK),), ())
