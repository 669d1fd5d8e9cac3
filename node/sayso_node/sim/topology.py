"""Who dials whom, and who follows whom."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random
from typing import Final

from .graphs import sample
from .scenario import Scenario, ScenarioError

Edge = tuple[int, int]
"""Who dials, and who is dialled."""

MAX_DIALLED: Final = 64
"""By so many nodes one node is dialled at the most: a home is no hub."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The shape of a run. Nodes are numbered from 0."""

    edges: list[Edge]
    authors: list[int]
    follows: list[list[int]]
    """For each node the authors that it follows."""


def draw_plan(
    scenario: Scenario, nodes: int, hostile: set[int], forkers: list[int], chance: Random
) -> Plan:
    """A plan for so many nodes; hostile ones follow everybody, so as to do most harm, and
    everybody follows the `forkers` among them.

    Raises `ScenarioError`, or `GraphMissing` where a follow graph is not there.
    """
    if nodes < 2:
        raise ScenarioError("a network has two nodes at least")
    if scenario.topology.kind == "follows":
        plan = _along_follows(scenario, nodes, hostile, chance)
    else:
        plan = _drawn(scenario, nodes, hostile, chance)
    plan.authors.extend(forkers)
    for follows in plan.follows:
        follows.extend(forkers)
    for node in sorted(hostile):
        plan.follows[node] = list(plan.authors)
    return plan


def _drawn(scenario: Scenario, nodes: int, hostile: set[int], chance: Random) -> Plan:
    honest = [node for node in range(nodes) if node not in hostile]
    authors = sorted(chance.sample(honest, min(scenario.load.authors, len(honest))))
    share = scenario.load.followers
    follows = [
        [author for author in authors if author != node and chance.random() < share]
        for node in range(nodes)
    ]
    return Plan(_edges(scenario, nodes, chance), authors, follows)


def _edges(scenario: Scenario, nodes: int, chance: Random) -> list[Edge]:
    topology = scenario.topology
    match topology.kind:
        case "ring":
            return ring(nodes, 2)
        case "random":
            return regular(nodes, topology.degree, chance)
        case "small-world":
            return small_world(nodes, topology.degree, topology.rewire, chance)
    raise ScenarioError(f"{scenario.name}: no topology is called {topology.kind!r}")


def ring(nodes: int, degree: int) -> list[Edge]:
    """Each node with its `degree` nearest on a ring (an even number; 2 is the plain ring)."""
    edges = {
        _sorted(node, (node + step) % nodes)
        for node in range(nodes)
        for step in range(1, degree // 2 + 1)
    }
    return sorted(edge for edge in edges if edge[0] != edge[1])


def regular(nodes: int, degree: int, chance: Random) -> list[Edge]:
    """A connected random graph in which each node has about `degree` peers: the union of
    random rings (as good as a random regular graph, and never in two pieces)."""
    edges: set[Edge] = set()
    for _ in range(max(1, degree // 2)):
        order = list(range(nodes))
        chance.shuffle(order)
        edges |= {_sorted(order[at - 1], order[at]) for at in range(nodes)}
    # Who dials is as random as who is dialled.
    return [edge if chance.random() < 0.5 else edge[::-1] for edge in sorted(edges)]


def small_world(nodes: int, degree: int, rewire: float, chance: Random) -> list[Edge]:
    """Watts and Strogatz, "Collective dynamics of small-world networks" (1998); the plain
    ring stays whole, so that the graph is connected."""
    edges = set(ring(nodes, 2))
    for edge in ring(nodes, degree):
        if edge not in edges and chance.random() < rewire:
            far = chance.randrange(nodes)
            edge = _sorted(edge[0], far) if far != edge[0] else edge
        edges.add(edge)
    return sorted(edges)


def _along_follows(scenario: Scenario, nodes: int, hostile: set[int], chance: Random) -> Plan:
    """The most followed honest people write; each dials people that it follows or that
    follow it, those first with whom it shares most."""
    known = sample(scenario.topology.graph, nodes, chance)
    followers = Counter(followed for whom in known for followed in whom if followed not in hostile)
    ranked = sorted(followers, key=lambda node: (-followers[node], node))
    authors = sorted(ranked[: scenario.load.authors])
    writing = set(authors)
    follows = [sorted(writing & whom) for whom in known]
    edges = _peers(known, [set(whom) for whom in follows], scenario.topology.degree, chance)
    return Plan(edges, authors, follows)


def _peers(known: list[set[int]], wants: list[set[int]], degree: int, chance: Random) -> list[Edge]:
    around: list[set[int]] = [set(whom) for whom in known]
    for node, whom in enumerate(known):
        for other in whom:
            around[other].add(node)
    carried = [{*want, node} for node, want in enumerate(wants)]
    dialled: Counter[int] = Counter()
    edges: set[Edge] = set()
    for node, others in enumerate(around):
        ranked = sorted(
            others, key=lambda other: (-len(carried[node] & carried[other]), chance.random())
        )
        open_to = [other for other in ranked if dialled[other] < MAX_DIALLED]
        for other in open_to[:degree]:
            if (other, node) not in edges:
                edges.add((node, other))
                dialled[other] += 1
    return sorted(edges)


def _sorted(one: int, other: int) -> Edge:
    return (one, other) if one < other else (other, one)
