"""Who has to go when too many come: decided without sockets."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import cast

import pytest
import trio

from sayso_node.network.transport import TransportLimits
from sayso_node.network.transport.admission import Admission
from sayso_node.network.transport.yamux.yamux_connection import YamuxConnection
from sayso_protocol.discovery.multiaddr import netgroup, networks, socket_address
from sayso_protocol.seats import NoSeatError, Standing

PLENTY = 1 << 20


@dataclass(eq=False)
class FakeConnection:
    peer_id: str
    is_unused: bool = False
    aborted: list[str] = field(default_factory=list)

    def abort(self, reason: str) -> None:
        self.aborted.append(reason)


def connection(peer_id: str) -> YamuxConnection:
    return cast("YamuxConnection", FakeConnection(peer_id))


def test_what_counts_as_one_address() -> None:
    assert netgroup("203.0.113.7") == "203.0.113.7/32"
    assert netgroup("2001:db8:1:2ff:3::4") == netgroup("2001:db8:1:200::1") == "2001:db8:1:200::/56"
    assert netgroup("2001:db8:1:300::1") != netgroup("2001:db8:1:200::1")
    assert netgroup("127.0.0.1") == "127.0.0.1"
    assert networks("203.0.113.7") == ("203.0.113.7/32", "203.0.113.0/24", "203.0.0.0/16")
    assert networks("2001:db8:1:2ff::1")[1:] == ("2001:db8:1::/48", "2001:db8::/32")
    assert networks("127.9.9.9") == networks("::1") == ()
    assert str(socket_address(("::ffff:203.0.113.7", 9))) == "/ip4/203.0.113.7/tcp/9"
    assert str(socket_address(("fe80::1%eth0", 9))) == "/ip6/fe80::1/tcp/9"


async def test_the_longest_silent_of_the_same_address_makes_room() -> None:
    admission = Admission(TransportLimits(pending_per_address=3), PLENTY)
    elsewhere = admission.add_pending("203.0.113.1")
    spoke, silent, other = (admission.add_pending("203.0.113.2") for _ in range(3))
    spoke.has_spoken = True
    admission.add_pending("203.0.113.2")
    dropped = [each.scope.cancel_called for each in (elsewhere, spoke, silent, other)]
    assert dropped == [False, False, True, False]


async def test_the_address_with_most_makes_room_for_others() -> None:
    admission = Admission(TransportLimits(pending=4), PLENTY)
    lonely = admission.add_pending("203.0.113.1")
    crowd = [admission.add_pending("203.0.113.2") for _ in range(3)]
    admission.add_pending("203.0.113.3")
    assert not lonely.scope.cancel_called
    assert [each.scope.cancel_called for each in crowd] == [True, False, False]


@pytest.mark.parametrize(
    "crowd",
    [
        [f"2001:db8:1:{number:02x}00::1" for number in range(256)],
        [f"198.51.100.{number}" for number in range(256)],
        [f"198.51.{number}.7" for number in range(256)],
    ],
)
async def test_many_addresses_of_one_network_make_room_for_others(crowd: list[str]) -> None:
    admission = Admission(TransportLimits(), PLENTY)
    lonely = [admission.add_pending(host) for host in ("203.0.113.1", "2001:db8:99::1")]
    for host in crowd * 2:
        admission.add_pending(host)
    assert not any(one.scope.cancel_called for one in lonely)
    assert len(admission._pending) == TransportLimits().pending


async def test_a_process_with_few_descriptors_lets_fewer_in() -> None:
    admission = Admission(TransportLimits(), 64)
    crowd = [admission.add_pending(f"203.0.113.{number}") for number in range(17)]
    assert sum(each.scope.cancel_called for each in crowd) == 1


HOSTS = [
    ("203.0.113.1", "203.0.113.1"),
    ("2001:db8::1", "2001:db8::2"),
    ("2001:db8::1", "2001:db8:0:ff::1"),
]


@pytest.mark.parametrize(("host", "neighbour"), HOSTS)
async def test_an_address_has_so_many_seats(host: str, neighbour: str) -> None:
    admission = Admission(TransportLimits(inbound_per_address=2), PLENTY)
    first = admission.establish(admission.add_pending(host), connection("a"))
    admission.establish(admission.add_pending(neighbour), connection("b"))
    with pytest.raises(NoSeatError, match="no seat is free from"):
        admission.establish(admission.add_pending(host), connection("c"))
    admission.establish(admission.add_pending("203.0.113.9"), connection("d"))
    admission.remove_established(first)
    admission.establish(admission.add_pending(host), connection("e"))
    assert (admission.counts.refused, admission.counts.gave_way) == (1, 0)


IDLE_CROWDS = {
    "thirty addresses": [f"198.51.{number}.7" for number in range(30)],
    "one household": [f"2001:db8:1:2{number:02x}::1" for number in range(256)],
    "one site": [f"2001:db8:1:{number:02x}00::1" for number in range(256)],
    "a small network": [f"198.51.100.{number}" for number in range(256)],
    "a provider": [f"2001:db8:{number:x}::1" for number in range(256)],
}


@pytest.mark.parametrize("crowd", IDLE_CROWDS)
async def test_idle_sessions_keep_nobody_out(crowd: str, autojump_clock: object) -> None:
    """At once and 20 s later; a stranger, and somebody who brought something once."""
    known = {"friend": Standing.SOURCE}
    admission = Admission(TransportLimits(), PLENTY, lambda: known)
    hosts = IDLE_CROWDS[crowd]
    for number in range(512):
        with suppress(NoSeatError):
            pending = admission.add_pending(hosts[number % len(hosts)])
            admission.establish(pending, connection(f"x{number}"))
    for peer, host in [("stranger", "203.0.113.1"), ("friend", hosts[0])]:
        admission.remove_established(
            admission.establish(admission.add_pending(host), connection(peer))
        )
        await trio.sleep(20)
        admission.establish(admission.add_pending(host), connection(peer))


async def test_who_gives_way_is_told_and_forgotten() -> None:
    admission = Admission(TransportLimits(inbound=3), PLENTY)
    crowd = [connection(str(number)) for number in range(2)]
    for one in crowd:
        admission.establish(admission.add_pending("198.51.100.1"), one)
    admission.establish(admission.add_pending("203.0.113.1"), connection("other"))
    assert [cast("FakeConnection", one).aborted for one in crowd] == [["its seat was needed"], []]
    assert admission.counts.gave_way == 1


async def test_loopback_is_not_counted_as_one_address() -> None:
    admission = Admission(TransportLimits(inbound_per_address=1), PLENTY)
    for number in range(5):
        admission.establish(admission.add_pending("127.0.0.1"), connection(str(number)))


async def test_handshakes_of_an_address_wait_their_turn(autojump_clock: object) -> None:
    admission = Admission(TransportLimits(handshakes_per_address=10, handshake_burst=2), PLENTY)
    waits = []
    for host in ["203.0.113.1"] * 4 + ["203.0.113.2"] + ["127.0.0.1"] * 9:
        pending = admission.add_pending(host)
        start = trio.current_time()
        await admission.wait_for_turn(pending)
        waits.append(round(trio.current_time() - start, 3))
    assert waits == [0, 0, 0.1, 0.1] + [0] * 10
