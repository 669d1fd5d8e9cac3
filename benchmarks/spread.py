"""The spread of one post over whole arrays of homes, as gossip passes it on.

What is modelled is `sayso_protocol.sync.gossip` with `Prune`, `Graft` and `Heights`: at first every
home pushes to all its peers that have not sent it the post. Whoever has it already prunes, so that
what is left is a tree, both ways along each branch. From then on links off the tree carry heights,
up to ANNOUNCE_EVERY_MS late, and who lacks a post that is announced asks for it, stores it, and
offers it (`Have`) to all that have not told of it. `tests/node/sim/test_spread.py` holds this to
the simulator, home by home.

Times are counted in `UNIT_MS` and looked at in steps shorter than any post can travel. Of a step
everything is known when its turn comes, so each home is looked at once. For each home there is one
number of 32 bits: 16 of time, one that says that the post was asked for, 7 of hops, and 8 of the
link that brought it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeAlias

import numpy as np

UNIT_MS: Final = 0.1
NEVER: Final = 0xFFFFFFFF
HUB: Final = 254
"""The link of a home to its hub."""
AUTHOR: Final = 255
HOME_BITS: Final = 40
ASKED: Final = 1 << 15
HUB_ASKED: Final = np.uint64(1 << (HOME_BITS + 7))
LATEST: Final = 45_000
"""Beyond this the next times might not fit into 16 bits."""
CHUNK: Final = 1 << 18

# Arrays of numbers of homes (int64), of times in units (uint32), of truths (bool), of times with
# more beside them (uint64). Types are checked where numpy is not installed, too.
Homes: TypeAlias = Any
Units: TypeAlias = Any
Whether: TypeAlias = Any
Words: TypeAlias = Any


def units(milliseconds: float) -> int:
    """A time in units."""
    return round(milliseconds / UNIT_MS)


def until_announced(ticks: Units, since: Units, *, tick: int, late: int) -> Units:
    """The time until a home announces what it has `since`: `late`, or at its next tick, of which
    there is one each `tick`, the first at `ticks`."""
    left = (ticks + np.uint32(16 * tick) - since) % np.uint32(tick)
    return np.minimum(left, np.uint32(late))


class Graph(Protocol):
    """Homes numbered from 0, each with the same number of links, of which some may be unused."""

    homes: int
    links: int
    least_wire: int
    """The shortest way of all."""

    def ends(self, link: int, homes: Homes) -> Homes:
        """The home at the far end of this link of each, -1 where there is none."""

    def backs(self, link: int, homes: Homes) -> int | Homes:
        """The number that this link has at its far end."""

    def wires(self, link: int, homes: Homes, ends: Homes) -> Units:
        """The way over this link, the same in both directions."""

    def lines(self, homes: Homes) -> Units:
        """The time until a post is out of the house, behind those to other peers."""

    def lates(self, homes: Homes, since: Units) -> Units:
        """The time from `since` until heights are announced."""


@dataclass(frozen=True, slots=True)
class Hubs:
    """So many hubs; home i is at hub i modulo `count`. A hub sends to its homes one after another,
    each push takes `push` thousandths of a unit, and `hop` to take a post in."""

    count: int
    hop: int
    push: int
    least_wire: int
    late: int
    wires: Callable[[Homes], Units]


@dataclass(slots=True)
class Tree:
    """For each home the link that its branch is; for each hub the home that brings it posts."""

    links: Any
    hubs: Homes


@dataclass(slots=True)
class Tally:
    """The costs of one post."""

    pushes: Units = field(default_factory=lambda: np.zeros(256, np.uint32))
    """Homes by how many peers they push to."""
    silent: int = 0
    """Homes that neither push nor offer it."""
    sends: int = 0
    announcements: int = 0
    offers: int = 0
    asks: int = 0
    author_pushes: int = 0
    author_announcements: int = 0
    hub_pushes: int = 0
    most_hub_pushes: int = 0
    hub_announcements: int = 0
    hub_offers: int = 0
    hub_asks: int = 0


class Sent:
    """The frames that some homes send; `asked` are those that got the post by asking."""

    def __init__(self, homes: Homes, asked: Whether) -> None:
        self.homes, self.asked = homes, asked
        self.pushes = np.zeros(len(homes), np.uint8)
        self.heights = np.zeros(len(homes), np.uint8)
        self.offers = np.zeros(len(homes), np.uint8)

    def tell(self, mine: Whether) -> None:
        """Over one link: a height, or an offer."""
        self.offers += mine & self.asked
        self.heights += mine & ~self.asked


class Spread:
    """One post of home 0 on its way; `run` once, then read."""

    def __init__(
        self,
        graph: Graph,
        hop: int,
        gone: Callable[[Homes], Whether],
        *,
        hubs: Hubs | None = None,
        tree: Tree | None = None,
        author: int = 0,
    ) -> None:
        self._graph, self._hop, self._gone = graph, hop, gone
        self._hubs, self._tree, self._author = hubs, tree, author
        self.first = np.full(graph.homes, NEVER, np.uint32)
        self._asks = np.full(graph.homes if tree else 0, NEVER, np.uint32)
        count = hubs.count if hubs else 0
        self.hub_first = np.full(count, np.iinfo(np.uint64).max, np.uint64)
        self._hub_asks = self.hub_first.copy()
        self._last = 0
        self.tally = Tally()

    def run(self) -> Spread:
        """Until nothing is on its way any more."""
        step = self._hop + self._graph.least_wire
        if self._hubs is not None:
            step = min(step, self._hubs.least_wire + min(self._hop, self._hubs.hop))
        self.first[self._author] = AUTHOR
        at = 0
        while at <= self._last:
            if at > LATEST:
                raise OverflowError("a post takes longer than 16 bits of tenths of ms can count")
            for homes in _within(self.first, at, at + step):
                self._pass_on(homes)
            if self._hubs is not None:
                self._hubs_pass_on(at, at + step)
            if self._tree is not None:
                for homes in _within(self._asks, at, at + step):
                    self._ask(homes)
                self._hubs_ask(at, at + step)
            at += step
        return self

    def tree(self) -> Tree:
        """The branches that are left once whoever had the post has pruned."""
        links = np.empty(self._graph.homes, np.uint8)
        for lo in range(0, len(links), CHUNK):
            links[lo : lo + CHUNK] = self.first[lo : lo + CHUNK] & 0xFF
        return Tree(links, (self.hub_first & ((1 << HOME_BITS) - 1)).astype(np.int64))

    # --- homes -----------------------------------------------------------------------------

    def _pass_on(self, homes: Homes) -> None:
        graph, packed = self._graph, self.first[homes]
        since, hops = packed >> 16, (packed >> 8 & 0x7F) + 1
        lines = graph.lines(homes)
        sent = Sent(homes, (packed & ASKED) != 0)
        lates = np.where(sent.asked, 0, graph.lates(homes, since)) if self._tree else None
        for link in range(graph.links):
            ends, backs = graph.ends(link, homes), graph.backs(link, homes)
            theirs = self.first[ends]
            ways = graph.wires(link, homes, ends)
            heard = (theirs >> 16) + graph.lines(ends) + ways
            push = (ends >= 0) & ~self._gone(ends)
            ways += lines
            if self._tree is not None and lates is not None:
                branches = (self._tree.links[homes] == link) | (self._tree.links[ends] == backs)
                at_once = branches | ((theirs & ASKED) != 0)
                heard += np.where(at_once, 0, graph.lates(ends, theirs >> 16)).astype(np.uint32)
                tell = push & (heard > since)
                push = tell & branches & ~sent.asked
                tell &= ~push
                sent.tell(tell)
                told = (since + lates + ways).astype(np.uint32)
                tell &= (theirs >> 16) > told + np.uint32(self._hop)
                self._reach(self._asks, ends, (told, hops, backs), tell)
            else:
                push &= heard > since
            sent.pushes += push
            arrival = since + ways + np.uint32(self._hop)
            self._reach(self.first, ends, (arrival, hops, backs), push & (arrival < theirs >> 16))
        if self._hubs is not None:
            self._tell_hubs(sent, since, hops, lines)
        self._count(sent)

    def _reach(
        self, array: Units, ends: Homes, how: tuple[Units, Units, int | Homes], mine: Whether
    ) -> None:
        """These homes have the post, or hear of it, then; where that is sooner than before."""
        at, hops, links = how
        word = (at << 16 | hops << 8 | links).astype(np.uint32)[mine]
        if len(word):
            np.minimum.at(array, ends[mine], word)
            self._last = max(self._last, int(word.max()) >> 16)

    def _ask(self, homes: Homes) -> None:
        """Who lacks a post and is not being given it asks whoever announced it first."""
        packed = self._asks[homes]
        heard, links = packed >> 16, packed & 0xFF
        lacking = (self.first[homes] >> 16) > heard + self._hop
        self.tally.asks += int(lacking.sum())
        for link in np.unique(links[lacking]).tolist():
            mine = lacking & (links == link)
            some = homes[mine]
            if link == HUB:
                assert self._hubs is not None
                ways = 2 * self._hubs.wires(some)
            else:
                ends = self._graph.ends(link, some)
                ways = 2 * self._graph.wires(link, some, ends) + self._graph.lines(ends)
            arrival = heard[mine] + ways + np.uint32(self._hop)
            how = arrival, packed[mine] >> 8 & 0x7F | 0x80, link
            self._reach(self.first, some, how, np.ones(len(some), np.bool_))

    def _count(self, sent: Sent) -> None:
        tally = self.tally
        tally.pushes += np.bincount(sent.pushes, minlength=256).astype(np.uint32)
        tally.sends += int(sent.pushes.sum(dtype=np.int64))
        tally.announcements += int(sent.heights.sum(dtype=np.int64))
        tally.offers += int(sent.offers.sum(dtype=np.int64))
        tally.silent += len(sent.homes) - int(np.count_nonzero(sent.pushes + sent.offers))
        at = np.flatnonzero(sent.homes == self._author)
        if len(at):
            tally.author_pushes = int(sent.pushes[at[0]])
            tally.author_announcements = int(sent.heights[at[0]])

    # --- hubs ------------------------------------------------------------------------------

    def _tell_hubs(self, sent: Sent, since: Units, hops: Units, lines: Units) -> None:
        assert self._hubs is not None
        homes, hubs = sent.homes, sent.homes % self._hubs.count
        theirs = self.hub_first[hubs]
        wires = self._hubs.wires(homes)
        # A hub that has it sends it to all its homes, in turn.
        heard = (theirs >> np.uint64(48)) + self._turns(homes) + wires
        push = (self.first[homes] & 0xFF) != HUB
        if self._tree is None:
            push &= heard > since
        else:
            branches = (self._tree.links[homes] == HUB) | (self._tree.hubs[hubs] == homes)
            at_once = branches | (theirs & HUB_ASKED != 0)
            tell = push & (heard + np.where(at_once, 0, self._hubs.late).astype(np.uint64) > since)
            push = tell & branches & ~sent.asked
            tell &= ~push
            sent.tell(tell)
            lates = np.where(sent.asked, 0, self._graph.lates(homes, since))
            self._hear(self._hub_asks, hubs, homes, since + lines + wires + lates, hops, tell)
        sent.pushes += push
        arrival = since + lines + wires + np.uint32(self._hubs.hop)
        self._hear(self.hub_first, hubs, homes, arrival, hops, push)

    def _hear(
        self,
        array: Words,
        hubs: Homes,
        homes: Homes,
        at: Units,
        hops: Units,
        mine: Whether,
    ) -> None:
        word = at.astype(np.uint64) << np.uint64(48) | hops.astype(np.uint64) << np.uint64(
            HOME_BITS
        )
        word |= homes.astype(np.uint64)
        mine = mine & (word < array[hubs])
        if mine.any():
            np.minimum.at(array, hubs[mine], word[mine])
            self._last = max(self._last, int(at[mine].max()))

    def _turns(self, homes: Homes) -> Units:
        assert self._hubs is not None
        return ((homes // self._hubs.count) * self._hubs.push // 1000).astype(np.uint32)

    def _hubs_pass_on(self, lo: int, hi: int) -> None:
        assert self._hubs is not None
        since = (self.hub_first >> np.uint64(48)).astype(np.int64)
        for hub in np.flatnonzero((since >= lo) & (since < hi)).tolist():
            homes = np.arange(hub, self._graph.homes, self._hubs.count, dtype=np.int64)
            homes = homes[~self._gone(homes)]
            self._hub_passes_on(hub, int(since[hub]), homes)

    def _hub_passes_on(self, hub: int, since: int, homes: Homes) -> None:
        assert self._hubs is not None
        packed, mine = self.first[homes], int(self.hub_first[hub])
        hops = np.full(len(homes), (mine >> HOME_BITS & 0x7F) + 1, np.uint32)
        wires, tally = self._hubs.wires(homes), self.tally
        heard = (packed >> 16) + self._graph.lines(homes) + wires
        push = homes != mine & ((1 << HOME_BITS) - 1)
        turns = self._turns(homes)
        if self._tree is None:
            push &= heard > since
        else:
            branches = (self._tree.links[homes] == HUB) | (self._tree.hubs[hub] == homes)
            at_once = branches | ((packed & ASKED) != 0)
            lates = np.where(at_once, 0, self._graph.lates(homes, packed >> 16))
            asked = bool(mine & int(HUB_ASKED))
            tell = push & (heard + lates > since)
            push = tell & branches & (not asked)
            tell &= ~push
            if asked:
                tally.hub_offers += int(tell.sum())
            else:
                tally.hub_announcements += int(tell.sum())
            told = wires + np.uint32(since + (0 if asked else self._hubs.late))
            tell &= (packed >> 16) > told + np.uint32(self._hop)
            self._reach(self._asks, homes, (told, hops, HUB), tell)
            turns = (np.cumsum(push) * self._hubs.push // 1000).astype(np.uint32)
        count = int(push.sum())
        tally.hub_pushes += count
        tally.most_hub_pushes = max(tally.most_hub_pushes, count)
        arrival = wires + turns + np.uint32(since + self._hop)
        self._reach(self.first, homes, (arrival, hops, HUB), push & (arrival < packed >> 16))

    def _hubs_ask(self, lo: int, hi: int) -> None:
        if self._hubs is None:
            return
        heard = (self._hub_asks >> np.uint64(48)).astype(np.int64)
        held = (self.hub_first >> np.uint64(48)).astype(np.int64)
        asking = np.flatnonzero((heard >= lo) & (heard < hi) & (held > heard + self._hubs.hop))
        self.tally.hub_asks += len(asking)
        word = self._hub_asks[asking]
        homes = (word & np.uint64((1 << HOME_BITS) - 1)).astype(np.int64)
        ways = 2 * self._hubs.wires(homes) + self._graph.lines(homes)
        at = (heard[asking] + ways + self._hubs.hop).astype(np.uint32)
        hops = (word >> np.uint64(HOME_BITS) & np.uint64(0x7F)).astype(np.uint32) | np.uint32(0x80)
        self._hear(self.hub_first, asking, homes, at, hops, np.ones(len(asking), np.bool_))


def _within(packed: Units, lo: int, hi: int) -> Iterator[Homes]:
    """The homes whose time is lo or later and before hi, some at a time."""
    for at in range(0, len(packed), CHUNK):
        part = packed[at : at + CHUNK]
        found = np.flatnonzero((part >= lo << 16) & (part < hi << 16))
        if len(found):
            yield found.astype(np.int64) + at
