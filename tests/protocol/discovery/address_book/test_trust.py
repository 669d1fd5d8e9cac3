"""Whose word is believed about which addresses."""

from __future__ import annotations

import pytest

from sayso_protocol.discovery.address_book.trust import is_public, may_keep, network_of
from sayso_protocol.discovery.candidate import Origin
from sayso_protocol.discovery.multiaddr import Address

from .population import at, peer_id

LOCAL = [
    "127.0.0.1", "10.1.2.3", "192.168.1.5", "172.16.9.9", "169.254.1.1", "100.64.3.4", "0.0.0.0",
    "224.0.0.251", "255.255.255.255", "198.18.0.1", "192.0.2.7", "240.0.0.1",
    "::1", "::", "fe80::1", "fd00::1", "ff02::fb", "2001:db8::1",
    "::ffff:127.0.0.1", "::ffff:192.168.1.1", "2002:7f00:1::1", "2002:c0a8:101::1",
    "64:ff9b::a00:1", "64:ff9b::7f00:1",
]  # fmt: skip
"""Addresses of this machine, of the owner's network, of nobody; and the same in disguise."""
PUBLIC = ["81.2.69.142", "9.9.9.9", "2a00:1450:4001::1", "2002:5102:458e::1", "64:ff9b::5102:458e"]
STRANGERS = [Origin.EXCHANGE, Origin.DHT, Origin.PROFILE]


@pytest.mark.parametrize("host", LOCAL)
@pytest.mark.parametrize("origin", [*STRANGERS, Origin.CONTACT])
def test_nobody_aims_this_node_at_its_own_network(host: str, origin: Origin) -> None:
    assert not may_keep(at(host, 1), origin)
    assert not may_keep(at(host, 1), origin, met_at="81.2.69.142")
    assert not is_public(at(host, 1))


@pytest.mark.parametrize("host", PUBLIC)
@pytest.mark.parametrize("origin", [*STRANGERS, Origin.CONTACT, Origin.OWNER, Origin.INVITE])
def test_public_addresses_are_taken_of_everybody(host: str, origin: Origin) -> None:
    assert may_keep(at(host, 1), origin)


@pytest.mark.parametrize("port", [1, 22, 25, 53, 80, 123, 1023])
def test_strangers_name_no_ports_of_other_services(port: int) -> None:
    address = at("81.2.69.142", 1, port)
    assert not any(may_keep(address, origin) for origin in STRANGERS)
    assert may_keep(address, Origin.OWNER)
    assert may_keep(at("81.2.69.142", 1, 443), Origin.EXCHANGE)


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.5", "10.0.0.9", "fe80::1", "fd00::7"])
def test_a_peer_on_the_own_network_tells_its_new_port(host: str) -> None:
    assert may_keep(at(host, 1, 5000), Origin.CONTACT, met_at=host)
    assert not may_keep(at(host, 1, 5000), Origin.CONTACT, met_at="192.168.1.77")
    assert not may_keep(at(host, 1, 5000), Origin.EXCHANGE, met_at=host)


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.5", "81.2.69.142", "fe80::1"])
def test_the_owner_and_the_lan_are_taken_for_what_they_are(host: str) -> None:
    assert may_keep(at(host, 1), Origin.OWNER)
    assert may_keep(at(host, 1), Origin.INVITE)
    assert may_keep(at(host, 1), Origin.LAN)


@pytest.mark.parametrize("protocol", ["dns", "dns4", "dns6"])
def test_names_that_may_lead_anywhere_are_the_owners_alone(protocol: str) -> None:
    address = Address(protocol, "router.home", 4001, peer_id(1))
    taken = [origin for origin in Origin if may_keep(address, origin)]
    assert taken == [Origin.OWNER, Origin.INVITE]


def test_a_relay_on_the_own_network_is_nobodys_word() -> None:
    hidden = Address("ip4", "192.168.1.1", 4001, peer_id(1), relay=peer_id(2))
    assert not may_keep(hidden, Origin.CONTACT, met_at="192.168.1.1")
    assert not may_keep(hidden, Origin.EXCHANGE)
    assert may_keep(Address("ip4", "81.2.69.142", 4001, peer_id(1), peer_id(2)), Origin.DHT)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("81.2.69.142", "81.2.7.9", True),
        ("81.2.69.142", "81.3.69.142", False),
        ("2a00:1450:4001::1", "2a00:1450:9::7", True),
        ("2a00:1450:4001::1", "2a00:1451::1", False),
        ("127.0.0.1", "127.9.9.9", True),
    ],
)
def test_networks_are_what_a_provider_has(one: str, other: str, same: bool) -> None:
    assert (network_of(at(one, 1)) == network_of(at(other, 2))) is same


@pytest.mark.parametrize(
    ("host", "port", "wanted"),
    [
        ("hub.example", 4001, True), ("a.b.example.org", 443, True), ("hub.example.", 4001, True),
        ("hub.example", 22, False), ("localhost", 4001, False), ("router", 4001, False),
        ("printer.local", 4001, False), ("nas.home.arpa.", 4001, False), ("x.LAN", 4001, False),
        ("a.localhost", 4001, False),
    ],
)  # fmt: skip
def test_whom_one_follows_may_name_hubs_as_people_do(host: str, port: int, wanted: bool) -> None:
    name = Address("dns4", host, port, peer_id(1))
    assert may_keep(name, Origin.PROFILE) == wanted
    assert not any(may_keep(name, one) for one in STRANGERS if one is not Origin.PROFILE)
