"""Real follow graphs, sampled: files of tab-separated edges in the folder of test data."""

from __future__ import annotations

import gzip
import os
from array import array
from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Final

from ..scenario import ScenarioError

ENVIRONMENT: Final = "SAYSO_TEST_DATA"
"""Names the folder that holds the graphs."""

_UNDIRECTED: Final = "mutual"
"""In the name of a file whose edges go both ways."""


class GraphMissing(ScenarioError):
    """The follow graph is not on this machine."""


MAX_EDGES: Final = 5_000_000
"""Lines of a file: with some 40 bytes each a graph stays below what a small machine has."""


@dataclass(frozen=True, slots=True)
class _Graph:
    """People by numbers, in the order of their names; whom each follows, and to whom it has an
    edge either way. Each row is sorted, and names nobody twice."""

    follows: list[array[int]]
    around: list[array[int]]


def sample(name: str, nodes: int, chance: Random) -> list[set[int]]:
    """For each of so many people whom of the others they follow, renumbered from 0.

    The sample is a circle of people who know each other, since uniform samples of a sparse
    graph fall to pieces. The graph that was read last is kept, so that many samples of one cost
    little more than one. Raises `ScenarioError` where the graph is too small or too large,
    `GraphMissing` where it is absent.
    """
    path = _find(name)
    graph = _read(path, path.stat().st_mtime_ns, both=_UNDIRECTED in name)
    chosen = _grow(graph.around, nodes, chance)
    if len(chosen) < nodes:
        raise ScenarioError(f"{name} has {len(chosen)} connected people, not {nodes}")
    number = {person: at for at, person in enumerate(chosen)}
    return [
        {number[other] for other in graph.follows[person] if other in number and other != person}
        for person in chosen
    ]


def whole(name: str) -> list[array[int]]:
    """Of all people of a graph, numbered in the order of their names, whom each follows, sorted.
    Raises as `sample`."""
    path = _find(name)
    return _read(path, path.stat().st_mtime_ns, both=_UNDIRECTED in name).follows


def _grow(around: list[array[int]], nodes: int, chance: Random) -> list[int]:
    """A circle of people: begun at the best connected one, each time joined by whoever has
    most links into it; chance decides between equals."""
    if not around:
        return []
    start = max(range(len(around)), key=lambda person: (len(around[person]), person))
    links = [0] * len(around)
    waiting = [(-1, 0.0, start)]
    found: dict[int, None] = {}
    while waiting and len(found) < nodes:
        _, _, person = heappop(waiting)
        if person not in found:
            found[person] = None
            for other in around[person]:
                if other not in found:
                    links[other] += 1
                    heappush(waiting, (-links[other], chance.random(), other))
    return list(found)


@lru_cache(maxsize=1)
def _read(path: Path, _changed_ns: int, *, both: bool) -> _Graph:
    """The graph in a file, read anew where the file has changed."""
    ones, others, names = _edges(path)
    rank = array("I", bytes(4 * len(names)))
    for place, name in enumerate(sorted(names)):
        rank[names[name]] = place
    there: list[list[int]] = [[] for _ in names]
    back: list[list[int]] = [[] for _ in names]
    for one, other in zip(ones, others, strict=True):
        there[rank[one]].append(rank[other])
        back[rank[other]].append(rank[one])
    around = [_row(row + other) for row, other in zip(there, back, strict=True)]
    return _Graph(around if both else [_row(row) for row in there], around)


def _row(people: list[int]) -> array[int]:
    return array("I", sorted(set(people)))


def _edges(path: Path) -> tuple[array[int], array[int], dict[str, int]]:
    """Both ends of each edge, and the numbers of all names in the order in which they come."""
    ones, others, names = array("I"), array("I"), dict[str, int]()
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.startswith("#"):
                continue
            if len(ones) == MAX_EDGES:
                raise ScenarioError(f"{path.name} has more than {MAX_EDGES} edges")
            one, other, *_ = line.split()
            ones.append(names.setdefault(one, len(names)))
            others.append(names.setdefault(other, len(names)))
    return ones, others, names


def _find(name: str) -> Path:
    folder = os.environ.get(ENVIRONMENT)
    if not folder:
        raise GraphMissing(f"set {ENVIRONMENT} to the folder that holds the follow graph {name}")
    path = Path(folder) / name
    if not path.is_file():
        raise GraphMissing(f"{name} is not in the folder that {ENVIRONMENT} names")
    return path
