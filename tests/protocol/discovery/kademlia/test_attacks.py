"""What liars cannot do to lookups, each beside a control without the defence, to whom they can."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from statistics import mean, median

import pytest
from tests.budget import long, rounds

from sayso_protocol.discovery.kademlia.contact import Contact
from sayso_protocol.discovery.kademlia.kademlia_limits import MAX_ASKED
from sayso_protocol.discovery.kademlia.keyspace import place_of
from sayso_protocol.discovery.kademlia.lookup import Lookup
from sayso_protocol.discovery.kademlia.messages import Message, MessageType

from .crowd import Crowd, contact_at, record_key_of

GET = MessageType.GET_PROVIDERS


@pytest.mark.parametrize(
    ("people", "most"), [(30, 30), (200, 60), pytest.param(1000, 80, marks=long)]
)
def test_lookups_cost_little_and_find_though_half_go_at_once(people: int, most: int) -> None:
    crowd = Crowd(people, 1)
    keys = [record_key_of(number) for number in range(20)]
    found = [crowd.finds(key) for key in keys]
    assert all(one for one, _ in found)
    assert median(cost for _, cost in found) <= most
    sizes = median(crowd.table_of(one).network_size() for one in crowd.people)
    assert 0.7 * people < sizes < 1.4 * people
    crowd.gone = {one.id for one in crowd.chance.sample(crowd.people, people // 2)}
    alive = [one for one in crowd.people if one.id not in crowd.gone]
    assert all(crowd.look_up(crowd.chance.choice(alive), key).providers for key in keys)


def sybils(chance: Random, count: int, sites: Sequence[str]) -> list[Contact]:
    """As many peers in these networks (the first two or three numbers of addresses)."""
    made = []
    for _ in range(count):
        site = chance.choice(sites)
        missing = 4 - len(site.split("."))
        rest = [str(chance.randint(1, 254)) for _ in range(missing)]
        made.append(contact_at(chance, ".".join([site, *rest])))
    return made


def of_tables(crowd: Crowd) -> float:
    """The share of all tables that is the liars'."""
    tables = [crowd.table_of(one) for one in crowd.people]
    return mean(sum(liar.id in table for liar in crowd.liars) / len(table) for table in tables)


@long
def test_two_hundred_identities_in_four_networks_get_few_places() -> None:
    chance = Random(2)
    made = sybils(chance, 200, [f"{chance.randint(11, 99)}.{n}" for n in range(4)])
    limited = Crowd(200, 3, liars=made)
    control = Crowd(200, 3, liars=made, limited=False)
    assert of_tables(limited) < 0.2
    assert of_tables(control) > 0.4
    keys = [record_key_of(number) for number in range(30)]
    assert [limited.finds(key)[0] for key in keys] == [True] * 30
    assert sum(control.finds(key, limited=False)[0] for key in keys) < 30


def beside(chance: Random, key: bytes, count: int, networks: int) -> list[Contact]:
    """Peers that were made until they lay beside a key, in so many /24."""
    sites = [f"{chance.randint(11, 99)}.{n}.{n}" for n in range(networks)]
    made = sybils(chance, 30 * count, sites)
    return sorted(made, key=lambda one: place_of(one.id) ^ place_of(key))[:count]


@long
@pytest.mark.parametrize(("count", "at_least"), [(45, 1.0), pytest.param(200, 0.8, marks=long)])
def test_a_key_is_found_though_liars_crowd_around_it(count: int, at_least: float) -> None:
    tries = rounds(10, 4)
    found, control = 0, 0
    for number in range(tries):
        key = record_key_of(1000 + number)
        made = beside(Random(number), key, count, 10)
        crowd = Crowd(150, number, liars=made)
        one, cost = crowd.finds(key)
        found += one
        assert cost <= MAX_ASKED
        control += Crowd(150, number, liars=made, limited=False).finds(key, limited=False)[0]
    assert found >= at_least * tries
    assert control < tries / 2


def test_wrong_addresses_told_by_a_liar_do_not_hide_the_places_of_a_record() -> None:
    crowd = Crowd(60, 5)
    key = record_key_of(7)
    owner, reader = crowd.people[:2]
    crowd.lay_down(owner, key)
    table = crowd.table_of(reader)
    start = table.closest(place_of(key))[-3:]
    liar, wrong = start[0], contact_at(crowd.chance, "198.41.0.4").addresses
    others = {one.id for one in crowd.people} - {one.id for one in start}
    lies = Message(GET, key, tuple(Contact(one, wrong) for one in sorted(others)))
    lookup = Lookup(key, start, table.network_size(), reader.id)
    while asked := lookup.next():
        for one in asked:
            answer = lies if one.id == liar.id else crowd.ask(reader, one, Message(GET, key))
            if one.addresses == wrong or answer is None:
                lookup.failed(one.id)
            else:
                lookup.answered(one.id, answer)
    assert owner.id in lookup.providers
