"""A post to as many followers as a country has people: what it costs whom, and how long it takes.

    python -m benchmarks.broadcast [--sizes 79200 792000 7920000 79200000] [--picture FILE]

No home is left out: the spread is worked out for each of them, over arrays (`benchmarks.spread`).
Each home has eight links at random; either that is all, or each is also at one of many hubs.
`flood` is the first post of an author, pushed to everybody by everybody, with a share `gone`.
`tree` is each later one, over what is left when copies were pruned, with a share of homes that have
`left` since, whose branches are repaired. Prints one JSON object; the same seed gives the same
figures, apart from `seconds` and `memory_mb`. Progress goes to stderr, `--picture` writes an SVG.
Needs numpy, which is in the group `arrays`.
"""

from __future__ import annotations

import argparse
import json
import math
import resource
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import NormalDist
from typing import Any, Final

import numpy as np

from benchmarks.broadcast_picture import draw
from benchmarks.spread import Homes, Hubs, Spread, Tree, Units, Whether, units, until_announced
from sayso_node.sim.authors import SimAuthor
from sayso_node.sync.engine import TICK_SECONDS
from sayso_protocol.limits import ANNOUNCE_EVERY_MS
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import (
    SYNC_2,
    Ask,
    Entries,
    Frame,
    Get,
    Have,
    Heights,
    Offer,
    height_check,
)
from sayso_storage.memory.store import MemoryStore

SIZES: Final = (79_200, 792_000, 7_920_000, 79_200_000)
LINKS: Final = 8
GONE: Final = 0.1
"""The share of homes that is off when the first post comes."""
LEFT: Final = (0.0, 0.001, 0.02, 0.1)
"""Shares of homes that have left since the tree grew."""
HOMES_A_HUB: Final = 10_000
CHARACTERS: Final = 100
"""Sixteen words."""

WIRE_MS: Final = 45
WIRE_SIGMA: Final = 0.6
"""One way between two homes: a median, and the sigma of a log-normal distribution. To a hub, which
has no line of a home, it is half of it."""
HOP_MS: Final = 12
"""A home verifies, stores and passes on: on the machine of docs/performance.md 1.8 ms, and a phone
or a slow disk takes several times as long."""
HUB_HOP_MS: Final = 3.2
"""The same for a hub, as measured there, p99."""
HUB_PUSH_US: Final = 140
"""Processor time of a node for each peer that a post is pushed to: `benchmarks.push`."""
LINES_MBIT: Final = ((1, 5), (5, 20), (10, 35), (40, 30), (250, 10))
"""Upstream lines of homes, and how many of a hundred have each."""

TABLE: Final = 1 << 12
TICK: Final = units(TICK_SECONDS * 1000)


class RandomLinks:
    """A random graph of which no link is kept: each is a map of all homes onto all homes.

    Home i is linked with a * swap(i) + c modulo the homes, and with the one of which it is that.
    `swap` exchanges homes within blocks, which makes the maps no affine ones.
    """

    def __init__(self, homes: int, links: int, seed: int) -> None:
        self.homes, self.links = homes, links
        rng = Random(f"{seed}/{homes}")
        self._bits = max(1, homes.bit_length() // 2)
        self._whole = homes >> self._bits
        self._maps = []
        for _ in range(links // 2):
            factor = _coprime(homes, rng)
            masks = [rng.getrandbits(self._bits) for _ in range(self._whole)] + [0, 0]
            back = pow(factor, -1, homes)
            self._maps.append((factor, rng.randrange(homes), back, np.array(masks, np.uint64)))
        spread = NormalDist(math.log(WIRE_MS), WIRE_SIGMA)
        points = [math.exp(spread.inv_cdf((at + 0.5) / TABLE)) for at in range(TABLE)]
        self._wires = np.array([units(ms) for ms in points], np.uint32)
        self.least_wire = int(self._wires.min())
        frame_ms = [
            BYTES.post * 8 / 1000 / mbit for mbit, share in LINES_MBIT for _ in range(share)
        ]
        waits = [units(links / 2 * frame_ms[at * 100 // TABLE]) for at in range(TABLE)]
        self._lines = np.array(waits, np.uint32)
        self._ticks = np.array([at * TICK // TABLE for at in range(TABLE)], np.uint32)

    def ends(self, link: int, homes: Homes) -> Homes:
        factor, step, back, masks = self._maps[link >> 1]
        at = homes.view(np.uint64)
        if link & 1:
            at = self._modulo(at + np.uint64(self.homes - step))
            return self._swap(self._modulo(at * np.uint64(back)), masks).view(np.int64)
        at = self._swap(at, masks) * np.uint64(factor) + np.uint64(step)
        return self._modulo(at).view(np.int64)

    def backs(self, link: int, homes: Homes) -> int:
        return link ^ 1

    def wires(self, link: int, homes: Homes, ends: Homes) -> Units:
        return self._wires[_mix(ends if link & 1 else homes, 1 + (link >> 1))]

    def hub_wires(self, homes: Homes) -> Units:
        return self._wires[_mix(homes, 61)] >> 1

    def lines(self, homes: Homes) -> Units:
        return self._lines[_mix(homes, 62)]

    def lates(self, homes: Homes, since: Units) -> Units:
        ticks = self._ticks[_mix(homes, 63)]
        return until_announced(ticks, since, tick=TICK, late=units(ANNOUNCE_EVERY_MS))

    def _swap(self, at: Any, masks: Any) -> Any:
        return at ^ masks[np.minimum(at >> np.uint64(self._bits), np.uint64(self._whole))]

    def _modulo(self, at: Any) -> Any:
        # Dividing by one number for all is a multiplication, a remainder is not.
        return at - at // np.uint64(self.homes) * np.uint64(self.homes)


def _coprime(homes: int, rng: Random) -> int:
    while True:
        factor = rng.randrange(homes // 3, homes)
        if math.gcd(factor, homes) == 1:
            return factor


def _mix(homes: Homes, salt: int) -> Homes:
    """Twelve bits for each home that look like chance."""
    at = homes.astype(np.uint32) + np.uint32(salt * 0x1F123BB5 & 0xFFFFFFFF)
    at = (at ^ at >> np.uint32(16)) * np.uint32(0x9E3779B1)
    at = (at ^ at >> np.uint32(15)) * np.uint32(0x85EBCA77)
    return (at >> np.uint32(20)).astype(np.int64)


def away(share: float, salt: int) -> Any:
    """Says of homes whether they are gone; the author never is."""
    bound = np.uint32(round(share * 2**32))

    def gone(homes: Homes) -> Whether:
        at = homes.astype(np.uint32) + np.uint32(salt * 0x2545F491 & 0xFFFFFFFF)
        at = (at ^ at >> np.uint32(16)) * np.uint32(0x85EBCA77)
        at = (at ^ at >> np.uint32(13)) * np.uint32(0xC2B2AE3D)
        found: Whether = ((at ^ at >> np.uint32(16)) < bound) & (homes != 0)
        return found

    return gone


@dataclass(frozen=True, slots=True)
class FrameBytes:
    """The frames about one post, as they are encoded; before encryption and packets."""

    post: int
    height: int
    offer: int
    get: int

    @classmethod
    def measure(cls) -> FrameBytes:
        """Of a post of sixteen words, made and signed as any other."""
        author, store = SimAuthor(1, 0, (CHARACTERS, CHARACTERS), Random(1)), MemoryStore(bytes(16))
        author.begin(store, 1)
        author.post(store, 1, 2)
        raw = store.load(author.feed, 1, 1)
        assert raw is not None
        heights = Heights([(author.feed, 1)], [height_check(raw.signatures[-1])])
        offer = Have([Offer(author.grant.wire, [(1, 1)])], more=False)
        frames: list[Frame] = [Entries(0, raw), heights, offer, Get([Ask(1, author.feed, 1, 1)])]
        return cls(*(len(encode_frame(frame, SYNC_2)) for frame in frames))


BYTES: Final = FrameBytes.measure()


# --- figures -------------------------------------------------------------------------------


class Broadcast:
    """All that is worked out for one size and network."""

    def __init__(self, homes: int, network: str, homes_a_hub: int, seed: int) -> None:
        self._graph = RandomLinks(homes, LINKS, seed)
        self._network = network
        self._hubs: Hubs | None = None
        if network == "hubs":
            self._hubs = Hubs(
                max(1, homes // homes_a_hub),
                units(HUB_HOP_MS),
                units(HUB_PUSH_US),  # of a thousandth of a millisecond each: thousandths of units
                self._graph.least_wire >> 1,
                units(ANNOUNCE_EVERY_MS),
                self._graph.hub_wires,
            )

    def figures(self, gone: float, left: Sequence[float]) -> list[dict[str, Any]]:
        """The first post, with a share of homes gone and with none, and later ones after so many
        have left."""
        found = [self._run("flood", gone)[0]] if gone else []
        full, tree = self._run("flood", 0)
        found.append(full)
        found += [self._run("tree", share, tree)[0] for share in left]
        return found

    def _run(self, way: str, share: float, tree: Tree | None = None) -> tuple[dict[str, Any], Tree]:
        began = time.perf_counter()
        gone = away(share, 1)
        spread = Spread(self._graph, units(HOP_MS), gone, hubs=self._hubs, tree=tree).run()
        result = {
            "homes": self._graph.homes,
            "hubs": self._hubs.count if self._hubs else 0,
            "way": way,
            "gone" if way == "flood" else "left": share,
            **outcome(spread, gone),
            "seconds": round(time.perf_counter() - began, 1),
            "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        print(json.dumps(result), file=sys.stderr, flush=True)
        return result, spread.tree() if not share and way == "flood" else Tree(
            np.empty(0, np.uint8), np.empty(0, np.int64)
        )


def outcome(spread: Spread, gone: Any) -> dict[str, Any]:
    """When a post was there, and what it cost whom."""
    times = np.zeros(1 << 16, np.int64)
    there = depth = 0
    for lo in range(0, len(spread.first), 1 << 20):
        part = spread.first[lo : lo + (1 << 20)]
        part = part[~gone(np.arange(lo, lo + len(part), dtype=np.int64))]
        there += len(part)
        part = part[part != 0xFFFFFFFF]
        times += np.bincount(part >> 16, minlength=1 << 16)
        depth = max(depth, int((part >> 8 & 0x7F).max(initial=0)))
    reached = int(times.sum())
    tally = spread.tally
    sent = tally.sends * BYTES.post + tally.announcements * BYTES.height
    sent += tally.offers * BYTES.offer + tally.asks * (BYTES.post + BYTES.get)
    hubs = max(1, len(spread.hub_first))
    hub_sent = tally.hub_pushes * BYTES.post + tally.hub_announcements * BYTES.height
    hub_sent += tally.hub_offers * BYTES.offer
    author = tally.author_pushes * BYTES.post + tally.author_announcements * BYTES.height
    return {
        "reached": round(reached / there, 9),
        "lacking": there - reached,
        "milliseconds": {name: _after(times, share) for name, share in QUANTILES.items()},
        "depth": depth,
        "author": {
            "pushes": tally.author_pushes,
            "announcements": tally.author_announcements,
            "bytes": author,
        },
        "home": {
            "pushes": round(tally.sends / reached, 3),
            "most_pushes": int(np.flatnonzero(tally.pushes).max(initial=0)),
            "announcements": round(tally.announcements / reached, 3),
            "bytes": round(sent / reached),
            "offers": round(tally.offers / reached, 3),
            "asked": round(tally.asks / reached, 6),
            "passes_nothing_on": round(tally.silent / reached, 4),
        },
        "hub": {
            "bytes": round(hub_sent / hubs),
            "most_pushes": tally.most_hub_pushes,
            "asked": tally.hub_asks,
        },
    }


QUANTILES: Final = {"50": 0.5, "99": 0.99, "100": 1.0}


def _after(times: Any, share: float) -> float:
    """After so many milliseconds this share of those who have it had it."""
    at = int(np.searchsorted(np.cumsum(times), share * int(times.sum())))
    return round(at / 10, 1)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument(
        "--networks", nargs="+", choices=("homes", "hubs"), default=("homes", "hubs")
    )
    parser.add_argument("--gone", type=float, default=GONE)
    parser.add_argument("--left", type=float, nargs="+", default=LEFT)
    parser.add_argument("--homes-a-hub", type=int, default=HOMES_A_HUB)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--picture", type=Path)
    options = parser.parse_args()
    found: list[dict[str, Any]] = []
    for homes in options.sizes:
        for network in options.networks:
            one = Broadcast(homes, network, options.homes_a_hub, options.seed)
            found += one.figures(options.gone, options.left)
    result = {
        "links": LINKS,
        "bytes": asdict(BYTES),
        "homes_a_hub": options.homes_a_hub,
        "seed": options.seed,
        "spreads": found,
    }
    if options.picture is not None:
        options.picture.write_text(draw(found), encoding="utf-8")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
