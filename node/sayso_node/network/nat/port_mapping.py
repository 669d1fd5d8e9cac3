"""Port mapping at work: does what the `PortMapper` decides, and says where that led."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import trio

from sayso_protocol.discovery.multiaddr import Address, is_loopback
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    PortMapping,
    PortMappingError,
)
from sayso_protocol.discovery.port_mapping.port_mapper import (
    CheckMapping,
    MappingReport,
    MapPort,
    PortMapper,
    RemoveMapping,
    RouterQuestion,
)
from sayso_protocol.translation import _

from .gateway import default_gateways, own_host_towards
from .router_datagrams import (
    address_by_nat_pmp,
    epoch_by_pcp,
    map_by_nat_pmp,
    map_by_pcp,
    unmap_by_nat_pmp,
)
from .upnp import UpnpRouter

log = logging.getLogger(__name__)

LOOK_SECONDS: Final = 15.0
"""How often the routes and the own addresses are read again: a laptop changes networks."""

LEAVE_SECONDS: Final = 1.0
"""What giving the port back may take when the node stops."""

ReportListener = Callable[[MappingReport], None]


class PortMappingService:
    """Keeps a port of the router open that leads to this node."""

    def __init__(
        self,
        secret: bytes,
        listening: Callable[[], Sequence[Address]],
        tell: ReportListener,
        gateways: Callable[[], Sequence[str]] | None = None,
    ) -> None:
        """`secret` are 32 bytes that this node keeps; `listening` gives the addresses of this
        machine at which it listens. `tell` hears of each new report. `gateways` takes the place of
        the system's routes."""
        self._mapper = PortMapper(secret)
        self._listening = listening
        self._tell = tell
        self._fixed_gateways = gateways
        self._gateways: list[str] = []
        self._upnp = UpnpRouter()

    @property
    def report(self) -> MappingReport:
        """What came of it so far."""
        return self._mapper.report

    async def run(self) -> None:
        """Ask for a port and keep it, until cancelled; then it is given back."""
        try:
            while True:
                await self._look()
                await self._ask_all_due()
                await trio.sleep(self._pause())
        finally:
            with trio.CancelScope(shield=True, deadline=trio.current_time() + LEAVE_SECONDS):
                await self._leave()

    async def _look(self) -> None:
        if self._fixed_gateways is not None:
            self._gateways = list(self._fixed_gateways())
        else:
            self._gateways = await default_gateways()
        port = mappable_port(self._listening())
        before = self.report
        self._mapper.set_network(self._gateways, port, _now_ms(), self._search_hosts())
        self._tell_change(before)

    async def _ask_all_due(self) -> None:
        while (question := self._mapper.next(_now_ms())) is not None:
            before = self.report
            await self._ask(question)
            self._tell_change(before)

    def _pause(self) -> float:
        wake_ms = self._mapper.wake_ms
        return LOOK_SECONDS if wake_ms is None else min(LOOK_SECONDS, _until(wake_ms))

    def _tell_change(self, before: MappingReport) -> None:
        if self.report != before:
            self._tell(self.report)

    async def _leave(self) -> None:
        question = self._mapper.leave()
        if question is not None:
            with suppress(PortMappingError):
                await self._unmap(question.mapping)

    # --- questions ---------------------------------------------------------------------------

    async def _ask(self, question: RouterQuestion) -> None:
        """Ask a router, and tell the mapper what it said."""
        try:
            match question:
                case MapPort():
                    mapping = await self._map(question)
                    self._mapper.mapped(mapping, _now_ms())
                    log.info("port %s is mapped by %s", mapping.port, mapping.method)
                case CheckMapping(mapping):
                    epoch_s = await self._check(mapping)
                    self._mapper.checked(epoch_s, _now_ms())
                case RemoveMapping(mapping):
                    await self._unmap(mapping)
                    self._mapper.removed(_now_ms())
        except PortMappingError as error:
            log.debug("no port: %s", error)
            self._mapper.failed(error, _now_ms())
        except (OSError, ValueError) as error:  # no descriptor is left; or nonsense
            log.info("no port: %s", error)
            broken = PortMappingError(MappingFailure.BROKEN, str(error))
            self._mapper.failed(broken, _now_ms())

    async def _map(self, question: MapPort) -> PortMapping:
        port, external, lifetime_s = question.port, question.external_port, question.lifetime_s
        match question.method:
            case Method.PCP:
                nonce = self._mapper.nonce(port)
                return await map_by_pcp(question.gateway, nonce, port, external, lifetime_s)
            case Method.NAT_PMP:
                return await map_by_nat_pmp(question.gateway, port, external, lifetime_s)
            case Method.UPNP:
                hosts = self._search_hosts()
                return await self._upnp.map(hosts, self._gateways, port, external, lifetime_s)

    async def _check(self, mapping: PortMapping) -> int | None:
        match mapping.method:
            case Method.PCP:
                return await epoch_by_pcp(mapping.gateway)
            case Method.NAT_PMP:
                outside = await address_by_nat_pmp(mapping.gateway)
                if outside.host != mapping.external_host:
                    raise PortMappingError(
                        MappingFailure.GONE, _("the outer address is another now")
                    )
                return outside.epoch_s
            case Method.UPNP:
                await self._upnp.check(mapping)
                return None

    async def _unmap(self, mapping: PortMapping) -> None:
        match mapping.method:
            case Method.PCP:
                nonce = self._mapper.nonce(mapping.port)
                await map_by_pcp(mapping.gateway, nonce, mapping.port, mapping.external_port, 0)
            case Method.NAT_PMP:
                await unmap_by_nat_pmp(mapping.gateway, mapping.port)
            case Method.UPNP:
                await self._upnp.unmap(mapping)

    def _search_hosts(self) -> list[str]:
        """The own addresses from which a router may be found: towards those that are known, and
        where no route leads to one, all."""
        towards = [host for one in self._gateways if (host := own_host_towards(one))]
        return towards or [one.host for one in _private(self._listening())]


def mappable_port(listening: Sequence[Address]) -> int:
    """The TCP port that a router should map: that of an IPv4 address which only the local network
    sees. 0 where there is none, or where this machine has a public address and needs no router."""
    if any(one.protocol == "ip4" and one.is_public for one in listening):
        return 0
    return next((one.port for one in _private(listening)), 0)


def _private(listening: Sequence[Address]) -> list[Address]:
    return [
        one
        for one in listening
        if one.protocol == "ip4" and not one.is_public and not is_loopback(one.host)
    ]


def _now_ms() -> float:
    return trio.current_time() * 1000


def _until(wake_ms: float) -> float:
    return max(0.0, wake_ms - _now_ms()) / 1000
