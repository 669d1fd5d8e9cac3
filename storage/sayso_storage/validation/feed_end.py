"""Feeds that their account ended, and which of two branches the end chooses. Pure.

An end names one entry, and with it, since ids cover the link to the entry before, every
entry below it: its *branch*. A stretch whose last entry is the named one is *anchored*: all
of it is of the branch. So is a run that ends in the named entry, or that shares a number
with the anchored stretch and gives it the same name. What is of the branch wins over held
entries that contradict it, which are removed; what contradicts the anchored stretch is
refused. As long as nothing anchored is held nobody can tell which of two branches is meant:
then it is as in a feed without an end.

Where an entry of the branch is earlier than the one that it names as the entry before, the feed
ends with that one instead: it is on the branch too, and nothing after it counts. What lies below
a gap and is later than the branch gives way to it, since it may be of another one. So, whatever
came before and in whichever order, all that is left once the branch was offered from its end
down is the branch, up to where its times go back.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sayso_protocol.accounts.statement import End
from sayso_protocol.errors import Revoked, TimeGoesBack
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_RUN_ENTRIES

from ..interface.records import Held
from . import time_order
from .segments import Joined, SegmentEntries, first_difference, join, touches

Range = tuple[int, int]


class OtherBranch(Revoked):
    """A run that contradicts the anchored stretch; `seq` is the lowest number that differs."""

    def __init__(self, seq: int) -> None:
        super().__init__("an entry on another branch than the one that the feed's end names")
        self.seq = seq


@dataclass(frozen=True, slots=True)
class Limited:
    """The rest that an end leaves of a feed: its stretches, and the ranges to be removed."""

    held: tuple[Held, ...]
    gone: tuple[Range, ...]


def limit(held: Sequence[Held], end: End, entries: SegmentEntries) -> Limited:
    """Apply an end that is new: what lies after it goes, and an entry in its place that is
    another one. What lies below stays, since nothing says yet that it is wrong."""
    kept = [
        _trimmed(part, _highest_up_to(part, end, entries), entries, signed=True) for part in held
    ]
    return _limited(held, kept)


def join_ended(held: Sequence[Held], run: Run, end: End, entries: SegmentEntries) -> Joined:
    """Join a run to the stretches of a feed that has an end; see the module.

    Raises `Revoked` for a run that goes past the end or ends in another entry in its place,
    `OtherBranch`, and what `join` raises.
    """
    # Past the end nothing counts, and at its number only the entry that it names: both are known
    # from the end alone, whatever is held.
    if run.last > end.seq:
        raise Revoked("an entry after the end of the feed")
    if run.last == end.seq and run.tip != end.id:
        raise Revoked("another entry than the one in which the feed ends")
    # `limit` has removed any other entry at the end's number, so what reaches it is anchored.
    anchored = next((part for part in held if part.last == end.seq), None)
    # Run and anchored stretch name a number both: the run is of the branch, or it is not.
    if anchored is not None and touches(anchored, run):
        differs = first_difference(anchored, run, entries.id_at)
        if differs is not None:
            raise OtherBranch(differs)
        return _win(held, run, anchored, entries)
    # The run brings the named entry itself: it is of the branch, though nothing held says so.
    if run.last == end.seq:
        return _win(held, run, None, entries)
    # It lies below a gap, so its branch is not known. Later than the branch above, it cannot be
    # below it on one chain; if it is the branch, it comes again when the gap is filled downwards.
    if anchored is not None and run.times[-1] > anchored.first_ms:
        raise TimeGoesBack("the run is later than the branch on which the feed ends")
    # Of two branches nobody can tell yet which is meant: as without an end, and whatever fork is
    # known does not stop it, since the end will choose.
    return join(held, run, None, entries)


def _win(held: Sequence[Held], run: Run, anchored: Held | None, entries: SegmentEntries) -> Joined:
    """Join a run of the branch, after all that contradicts it was removed."""
    found = [first_difference(part, run, entries.id_at) for part in held if touches(part, run)]
    forked_at = min((seq for seq in found if seq is not None), default=None)
    if _goes_back(held, run, entries):
        lower = End(run.first - 1, run.previous)
        limited = limit(held, lower, entries)
        refused = TimeGoesBack(time_order.EARLY)
        return Joined(limited.held, (), limited.gone, forked_at, refused, lower)
    limited, end = _ended_by(held, run, anchored, entries)
    beside = _limited(limited.held, [_beside(part, run, entries) for part in limited.held])
    joined = join(beside.held, run, None, entries)
    return Joined(joined.held, joined.fresh, limited.gone + beside.gone, forked_at, end=end)


def _goes_back(held: Sequence[Held], run: Run, entries: SegmentEntries) -> bool:
    """Whether the entry before a run is held, by the name that the run gives it, and later."""
    below = run.first - 1
    part = next((part for part in held if part.first <= below <= part.last), None)
    if part is None or run.times[0] >= part.last_ms:
        return False
    return entries.id_at(below) == run.previous and entries.time_at(below) > run.times[0]


def _ended_by(
    held: Sequence[Held], run: Run, anchored: Held | None, entries: SegmentEntries
) -> tuple[Limited, End | None]:
    """The rest where the anchored stretch follows a run of the branch and is earlier, and the
    end of the feed then. Raises `TimeGoesBack` where that would take the run's proof away."""
    follows = anchored is not None and anchored.first == run.last + 1
    if anchored is None or not follows or anchored.first_ms >= run.times[-1]:
        return Limited(tuple(held), ()), None
    if not time_order.is_signed(run):
        raise TimeGoesBack(time_order.LATE)
    end = End(run.last, run.tip)
    return limit(held, end, entries), end


def without(held: Sequence[Held], gone: Iterable[Range], entries: SegmentEntries) -> Limited:
    """The stretches without some ranges, ascending; and without what was authentic only through
    these."""
    pieces, lost = list(held), list[Range]()
    for first, last in gone:
        for part in [one for one in pieces if one.first <= last and first <= one.last]:
            left = list(_cut_out(part, max(first, part.first), min(last, part.last), entries))
            at = pieces.index(part)
            pieces[at : at + 1] = left
            bottom = left[0].last + 1 if left and left[0].first == part.first else part.first
            lost.append((bottom, min(last, part.last)))
    return Limited(tuple(pieces), tuple(lost))


def _cut_out(part: Held, first: int, last: int, entries: SegmentEntries) -> Iterator[Held]:
    """The rest of a stretch without a range in it."""
    below = _trimmed(part, first - 1, entries, signed=True)
    if below is not None:
        yield below
    if last < part.last:
        time_ms = entries.time_at(last + 1)
        yield Held(last + 1, part.last, entries.id_at(last), part.top, time_ms, part.last_ms)


def _beside(part: Held, run: Run, entries: SegmentEntries) -> Held | None:
    """The rest that a run of the branch leaves of a stretch: the entries up to the first that has
    another name, or that is later than the run although it lies below."""
    last = part.last
    if touches(part, run):
        differs = first_difference(part, run, entries.id_at)
        last = last if differs is None else differs - 1
    if part.first <= last < run.first - 1 and part.last_ms > run.times[0]:
        # Over a gap: it may be of another branch.
        below = range(part.first, last + 1)
        last = part.first - 1 + bisect_right(below, run.times[0], key=entries.time_at)
    # What the run goes on from is authentic through the run.
    return _trimmed(part, last, entries, signed=last < run.first - 1)


def _highest_up_to(part: Held, end: End, entries: SegmentEntries) -> int:
    """The last entry of a stretch that an end does not exclude."""
    if not part.first <= end.seq <= part.last:
        return min(part.last, end.seq)
    name = part.top if end.seq == part.last else entries.id_at(end.seq)
    return end.seq if name == end.id else end.seq - 1


def _trimmed(part: Held, last: int, entries: SegmentEntries, *, signed: bool) -> Held | None:
    """The stretch up to `last`, or None where nothing of it is left.

    With `signed`, up to the highest entry below whose own signature verifies: an entry that
    was only authentic through later ones is not so any more without them.
    """
    if last >= part.last:
        return part
    lowest = max(part.first, last - MAX_RUN_ENTRIES + 1)
    for seq in range(last, lowest - 1, -1):
        previous = part.below if seq == part.first else entries.id_at(seq - 1)
        if not signed or entries.is_signed(seq, previous):
            top, last_ms = entries.id_at(seq), entries.time_at(seq)
            return Held(part.first, seq, part.below, top, part.first_ms, last_ms)
    return None


def _limited(held: Sequence[Held], kept: Sequence[Held | None]) -> Limited:
    gone = [
        (left.last + 1 if left else part.first, part.last)
        for part, left in zip(held, kept, strict=True)
        if left != part
    ]
    return Limited(tuple(part for part in kept if part is not None), tuple(gone))
