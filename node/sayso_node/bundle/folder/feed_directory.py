"""The directory of one feed in a shared folder: which entries its files say they hold."""

from __future__ import annotations

from collections.abc import Sequence

from sayso_protocol.feed.run import ids_of
from sayso_protocol.limits import MAX_SEQ
from sayso_protocol.ranges import Ranges
from sayso_storage.interface.store import FeedState, Store

from .file_name import SegmentName
from .shared_directory import SharedDirectory


def segments_in(directory: SharedDirectory) -> list[SegmentName]:
    """The segments that are as long as they should be, the newest entries first. What is shorter
    was torn when the stick was pulled out, and is removed, as are old drafts. Raises `OSError`."""
    names = directory.names()
    directory.remove_drafts(names)
    found: list[SegmentName] = []
    for text in names:
        name = SegmentName.parse(text)
        size = None if name is None else directory.size_of(text)
        if name is None or size is None:
            continue
        if size == name.size:
            found.append(name)
        else:
            directory.remove(text)
    return sorted(found, key=lambda one: (one.last, -one.first), reverse=True)


def held_of(state: FeedState) -> Ranges:
    """What a store holds of a feed, or will not take: past its end nothing counts."""
    held = Ranges((part.first, part.last) for part in state.held)
    if state.end is not None:
        held.add(state.end.seq + 1, MAX_SEQ)
    return held


def differs(store: Store, state: FeedState, segment: SegmentName) -> bool:
    """Whether the entry that a segment ends with is held, and is another one: then the feed has
    forked, or the name lies."""
    top = next((part.top for part in state.held if part.last == segment.last), None)
    if top is None:
        run = store.load(state.feed, segment.last, segment.last)
        if run is None:
            return False
        top = ids_of(run)[-1]
    return not segment.is_of(top)


def is_known(store: Store, state: FeedState | None, segment: SegmentName) -> bool:
    """Whether there is nothing in a segment for this store, as far as its name tells. Of a feed
    that has forked or ended another branch is nothing new."""
    if state is None or not held_of(state).covers(segment.first, segment.last):
        return False
    is_settled = state.forked_at is not None or state.end is not None
    return is_settled or not differs(store, state, segment)


def is_past_end(state: FeedState, segment: SegmentName) -> bool:
    """Whether a segment goes on where its account has ended the feed: no store takes it."""
    return state.end is not None and segment.last > state.end.seq


def covered_by(store: Store, state: FeedState, found: Sequence[SegmentName]) -> Ranges:
    """The entries that files hold, as far as their names tell and are not known to lie. Of a feed
    that has forked each branch is left there: so whoever comes sees that it has."""
    return Ranges(
        (one.first, one.last)
        for one in found
        if not is_past_end(state, one) and not differs(store, state, one)
    )
