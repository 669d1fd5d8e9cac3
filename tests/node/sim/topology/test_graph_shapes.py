"""Networks that are drawn."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.sim.topology.graph_shapes import Edge, regular, ring, small_world


def connected(nodes: int, edges: list[Edge]) -> bool:
    found, wave = {0}, {0}
    while wave:
        wave = {b for a, b in [*edges, *(e[::-1] for e in edges)] if a in wave} - found
        found |= wave
    return len(found) == nodes


@long
@given(st.integers(2, 60), st.integers(2, 8), st.integers(0, 99))
def test_shapes_are_in_one_piece_and_no_node_is_its_own_peer(nodes, degree, seed) -> None:
    shapes = [
        ring(nodes, 2),
        regular(nodes, degree, Random(seed)),
        small_world(nodes, degree, 0.3, Random(seed)),
    ]
    for edges in shapes:
        assert connected(nodes, edges)
        assert all(a != b for a, b in edges)
        assert len({frozenset(edge) for edge in edges}) == len(edges)
