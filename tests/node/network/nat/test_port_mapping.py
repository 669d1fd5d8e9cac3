"""Port mapping over real sockets, with routers that answer well, badly, or not at all."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
from tests.budget import long

from sayso_node.network.nat.gateway import gateways_of, own_host_towards
from sayso_node.network.nat.port_mapping import PortMappingService, mappable_port
from sayso_node.network.nat.router_datagrams import map_by_nat_pmp, map_by_pcp
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    PortMappingError,
)
from sayso_protocol.discovery.port_mapping.port_mapper import MappingReport

from .fake_router import FakeRouter, fake_router, nat_pmp_answer, pcp_answer, unsupported

SECRET = bytes(32)
LISTENING = [Address("ip4", "192.168.1.5", 4001), Address("ip4", "127.0.0.1", 4001)]


@asynccontextmanager
async def at_work(router: FakeRouter) -> AsyncIterator[list[MappingReport]]:
    """The service with this router; the reports so far. Stopped at the end."""
    reports: list[MappingReport] = []
    service = PortMappingService(SECRET, lambda: LISTENING, reports.append, lambda: [router.host])
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.run)
        with trio.fail_after(60):
            while not any(report.is_complete for report in reports):
                await trio.sleep(0.01)
        yield reports
        nursery.cancel_scope.cancel()


async def test_a_router_that_speaks_pcp_maps_and_hears_of_the_end() -> None:
    async with fake_router() as router:
        router.answer = lambda request: [pcp_answer(request)]
        async with at_work(router) as reports:
            mapping = reports[-1].mapping
            assert mapping is not None
            assert (mapping.method, mapping.multiaddr) == (Method.PCP, "/ip4/45.45.45.1/tcp/4001")
        first, last = router.asked[0], router.asked[-1]
        assert last[4:8] == bytes(4), "a lifetime of nothing"
        assert last[24:36] == first[24:36], "the same nonce"


async def test_a_router_that_speaks_nat_pmp_alone_is_understood() -> None:
    async with fake_router() as router:
        router.answer = lambda one: [nat_pmp_answer(one) if one[0] == 0 else unsupported(one)]
        async with at_work(router) as reports:
            mapping = reports[-1].mapping
            assert mapping is not None
            assert mapping.method is Method.NAT_PMP
        assert router.asked[-1] == bytes.fromhex("000200000fa1000000000000")


async def test_a_router_with_a_private_address_outside_gets_back_what_it_gave() -> None:
    async with fake_router() as router:
        router.answer = lambda one: [
            pcp_answer(one)[:-4] + bytes((192, 168, 77, 2)) if one[0] else nat_pmp_answer(one)
        ]
        async with at_work(router) as reports:
            with trio.fail_after(60):
                while router.asked[-1][4:8] != bytes(4):
                    await trio.sleep(0.01)
            assert reports[-1].mapping is None
            assert reports[-1].outside == "router"


BAD = {
    "noise": lambda one: [b"", b"\x00", b"\xff" * 1100],
    "another nonce": lambda one: [pcp_answer(one[:24] + bytes(12) + one[36:])],
    "another port": lambda one: [pcp_answer(one[:40] + b"\x00\x09" + one[42:])],
    "cut off": lambda one: [pcp_answer(one)[:50]],
    "refusal": lambda one: [pcp_answer(one, result=2)],
    "nonsense": lambda one: [pcp_answer(one, result=250)],
}


@pytest.mark.parametrize("name", BAD)
async def test_what_a_router_says_badly_is_no_mapping(name: str) -> None:
    async with fake_router() as router:
        router.answer = BAD[name]
        with trio.fail_after(60), pytest.raises(PortMappingError):
            await map_by_pcp(router.host, bytes(range(12)), 4001, 4001, 7200)


async def test_noise_before_the_answer_is_passed_over() -> None:
    async with fake_router() as router:
        router.answer = lambda one: [b"", b"\x02\x01", b"x" * 1100, pcp_answer(one)]
        mapping = await map_by_pcp(router.host, bytes(range(12)), 4001, 4001, 7200)
        assert mapping.lifetime_s == 7200


@long
async def test_a_datagram_that_is_lost_is_sent_again() -> None:
    async with fake_router() as router:
        router.answer = lambda one: [nat_pmp_answer(one)] if len(router.asked) % 2 == 0 else []
        mapping = await map_by_nat_pmp(router.host, 4001, 4001, 7200)
        assert mapping.external_host == "45.45.45.1"
        assert len(router.asked) == 4


@long
async def test_who_does_not_answer_is_asked_four_times_and_then_left() -> None:
    async with fake_router() as router:
        began = trio.current_time()
        with pytest.raises(PortMappingError) as caught:
            await map_by_nat_pmp(router.host, 4001, 4001, 7200)
        assert caught.value.failure is MappingFailure.ABSENT
        assert len(router.asked) == 4
        assert trio.current_time() - began < 10


async def test_that_nobody_listens_is_known_at_once() -> None:
    began = trio.current_time()
    with pytest.raises(PortMappingError) as caught:
        await map_by_nat_pmp("127.99.99.99", 4001, 4001, 7200)
    assert caught.value.failure is MappingFailure.ABSENT
    assert trio.current_time() - began < 3


@long
async def test_another_machine_cannot_answer_for_the_router() -> None:
    async with fake_router() as router, fake_router() as other:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as foreign:
            foreign.bind((other.host, 0))

            def answer(request: bytes) -> list[bytes]:
                foreign.sendto(nat_pmp_answer(request, host=bytes((6, 6, 6, 6))), router.asker)
                return []

            router.answer = answer
            with pytest.raises(PortMappingError):
                await map_by_nat_pmp(router.host, 4001, 4001, 7200)
            assert len(router.asked) == 4


# --- whom to ask, for what -------------------------------------------------------------------

ROUTES = """Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
wlan0\t00000000\t0100A8C0\t0003\t0\t0\t600\t00000000\t0\t0\t0
eth0\t00000000\t0109A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0
eth0\t0009A8C0\t00000000\t0001\t0\t0\t100\t00FFFFFF\t0\t0\t0
tun0\t00000000\t00000000\t0001\t0\t0\t50\t00000000\t0\t0\t0
tun0\t00000000\t0100000A\t0003\t0\t0\t50\t00000080\t0\t0\t0
down0\t00000000\t0101A8C0\t0002\t0\t0\t1\t00000000\t0\t0\t0
"""


def test_routers_are_read_from_the_routes_the_preferred_first() -> None:
    assert gateways_of(ROUTES) == ["192.168.9.1", "192.168.0.1"]
    assert gateways_of("") == gateways_of(ROUTES.splitlines()[0]) == []


@pytest.mark.parametrize(
    ("hosts", "port"),
    [
        (["192.168.1.5", "127.0.0.1"], 4001),
        (["10.0.0.5"], 4001),
        (["127.0.0.1", "::1"], 0),
        (["45.45.45.1", "192.168.1.5"], 0),
        (["fe80::1", "2a00:1450::1"], 0),
        (["2a00:1450::1", "192.168.1.5"], 4001),
        ([], 0),
    ],
)
def test_only_the_port_of_a_private_ipv4_address_needs_a_router(hosts, port) -> None:
    listening = [Address("ip6" if ":" in host else "ip4", host, 4001) for host in hosts]
    assert mappable_port(listening) == port


def test_the_own_address_is_that_towards_the_router() -> None:
    assert own_host_towards("127.0.0.1") == "127.0.0.1"
