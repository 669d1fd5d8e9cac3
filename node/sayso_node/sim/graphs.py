"""Real follow graphs, sampled: files of tab-separated edges in the folder of test data."""

from __future__ import annotations

import gzip
import os
from collections import Counter
from collections.abc import Iterator
from heapq import heappop, heappush
from pathlib import Path
from random import Random
from typing import Final

from .scenario import ScenarioError

ENVIRONMENT: Final = "SAYSO_TEST_DATA"
"""Names the folder that holds the graphs."""

_UNDIRECTED: Final = "mutual"
"""In the name of a file whose edges go both ways."""


class GraphMissing(ScenarioError):
    """The follow graph is not on this machine."""


def sample(name: str, nodes: int, chance: Random) -> list[set[int]]:
    """For each of so many people whom of the others they follow, renumbered from 0.

    The sample is a circle of people who know each other, since uniform samples of a sparse
    graph fall to pieces. Raises `ScenarioError` where the graph
    is too small, `GraphMissing` where it is absent.
    """
    follows = _read(_find(name), both=_UNDIRECTED in name)
    around: dict[str, set[str]] = {}
    for one, others in follows.items():
        around.setdefault(one, set()).update(others)
        for other in others:
            around.setdefault(other, set()).add(one)
    chosen = _grow(around, nodes, chance)
    if len(chosen) < nodes:
        raise ScenarioError(f"{name} has {len(chosen)} connected people, not {nodes}")
    number = {person: at for at, person in enumerate(chosen)}
    return [
        {number[other] for other in follows.get(person, ()) if other in number and other != person}
        for person in chosen
    ]


def _grow(around: dict[str, set[str]], nodes: int, chance: Random) -> list[str]:
    """A circle of people: begun at the best connected one, each time joined by whoever has
    most links into it; chance decides between equals."""
    start = max(around, key=lambda person: (len(around[person]), person))
    links = Counter({start: 1})
    waiting = [(-1, 0.0, start)]
    found: dict[str, None] = {}
    while waiting and len(found) < nodes:
        _, _, person = heappop(waiting)
        if person not in found:
            found[person] = None
            for other in sorted(around[person] - found.keys()):
                links[other] += 1
                heappush(waiting, (-links[other], chance.random(), other))
    return list(found)


def _read(path: Path, *, both: bool) -> dict[str, set[str]]:
    follows: dict[str, set[str]] = {}
    for one, other in _edges(path):
        follows.setdefault(one, set()).add(other)
        if both:
            follows.setdefault(other, set()).add(one)
    return follows


def _edges(path: Path) -> Iterator[tuple[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            if not line.startswith("#"):
                one, other, *_ = line.split()
                yield one, other


def _find(name: str) -> Path:
    folder = os.environ.get(ENVIRONMENT)
    if not folder:
        raise GraphMissing(f"set {ENVIRONMENT} to the folder that holds the follow graph {name}")
    path = Path(folder) / name
    if not path.is_file():
        raise GraphMissing(f"{name} is not in the folder that {ENVIRONMENT} names")
    return path
