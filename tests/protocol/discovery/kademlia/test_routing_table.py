"""The routing table: who works is never displaced, and no network has more than its part."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.discovery.kademlia.contact import Contact
from sayso_protocol.discovery.kademlia.kademlia_limits import (
    BUCKET_A_NETWORK,
    BUCKET_SIZE,
    FAILURES,
    TABLE_A_NETWORK,
)
from sayso_protocol.discovery.kademlia.keyspace import key_beside, place_of, shared_bits
from sayso_protocol.discovery.kademlia.routing_table import RoutingTable

from .crowd import contact_at

OWN = b"own"


def contacts_of(seed: int, count: int, site: str = "") -> list[Contact]:
    chance = Random(seed)
    hosts = (
        f"{site}.{n % 254 + 1}" if site else f"{n % 200 + 1}.{n // 200}.{n % 250}.1"
        for n in range(count)
    )
    return [contact_at(chance, host) for host in hosts]


def filled(contacts: list[Contact]) -> RoutingTable:
    table = RoutingTable(OWN)
    for one in contacts:
        table.answered(one, one.networks)
    return table


@given(st.integers(0, 1000), st.integers(0, 300))
@examples(20)
def test_no_bucket_is_over_full_and_no_network_over_its_part(seed: int, count: int) -> None:
    chance = Random(seed)
    crowd = [contact_at(chance, f"5.{chance.randint(0, 9)}.1.{n % 254}") for n in range(count)]
    table = filled(crowd + contacts_of(seed, count))
    rows = [(bits, row) for bits, bucket in table._buckets.items() for row in bucket.values()]
    assert all(len(bucket) <= BUCKET_SIZE for bucket in table._buckets.values())
    networks = Counter(row.network for _, row in rows)
    in_buckets = Counter((bits, row.network) for bits, row in rows)
    assert max(networks.values(), default=0) <= TABLE_A_NETWORK
    assert max(in_buckets.values(), default=0) <= BUCKET_A_NETWORK
    assert networks == table._networks


def test_who_works_stays_whatever_comes() -> None:
    first = contacts_of(1, 400)
    table = filled(first)
    present = {one.id for one in first if one.id in table}
    for one in contacts_of(2, 2000):
        table.answered(one, one.networks)
    assert all(one in table for one in present)


def test_who_fails_gives_way() -> None:
    first = contacts_of(1, 400)
    table = filled(first)
    victim = table.closest(table.own_place, 1000)[-1]
    for _ in range(FAILURES):
        assert victim.id in table
        table.failed(victim)
    assert victim.id not in table


def test_a_failure_at_an_address_that_others_told_counts_nothing() -> None:
    table = filled(contacts_of(1, 50))
    victim = table.closest(table.own_place, 1)[0]
    elsewhere = Contact(victim.id, contact_at(Random(9), "203.5.4.3").addresses)
    for _ in range(10):
        table.failed(elsewhere)
    assert victim.id in table


def test_it_never_holds_itself() -> None:
    table = RoutingTable(OWN)
    assert not table.answered(Contact(OWN, contacts_of(1, 1)[0].addresses), ())
    assert len(table) == 0


def test_loopback_is_not_counted() -> None:
    chance = Random(1)
    mine = [contact_at(chance, "127.0.0.1") for _ in range(15)]
    assert len(filled(mine)) == 15


@pytest.mark.parametrize("people", [30, 100, 300, 1000])
def test_the_size_of_the_network_is_guessed(people: int) -> None:
    found = []
    for seed in range(8):
        contacts = contacts_of(seed, people)
        table = RoutingTable(b"own %d" % seed, limited=False)
        for one in contacts:
            table.answered(one, ())
        found.append(table.network_size())
    assert 0.7 * people < sorted(found)[4] < 1.4 * people


def test_the_closest_are_the_closest() -> None:
    table = filled(contacts_of(3, 300))
    place = place_of(b"somewhere")
    near = table.closest(place, 20)
    distances = [place_of(one.id) ^ place for one in near]
    assert distances == sorted(distances)
    others = [one for one in table.closest(place, 1000) if one not in near]
    assert min(place_of(one.id) ^ place for one in others) > distances[-1]


@given(st.integers(0, 10), st.binary(max_size=8))
@examples(40)
def test_a_key_is_found_in_any_bucket(bits: int, seed: bytes) -> None:
    place = place_of(OWN)
    assert shared_bits(place_of(key_beside(place, bits, seed)), place) == bits
