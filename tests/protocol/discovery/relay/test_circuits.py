"""Circuits: how many, how long, how much; each bound for itself, and a day's for all."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.relay.circuits import Circuit, Circuits
from sayso_protocol.discovery.relay.relay_limits import RelayLimits
from sayso_protocol.sync.now import Now

LIMITS = RelayLimits()
DAY = 86_400_000
NOW = Now(20_000 * DAY + 1, 0)


def opened(circuits: Circuits, source: str = "a", network: str = "n", target: str = "b") -> Circuit:
    circuit = circuits.open(source, network, target, NOW)
    assert circuit is not None
    return circuit


def test_a_circuit_carries_its_bytes_each_way_and_no_more() -> None:
    circuits = Circuits(replace(LIMITS, circuit_bytes=100))
    circuit = opened(circuits)
    assert circuits.carry(circuit, 0, 100, NOW.wall_ms)
    assert not circuits.carry(circuit, 0, 1, NOW.wall_ms)
    assert circuits.carry(circuit, 1, 60, NOW.wall_ms)
    assert not circuits.carry(circuit, 1, 41, NOW.wall_ms)
    assert circuits.carry(circuit, 1, 40, NOW.wall_ms)
    assert circuits.day.used == 200
    assert circuit.ends_ms == LIMITS.circuit_ms


@pytest.mark.parametrize(
    ("limit", "others"),
    [
        ({"circuits": 3}, lambda n: (f"a{n}", f"n{n}", f"b{n}")),
        ({"circuits_a_peer": 3}, lambda n: ("a", f"n{n}", f"b{n}")),
        ({"circuits_a_peer": 3}, lambda n: (f"a{n}", f"n{n}", "b")),
        ({"circuits_a_peer": 3}, lambda n: ("a", "", f"b{n}") if n % 2 else (f"b{n}", "", "a")),
        ({"circuits_a_network": 3}, lambda n: (f"a{n}", "n", f"b{n}")),
    ],
)
def test_there_are_so_many_and_no_more(limit: dict[str, int], others) -> None:
    circuits = Circuits(replace(LIMITS, **limit))
    three = [opened(circuits, *others(n)) for n in range(3)]
    assert circuits.open(*others(3), NOW) is None
    circuits.close(three[1])
    circuits.close(three[1])  # twice is once
    assert len(circuits) == 2
    opened(circuits, *others(4))
    assert circuits.open(*others(5), NOW) is None


def test_a_day_has_its_bytes_and_a_network_its_share() -> None:
    circuits = Circuits(replace(LIMITS, bytes_a_day=100, bytes_a_day_a_network=40))
    one, other, third = (opened(circuits, f"a{n}", f"n{n}", f"b{n}") for n in range(3))
    assert circuits.carry(one, 0, 40, NOW.wall_ms)
    assert not circuits.carry(one, 1, 1, NOW.wall_ms)
    assert circuits.open("x", "n0", "y", NOW) is None, "its network has used up its day"
    assert circuits.carry(other, 0, 40, NOW.wall_ms)
    assert not circuits.carry(third, 0, 21, NOW.wall_ms)
    assert circuits.carry(third, 0, 20, NOW.wall_ms)
    assert circuits.open("x", "n9", "y", NOW) is None, "the day is used up"
    tomorrow = NOW.wall_ms + DAY
    assert circuits.carry(one, 0, 40, tomorrow)
    assert circuits.day.used == 40


def test_networks_without_number_do_not_fill_memory() -> None:
    circuits = Circuits(replace(LIMITS, tracked=5, circuits=100))
    carried = [
        circuits.carry(opened(circuits, f"a{n}", f"n{n}", f"b{n}"), 0, 1, NOW.wall_ms)
        for n in range(5)
    ]
    assert all(carried)
    assert circuits.open("x", "n6", "y", NOW) is None
    assert circuits.open("x", "n1", "y", NOW) is not None


acts = st.lists(
    st.tuples(
        st.sampled_from(["open", "carry", "close"]),
        st.integers(0, 5),
        st.integers(0, 5),
        st.integers(1, 40),
    ),
    max_size=200,
)


@given(acts)
def test_whatever_is_asked_for_the_bounds_hold(row: list[tuple[str, int, int, int]]) -> None:
    limits = replace(
        LIMITS,
        circuits=6,
        circuits_a_peer=3,
        circuits_a_network=4,
        circuit_bytes=50,
        bytes_a_day=300,
        bytes_a_day_a_network=200,
    )
    circuits = Circuits(limits)
    now: list[Circuit] = []
    carried: Counter[tuple[int, int]] = Counter()
    for act, one, other, size in row:
        if act == "open" and one != other:
            made = circuits.open(f"p{one}", f"n{one % 2}", f"p{other}", NOW)
            now += [made] if made else []
        elif act == "carry" and now:
            circuit = now[one % len(now)]
            way = 1 if other % 2 else 0
            if circuits.carry(circuit, way, size, NOW.wall_ms):
                carried[id(circuit), way] += size
        elif act == "close" and now:
            circuits.close(now.pop(one % len(now)))
        peers = Counter(name for each in now for name in (each.source, each.target))
        assert len(circuits) == len(now) <= 6
        assert max(peers.values(), default=0) <= 3
        assert max(Counter(each.network for each in now).values(), default=0) <= 4
        assert all(left >= 0 for each in now for left in each.left)
        assert circuits.day.used <= 300
