"""Networks that are drawn: rings, random ones, small worlds."""

from __future__ import annotations

from random import Random

Edge = tuple[int, int]
"""Who dials, and who is dialled."""


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


def _sorted(one: int, other: int) -> Edge:
    return (one, other) if one < other else (other, one)
