"""Reachability at work: maps a port, has peers dial this node, and tells what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import partial
from typing import Final

import trio

from sayso_protocol.discovery.autonat.dial_verdicts import provider_of
from sayso_protocol.discovery.multiaddr import Address, AddressError
from sayso_protocol.discovery.port_mapping.outcome import MappingFailure, Method
from sayso_protocol.discovery.port_mapping.port_mapper import MappingReport
from sayso_protocol.discovery.reachability import Assessment
from sayso_protocol.discovery.reachability.reachability import Reachability
from sayso_protocol.discovery.reachability.words import advice_of, findings_of

from ..link import Connection, Network
from .autonat import AutonatClient, AutonatServer
from .port_mapping import PortMappingService

_ASSESS_SECONDS: Final = 60.0
"""How often it is assessed anew although nothing was heard: what is known grows old."""


class ReachabilityService:
    """The `ReachabilityStatus` of a running node. Where its owner hides it, nobody is asked."""

    def __init__(
        self,
        network: Network,
        secret: bytes,
        *,
        mapping: bool = True,
        hidden: bool = False,
    ) -> None:
        """`secret` are 32 bytes that this node keeps; without `mapping` no router is asked."""
        self._network = network
        self._own = network.own_addresses
        self._reach = Reachability(hidden=hidden)
        self._listeners: list[Callable[[Assessment], None]] = []
        self._mapping: PortMappingService | None = None
        if mapping and not hidden:
            listening = partial(self._own.of, "listen")
            self._mapping = PortMappingService(secret, listening, self._mapped)
        else:
            self._reach.set_mapping(MappingReport(is_complete=True))
        self._client: AutonatClient | None = None
        self._server: AutonatServer | None = None
        if not hidden:
            self._server = AutonatServer(network)
            self._client = AutonatClient(network, self._reach.verdicts, self._update)
            network.on_observed(self.observed)
        self._take_addresses()
        self._assessment = self._reach.assess()

    # --- for those who ask -------------------------------------------------------------------

    @property
    def assessment(self) -> Assessment:
        """What is known now."""
        return self._assessment

    def is_public(self) -> bool:
        """Whether strangers were seen to connect to this node directly."""
        return bool(self._assessment.public)

    def wants_relay(self) -> bool:
        """Whether this node should have a relay."""
        return self._assessment.wants_relay

    def note_punch(self, *, succeeded: bool) -> None:
        """A hole punch with a peer has ended."""
        self._reach.note_punch(succeeded=succeeded)
        self._update()

    def on_change(self, callback: Callable[[Assessment], None]) -> None:
        """Call `callback` with each new assessment from now on."""
        self._listeners.append(callback)

    def as_json(self) -> dict[str, object]:
        """All that is known, for `doctor`, and what became of requests of others to be dialled."""
        failures = self._mapping.report.failures if self._mapping else ()
        served = dict(self._server.counts) if self._server else {}
        return assessment_json(self._assessment, failures) | {"served": served}

    # --- at work -----------------------------------------------------------------------------

    async def run(self) -> None:
        """Find out, and keep a port open, until cancelled."""
        async with trio.open_nursery() as nursery:
            if self._mapping is not None:
                nursery.start_soon(self._mapping.run)
            if self._client is not None:
                nursery.start_soon(self._client.run)
            while True:
                changed = self._own.changed
                self._take_addresses()
                self._update()
                with trio.move_on_after(_ASSESS_SECONDS):
                    await changed.wait()

    def observed(self, seen: Address, connection: Connection) -> None:
        """A peer says from which address it sees this node."""
        if not connection.outbound or connection.path != "direct":
            return
        with suppress(AddressError):
            observer = Address.parse(connection.address)
            if observer.is_ip:
                port, now_ms = connection.local_port, trio.current_time() * 1000
                self._reach.observed(provider_of(observer.host), seen, port, now_ms)
                self._update()

    def _mapped(self, report: MappingReport) -> None:
        self._reach.set_mapping(report)
        self._update()

    def _take_addresses(self) -> None:
        self._reach.set_listening(self._own.of("listen"))
        self._reach.set_given(self._own.of("given"))
        self._reach.set_relays(self._own.of("relay"))

    def _update(self) -> None:
        """Assess anew, and tell where that is another assessment than before."""
        new = self._reach.assess()
        if self._client is not None:
            self._client.look()
        if new == self._assessment:
            return
        self._assessment = new
        self._own.set("mapped", self._mapped_addresses(new))
        for callback in self._listeners:
            callback(new)

    def _mapped_addresses(self, found: Assessment) -> list[Address]:
        """The addresses of the router's that lead here: as it says, unless others could not get
        through, and as others found."""
        own = {(one.host, one.port) for one in self._own.of("listen")}
        mapped = [found.evidence.mapped] if found.evidence.mapped else []
        texts = [one for one in mapped if one not in found.evidence.denied] + list(found.public)
        addresses = [Address.parse(one) for one in dict.fromkeys(texts)]
        return [one for one in addresses if (one.host, one.port) not in own]


def assessment_json(
    found: Assessment, failures: Sequence[tuple[Method, MappingFailure, str]]
) -> dict[str, object]:
    """An assessment, and what routers said to those who asked for a port, as JSON objects are."""
    return {
        "state": found.state,
        "public": list(found.public),
        "wants_relay": found.wants_relay,
        "findings": list(findings_of(found)),
        "advice": list(advice_of(found)),
        "failures": [list(one) for one in failures],
        "evidence": asdict(found.evidence),
    }
