"""Which ranges of which feeds to ask of which peer: newest first, each range of one peer.

Pure bookkeeping. Every feed has what is held, what is asked for, and what each peer says
it has; a peer is asked for the highest stretch that it has and nobody was asked for. New
feeds come first and little by little, so that everything shows its latest entries before
anything shows its past. What a peer did not say, but most likely has, is a guess: asked for
last, and dropped at the first answer that it is wrong.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .limits import (
    ASK_ENTRIES,
    FIRST_WINDOW,
    LIVE_ENTRIES,
    MAX_OPEN_REQUESTS,
    MAX_RUN_ENTRIES,
    MAX_SEQ,
    SECOND_SOURCE_MS,
)
from .ranges import Range, Ranges

Window = tuple[bytes, int, int]
"""Feed, first and last sequence number."""

MAX_WINDOWS = MAX_OPEN_REQUESTS // 2
"""Windows of one peer that are open at a time."""


@dataclass(slots=True)
class _Feed:
    held: Ranges
    wanted: bool = True
    asked: Ranges = field(default_factory=Ranges)
    offers: dict[str, Ranges] = field(default_factory=dict)
    guesses: dict[str, Ranges] = field(default_factory=dict)
    doubled: Counter[int] = field(default_factory=Counter)
    """Entries that are on their way more than once, and how often beside the first."""
    doubled_at: dict[int, int] = field(default_factory=dict)
    """When a further peer was asked for them last."""
    ceiling: int = MAX_SEQ
    """Highest number that is asked for: what lies above does not count, or is past a fork."""
    tried: dict[str, Ranges] | None = None
    """Of a feed that has ended: what each peer has answered since anything was taken of it. It
    may have been another branch, of which the peer does not know yet that it does not count."""
    version: int = 0
    """That of the fetcher when it heard last of something that is held now."""

    def gap(self, peer: str, known: Ranges) -> Range | None:
        """The highest stretch of what a peer has (or is guessed to have) to ask it for."""
        if self.ceiling < MAX_SEQ:
            known = known.within(1, self.ceiling)
        tried = (self.tried or {}).get(peer)
        others = (self.held, self.asked) if tried is None else (self.held, self.asked, tried)
        return known.highest_outside(*others)

    def expect(self, first: int, last: int, now_ms: int | None = None) -> None:
        """first..last is on its way, perhaps once more, then since `now_ms`."""
        for start, end in self.asked.within(first, last):
            again = range(start, end + 1)
            self.doubled.update(again)
            if now_ms is not None:
                self.doubled_at |= dict.fromkeys(again, now_ms)
        self.asked.add(first, last)

    def release(self, first: int, last: int) -> None:
        """first..last is on its way once less."""
        self.asked.remove(first, last)
        for seq in [seq for seq in self.doubled if first <= seq <= last]:
            self.asked.add(seq, seq)
            self.doubled[seq] -= 1
            if not self.doubled[seq]:
                self._forget(seq)

    def hold(self, first: int, last: int) -> None:
        """first..last is held: whatever is still on its way is not waited for."""
        self.held.add(first, last)
        self.asked.remove(first, last)
        for seq in [seq for seq in self.doubled if first <= seq <= last]:
            self._forget(seq)

    def lately_doubled(self, now_ms: int) -> Ranges:
        """What a further peer was asked for so lately that it may still answer in time."""
        recent = [seq for seq, at in self.doubled_at.items() if now_ms - at <= SECOND_SOURCE_MS]
        return Ranges((seq, seq) for seq in recent)

    def _forget(self, seq: int) -> None:
        del self.doubled[seq]
        self.doubled_at.pop(seq, None)


@dataclass(slots=True)
class _Source:
    """What is going on with one peer."""

    queue: OrderedDict[bytes, None] = field(default_factory=OrderedDict)
    retries: deque[Window] = field(default_factory=deque)
    open: Counter[bytes] = field(default_factory=Counter)
    """Windows that are asked for, by feed."""
    windows: int = 0
    entries: int = 0


class Fetcher:
    """Tracks feeds and peers; `next_windows` says what to ask now."""

    def __init__(self) -> None:
        self._feeds: dict[bytes, _Feed] = {}
        self._sources: dict[str, _Source] = {}
        self._completed: dict[bytes, None] = {}
        self.version = 0
        """Grows with each run that comes to be held."""

    # --- feeds -------------------------------------------------------------------------

    def track(self, feed: bytes) -> None:
        """Keep account of a feed, of which nothing is held if it is new."""
        self._feeds.setdefault(feed, _Feed(Ranges()))

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
        """Whether more of a feed came to be held after the fetcher had this version."""
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
        tracked = self._feeds[feed]
        if tracked.tried is not None:
            tracked.tried.setdefault(peer, Ranges()).add(first, last)

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
        """What is held of a tracked feed; the live object, not a copy."""
        return self._feeds[feed].held

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

    # --- peers -------------------------------------------------------------------------

    def join(self, peer: str) -> None:
        """A peer that may be asked."""
        self._sources[peer] = _Source()

    def leave(self, peer: str, open_windows: Iterable[Window]) -> list[str]:
        """Forget a peer; its open windows go back. Returns the peers that have work now."""
        source = self._sources.pop(peer, None)
        waiting = tuple(source.retries) if source is not None else ()
        woken: list[str] = []
        for feed in self._feeds.values():
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
        source.queue[feed] = None

    def offered(self, peer: str, feed: bytes) -> Ranges:
        """What the peer is known to hold of a feed."""
        tracked = self._feeds.get(feed)
        return tracked.offers.get(peer, Ranges()) if tracked else Ranges()

    def guess_below(self, peer: str, feed: bytes, number: int) -> None:
        """The peer, which offers `number`, most likely has what comes before it, down to what
        it is known to have."""
        tracked, source = self._feeds.get(feed), self._sources.get(peer)
        if tracked is None or source is None:
            return
        gap = tracked.offers[peer].gap_below(number)
        if gap is not None:
            tracked.guesses.setdefault(peer, Ranges()).add(*gap)
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
        """What to ask of the peer now; counted as asked from here on.

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

    def _next_window(self, peer: str, source: _Source) -> Window | None:
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

    def has_or_expects(self, feed: bytes, first: int, last: int) -> bool:
        """Whether all of first..last is held or on its way."""
        tracked = self._feeds[feed]
        if not tracked.asked or tracked.held.covers(first, last):
            return tracked.held.covers(first, last)
        there = Ranges([*tracked.held, *tracked.asked])
        return there.covers(first, last)

    def reserve(self, feed: bytes, first: int, last: int) -> None:
        """first..last came unasked and is being judged: ask nobody for it meanwhile."""
        self._feeds[feed].expect(first, last)

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

    def released(self, feed: bytes, first: int, last: int) -> list[str]:
        """first..last is no longer on its way. Returns the peers that have work now."""
        return self._free(feed, first, last)

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

    def is_complete(self, feed: bytes) -> bool:
        """Whether nothing of the feed is on its way."""
        return feed in self._feeds and not self._feeds[feed].asked

    def completed(self) -> list[bytes]:
        """The feeds of which the last that was on its way has come, since the last call."""
        found = list(self._completed)
        self._completed.clear()
        return found

    def _has_room(self, source: _Source) -> bool:
        return source.windows < MAX_WINDOWS and source.entries < ASK_ENTRIES

    def _search(self, peer: str, source: _Source) -> Window | None:
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
    """What is held for certain of a feed that ends with `last`: the stretch that ends there, and
    what lies below any fork. The rest may be of another branch, and is asked for again, with a
    window below the fork: by how much that branch differs is not known before."""
    sure = last
    if forked_at is not None and forked_at <= last:
        sure = max(0, forked_at - 1 - FIRST_WINDOW)
    for first, top in held:
        if top == last or first <= sure:
            yield first, top if top == last else min(top, sure)


def _bottom(gap: Range, *, fresh: bool) -> int:
    """Where a window ends that begins at the top of a gap. The rest of a feed that is little
    longer than a first window comes with it, instead of costing a further round."""
    first, last = gap
    if not fresh:
        return max(first, last - MAX_RUN_ENTRIES + 1)
    return first if last - first < 2 * FIRST_WINDOW else last - FIRST_WINDOW + 1
