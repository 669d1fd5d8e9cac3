"""Joining runs to stretches, against a plain model: a dictionary of names."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sayso_protocol.content.body import Post
from sayso_protocol.errors import BadSignature, Forked, TimeGoesBack
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_storage.interface.store import AlreadyHeld, Held
from sayso_storage.validation import time_order
from sayso_storage.validation.segments import Contradiction, cut, join, missing

from ..makers import START_MS, Kept, after, author, part, posts, stretch, without_signature

BERT = author(2)
LENGTH = 12
TRUNK = posts(BERT, LENGTH)
BRANCHES = {
    at: after(BERT, part(TRUNK, 1, at), [Post(f"branch {n}") for n in range(LENGTH - at)])
    for at in (3, 7)
}
"""Feeds that leave the trunk after entry 3 and after entry 7."""


class Model:
    """Every name that is known, and every entry that is held, one by one."""

    def __init__(self) -> None:
        self.names: dict[int, bytes | None] = {}
        self.times: dict[int, int] = {}
        self.forked_at: int | None = None

    def take(self, run: Run) -> str:
        names = {run.first - 1: run.previous} | dict(enumerate(run.ids, run.first))
        differ = [seq for seq, name in names.items() if self.names.get(seq, name) != name]
        if differ:
            self.forked_at = min([*differ, *([self.forked_at] if self.forked_at else [])])
            return "contradiction"
        fresh = dict(enumerate(run.times, run.first))
        fresh = {seq: time for seq, time in fresh.items() if seq not in self.times}
        if not fresh:
            return "held"
        if self.forked_at and max(fresh) >= self.forked_at:
            return "forked"
        floor = max((time for seq, time in self.times.items() if seq < run.first), default=0)
        count = {seq: time for seq, time in fresh.items() if time >= floor}
        if not count:
            return "time"
        self.times = {
            seq: time
            for seq, time in self.times.items()
            if seq <= run.last or time >= run.times[-1]
        }
        self.names |= names
        self.times |= count
        self.names = {
            seq: name for seq, name in self.names.items() if {seq, seq + 1} & self.times.keys()
        }
        assert sorted(self.times.values()) == [time for _, time in sorted(self.times.items())]
        return "taken" if count == fresh else "in part"


class Known:
    """The held entries of the model: `SegmentEntries`."""

    def __init__(self, names: dict[int, bytes | None], time_order: dict[int, int]) -> None:
        self._names = dict(names)
        self._times = dict(time_order)

    def id_at(self, seq: int) -> bytes:
        return self._names[seq] or b""

    def time_at(self, seq: int) -> int:
        return self._times[seq]

    def is_signed(self, seq: int, previous: bytes | None) -> bool:
        raise AssertionError("nobody asks for signatures of what is held")


def outcome(held: tuple[Held, ...], run: Run, model: Model) -> tuple[str, tuple[Held, ...]]:
    try:
        joined = join(held, run, model.forked_at, Known(model.names, model.times))
    except Contradiction:
        return "contradiction", held
    except AlreadyHeld:
        return "held", held
    except TimeGoesBack:
        return "time", held
    except Forked:
        return "forked", held
    return "in part" if joined.refused else "taken", joined.held


def all_parts() -> list[Run]:
    runs = []
    for whole in (TRUNK, *BRANCHES.values()):
        for first in range(whole.first, whole.last + 1):
            runs += [part(whole, first, last) for last in range(first, whole.last + 1)]
    late = posts(BERT, 3, text="late", start_ms=START_MS + 8000)
    shifted = posts(BERT, 3, first=5, previous=TRUNK.ids[3], start_ms=0)
    return [*runs, shifted, part(shifted, 6, 7), late, part(late, 1, 1)]


PARTS = all_parts()


@given(st.lists(st.sampled_from(PARTS), max_size=8))
@example([part(TRUNK, 1, 4), part(BRANCHES[3], 4, 12), TRUNK])
def test_any_order_of_runs_gives_what_the_model_gives(runs: list[Run]) -> None:
    model, held = Model(), tuple[Held, ...]()
    for run in runs:
        known = Model()
        known.names, known.forked_at = dict(model.names), model.forked_at
        known.times = dict(model.times)
        got, held = outcome(held, run, known)
        assert got == model.take(run)
        seqs = {seq for piece in held for seq in range(piece.first, piece.last + 1)}
        assert seqs == set(model.times)
        for lower, upper in itertools.pairwise(held):
            assert lower.last + 1 < upper.first
        for piece in held:
            assert piece.top == model.names[piece.last]
            assert piece.below == model.names[piece.first - 1]
            assert (piece.first_ms, piece.last_ms) == (
                model.times[piece.first],
                model.times[piece.last],
            )


@given(st.lists(st.sampled_from(PARTS), min_size=1, max_size=6))
def test_the_lowest_contradiction_is_named(runs: list[Run]) -> None:
    model, held = Model(), tuple[Held, ...]()
    for run in runs:
        names = {run.first - 1: run.previous} | dict(enumerate(run.ids, run.first))
        differ = [seq for seq, name in names.items() if model.names.get(seq, name) != name]
        known = Known(model.names, model.times)
        try:
            held = join(held, run, model.forked_at, known).held
        except Contradiction as error:
            assert error.seq == min(differ)
        except (AlreadyHeld, TimeGoesBack, Forked):
            pass
        else:
            assert differ == []
        model.take(run)


@given(st.sets(st.integers(1, 30)), st.integers(1, 30), st.integers(0, 12))
def test_missing_is_what_no_stretch_covers(seqs: set[int], first: int, more: int) -> None:
    held = [Held(seq, seq, None, b"", 0, 0) for seq in sorted(seqs)]
    gaps = list(missing(held, first, first + more))
    found = {seq for low, high in gaps for seq in range(low, high + 1)}
    assert found == set(range(first, first + more + 1)) - seqs
    assert all(low <= high for low, high in gaps)


def test_of_a_run_a_part_is_proven_by_the_whole() -> None:
    """Its last entry need not be signed: the one after it names it."""
    bare = without_signature(part(TRUNK, 1, 3))
    last = after(BERT, bare, [Post("last")])
    columns = zip(*((one.times, one.bodies, one.signatures) for one in (bare, last)), strict=True)
    whole = verify_run(RawRun(bare.feed, 1, None, *([*low, *high] for low, high in columns)))
    found = cut(whole, 2, 3)
    assert (found.first, found.previous, found.ids) == (2, bare.ids[0], bare.ids[1:])
    assert not found.is_signed
    assert cut(whole, 1, 4) is whole
    assert cut(whole, 4, 4).ids == last.ids


def test_a_run_whose_new_entries_are_all_too_early_is_refused() -> None:
    low = posts(BERT, 1, start_ms=START_MS + 4500, text="low")
    high = part(TRUNK, 6, 7)
    held, known = [stretch(low), stretch(high)], Kept(low, high)
    with pytest.raises(TimeGoesBack, match=time_order.EARLY):
        join(held, part(TRUNK, 5, 7), None, known)
    found = join(held, part(TRUNK, 5, 8), None, known)
    assert [(one.first, one.last) for one in found.held] == [(1, 1), (6, 8)]
    assert (found.fresh, found.gone) == (((8, 8),), ())
    assert str(found.refused) == time_order.EARLY


def test_the_end_of_a_run_is_vouched_for_by_itself_or_by_what_is_held() -> None:
    bare = without_signature(part(TRUNK, 1, 3))
    nothing, same = posts(BERT, 1, first=9, previous=TRUNK.ids[7]), cut(bare, 3, 3)
    with pytest.raises(BadSignature):
        join([stretch(nothing)], bare, None, Kept(nothing))
    assert join([stretch(same)], bare, None, Kept(same)).fresh == ((1, 2),)
    above = after(BERT, bare, [Post("above")])
    assert join([stretch(above)], bare, None, Kept(above)).fresh == ((1, 3),)
