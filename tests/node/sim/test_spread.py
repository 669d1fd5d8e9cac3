"""The arithmetic of `benchmarks.broadcast` comes to what the simulator comes to, home by home."""

from __future__ import annotations

from collections import Counter
from functools import cache, partial
from random import Random
from typing import Any

import pytest
from tests.budget import long

from sayso_node.sim.machine.slow_ingest import COMMIT_US, ENTRY_US
from sayso_node.sim.machine.ticker import TICK_US
from sayso_node.sim.pipe import Quality
from sayso_node.sim.scenario import parse
from sayso_node.sim.simulation import Simulation
from sayso_protocol.limits import ANNOUNCE_EVERY_MS, PRUNE_EVERY_MS

np = pytest.importorskip("numpy", reason="numpy is not installed")

from benchmarks.broadcast import RandomLinks  # noqa: E402
from benchmarks.spread import Hubs, Spread, Tree, until_announced  # noqa: E402

HOMES = 300
LINKS = 8
UNIT_US = 50
"""So that a hop of the simulator is a whole number of units."""
HOP = (COMMIT_US + ENTRY_US) // UNIT_US
LATE = ANNOUNCE_EVERY_MS * 1000 // UNIT_US
TICK = TICK_US // UNIT_US
NO_TICK = 2 * TICK
EVERY_SECONDS = 2 * PRUNE_EVERY_MS // 1000
POSTS = 4
"""As many as it takes until nobody is pushed a copy."""
BEGIN_SECONDS = 12
SCENARIO = f"""
about = "one author, whom all follow"
nodes = {HOMES}
seconds = {BEGIN_SECONDS + EVERY_SECONDS * (POSTS + 1)}

[topology]
kind = "random"
degree = {LINKS}

[load]
authors = 1
history = 1
posts_per_minute = 0
"""


class Network:
    """The lines of a simulated world, as the arithmetic sees them."""

    def __init__(self, homes: int, lines: dict[tuple[int, int], int], ticks: Any) -> None:
        used = Counter(home for edge in lines for home in edge)
        self.homes, self.links, self.ticks = homes, max(used.values()), ticks
        self._ends = np.full((homes, self.links), -1, np.int64)
        self._backs = np.zeros((homes, self.links), np.int64)
        self._wires = np.zeros((homes, self.links), np.uint32)
        self.least_wire = min(lines.values())
        used.clear()
        for edge, wire in lines.items():
            for one, other in (edge, edge[::-1]):
                self._ends[one, used[one]] = other
                self._backs[one, used[one]] = used[other]
                self._wires[one, used[one]] = wire
            used.update(edge)

    def ends(self, link: int, homes: Any) -> Any:
        return self._ends[homes, link]

    def backs(self, link: int, homes: Any) -> Any:
        return self._backs[homes, link]

    def wires(self, link: int, homes: Any, ends: Any) -> Any:
        return self._wires[homes, link]

    def lines(self, homes: Any) -> Any:
        return np.zeros(len(homes), np.uint32)

    def lates(self, homes: Any, since: Any) -> Any:
        soon = until_announced(self.ticks[homes], since, tick=TICK, late=LATE)
        return np.where(self.ticks[homes] == NO_TICK, LATE, soon).astype(np.uint32)


class Simulated:
    """A world in which one author posts now and then, and some leave before the last post."""

    def __init__(self, left: float, seed: int) -> None:
        self._simulation = Simulation(parse("spread", SCENARIO), HOMES, seed)
        self.world = world = self._simulation.world
        [self.author] = world.authors
        chance = Random(seed)
        self.wires = {edge: chance.randrange(300, 2400) for edge in world.plan.edges}
        for edge, wire in self.wires.items():
            world.network._lines[edge] = Quality(wire * UNIT_US, 0, 10**9, 0.0)
        others = [home for home in range(HOMES) if home != self.author]
        self.left = set(chance.sample(others, round(left * HOMES)))
        self.posted: list[int] = []
        self.stored: list[dict[int, int]] = []
        self.frames: list[Counter[tuple[str, int]]] = []

    def run(self) -> Simulated:
        monitor, queue = self.world.monitor, self.world.event_queue
        stored, frame = monitor.stored, monitor.frame

        def note_stored(node: int, run: Any) -> None:
            stored(node, run)
            if self.posted:
                self.stored[-1].setdefault(node, queue.now_us)

        def note_frame(node: int, peer: int, kind: str, data: bytes) -> None:
            frame(node, peer, kind, data)
            if self.posted and queue.now_us < self.posted[-1] + 5_000_000:
                self.frames[-1][kind, peer] += 1

        monitor.stored, monitor.frame = note_stored, note_frame
        queue.at((BEGIN_SECONDS - 1) * 1_000_000, self._tell)
        for number in range(POSTS):
            at_us = (BEGIN_SECONDS + number * EVERY_SECONDS) * 1_000_000
            if number == POSTS - 1:
                for home in sorted(self.left):
                    queue.at(at_us - 2_000_000, partial(self.world.stop_node, home))
            queue.at(at_us, self._post)
        self._simulation.run()
        return self

    def _tell(self) -> None:
        """Everybody was offered the feed, as in a session before: else a first post is, too."""
        feed = self.world.authors[self.author].feed
        for node in self.world.online.values():
            for peer in node.replica.peers.values():
                peer.gossip.told.add(feed)

    def _post(self) -> None:
        self.posted.append(self.world.event_queue.now_us)
        self.stored.append({self.author: self.posted[-1]})
        self.frames.append(Counter())
        self.ticks = np.zeros(HOMES, np.uint32)
        for home, node in self.world.online.items():
            self.ticks[home] = (node._ticker._tick_us - self.posted[-1]) // UNIT_US % TICK
        assert self._simulation._publish(self.world.online[self.author])

    def times(self, number: int) -> dict[int, int]:
        """When each home that had not left had the post, in units after it was published."""
        since = self.posted[number]
        away = self.left if number == POSTS - 1 else set()
        found = self.stored[number].items()
        return {home: (at - since) // UNIT_US for home, at in found if home not in away}

    def sent(self, number: int, kind: str) -> int:
        frames = self.frames[number].items()
        return sum(count for (what, _), count in frames if what == kind)

    def spread(self, left: bool, tree: Tree | None = None, earlier: int = 0) -> Spread:
        gone = np.zeros(HOMES, np.bool_)
        gone[sorted(self.left) if left else []] = True
        network = Network(HOMES, self.wires, (self.ticks + earlier) % TICK)
        return Spread(network, HOP, lambda homes: gone[homes], tree=tree, author=self.author).run()


@cache
def simulated(left: float, seed: int) -> Simulated:
    return Simulated(left, seed).run()


def times(spread: Spread) -> dict[int, int]:
    found = spread.first.tolist()
    return {home: one >> 16 for home, one in enumerate(found) if one != 0xFFFFFFFF}


@pytest.mark.parametrize(
    ("left", "seed"), [(0.1, 1), pytest.param(0.0, 1, marks=long), pytest.param(0.1, 2, marks=long)]
)
def test_each_home_has_a_post_when_it_has_it_in_the_simulator(left: float, seed: int) -> None:
    world = simulated(left, seed)
    flood = world.spread(left=False)
    assert times(flood) == world.times(0) and len(times(flood)) == HOMES
    pushes = {peer: count for (kind, peer), count in world.frames[0].items() if kind == "Entries"}
    assert flood.tally.sends == sum(pushes.values()) == world.sent(0, "Prune") + HOMES - 1
    assert flood.tally.author_pushes == pushes[world.author]

    later = world.spread(left=True, tree=flood.tree())
    assert times(later) == world.times(POSTS - 1)
    assert len(times(later)) == HOMES - len(world.left)
    tally, last = later.tally, POSTS - 1
    assert (tally.announcements, tally.asks) == (
        world.sent(last, "Heights"),
        world.sent(last, "Get"),
    )
    assert tally.sends + tally.asks == world.sent(last, "Entries")
    assert tally.author_pushes == world.frames[last]["Entries", world.author]
    if left:
        # The simulator has a few offers more, which change nothing.
        assert tally.asks and 0 <= world.sent(last, "Have") - tally.offers < HOMES // 4
    else:
        assert (tally.sends, tally.asks) == (HOMES - 1, 0)


def test_announcements_at_another_time_would_be_seen() -> None:
    """A control: with other ticks than the simulator's repairs come at other times."""
    world = simulated(0.1, 1)
    tree = world.spread(left=False).tree()
    later = world.spread(left=True, tree=tree, earlier=TICK // 2)
    assert times(later) != world.times(POSTS - 1)


def test_hubs_are_homes_with_many_links() -> None:
    """Hubs as a part of the arithmetic, and hubs as homes like all others, come to the same."""
    homes, hubs = 400, 4
    plain = RandomLinks(homes, LINKS, 1)
    every = np.arange(homes, dtype=np.int64)
    lines = {}
    for link in range(0, LINKS, 2):
        ends = plain.ends(link, every)
        ways = plain.wires(link, every, ends)
        for one, other, way in zip(every.tolist(), ends.tolist(), ways.tolist(), strict=True):
            if one != other and (other, one) not in lines:
                lines.setdefault((one, other), way)
    ways = plain.hub_wires(every)
    to_hubs = {(home, homes + home % hubs): int(ways[home]) for home in range(homes)}
    ticks = np.random.default_rng(1).integers(0, TICK, homes).astype(np.uint32)
    apart = Network(homes, lines, ticks)
    joined = Network(homes + hubs, lines | to_hubs, np.append(ticks, np.full(hubs, NO_TICK)))
    for share in (0.0, 0.1):
        gone = np.random.default_rng(2).random(homes) < share
        gone[0] = False
        least = int(ways.min())
        kind = Hubs(hubs, HOP, 0, least, LATE, plain.hub_wires)
        all_of_them = np.append(gone, np.zeros(hubs, np.bool_))
        by_array = flood_and_tree(apart, lambda home, away=gone: away[home], kind)
        by_links = flood_and_tree(joined, lambda home, away=all_of_them: away[home], None)
        for one, other in zip(by_array, by_links, strict=True):
            assert times(one) == {h: at for h, at in times(other).items() if h < homes}
            assert (one.hub_first >> np.uint64(48)).tolist() == (other.first[homes:] >> 16).tolist()
            mine, theirs = one.tally, other.tally
            assert mine.sends + mine.hub_pushes == theirs.sends
            assert mine.asks + mine.hub_asks == theirs.asks
            assert mine.offers + mine.hub_offers == theirs.offers
            assert mine.announcements + mine.hub_announcements == theirs.announcements


def flood_and_tree(network: Network, gone: Any, hubs: Hubs | None) -> list[Spread]:
    def nobody(homes: Any) -> Any:
        return np.zeros(len(homes), np.bool_)

    flood = Spread(network, HOP, nobody, hubs=hubs).run()
    return [flood, Spread(network, HOP, gone, hubs=hubs, tree=flood.tree()).run()]


@pytest.mark.parametrize("homes", [1000, 79_200])
def test_links_lead_back(homes: int) -> None:
    links, every = RandomLinks(homes, LINKS, 1), np.arange(homes, dtype=np.int64)
    for link in range(LINKS):
        ends = links.ends(link, every)
        assert sorted(ends.tolist()) == every.tolist()
        back = links.backs(link, every)
        assert (links.ends(back, ends) == every).all()
        assert (links.wires(link, every, ends) == links.wires(back, ends, every)).all()
