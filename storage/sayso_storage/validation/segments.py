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
from typing import Protocol

from sayso_protocol.accounts.statement import End
from sayso_protocol.errors import BadSignature, Forked, TimeGoesBack
from sayso_protocol.feed.run import Run, part_of, verify_run

from ..interface.errors import AlreadyHeld
from ..interface.records import Held
from . import time_order

IdAt = Callable[[int], bytes]
"""Gives the id of the held entry with this sequence number."""


class SegmentEntries(Protocol):
    """The held entries of one feed, by sequence number."""

    def id_at(self, seq: int) -> bytes:
        """The id of a held entry."""

    def time_at(self, seq: int) -> int:
        """The signed time of a held entry."""

    def is_signed(self, seq: int, previous: bytes | None) -> bool:
        """Whether the own signature of a held entry verifies."""


class Contradiction(Forked):
    """A run that differs from what is held; `seq` is the lowest number known to differ."""

    def __init__(self, seq: int) -> None:
        super().__init__("two authentic entries of one feed with one sequence number")
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Joined:
    """The stretches of a feed after a run has joined them."""

    held: tuple[Held, ...]
    """All stretches of the feed afterwards; ascending, never adjacent."""
    fresh: tuple[tuple[int, int], ...]
    """Sequence ranges that were not held before, ascending."""
    gone: tuple[tuple[int, int], ...] = ()
    """Sequence ranges whose entries give way, ascending; `fresh` may cover them again."""
    forked_at: int | None = None
    """The lowest number at which what gives way is known to differ."""
    refused: TimeGoesBack | None = None
    """Why the lowest entries of the run, or all of them, are not among what is held."""
    end: End | None = None
    """The end at which a feed that has ended is now found to end, before the entry that was
    named."""


def join(held: Sequence[Held], run: Run, forked_at: int | None, entries: SegmentEntries) -> Joined:
    """Join a run to the stretches that are held.

    Of all that is known of one chain only what no lower entry is later than is held (`times`):
    the lowest entries of the run may be refused, and the lowest above it give way. So the
    order of arrival does not matter, and nothing of what was refused need be remembered.

    `entries` is asked only for numbers inside a stretch, and only where the run ends inside it
    or something above gives way. Raises `Contradiction`, `AlreadyHeld`, `TimeGoesBack` where
    nothing of the run is new and counts, `Forked` where the run would extend a feed at or past
    the number at which it is known to fork, and `BadSignature` where neither its own signature
    nor what is held vouches for its last entry: a later entry that once did was not taken in,
    or is removed.
    """
    if not held and forked_at is None and run.is_signed:  # nearly always in a first sync
        return Joined((_stretch(run),), ((run.first, run.last),))
    touched = [part for part in held if touches(part, run)]
    _check_names(touched, run, entries.id_at)
    fresh = tuple(missing(touched, run.first, run.last))
    if not fresh:
        raise AlreadyHeld("every entry of the run was held already")
    if forked_at is not None and fresh[-1][1] >= forked_at:
        raise Forked("the feed has forked and is not extended any more")
    early = time_order.earlier_than_below(held, run)
    if early:
        fresh = tuple(missing(touched, run.first + early, run.last))
        if not fresh:
            raise TimeGoesBack(time_order.EARLY)
    if not any(part.last >= run.last for part in touched) and not time_order.is_signed(run):
        raise BadSignature("nothing that is held vouches for the end of the run")
    kept, gone = time_order.without_earlier(held, run, entries)
    merged = _merge(kept, run, early)
    return Joined(merged, fresh, gone, refused=TimeGoesBack(time_order.EARLY) if early else None)


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


def _merge(held: Sequence[Held], run: Run, early: int) -> tuple[Held, ...]:
    """The stretches with one more over all of the run but its first entries, of which there are
    `early`, and over what that touches."""
    own = _stretch(run, early)
    before = [part for part in held if part.last < own.first - 1]
    after = [part for part in held if part.first > run.last + 1]
    parts = [own, *held[len(before) : len(held) - len(after)]]
    low = min(parts, key=lambda part: part.first)
    high = max(parts, key=lambda part: part.last)
    whole = Held(low.first, high.last, low.below, high.top, low.first_ms, high.last_ms)
    return (*before, whole, *after)


def _stretch(run: Run, early: int = 0) -> Held:
    """All of a run as a stretch, but its first entries, of which there are `early`."""
    below = run.ids[early - 1] if early else run.previous
    return Held(run.first + early, run.last, below, run.tip, run.times[early], run.times[-1])
