"""UPnP over its sockets: the search for a gateway, its description, and calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import Final

import trio

from sayso_protocol.discovery.port_mapping import igd, ssdp
from sayso_protocol.discovery.port_mapping.http_answer import HttpAnswer
from sayso_protocol.discovery.port_mapping.igd import IgdService
from sayso_protocol.discovery.port_mapping.limits import MAX_DEVICES, MAX_SEARCH_ANSWER
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    PortMapping,
    PortMappingError,
    check_outside,
)
from sayso_protocol.discovery.port_mapping.router_url import RouterUrl, parse_url
from sayso_protocol.translation import _

from .gateway import own_host_towards

SEARCH_SECONDS: Final = ssdp.WAIT_SECONDS + 0.5
HTTP_SECONDS: Final = 5.0
_READ: Final = 8192


class UpnpRouter:
    """The gateway of this network that speaks UPnP, once it was found."""

    def __init__(self) -> None:
        self._services: Sequence[IgdService] = ()

    async def map(
        self, hosts: Sequence[str], gateways: Sequence[str], port: int, external: int, lease_s: int
    ) -> PortMapping:
        """A mapping of a port of this machine; a lease of 0 is for ever.

        `hosts` are this machine's IPv4 addresses, from which is searched; a device of `gateways`
        is taken before another. Raises `PortMappingError`.
        """
        if not self._services:
            self._services = await find_services(hosts, gateways)
        try:
            service, outside = await self._connected_service()
            given = await _add(service, port, external, lease_s)
        except PortMappingError as error:
            if error.failure in (MappingFailure.ABSENT, MappingFailure.BROKEN):
                self._services = ()  # it may have restarted, and have other URLs now
            raise
        return PortMapping(Method.UPNP, service.url.host, port, outside, given, lease_s)

    async def check(self, mapping: PortMapping) -> None:
        """Raise `PortMappingError` unless the router has this mapping still, and the same outer
        address."""
        service, outside = await self._connected_service()
        if outside != mapping.external_host or not await _is_ours(service, mapping):
            raise PortMappingError(MappingFailure.GONE, _("UPnP: the router has lost the mapping"))

    async def unmap(self, mapping: PortMapping) -> None:
        """Take a mapping away, if it still leads here. Raises `PortMappingError`."""
        service, _outside = await self._connected_service()
        if await _is_ours(service, mapping):
            await _call(service, "DeletePortMapping", igd.named_fields(mapping.external_port))

    async def _connected_service(self) -> tuple[IgdService, str]:
        """The first service whose connection has an outer address, and that. A router for cable
        and telephone lists both, and only one is plugged in."""
        why = PortMappingError(MappingFailure.ABSENT, _("UPnP: no gateway was found"))
        for service in self._services:
            try:
                fields = await _call(service, "GetExternalIPAddress", {})
                outside = fields.get("NewExternalIPAddress", "")
                check_outside(outside, "UPnP")
            except PortMappingError as error:
                why = error
            else:
                return service, outside
        raise why


async def _add(service: IgdService, port: int, external: int, lease_s: int) -> int:
    """Map a port; gives the outer one. Raises `PortMappingError`."""
    own = own_host_towards(service.url.host)
    if own is None:
        raise PortMappingError(MappingFailure.ABSENT, _("UPnP: no way leads to the router"))
    fields = igd.add_fields(own, port, external, lease_s)
    try:
        await _call(service, "AddPortMapping", fields)
    except PortMappingError as error:
        if error.failure is not MappingFailure.CONFLICT or not service.chooses_ports:
            raise
        answer = await _call(service, "AddAnyPortMapping", fields)
        return igd.port_field(answer, "NewReservedPort")
    return external


async def _is_ours(service: IgdService, mapping: PortMapping) -> bool:
    """Whether a mapping leads to this machine. Raises `PortMappingError`."""
    named = igd.named_fields(mapping.external_port)
    try:
        found = await _call(service, "GetSpecificPortMappingEntry", named)
    except PortMappingError as error:
        if error.failure is MappingFailure.GONE:
            return False
        raise
    own = own_host_towards(service.url.host)
    to = (found.get("NewInternalClient"), found.get("NewInternalPort"))
    return to == (own, str(mapping.port))


async def _call(service: IgdService, action: str, fields: Mapping[str, object]) -> dict[str, str]:
    answer = await _exchange(service.url, igd.encode_call(service, action, fields))
    return igd.decode_call(answer.status, answer.body)


async def _exchange(url: RouterUrl, request: bytes) -> HttpAnswer:
    """One request over HTTP on a connection of its own. Raises `PortMappingError`."""
    answer = HttpAnswer()
    try:
        with trio.fail_after(HTTP_SECONDS):
            stream = await trio.open_tcp_stream(url.host, url.port)
            async with stream:
                await stream.send_all(request)
                while not answer.receive(await stream.receive_some(_READ)):
                    pass
    except (OSError, trio.TooSlowError, trio.BrokenResourceError) as error:
        text = _("UPnP: the router at {address} does not answer").format(address=url.authority)
        raise PortMappingError(MappingFailure.ABSENT, text) from error
    return answer


# --- the search ------------------------------------------------------------------------------


async def find_services(hosts: Sequence[str], gateways: Sequence[str]) -> list[IgdService]:
    """The services of the first device that maps ports. Raises `PortMappingError`."""
    why = PortMappingError(MappingFailure.ABSENT, _("UPnP: no gateway answers"))
    for url in await _search(hosts, gateways):
        try:
            answer = await _exchange(url, igd.encode_fetch(url))
            if answer.status == 200:
                return igd.decode_description(answer.body, url)
        except PortMappingError as error:
            why = error
    raise why


async def _search(hosts: Sequence[str], gateways: Sequence[str]) -> list[RouterUrl]:
    """The descriptions of devices of the local network that say that they are gateways, those of
    known routers first. The search is over as soon as one of those has answered."""
    found: dict[RouterUrl, None] = {}
    with trio.move_on_after(SEARCH_SECONDS) as scope:
        async with trio.open_nursery() as nursery:
            for host in dict.fromkeys(hosts):
                nursery.start_soon(_search_from, host, set(gateways), found, scope)
    return sorted(found, key=lambda one: one.host not in gateways)


async def _search_from(
    own: str, gateways: set[str], found: dict[RouterUrl, None], scope: trio.CancelScope
) -> None:
    """Search on the network of one of this machine's addresses."""
    with suppress(OSError), trio.socket.socket(trio.socket.AF_INET, trio.socket.SOCK_DGRAM) as sock:
        await sock.bind((own, 0))
        option = trio.socket.IP_MULTICAST_IF
        sock.setsockopt(trio.socket.IPPROTO_IP, option, ip_address(own).packed)
        sock.setsockopt(trio.socket.IPPROTO_IP, trio.socket.IP_MULTICAST_TTL, 2)
        for search in ssdp.encode_searches():
            await sock.sendto(search, (ssdp.GROUP, ssdp.PORT))
        while True:
            answer, (host, *_) = await sock.recvfrom(MAX_SEARCH_ANSWER + 1)
            url = _description_url(answer, host)
            if url is None:
                continue
            if host in gateways:
                found[url] = None
                scope.cancel()
            elif ip_address(host).is_private and len(found) < MAX_DEVICES:
                found[url] = None


def _description_url(answer: bytes, host: str) -> RouterUrl | None:
    """The URL that an answer of a host gives, if it leads to that host."""
    location = ssdp.location_of(answer)
    try:
        return parse_url(location, host) if location is not None else None
    except PortMappingError:
        return None
