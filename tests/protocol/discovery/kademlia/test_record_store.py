"""Records: bounded in every direction; the newest replaces its own network's eldest."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.discovery.kademlia.contact import Contact
from sayso_protocol.discovery.kademlia.kademlia_limits import (
    ADDRESS_MS,
    KEYS_A_NETWORK,
    KEYS_A_PEER,
    RECORD_MS,
    RECORDS_A_KEY,
    RECORDS_A_NETWORK,
)
from sayso_protocol.discovery.kademlia.keyspace import place_of
from sayso_protocol.discovery.kademlia.record_store import RecordStore

from .crowd import contact_at, record_key_of

KEY = record_key_of(0)


def networks_of(number: int) -> tuple[str, str, str]:
    """An address, its /24 and its /16; each number has a /16 of its own."""
    return f"{number}/32", f"{number}/24", f"{number}/16"


def note(number: int) -> bytes:
    return number.to_bytes(2, "big") * 128


def test_a_network_has_two_places_under_a_key_and_the_newest_replaces_its_eldest() -> None:
    store = RecordStore(0)
    store.add(KEY, note(0), b"honest", networks_of(0), 0)
    for number in range(1, 60):
        assert store.add(KEY, note(number), b"%d" % number, networks_of(1), number)
    assert store.get(KEY, 60)[1] == [note(59), note(58), note(0)]
    assert len(store) == RECORDS_A_NETWORK + 1


def test_where_a_key_is_full_the_most_crowded_provider_gives_way() -> None:
    store = RecordStore(0)
    honest = [note(number) for number in range(5)]
    for number, one in enumerate(honest):
        store.add(KEY, one, b"p%d" % number, networks_of(number), 0)
    for number in range(200):
        site = f"{number}/32", f"{number}/24", "flood/16"
        store.add(KEY, note(1000 + number), b"f%d" % number, site, number)
    kept = store.get(KEY, 300)[1]
    assert len(kept) == RECORDS_A_KEY
    assert set(honest) <= set(kept)


def test_without_bounds_the_first_to_come_stay() -> None:
    """A control: what makes a key squattable elsewhere."""
    store = RecordStore(0, limited=False)
    for number in range(RECORDS_A_KEY):
        store.add(KEY, note(number), b"%d" % number, networks_of(1), 0)
    assert not store.add(KEY, note(999), b"honest", networks_of(2), 0)


@pytest.mark.parametrize(
    ("most", "sender", "network"),
    [
        (KEYS_A_PEER, lambda n: b"one", lambda n: n),
        (KEYS_A_NETWORK, lambda n: b"%d" % n, lambda n: 1),
    ],
)
def test_one_peer_and_one_network_have_so_many_keys(most, sender, network) -> None:
    store = RecordStore(0)
    taken = [
        store.add(record_key_of(n), note(n), sender(n), networks_of(network(n)), 0)
        for n in range(most + 20)
    ]
    assert taken == [True] * most + [False] * 20
    later = RECORD_MS + 1
    store.sweep(later)
    assert store.add(record_key_of(most), note(1), sender(0), networks_of(network(0)), later)


def test_when_it_is_full_nearer_keys_stay() -> None:
    own = place_of(b"own")
    store = RecordStore(own, most=50)
    keys = [record_key_of(number) for number in range(400)]
    for number, key in enumerate(keys):
        store.add(key, note(1), b"%d" % number, networks_of(number), 0)
    assert len(store) <= 50
    nearest = sorted(keys, key=lambda key: place_of(key) ^ own)[:40]
    assert all(store.get(key, 0)[1] for key in nearest)


def test_records_end_and_addresses_sooner() -> None:
    store = RecordStore(0)
    carrier = contact_at(Random(1), "5.5.5.5")
    store.add(KEY, carrier, carrier.id, networks_of(1), 0)
    store.add(KEY, note(1), b"other", networks_of(2), 0)
    assert store.get(KEY, ADDRESS_MS - 1) == ([carrier], [note(1)])
    assert store.get(KEY, RECORD_MS - 1) == ([Contact(carrier.id)], [note(1)])
    assert store.get(KEY, RECORD_MS) == ([], [])
    assert len(store) == 0


def test_the_same_announcement_from_many_networks_is_given_once() -> None:
    store = RecordStore(0)
    for number in range(10):
        store.add(KEY, note(1), b"%d" % number, networks_of(number), number)
    assert store.get(KEY, 10)[1] == [note(1)]
    # A liar who laid the true one down, too, cannot take it away again by laying down noise.
    for number in range(50):
        store.add(KEY, note(100 + number), b"liar", networks_of(0), 20)
    assert note(1) in store.get(KEY, 30)[1]


@given(st.lists(st.tuples(*[st.integers(0, 6)] * 4), max_size=120))
@examples(100)
def test_whatever_comes_its_counts_are_right(steps) -> None:
    store = RecordStore(0, most=30)
    now = 0
    for key, sender, network, content in steps:
        now += RECORD_MS // 40
        store.add(record_key_of(key), note(content), b"%d" % sender, networks_of(network), now)
    held = [record for records in store._keys.values() for record in records]
    assert len(store) == len(held) <= 30
    assert store._by_peer.total() == store._by_network.total() == len(held)
    assert all(store._keys.values())
