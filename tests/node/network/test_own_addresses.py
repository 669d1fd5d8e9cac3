"""The one place of a node's own addresses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.network.own_addresses import OwnAddresses
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key

ME, RELAY = (peer_id_of_key(bytes([number]) * 32) for number in (1, 2))


def address(text: str) -> Address:
    return Address.parse(text)


def texts(addresses: list[Address]) -> list[str]:
    return [str(one).removesuffix(f"/p2p/{ME}") for one in addresses]


LOOPBACK, LAN, PUBLIC = "/ip4/127.0.0.1/tcp/1", "/ip4/192.168.1.5/tcp/1", "/ip4/8.8.4.4/tcp/1"
MAPPED, NAME = "/ip4/9.9.9.9/tcp/7", "/dns4/home.example/tcp/1"
ONION = f"/onion3/{'a' * 56}:4001"
BY_RELAY = f"/ip4/1.1.1.1/tcp/1/p2p/{RELAY}/p2p-circuit"
BY_LAN_RELAY = f"/ip4/10.0.0.1/tcp/1/p2p/{RELAY}/p2p-circuit"


def test_each_source_is_kept_apart_and_all_are_told_in_order() -> None:
    own = OwnAddresses(ME)
    own.set("relay", [address(BY_RELAY)])
    own.set("listen", [address(LAN), address(LOOPBACK)])
    own.set("mapped", [address(MAPPED)])
    own.set("given", [address(NAME), address(LAN)])
    assert texts(own.all()) == [LAN, LOOPBACK, NAME, MAPPED, BY_RELAY]
    assert all(one.peer_id == ME for one in own.all())
    assert texts(own.of("mapped")) == [MAPPED]
    own.set("mapped", [])
    assert texts(own.all()) == [LAN, LOOPBACK, NAME, BY_RELAY]


@pytest.mark.parametrize(
    ("text", "public"),
    [
        (LOOPBACK, False),
        (LAN, False),
        ("/ip6/::1/tcp/1", False),
        ("/ip6/fd00::1/tcp/1", False),
        ("/ip4/100.64.0.1/tcp/1", False),
        (BY_LAN_RELAY, False),
        (PUBLIC, True),
        ("/ip6/2600::1/tcp/1", True),
        (NAME, True),
        (ONION, True),
        (BY_RELAY, True),
    ],
)
def test_public_is_what_strangers_may_read(text: str, public: bool) -> None:
    own = OwnAddresses(ME)
    own.set("listen", [address(text)])
    assert texts(own.public()) == ([text] if public else [])


changes = st.lists(
    st.tuples(
        st.sampled_from(["listen", "given", "mapped", "relay"]),
        st.lists(st.sampled_from([LOOPBACK, LAN, PUBLIC, MAPPED, NAME, BY_RELAY]), max_size=3),
    ),
    max_size=8,
)


@given(changes)
def test_every_change_and_no_other_is_told(steps: list) -> None:  # type: ignore[type-arg]
    own = OwnAddresses(ME)
    for source, addresses in steps:
        before, event = own.of(source), own.changed
        own.set(source, map(address, addresses))
        assert event.is_set() == (own.of(source) != before)
        assert (own.changed is event) == (not event.is_set())
        assert not own.changed.is_set()
        assert len(set(own.all())) == len(own.all())
