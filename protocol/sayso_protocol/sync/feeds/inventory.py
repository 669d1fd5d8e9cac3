"""The ranges of each feed that are held, wanted and on their way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ...limits import FIRST_WINDOW, MAX_SEQ
from ...ranges import Range, Ranges, covered
from .feed_progress import FeedProgress, PeerProgress


class Inventory:
    """The half of a `Scheduler` that knows feeds."""

    def __init__(self) -> None:
        self._feeds: dict[bytes, FeedProgress] = {}
        self._sources: dict[str, PeerProgress] = {}
        self._completed: dict[bytes, None] = {}
        self.version = 0
        """Grows with each run that comes to be held."""

    # --- what is held and wanted -------------------------------------------------------

    def track(self, feed: bytes) -> None:
        """Keep account of a feed, of which nothing is held if it is new."""
        if feed not in self._feeds:
            self._feeds[feed] = FeedProgress(Ranges())

    def hold_only(self, feed: bytes, held: Iterable[Range], forked_at: int | None) -> list[str]:
        """So much of a feed is held and no more, and it has no end. Where it has forked nothing
        is asked for from there on; what is held beyond stays. Returns the peers that may have
        work now, where something was removed."""
        tracked = self._feeds[feed]
        before, tracked.held = tracked.held, Ranges(held)
        tracked.tried = None
        tracked.ceiling = MAX_SEQ if forked_at is None else forked_at - 1
        return self._look_again(feed) if before.highest_outside(tracked.held) else []

    def has_changed(self, feed: bytes, since: int) -> bool:
        """Whether more of a feed came to be held after the scheduler had this version."""
        return feed in self._feeds and self._feeds[feed].version > since

    def want(self, feed: bytes, wanted: bool) -> None:
        """Whether to ask for more of a feed."""
        tracked = self._feeds[feed]
        if wanted and not tracked.wanted:
            self._look_again(feed)
        tracked.wanted = wanted

    def end(
        self, feed: bytes, held: Iterable[Range], last: int, forked_at: int | None = None
    ) -> bool:
        """The feed ends with `last`, so much of it is held, and it is known to fork where
        `forked_at` says. True where this is news."""
        tracked = self._feeds[feed]
        now_held = Ranges(_certain(held, last, forked_at))
        if tracked.tried is not None and (tracked.held, tracked.ceiling) == (now_held, last):
            return False
        tracked.held, tracked.ceiling, tracked.tried = now_held, last, {}
        self._look_again(feed)
        return True

    def is_halted(self, feed: bytes) -> bool:
        """Whether the feed has forked or ended, as far as is known here."""
        return self._feeds[feed].ceiling < MAX_SEQ

    def has_ended(self, feed: bytes) -> bool:
        """Whether `end` was told of the feed."""
        tracked = self._feeds.get(feed)
        return tracked is not None and tracked.tried is not None

    def tried(self, peer: str, feed: bytes, first: int, last: int) -> None:
        """The peer gave what it has of a feed that has ended."""
        tracked, source = self._feeds[feed], self._sources.get(peer)
        if tracked.tried is not None and source is not None:
            tracked.tried.setdefault(peer, Ranges()).add(first, last)
            source.feeds.add(feed)

    def wants_up_to(self, feed: bytes, last: int) -> bool:
        """Whether an entry of this number is asked for, where it is not held."""
        return self.wants(feed) and last <= self._feeds[feed].ceiling

    def offering(self, feed: bytes) -> list[str]:
        """The peers that offer some of a feed."""
        return [peer for peer in self._feeds[feed].offers if peer in self._sources]

    def wants(self, feed: bytes) -> bool:
        """Whether more of this feed is asked for."""
        tracked = self._feeds.get(feed)
        return tracked is not None and tracked.wanted

    def held(self, feed: bytes) -> Ranges:
        """The ranges that are held of a tracked feed; the live object, not a copy."""
        return self._feeds[feed].held

    def withhold(self, feed: bytes, numbers: Iterable[Range]) -> bool:
        """Of what is held of a feed these entries are not passed on, and no others. True where
        some are passed on that were not."""
        tracked = self._feeds[feed]
        before, tracked.withheld = tracked.withheld, Ranges(numbers) or None
        if before is None:
            return False
        return before.highest_outside(*filter(None, [tracked.withheld])) is not None

    def withhold_more(self, feed: bytes, numbers: Iterable[Range]) -> None:
        """These entries are not passed on, either."""
        tracked = self._feeds[feed]
        tracked.withheld = Ranges([*(tracked.withheld or ()), *numbers]) or None

    def blank(self, feed: bytes, numbers: Iterable[Range]) -> bool:
        """Of what is held of a feed the bodies of these entries were taken back, and of no others.
        True where there are more of them than before."""
        tracked = self._feeds[feed]
        before, tracked.blank = tracked.blank or Ranges(), Ranges(numbers) or None
        return tracked.blank is not None and tracked.blank.highest_outside(before) is not None

    def blank_more(self, feed: bytes, numbers: Iterable[Range]) -> None:
        """The bodies of these were taken back, too."""
        tracked = self._feeds[feed]
        tracked.blank = Ranges([*(tracked.blank or ()), *numbers]) or None

    def passed_on(self, feed: bytes, *, blank: bool) -> Ranges:
        """The ranges of a tracked feed that are held and passed on, with or without those whose
        bodies were taken back; not to be changed."""
        tracked = self._feeds[feed]
        left_out = tracked.withheld
        if not blank and tracked.blank is not None:
            left_out = Ranges([*(left_out or ()), *tracked.blank])
        return tracked.held if left_out is None else tracked.held.without(left_out)

    def has(self, feed: bytes, first: int, last: int) -> bool:
        """Whether all of first..last of a feed is held."""
        return feed in self._feeds and self._feeds[feed].held.covers(first, last)

    def holds(self, feed: bytes, first: int, last: int) -> None:
        """Note that first..last is held now."""
        tracked = self._feeds.get(feed)
        if tracked is not None:
            self.version += 1
            tracked.version = self.version
            tracked.hold(first, last)

    def __contains__(self, feed: bytes) -> bool:
        return feed in self._feeds

    # --- what is on its way ------------------------------------------------------------

    def has_or_expects(self, feed: bytes, first: int, last: int) -> bool:
        """Whether all of first..last is held or on its way."""
        tracked = self._feeds[feed]
        return covered(first, last, tracked.held, tracked.asked)

    def reserve(self, feed: bytes, first: int, last: int) -> None:
        """first..last came unasked and is being stored: ask nobody for it meanwhile."""
        self._feeds[feed].expect(first, last)

    def released(self, feed: bytes, first: int, last: int) -> list[str]:
        """first..last is no longer on its way. Returns the peers that have work now."""
        return self._free(feed, first, last)

    def is_complete(self, feed: bytes) -> bool:
        """Whether nothing of the feed is on its way."""
        return feed in self._feeds and not self._feeds[feed].asked

    def completed(self) -> list[bytes]:
        """The feeds of which the last that was on its way has come, since the last call."""
        found = list(self._completed)
        self._completed.clear()
        return found

    def _free(self, feed: bytes, first: int, last: int) -> list[str]:
        tracked = self._feeds.get(feed)
        if tracked is None:
            return []
        tracked.release(first, last)
        if not tracked.asked:
            self._completed[feed] = None
        return self._look_again(feed)

    def _look_again(self, feed: bytes) -> list[str]:
        """Something of the feed may be to be asked of whoever offers it."""
        woken = self.offering(feed)
        for peer in woken:
            self._sources[peer].queue[feed] = None
        return woken


def _certain(held: Iterable[Range], last: int, forked_at: int | None) -> Iterator[Range]:
    """The ranges that are held for certain of a feed that ends with `last`: the stretch that ends
    there, and what lies below any fork. The rest may be of another branch, and is asked for again,
    with a window below the fork: by how much that branch differs is not known before."""
    sure = last
    if forked_at is not None and forked_at <= last:
        sure = max(0, forked_at - 1 - FIRST_WINDOW)
    for first, top in held:
        if top == last or first <= sure:
            yield first, top if top == last else min(top, sure)
