"""A router on loopback that answers PCP and NAT-PMP as a test says, and counts."""

from __future__ import annotations

import itertools
import os
import struct
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trio

from sayso_protocol.discovery.port_mapping.pcp import PORT

OUTSIDE = bytes((45, 45, 45, 1))

Answer = Callable[[bytes], list[bytes]]
"""The datagrams that a request is answered with."""

_numbers = itertools.count(os.getpid() * 37)


class FakeRouter:
    """Where it listens, what it was asked, and how it answers from now on."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.asked: list[bytes] = []
        self.asker = ("", 0)
        self.answer: Answer = lambda _: []


@asynccontextmanager
async def fake_router() -> AsyncIterator[FakeRouter]:
    """A router at an address of its own on loopback."""
    number = next(_numbers)
    host = f"127.{100 + number // 62500 % 100}.{1 + number // 250 % 250}.{1 + number % 250}"
    router = FakeRouter(host)
    with trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as sock:
        try:
            await sock.bind((host, PORT))
        except OSError:
            pytest.skip("this system has one address on loopback alone")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_serve, sock, router)
            yield router
            nursery.cancel_scope.cancel()


async def _serve(sock: trio.socket.SocketType, router: FakeRouter) -> None:
    while True:
        request, sender = await sock.recvfrom(2048)
        router.asked.append(request)
        router.asker = sender
        for answer in router.answer(request):
            await sock.sendto(answer, sender)


def pcp_answer(request: bytes, *, result: int = 0, epoch: int = 100, lifetime: int = 7200) -> bytes:
    """What an honest router says to a request of PCP."""
    head = struct.pack("!BBBBII12x", 2, request[1] | 0x80, 0, result, lifetime, epoch)
    if request[1] == 0:
        return head
    nonce_to_port, external = request[24:42], request[40:42]
    return head + nonce_to_port + external + bytes(10) + b"\xff\xff" + OUTSIDE


def nat_pmp_answer(request: bytes, *, epoch: int = 100, host: bytes = OUTSIDE) -> bytes:
    """What an honest router says to a request of NAT-PMP."""
    if request[1] == 0:
        return struct.pack("!BBHI4s", 0, 128, 0, epoch, host)
    inner, _, lifetime = struct.unpack("!HHI", request[4:12])
    return struct.pack("!BBHIHHI", 0, 130, 0, epoch, inner, inner, lifetime)


def unsupported(request: bytes) -> bytes:
    """What a router that speaks NAT-PMP alone says to PCP: RFC 6887, appendix A."""
    return struct.pack("!BBHI", 0, 128 | request[1], 1, 100)
