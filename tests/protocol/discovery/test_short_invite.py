"""What an invite tells of a node's addresses, and what it leaves out where room is scarce."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.invite import Invite, invite_text
from sayso_protocol.discovery.invite_limits import MAX_INVITE_ADDRESSES
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.short_invite import LOCAL, left_out, shortened, told_addresses

from .test_invite import KEYS, PEERS, addresses, invites


def at(host: str, relay: str | None = None) -> Address:
    return Address("ip6" if ":" in host else "ip4", host, 4001, None, relay)


V4, V6, RELAYED = at("203.0.113.77"), at("2001:db8:1:2:3:4:5:6"), at("203.0.113.10", PEERS[5])
ONION = Address("onion3", "a" * 56, 4001)
HOME = at("192.168.1.7")


def told(public: list[Address], *more: Address) -> list[Address]:
    return list(told_addresses(public, [*public, *more]))


def test_far_comes_before_near_and_direct_before_relayed() -> None:
    assert told([RELAYED, V4, V6], HOME, at("127.0.0.1")) == [V4, V6, RELAYED, HOME]


def test_a_relay_counts_wherever_it_is() -> None:
    near = at("192.168.1.9", PEERS[3])
    assert told([V4], HOME, near) == [V4, near, HOME]
    assert told([], near) == [near]


def test_peers_are_not_named_twice() -> None:
    with_peer = Address("ip4", V4.host, 4001, PEERS[1])
    assert told([with_peer, V4]) == [V4]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "169.254.3.4", "fe80::1%eth0"])
def test_what_means_another_machine_elsewhere_is_not_told(host: str) -> None:
    assert told([V4], at(host)) == [V4]
    assert told([], at(host), HOME) == [HOME]


def test_loopback_is_told_where_there_is_nothing_else() -> None:
    assert told([], at("127.0.0.1"), at("::1"), at("fe80::1%eth0")) == [at("127.0.0.1"), at("::1")]
    assert told([]) == []


def test_the_many_addresses_of_containers_are_not_told() -> None:
    bridges = [at(f"172.{n}.0.1") for n in range(17, 31)]
    assert told([V4], HOME, *bridges) == [V4, HOME, *bridges[: LOCAL - 1]]
    assert len(told([at(f"198.51.100.{n}") for n in range(20)])) == MAX_INVITE_ADDRESSES


def of(*where: Address) -> Invite:
    return Invite(KEYS[0], KEYS[1], where, bytes(16), (), b"token!", None)


@pytest.mark.parametrize(
    ("where", "kept"),
    [
        # 195 characters are what a code of 80 by 24 holds.
        ((V4,), of(V4)),
        ((V4, V6), of(V4, V6)),
        ((V6, V4, HOME), of(V6, V4)),
        ((RELAYED,), Invite(KEYS[0], KEYS[1], (RELAYED,), None, (), b"token!", None)),
        ((V4, RELAYED), of(V4)),
        ((ONION,), Invite(KEYS[0], KEYS[1], (ONION,), None, (), b"token!", None)),
        ((), of()),
    ],
)
def test_what_a_small_terminal_holds(where: tuple[Address, ...], kept: Invite) -> None:
    assert shortened(of(*where), lambda one: len(invite_text(one)) <= 195) == kept


@given(invites, st.integers(110, 700))
def test_what_is_left_fits_and_nothing_is_added(invite: Invite, most: int) -> None:
    short = shortened(invite, lambda one: len(invite_text(one)) <= most)
    assert len(invite_text(short)) <= max(most, len(invite_text(of(*invite.addresses[:1]))))
    assert short.addresses[:1] == invite.addresses[:1]
    assert set(short.addresses) <= set(invite.addresses)
    assert short.token in (None, invite.token) and short.promise in (None, invite.promise)
    assert bool(left_out(invite, short)) == (replace(short, heads=invite.heads) != invite)


@given(invites)
def test_nothing_is_left_out_where_there_is_room(invite: Invite) -> None:
    assert shortened(invite, lambda _: True) == invite


@given(st.lists(addresses, max_size=12), st.lists(addresses, max_size=12))
def test_any_addresses_make_an_invite(public: list[Address], more: list[Address]) -> None:
    found = told_addresses(public, [*public, *more])
    invite_text(Invite(KEYS[0], KEYS[1], found))
    if public:
        assert found[0].host in {one.host for one in public}
