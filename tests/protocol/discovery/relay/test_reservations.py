"""Places at a relay: shared out by network, kept while renewed, free again after."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.multiaddr import networks
from sayso_protocol.discovery.relay.relay_limits import RelayLimits
from sayso_protocol.discovery.relay.reservations import KEPT_PART, Reservations

LIMITS = RelayLimits()
HOUR = LIMITS.reservation_ms


def address(n: int) -> tuple[str, ...]:
    """Networks of one of many addresses, each in a /16 of its own."""
    return networks(f"{n % 200 + 20}.{n // 200}.0.1")


def test_a_place_lasts_as_long_as_it_is_renewed() -> None:
    places = Reservations(LIMITS)
    assert places.take("ann", address(1), 0, useful=False)
    assert places.has("ann", HOUR - 1)
    assert not places.has("ann", HOUR)
    assert places.take("ann", address(1), HOUR // 2, useful=False)
    assert places.has("ann", HOUR)
    assert places.expire(HOUR) == []
    assert places.expire(HOUR + HOUR // 2) == ["ann"]
    assert len(places) == 0


def test_one_peer_has_one_place() -> None:
    places = Reservations(LIMITS)
    for n in range(500):
        assert places.take("ann", address(n), n, useful=False)
    assert len(places) == 1


@pytest.mark.parametrize(
    ("form", "most"),
    [
        ("192.0.2.7", LIMITS.reservations_a_network),
        ("2001:db8:1:2::{n:x}", LIMITS.reservations_a_network),
        ("2001:db8:1:2{n:02x}::1", LIMITS.reservations_a_network),
        ("198.51.{n}.7", LIMITS.reservations_a_provider),
        ("2001:db8:{n:x}::1", LIMITS.reservations_a_provider),
    ],
)
def test_a_network_has_its_share_and_no_more(form: str, most: int) -> None:
    places = Reservations(LIMITS)
    given = [
        places.take(f"peer {n}", networks(form.format(n=n)), 0, useful=True) for n in range(100)
    ]
    assert sum(given) == most
    assert given == sorted(given, reverse=True)
    assert places.take("from elsewhere", address(1), 0, useful=False)
    assert places.take("peer 0", networks(form.format(n=0)), 1, useful=False), (
        "renewed, though full"
    )


def test_a_third_of_the_places_is_for_useful_peers() -> None:
    places = Reservations(LIMITS)
    strangers = [places.take(f"s{n}", address(n), 0, useful=False) for n in range(400)]
    assert sum(strangers) == LIMITS.reservations - LIMITS.reservations // KEPT_PART
    friends = [places.take(f"f{n}", address(400 + n), 0, useful=True) for n in range(400)]
    assert sum(friends) == LIMITS.reservations // KEPT_PART
    assert len(places) == LIMITS.reservations


def test_who_leaves_makes_room() -> None:
    places = Reservations(replace(LIMITS, reservations=3))
    for name in ("ann", "ben"):
        assert places.take(name, (), 0, useful=False)
    assert not places.take("cid", (), 0, useful=False)
    places.leave("ann")
    assert not places.has("ann", 0)
    assert places.take("cid", (), 0, useful=False)


acts = st.lists(
    st.tuples(
        st.sampled_from(["take", "leave", "wait"]),
        st.integers(0, 300),
        st.integers(0, 60),
        st.booleans(),
    ),
    max_size=400,
)


@given(acts)
def test_no_row_of_requests_breaks_a_bound(row: list[tuple[str, int, int, bool]]) -> None:
    limits = replace(LIMITS, reservations=12, reservations_a_network=2, reservations_a_provider=4)
    places = Reservations(limits)
    where: dict[str, tuple[str, ...]] = {}
    now = 0
    for act, who, place, useful in row:
        name = f"p{who}"
        if act == "take":
            nets = networks(f"20.{place % 3}.{place // 3 % 4}.{place // 12}")
            if places.take(name, nets, now, useful=useful):
                where[name] = nets
        elif act == "leave":
            places.leave(name)
        else:
            now += who * 60_000
        held = [where[name] for name in where if places.has(name, now)]
        assert len(held) <= limits.reservations
        for level, most in ((0, 2), (-1, 4)):
            counts = Counter(nets[level] for nets in held)
            assert max(counts.values(), default=0) <= most
