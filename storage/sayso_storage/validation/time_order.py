"""The time rule of a feed: an entry counts if no entry below it on its chain is later. Pure.

Of the entries below one that does not count, the latest counts itself, so it is held: whoever
holds it needs no memory of what it excludes. Over a gap stretches are taken to be of one chain.
Times ascend along a stretch, a run, and all stretches of a feed; so what a lower run excludes are
always the first entries of what lies above.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Protocol

from sayso_protocol.errors import Refused, TimeGoesBack
from sayso_protocol.feed.run import Run, part_of, verify_run

from ..interface.records import Held

EARLY = "the run begins earlier than what is held before it"
LATE = "the run ends later than what is held after it"


class TimeOrder(Protocol):
    """The held entries of one feed, by sequence number."""

    def id_at(self, seq: int) -> bytes:
        """The id of a held entry."""

    def time_at(self, seq: int) -> int:
        """The signed time of a held entry."""


def earlier_than_below(held: Sequence[Held], run: Run) -> int:
    """The number of entries of a run, its first ones, that are earlier than what is held below it.

    Raises `TimeGoesBack` where all of them are.
    """
    floor = next((part.last_ms for part in reversed(held) if part.last < run.first), None)
    if floor is None:
        return 0
    if floor > run.times[-1]:
        raise TimeGoesBack(EARLY)
    return bisect_left(run.times, floor)


def without_earlier(
    held: Sequence[Held], run: Run, entries: TimeOrder
) -> tuple[Sequence[Held], tuple[tuple[int, int], ...]]:
    """The stretches, and the ranges that give way: what lies above a run and is earlier than
    its last entry.

    Raises `TimeGoesBack` where something would, but the run's last entry is authentic only
    through it: nobody could be shown that without what gives way.
    """
    if not any(part.first > run.last and part.first_ms < run.times[-1] for part in held):
        return held, ()
    if not is_signed(run):
        raise TimeGoesBack(LATE)
    pairs = [(part, _not_earlier(part, run, entries)) for part in held]
    gone = [
        (part.first, left.first - 1 if left else part.last)
        for part, left in pairs
        if left is not part
    ]
    return [left for _, left in pairs if left is not None], tuple(gone)


def is_signed(run: Run) -> bool:
    """Whether the own signature of a run's last entry verifies."""
    if run.is_signed:
        return True
    try:
        verify_run(part_of(run, run.ids, run.last, run.last))
    except Refused:
        return False
    return True


def _not_earlier(part: Held, run: Run, entries: TimeOrder) -> Held | None:
    """The rest of a stretch: its last entries, which are its proof."""
    latest = run.times[-1]
    if part.first <= run.last or part.first_ms >= latest:
        return part
    if part.last_ms < latest:
        return None
    numbers = range(part.first, part.last + 1)
    first = numbers[bisect_left(numbers, latest, key=entries.time_at)]
    below, first_ms = entries.id_at(first - 1), entries.time_at(first)
    return Held(first, part.last, below, part.top, first_ms, part.last_ms)
