"""PCP and NAT-PMP over UDP: one question, one answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import trio

from sayso_protocol.discovery.port_mapping import nat_pmp, pcp
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    PortMapping,
    PortMappingError,
    check_outside,
)
from sayso_protocol.translation import _

WAITS: Final = (0.25, 0.5, 1.0, 2.0)
"""Seconds after which a question is sent again, and at the end given up: RFC 6886, section 3.1,
doubles them in this way. A router that does not listen is known at once by ICMP."""


async def map_by_pcp(
    gateway: str, nonce: bytes, port: int, suggested: int, lifetime_s: int
) -> PortMapping:
    """A mapping by PCP; with a lifetime of 0 its end. Raises `PortMappingError`."""
    async with _connected(gateway) as (sock, own):
        request = pcp.encode_map(own, nonce, port, suggested, lifetime_s)
        answer = await _ask(sock, request, pcp.MAX_ANSWER, pcp.is_answer)
    return pcp.decode_map(answer, nonce, port).mapping(gateway, port)


async def epoch_by_pcp(gateway: str) -> int:
    """The router's epoch. Raises `PortMappingError`."""
    async with _connected(gateway) as (sock, own):
        answer = await _ask(sock, pcp.encode_announce(own), pcp.MAX_ANSWER, pcp.is_answer)
    return pcp.decode_announce(answer)


async def map_by_nat_pmp(gateway: str, port: int, suggested: int, lifetime_s: int) -> PortMapping:
    """A mapping by NAT-PMP. Raises `PortMappingError`."""
    async with _connected(gateway) as (sock, _):
        outside = await _nat_pmp_address(sock)
        check_outside(outside.host, "NAT-PMP")
        found = await _nat_pmp_map(sock, port, suggested, lifetime_s)
    return PortMapping(
        Method.NAT_PMP,
        gateway,
        port,
        outside.host,
        found.external_port,
        found.lifetime_s,
        found.epoch_s,
    )


async def unmap_by_nat_pmp(gateway: str, port: int) -> None:
    """The end of a mapping. Raises `PortMappingError`."""
    async with _connected(gateway) as (sock, _):
        await _nat_pmp_map(sock, port, 0, 0)


async def address_by_nat_pmp(gateway: str) -> nat_pmp.NatPmpAddress:
    """The router's outer address and its epoch. Raises `PortMappingError`."""
    async with _connected(gateway) as (sock, _):
        return await _nat_pmp_address(sock)


async def _nat_pmp_address(sock: trio.socket.SocketType) -> nat_pmp.NatPmpAddress:
    request = nat_pmp.encode_address()
    answer = await _ask(sock, request, nat_pmp.MAX_ANSWER, nat_pmp.is_address_answer)
    return nat_pmp.decode_address(answer)


async def _nat_pmp_map(
    sock: trio.socket.SocketType, port: int, suggested: int, lifetime_s: int
) -> nat_pmp.NatPmpMapping:
    def accept(data: bytes) -> bool:
        return nat_pmp.is_map_answer(data, port)

    request = nat_pmp.encode_map(port, suggested, lifetime_s)
    return nat_pmp.decode_map(await _ask(sock, request, nat_pmp.MAX_ANSWER, accept), port)


@asynccontextmanager
async def _connected(gateway: str) -> AsyncIterator[tuple[trio.socket.SocketType, str]]:
    """A UDP socket that hears this router alone, ICMP errors included, and the own address there.
    Raises `PortMappingError` where no way leads there or nobody listens."""
    family = trio.socket.AF_INET6 if ":" in gateway else trio.socket.AF_INET
    with trio.socket.socket(family, trio.socket.SOCK_DGRAM) as sock:
        try:
            await sock.connect((gateway, pcp.PORT))
            yield sock, str(sock.getsockname()[0])
        except OSError as error:
            text = _("the router {gateway} does not listen for this ({reason})").format(
                gateway=gateway, reason=error.strerror
            )
            raise PortMappingError(MappingFailure.ABSENT, text) from error


async def _ask(
    sock: trio.socket.SocketType, request: bytes, size: int, accept: Callable[[bytes], bool]
) -> bytes:
    """The first answer that is accepted. Raises `PortMappingError`, `OSError`."""
    for wait in WAITS:
        with trio.move_on_after(wait):
            await sock.send(request)
            while True:
                answer = await sock.recv(size)
                if accept(answer):
                    return answer
    raise PortMappingError(MappingFailure.ABSENT, _("the router does not answer"))
