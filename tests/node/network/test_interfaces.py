"""Interfaces of this machine, and what a listener is called at."""

from __future__ import annotations

import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.network.interfaces import Interface, interfaces, reachable_hosts


def test_the_interfaces_are_those_of_the_system() -> None:
    found = interfaces()
    names = dict(socket.if_nameindex())
    assert found
    for one in found:
        assert names[one.index] == one.name
        assert one.addresses
    assert "127.0.0.1" in {str(ip) for one in found for ip in one.addresses}


ETH = Interface(
    "eth0",
    2,
    tuple(
        map(
            ip_address,
            ["192.168.1.5", "169.254.3.4", "8.8.4.4", "fe80::1%eth0", "fd00::7", "2600::9"],
        )
    ),
)
LO = Interface("lo", 1, (ip_address("127.0.0.1"), ip_address("::1")))


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("0.0.0.0", ["8.8.4.4", "192.168.1.5", "169.254.3.4", "127.0.0.1"]),
        ("::", ["2600::9", "fd00::7", "::1"]),
        ("192.168.1.5", ["192.168.1.5"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("::1", ["::1"]),
        ("203.0.113.9", ["203.0.113.9"]),
    ],
)
def test_a_wildcard_stands_for_all_addresses_of_its_family(host: str, hosts: list[str]) -> None:
    assert reachable_hosts(host, [LO, ETH]) == hosts


addresses = st.lists(st.ip_addresses(), unique=True, max_size=8)


@given(st.lists(addresses, max_size=4), st.sampled_from(["0.0.0.0", "::"]))
def test_no_address_is_left_out_or_named_twice(groups: list, host: str) -> None:  # type: ignore[type-arg]
    around = [Interface(f"if{number}", number, tuple(ips)) for number, ips in enumerate(groups)]
    named = reachable_hosts(host, around)
    version = ip_address(host).version
    wanted = {
        str(ip)
        for ips in groups
        for ip in ips
        if ip.version == version and not (version == 6 and ip.is_link_local)
    }
    assert sorted(named) == sorted(wanted)
    loopback = [ip_address(name).is_loopback for name in named]
    assert loopback == sorted(loopback)
