"""Decides which ranges of which feeds to ask of which peer: newest first, each range of one peer.

Pure bookkeeping. Every feed has what is held, what is asked for, and what each peer says
it has; a peer is asked for the highest stretch that it has and nobody was asked for. New
feeds come first and little by little, so that everything shows its latest entries before
anything shows its past. What a peer did not say, but most likely has, is a guess: asked for
last, and dropped at the first answer that it is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ...limits import (
    ASK_ENTRIES,
    FIRST_WINDOW,
    LIVE_ENTRIES,
    MAX_OFFERED_RANGES,
    MAX_OPEN_REQUESTS,
    MAX_RUN_ENTRIES,
)
from ...ranges import Range, Ranges
from .feed_progress import PeerProgress, Window
from .inventory import Inventory

MAX_WINDOWS: Final = MAX_OPEN_REQUESTS // 2
"""Windows of one peer that are open at a time."""


class Scheduler(Inventory):
    """Tracks feeds and peers; `next_windows` says what to ask now."""

    # --- peers -------------------------------------------------------------------------

    def join(self, peer: str) -> None:
        """A peer that may be asked."""
        self._sources[peer] = PeerProgress()

    def leave(self, peer: str, open_windows: Iterable[Window]) -> list[str]:
        """Forget a peer; its open windows go back. Returns the peers that have work now."""
        source = self._sources.pop(peer, None)
        waiting = tuple(source.retries) if source is not None else ()
        woken: list[str] = []
        for feed in [self._feeds[name] for name in source.feeds] if source is not None else ():
            feed.offers.pop(peer, None)
            feed.guesses.pop(peer, None)
            if feed.tried is not None:
                feed.tried.pop(peer, None)
        for name, first, last in (*open_windows, *waiting):
            woken += self._free(name, first, last)
        return list(dict.fromkeys(woken))

    def offer(self, peer: str, feed: bytes, ranges: Iterable[Range]) -> None:
        """The peer says that it holds these ranges, beside what it said before."""
        tracked, source = self._feeds.get(feed), self._sources.get(peer)
        if tracked is None or source is None:
            return
        known = tracked.offers.setdefault(peer, Ranges())
        tried = (tracked.tried or {}).get(peer)
        for first, last in ranges:
            known.add(first, last)
            if tried is not None:
                tried.remove(first, last)
        known.keep_highest(MAX_OFFERED_RANGES)
        source.feeds.add(feed)
        source.queue[feed] = None

    def offered(self, peer: str, feed: bytes) -> Ranges:
        """The ranges that the peer is known to hold of a feed."""
        tracked = self._feeds.get(feed)
        return tracked.offers.get(peer, Ranges()) if tracked else Ranges()

    def offered_feeds(self, peer: str) -> frozenset[bytes]:
        """The feeds of which the peer said that it holds something."""
        source = self._sources.get(peer)
        return frozenset() if source is None else frozenset(source.feeds)

    def offered_count(self, peer: str) -> int:
        """The number of those feeds."""
        source = self._sources.get(peer)
        return 0 if source is None else len(source.feeds)

    def guess_below(self, peer: str, feed: bytes, number: int) -> None:
        """The peer, which offers `number`, most likely has what comes before it, down to what
        it is known to have."""
        tracked, source = self._feeds.get(feed), self._sources.get(peer)
        if tracked is None or source is None:
            return
        gap = tracked.offers[peer].gap_below(number)
        if gap is not None:
            guesses = tracked.guesses.setdefault(peer, Ranges())
            guesses.add(*gap)
            guesses.keep_highest(MAX_OFFERED_RANGES)
            source.queue[feed] = None

    def is_guess(self, peer: str, feed: bytes, last: int) -> bool:
        """Whether the peer never said that it has this entry."""
        return not self.offered(peer, feed).covers(last, last)

    def guessed_wrong(self, peer: str, feed: bytes) -> None:
        """The peer lacks some of what it was guessed to have: guess no more."""
        self._feeds[feed].guesses.pop(peer, None)

    def lacks(self, peer: str, feed: bytes, first: int, last: int) -> None:
        """The peer does not have, or gave badly, what it offered: ask it no more for it."""
        tracked = self._feeds.get(feed)
        if tracked is not None:
            for known in (tracked.offers.get(peer), tracked.guesses.get(peer)):
                if known is not None:
                    known.remove(first, last)

    # --- windows -----------------------------------------------------------------------

    def next_windows(self, peer: str) -> list[Window]:
        """The windows to ask of the peer now; counted as asked from here on.

        Many at a time, once half of what may be under way has come: a frame for each window
        would cost both sides more than the window.
        """
        source = self._sources[peer]
        chosen: list[Window] = []
        is_busy = source.windows > MAX_WINDOWS // 2 or source.entries > ASK_ENTRIES // 2
        if is_busy and not source.retries:
            return chosen
        while self._has_room(source):
            window = self._next_window(peer, source)
            if window is None:
                break
            self._feeds[window[0]].asked.add(window[1], window[2])
            source.open[window[0]] += 1
            source.windows += 1
            source.entries += window[2] - window[1] + 1
            chosen.append(window)
        return chosen

    def _next_window(self, peer: str, source: PeerProgress) -> Window | None:
        while source.retries:
            window = source.retries.popleft()
            if self.wants_up_to(window[0], window[2]) and not self.has(*window):
                return window
            self._free(*window)
        return self._search(peer, source)

    def probe(self, peer: str, feed: bytes, seq: int) -> Window:
        """Ask the peer for an entry although it is held: it may have another one."""
        source = self._sources[peer]
        source.open[feed] += 1
        source.windows += 1
        source.entries += 1
        return feed, seq, seq

    def closed(self, peer: str, window: Window) -> None:
        """An ask of the peer was answered or given up; its range is still marked as asked
        until `released` says otherwise."""
        source = self._sources.get(peer)
        if source is not None:
            source.open[window[0]] -= 1
            if not source.open[window[0]]:
                del source.open[window[0]]
            source.windows -= 1
            source.entries -= window[2] - window[1] + 1
            source.queue[window[0]] = None

    def sources(self, feed: bytes) -> list[str]:
        """The peers that offer some of a feed and are not asked for any of it now."""
        offers = self._feeds[feed].offers if self.wants(feed) else ()
        return [peer for peer in offers if feed not in self._sources[peer].open]

    def second_source(
        self, feed: bytes, first: int, last: int, peers: Iterable[str], now_ms: int
    ) -> tuple[str, Window] | None:
        """An ask for first..last waits for long. Find one of the `sources` given that has some
        of it too, at the live end, and plan to ask it next; returns it, and for what."""
        for peer in peers:
            tracked = self._feeds[feed]
            offered = tracked.offers[peer]
            live = offered.within(max(first, offered.last - LIVE_ENTRIES + 1), last)
            gap = live.highest_outside(tracked.held, tracked.lately_doubled(now_ms))
            if gap is not None:
                tracked.expect(*gap, now_ms)
                self._sources[peer].retries.append((feed, *gap))
                return peer, (feed, *gap)
        return None

    def split(self, peer: str, window: Window) -> None:
        """Ask the peer for a refused window again, in halves; a single entry not again."""
        feed, first, last = window
        source = self._sources.get(peer)
        if source is None or feed not in self._feeds or first == last:
            self.lacks(peer, feed, first, last)
            return
        middle = (first + last) // 2
        source.retries += ((feed, middle + 1, last), (feed, first, middle))
        self._feeds[feed].asked.add(first, last)

    def is_idle(self, peer: str) -> bool:
        """Whether nothing is asked of the peer and nothing is left to ask of it."""
        source = self._sources.get(peer)
        return source is None or not (source.windows or source.queue or source.retries)

    def _has_room(self, source: PeerProgress) -> bool:
        return source.windows < MAX_WINDOWS and source.entries < ASK_ENTRIES

    def _search(self, peer: str, source: PeerProgress) -> Window | None:
        while source.queue:
            feed, _ = source.queue.popitem(last=False)
            tracked = self._feeds.get(feed)
            if tracked is None or not tracked.wanted or peer not in tracked.offers:
                continue
            gap = tracked.gap(peer, tracked.offers[peer])
            if gap is None and peer in tracked.guesses:
                gap = tracked.gap(peer, tracked.guesses[peer])
            if gap is None:
                continue
            source.queue[feed] = None  # behind the others: it may have more to ask for
            fresh = not tracked.held and not tracked.asked
            return feed, _bottom(gap, fresh=fresh), gap[1]
        return None


def _bottom(gap: Range, *, fresh: bool) -> int:
    """The end of a window that begins at the top of a gap. The rest of a feed that is little
    longer than a first window comes with it, instead of costing a further round."""
    first, last = gap
    if not fresh:
        return max(first, last - MAX_RUN_ENTRIES + 1)
    return first if last - first < 2 * FIRST_WINDOW else last - FIRST_WINDOW + 1
