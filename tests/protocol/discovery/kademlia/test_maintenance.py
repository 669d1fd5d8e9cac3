"""Upkeep: the own neighbourhood as often as it changes, idle buckets, and nothing for nobody."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest
from tests.budget import long

from sayso_protocol.discovery.kademlia.contact import Contact
from sayso_protocol.discovery.kademlia.kademlia_limits import (
    FAILURES,
    FEW_LOOKUP_MS,
    HOUR_MS,
    IDLE_BUCKET_MS,
    OWN_LOOKUP_MS,
    QUIET_LOOKUP_MS,
)
from sayso_protocol.discovery.kademlia.keyspace import place_of, shared_bits
from sayso_protocol.discovery.kademlia.maintenance import Maintenance
from sayso_protocol.discovery.kademlia.routing_table import RoutingTable

from .crowd import contact_at, home

OWN = b"own"
MINUTE = 60_000


def table_of(count: int, seed: int = 1) -> RoutingTable:
    table, chance = RoutingTable(OWN), Random(seed)
    while len(table) < count:
        meet(table, chance)
    return table


def meet(table: RoutingTable, chance: Random) -> Contact:
    one = contact_at(chance, home(chance))
    table.answered(one, one.networks)
    return one


def own_lookups(
    table: RoutingTable, hours: int, *, serves: bool = True, replaced_an_hour: int = 0
) -> list[int]:
    """The minutes at which the own id is looked up, while so many of the nearest are replaced."""
    maintenance, chance, found = Maintenance(table, b"seed"), Random(2), []
    for minute in range(hours * 60):
        while (key := maintenance.due(minute * MINUTE, serves=serves)) is not None:
            found += [minute] if key == OWN else []
        if minute % 60 == 59:
            for one in table.closest(table.own_place, replaced_an_hour):
                for _ in range(FAILURES):
                    table.failed(one)
            for _ in range(40 * replaced_an_hour):
                meet(table, chance)
    return found


def gaps(minutes: list[int]) -> list[int]:
    return [(b - a) * MINUTE for a, b in pairwise(minutes)]


def test_where_nothing_changes_it_looks_less_and_less_often() -> None:
    found = gaps(own_lookups(table_of(60), 48))
    assert found[0] == OWN_LOOKUP_MS
    assert found[1:4] == [2 * HOUR_MS, 4 * HOUR_MS, 8 * HOUR_MS]
    assert found[-1] == QUIET_LOOKUP_MS


@long
def test_where_much_changes_it_looks_every_hour() -> None:
    found = gaps(own_lookups(table_of(60), 24, replaced_an_hour=12))
    assert max(found) <= 2 * OWN_LOOKUP_MS
    assert found.count(OWN_LOOKUP_MS) >= len(found) // 2


@long
def test_a_client_needs_little() -> None:
    found = gaps(own_lookups(table_of(60), 48, serves=False, replaced_an_hour=12))
    assert min(found) == QUIET_LOOKUP_MS


@pytest.mark.parametrize("serves", [True, False])
def test_who_knows_hardly_anybody_asks_again_soon_and_less_often_in_vain(serves: bool) -> None:
    table, chance, found = table_of(2), Random(3), []
    maintenance = Maintenance(table, b"seed")
    for second in range(4 * 3600):
        if second == 2 * 3600:
            meet(table, chance)
        key = maintenance.due(second * 1000, serves=serves)
        found += [second * 1000] if key == OWN else []
    waits = [b - a for a, b in pairwise(found)]
    in_vain = [FEW_LOOKUP_MS << n for n in range(7)]
    assert waits[:7] == in_vain
    assert max(waits) <= OWN_LOOKUP_MS
    after = [at for at in found if at >= 2 * HOUR_MS]
    assert after[0] == 2 * HOUR_MS
    assert after[1] - after[0] == FEW_LOOKUP_MS


@pytest.mark.parametrize("serves", [True, False])
def test_with_nobody_there_nothing_is_due(serves: bool) -> None:
    assert Maintenance(RoutingTable(OWN), b"seed").due(0, serves=serves) is None


def test_each_idle_bucket_is_refreshed_by_a_key_in_it_once_a_day() -> None:
    table = table_of(150)
    maintenance = Maintenance(table, b"seed")
    keys = []
    for minute in range(2 * 24 * 60):
        while (key := maintenance.due(minute * MINUTE, serves=True)) is not None:
            keys += [(minute, shared_bits(place_of(key), table.own_place))] if key != OWN else []
    buckets = {bits for _, bits in keys}
    assert buckets == set(range(max(buckets) + 1))
    assert len(buckets) >= 4
    for bits in buckets:
        times = [minute * MINUTE for minute, of in keys if of == bits]
        assert all(gap >= IDLE_BUCKET_MS for gap in gaps([at // MINUTE for at in times]))
        assert len(times) == 2


def test_a_bucket_through_which_a_lookup_went_is_not_idle() -> None:
    table = table_of(150)
    maintenance = Maintenance(table, b"seed")
    while maintenance.due(0, serves=True) is not None:
        pass
    later = IDLE_BUCKET_MS - MINUTE
    assert maintenance.due(later, serves=True) == OWN
    far = next(one for one in table.closest(0, 200) if shared_bits(
        place_of(one.id), table.own_place) == 0)  # fmt: skip
    table.used(place_of(far.id), later)
    found = []
    while (key := maintenance.due(IDLE_BUCKET_MS + MINUTE, serves=True)) is not None:
        found.append(shared_bits(place_of(key), table.own_place))
    assert 0 not in found
    assert 1 in found
