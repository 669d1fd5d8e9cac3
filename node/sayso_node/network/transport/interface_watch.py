"""Follows this machine's network interfaces: where it is reached, and which connections are void.

A laptop moves, a lease changes, a cable is pulled, a machine sleeps. Nothing tells a TCP connection
of it: it falls silent. So addresses are looked at every few seconds; connections bound to one that
is gone end at once, and after a change or a sleep all others have to answer soon.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import replace
from ipaddress import ip_address

import trio

from sayso_protocol.discovery.multiaddr import Address

from ..interfaces import Interface, interfaces, reachable_hosts
from ..own_addresses import OwnAddresses
from .connection.connections import Connections

logger = logging.getLogger(__name__)

WATCH_SECONDS = 3.0
"""Between looks: each takes a millisecond of processor, and what is said of addresses and peers is
to be true after 15 seconds."""
PROBE_SECONDS = 8.0
"""A connection that does not answer within it after a change is over: time for an answer behind
other data on a slow line."""
SLEPT_SECONDS = 10.0
"""So much more on the clock of the day than on that of the processor means that it slept, or that
the clock was set, where a question does no harm."""


class InterfaceWatch:
    """Keeps the source "listen" of the own addresses true, and connections honest."""

    def __init__(
        self, own: OwnAddresses, bound: Sequence[Address], connections: Connections
    ) -> None:
        """`bound` are the addresses of the listeners, wildcards among them."""
        self._own = own
        self._bound = bound
        self._connections = connections
        self._around: Sequence[Interface] = ()
        self._asleep_before = _seconds_asleep()
        self.look()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await trio.sleep(WATCH_SECONDS)
            self.look()

    def look(self) -> None:
        """Look once."""
        try:
            around = interfaces()
        except OSError as error:  # out of descriptors or memory for a moment
            logger.debug("the network interfaces cannot be read: %s", error)
            return
        asleep = _seconds_asleep()
        slept, self._asleep_before = asleep - self._asleep_before, asleep
        if around != self._around:
            self._around = around
            self._own.set("listen", self._listened(around))
            self._end_unbound(around)
            self._probe()
        elif slept > SLEPT_SECONDS:
            self._probe()

    def _listened(self, around: Sequence[Interface]) -> list[Address]:
        """The addresses at which the listeners can be dialled, in the listeners' order."""
        own = _own_hosts(around)
        return [
            replace(address, host=host)
            for address in self._bound
            for host in reachable_hosts(address.host, around)
            if _is_here(host, own)
        ]

    def _end_unbound(self, around: Sequence[Interface]) -> None:
        own = _own_hosts(around)
        for connection in self._connections:
            if connection.local_host and not _is_here(connection.local_host, own):
                connection.close("this machine no longer has the address that it went by")

    def _probe(self) -> None:
        for connection in self._connections:
            connection.muxed.probe(PROBE_SECONDS)


def _own_hosts(around: Sequence[Interface]) -> frozenset[str]:
    return frozenset(str(ip).partition("%")[0] for one in around for ip in one.addresses)


def _is_here(host: str, own: frozenset[str]) -> bool:
    """Whether this machine has an IP address. All of loopback is its own, listed or not."""
    ip = ip_address(host.partition("%")[0])
    if ip.version == 6 and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return ip.is_loopback or str(ip) in own


def _seconds_asleep() -> float:
    """How far the clock of the day is ahead of one that stands still while the machine sleeps."""
    return time.time() - time.monotonic()
