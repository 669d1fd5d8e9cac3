"""Held stretches of a feed, and how a run joins them. Pure: no store, no clock.

A stretch gives a *name* (an entry id) to each sequence number from the one before its
first, through `Held.below`, up to its last; so does a run. Ids cover the link to the
entry before, so two chains with the same name at one number agree everywhere below it,
and chains that differ at one number differ everywhere above it. One comparison at the
highest shared number therefore compares all, and the lowest difference is found by
bisection.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sayso_protocol.errors import BadSignature, Forked, Refused, TimeGoesBack
from sayso_protocol.run import Run, part_of, verify_run

from .interface import AlreadyHeld, Held

IdAt = Callable[[int], bytes]
"""Gives the id of the held entry with this sequence number."""


class Contradiction(Forked):
    """A run that differs from what is held; `seq` is the lowest number known to differ."""

    def __init__(self, seq: int) -> None:
        super().__init__("two authentic entries of one feed with one sequence number")
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Joined:
    """What a run makes of the stretches of its feed."""

    held: tuple[Held, ...]
    """All stretches of the feed afterwards; ascending, never adjacent."""
    fresh: tuple[tuple[int, int], ...]
    """Sequence ranges that were not held before, ascending."""
    gone: tuple[tuple[int, int], ...] = ()
    """Sequence ranges whose entries give way, ascending; `fresh` may cover them again."""
    forked_at: int | None = None
    """The lowest number at which what gives way is known to differ."""


def join(
    held: Sequence[Held],
    run: Run,
    forked_at: int | None,
    id_at: IdAt,
    *,
    keep_above: bool = False,
) -> Joined:
    """Join a run to the stretches that are held.

    Of a run and what is held above it, where that begins earlier than the run ends, the run
    stays and all above gives way: then the order of arrival does not matter. With `keep_above`
    the run is refused.

    `id_at` is asked only for numbers inside a stretch, and only where the run ends
    inside it. Raises `Contradiction`, `AlreadyHeld`, `TimeGoesBack`, `Forked` where the run
    would extend a feed at or past the number at which it is known to fork, and `BadSignature`
    where neither its own signature nor what is held vouches for its last entry: a later entry
    that once did was not taken in, or is removed.
    """
    touched = [part for part in held if touches(part, run)]
    _check_names(touched, run, id_at)
    fresh = tuple(missing(touched, run.first, run.last))
    if not fresh:
        raise AlreadyHeld("every entry of the run was held already")
    if forked_at is not None and fresh[-1][1] >= forked_at:
        raise Forked("the feed has forked and is not extended any more")
    gone = _contradicted(held, run)
    if gone and (keep_above or not _is_signed(run)):
        raise TimeGoesBack("the run ends later than what is held after it")
    if not any(part.last >= run.last for part in touched) and not _is_signed(run):
        raise BadSignature("nothing that is held vouches for the end of the run")
    touched = [part for part in touched if part not in gone]
    before = tuple(part for part in held if part.last < run.first - 1)
    after = tuple(part for part in held if part.first > run.last + 1 and part not in gone)
    ranges = tuple((part.first, part.last) for part in gone)
    return Joined((*before, _merge(touched, run), *after), fresh, ranges)


def missing(held: Sequence[Held], first: int, last: int) -> Iterator[tuple[int, int]]:
    """Give the parts of a range that no stretch covers; `held` ascending."""
    for part in held:
        if part.first > last:
            break
        if part.first > first:
            yield first, part.first - 1
        first = max(first, part.last + 1)
    if first <= last:
        yield first, last


def cut(run: Run, first: int, last: int) -> Run:
    """Return the part of a run from `first` to `last`, which lie in it."""
    if (first, last) == (run.first, run.last):
        return run
    # The whole run is authentic and names this part's tip: hashes alone prove it again.
    part = part_of(run, run.ids, first, last)
    return verify_run(part, tip=run.ids[last - run.first])


def newest(held: Sequence[Held], first: int, last: int) -> tuple[Held, int, int] | None:
    """Return the highest stretch that reaches into a range, and the part of it inside."""
    for part in reversed(held):
        if part.first <= last:
            low, high = max(first, part.first), min(last, part.last)
            return (part, low, high) if low <= high else None
    return None


def touches(part: Held, run: Run) -> bool:
    """Whether stretch and run name one sequence number both."""
    return part.last >= run.first - 1 and part.first - 1 <= run.last


def first_difference(part: Held, run: Run, id_at: IdAt) -> int | None:
    """The lowest number that a stretch and a run which touch name differently."""

    def differs(seq: int) -> bool:
        return _held_name(part, seq, id_at) != _run_name(run, seq)

    low, high = max(part.first, run.first) - 1, min(part.last, run.last)
    if not differs(high):
        return None
    return low + bisect_left(range(low, high), True, key=differs)


def _check_names(touched: Sequence[Held], run: Run, id_at: IdAt) -> None:
    found = [seq for part in touched if (seq := first_difference(part, run, id_at)) is not None]
    if found:
        raise Contradiction(min(found))


def _held_name(part: Held, seq: int, id_at: IdAt) -> bytes | None:
    if seq == part.last:
        return part.top
    return part.below if seq == part.first - 1 else id_at(seq)


def _run_name(run: Run, seq: int) -> bytes | None:
    return run.previous if seq == run.first - 1 else run.ids[seq - run.first]


def _merge(touched: Sequence[Held], run: Run) -> Held:
    """One stretch over the run and all that it touches."""
    own = Held(run.first, run.last, run.previous, run.tip, run.times[0], run.times[-1])
    parts = [own, *touched]
    low = min(parts, key=lambda part: part.first)
    high = max(parts, key=lambda part: part.last)
    return Held(low.first, high.last, low.below, high.top, low.first_ms, high.last_ms)


def _contradicted(held: Sequence[Held], run: Run) -> list[Held]:
    """The stretches above a run, if the lowest begins earlier than the run ends; from there on
    nothing counts. Raises `TimeGoesBack` where the run itself begins earlier than what is held
    below it.

    What overlaps the run agrees with it in every id, and so in every time.
    """
    lower = [part for part in held if part.last < run.first]
    upper = [part for part in held if part.first > run.last]
    if lower and lower[-1].last_ms > run.times[0]:
        raise TimeGoesBack("the run begins earlier than what is held before it")
    return upper if upper and upper[0].first_ms < run.times[-1] else []


def _is_signed(run: Run) -> bool:
    """Whether the own signature of a run's last entry verifies: what is authentic only through
    later entries cannot be shown to anybody without them, so it cannot take their place."""
    if run.is_signed:
        return True
    try:
        verify_run(part_of(run, run.ids, run.last, run.last))
    except Refused:
        return False
    return True
