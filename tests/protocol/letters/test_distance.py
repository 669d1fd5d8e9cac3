"""Distance: the shortest way by public follows, bounded, and checked step by step."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.letters.distance import MAX_FOLLOWS, Neighbourhood, Route, find_route, is_route
from sayso_protocol.letters.prices import MAX_HOPS, Reach


def name(number: int) -> bytes:
    return number.to_bytes(32, "big")


Graph = dict[bytes, list[bytes]]


def graph(*edges: tuple[int, int]) -> Graph:
    found: Graph = {}
    for one, other in edges:
        found.setdefault(name(one), []).append(name(other))
    return found


CHAIN = graph(*((n, n + 1) for n in range(9)))


@pytest.mark.parametrize(
    ("stranger", "reach"),
    [(1, Reach.NEAR), (2, Reach.NEAR), (3, Reach.THIRD), (4, Reach.FOURTH), (5, Reach.FOURTH)],
)
def test_a_chain(stranger: int, reach: Reach) -> None:
    route = find_route(lambda one: CHAIN.get(one, []), name(0), name(stranger))
    assert route is not None
    assert route.hops == stranger
    assert route.reach == reach
    assert route.introducer == (name(stranger - 1) if stranger > 1 else None)
    assert is_route(lambda a, b: b in CHAIN.get(a, []), name(0), name(stranger), route)


def test_nobody_is_looked_for_beyond_five_follows() -> None:
    assert find_route(lambda one: CHAIN.get(one, []), name(0), name(6)) is None
    route = Route(tuple(map(name, range(1, 6))))
    assert not is_route(lambda a, b: True, name(0), name(6), route)


def test_whoever_has_no_lane_leads_nowhere() -> None:
    two_ways = graph((0, 1), (1, 9), (0, 2), (2, 3), (3, 9))
    found = find_route(lambda one: two_ways.get(one, []), name(0), name(9), without={name(1)})
    assert found == Route((name(2), name(3)))


def test_a_way_names_nobody_twice_and_each_step_is_a_follow() -> None:
    loop = Route((name(1), name(0), name(1)))
    assert not is_route(lambda a, b: True, name(0), name(2), loop)
    assert not is_route(lambda a, b: a != name(1), name(0), name(2), Route((name(1),)))


def test_a_search_is_bounded() -> None:
    asked = list[bytes]()

    def crowd(one: bytes) -> list[bytes]:
        asked.append(one)
        number = int.from_bytes(one, "big")
        return [name(number * 10 + digit) for digit in range(1, 10)]

    assert find_route(crowd, name(1), name(5), most=100) is None
    assert len(asked) == 100
    around = Neighbourhood(crowd, name(1), most=100)
    assert not around.is_whole
    assert len(asked) == 200
    assert around.route_to(name(11)) == Route()


def test_whoever_follows_everybody_introduces_the_first() -> None:
    taken = 0

    def endless(one: bytes) -> object:
        nonlocal taken
        for number in range(2, 10 * MAX_FOLLOWS):
            taken += 1
            yield name(number)

    stranger = name(9 * MAX_FOLLOWS)
    assert find_route(endless, name(1), stranger, most=1) is None  # type: ignore[arg-type]
    assert taken == MAX_FOLLOWS


edges = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=40)


@given(edges)
def test_against_every_path(pairs: list[tuple[int, int]]) -> None:
    """The plain definition: lengths of all ways, step by step."""
    follows = graph(*pairs)
    reached, found = {name(0)}, {name(0): 0}
    for hops in range(1, MAX_HOPS + 1):
        reached = {other for one in reached for other in follows.get(one, [])}
        for one in reached:
            found.setdefault(one, hops)
    around = Neighbourhood(lambda one: follows.get(one, []), name(0))
    assert around.is_whole
    assert around.route_to(name(0)) is None
    for number in range(1, 10):
        route = around.route_to(name(number))
        assert (route.hops if route else None) == found.get(name(number))
        route = find_route(lambda one: follows.get(one, []), name(0), name(number))
        assert (route.hops if route else None) == found.get(name(number))
        if route is not None:
            assert is_route(lambda a, b: b in follows.get(a, []), name(0), name(number), route)
