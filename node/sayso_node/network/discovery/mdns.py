"""Local discovery: a task that finds the nodes in the room, and tells them of this one.

What is said when stands in `sayso_protocol.discovery.mdns`. A node that listens on loopback alone
takes no part: it is for this machine only, as behind a proxy or in a test.
"""

from __future__ import annotations

import logging
import secrets
import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from ipaddress import ip_address

import trio

from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.mdns.mdns_limits import MAX_PACKET
from sayso_protocol.discovery.mdns.mdns_link import MdnsCounts, MdnsLink
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.token_bucket import TokenBucket

from .multicast import MDNS_PORT, MulticastInterface, multicast_interfaces, open_socket

log = logging.getLogger(__name__)

LOOK_SECONDS = 15.0
"""How often it is looked for interfaces that have come or gone."""

SLEPT_SECONDS = 30.0
"""By how much the clock on the wall runs ahead of the other one where the machine has slept."""

READ_AT_ONCE = 1000
READ_A_SECOND = 1000
"""Datagrams that are taken from the system on one link, at 0.05 ms each; what comes faster it
drops, and no flood costs more than a twentieth of a processor."""

FAREWELL_SECONDS = 0.2
"""How long the last datagram may wait for room in the system's queue."""

_DAY_SECONDS = 86_400
_SECRET_SIZE = 32

Found = Callable[[Candidate], None]


class Mdns:
    """Looks for nodes on all links of this machine, for as long as it runs.

    `bound` are the addresses that the node listens on, wildcards as they are. `found` is called
    with each peer that is heard of, its address with a zone where it needs one.
    """

    def __init__(self, peer_id: str, bound: Sequence[Address], found: Found) -> None:
        self._peer_id = peer_id
        self._bound = [one for one in bound if not ip_address(one.host).is_loopback]
        self._found = found
        self._links: dict[MulticastInterface, _MdnsTask] = {}
        self._ended = MdnsCounts()
        """What links that have ended counted."""

    @property
    def takes_part(self) -> bool:
        """Whether this node listens where others of the room can reach it."""
        return bool(self._bound)

    @property
    def links(self) -> list[str]:
        """The links that are in use, for people."""
        return [str(interface) for interface in self._links]

    @property
    def counts(self) -> MdnsCounts:
        """The datagrams that were not read, since the start."""
        counts = [self._ended, *(link.machine.counts for link in self._links.values())]
        return MdnsCounts(sum(c.malformed for c in counts), sum(c.dropped for c in counts))

    async def run(self) -> None:
        """Look for interfaces, and serve each; until cancelled. What was told is taken back at the
        end."""
        if not self.takes_part:
            return
        slept = _SleepDetector()
        async with trio.open_nursery() as nursery:
            while True:
                await self._look(nursery)
                if slept():
                    for link in self._links.values():
                        link.begin()
                await trio.sleep(LOOK_SECONDS)

    async def _look(self, nursery: trio.Nursery) -> None:
        present = set(multicast_interfaces())
        for interface, link in self._links.items():
            if interface in present:
                link.announce()
            else:
                link.scope.cancel()
        for interface in present - self._links.keys():
            try:
                sock = await open_socket(interface)
            except OSError as error:  # it is down, or has no addresses of that family
                log.debug("no local discovery on %s: %s", interface, error)
                continue
            link = _MdnsTask(interface, sock, self._peer_id, self._bound, self._found)
            self._links[interface] = link
            nursery.start_soon(self._serve, link)

    async def _serve(self, link: _MdnsTask) -> None:
        try:
            await link.run()
        finally:
            del self._links[link.interface]
            self._ended.malformed += link.machine.counts.malformed
            self._ended.dropped += link.machine.counts.dropped


class _MdnsTask:
    """One interface and family, its socket and its state machine."""

    def __init__(
        self,
        interface: MulticastInterface,
        sock: trio.socket.SocketType,
        peer_id: str,
        bound: Sequence[Address],
        found: Found,
    ) -> None:
        self.interface = interface
        self.scope = trio.CancelScope()
        self.machine = MdnsLink(peer_id, secrets.token_bytes(_SECRET_SIZE), _now_ms(), _today())
        self._socket = sock
        self._peer_id = peer_id
        self._bound = bound
        self._found = found
        self._woken = trio.Event()
        self._reading = TokenBucket(READ_AT_ONCE, READ_A_SECOND)

    def announce(self) -> None:
        """Look what this machine's addresses on the link are now."""
        self.machine.announce(self._own_addresses(), _now_ms())
        self._woken.set()

    def begin(self) -> None:
        """Ask and tell as at the start."""
        self.machine.begin(_now_ms())
        self._woken.set()

    async def run(self) -> None:
        """Ask, tell and listen until the link is gone."""
        self.announce()
        with self._socket, self.scope:
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._send)
                    nursery.start_soon(self._receive)
            finally:
                await self._say_farewell()

    async def _send(self) -> None:
        while True:
            # At a start an interface may be without an address for a second.
            self.machine.announce(self._own_addresses(), _now_ms())
            for data in self.machine.due(_now_ms(), _today()):
                with suppress(OSError):  # no address yet, or the interface is down for now
                    await self._socket.sendto(data, self.interface.group)
            self._woken = trio.Event()
            with trio.CancelScope(deadline=self.machine.next_ms / 1000):
                await self._woken.wait()

    async def _receive(self) -> None:
        while True:
            try:
                data, sender = await self._socket.recvfrom(MAX_PACKET + 1)
            except OSError as error:
                log.debug("local discovery on %s: %s", self.interface, error)
                self.scope.cancel()
                return
            await trio.sleep(self._reading.reserve(_now_ms()) / 1000)
            host, port = str(sender[0]).partition("%")[0], sender[1]
            if port == MDNS_PORT:  # what others send is for programs that want one answer alone
                self._take(data, host)

    def _take(self, data: bytes, host: str) -> None:
        told = self.machine.receive(data, self.interface.scoped(host), _now_ms())
        self._woken.set()
        if told and not self.interface.is_neighbour(host):
            return
        for address in told:
            assert address.peer_id is not None
            self._found(Candidate(address.peer_id, (address,), Origin.LAN))

    def _own_addresses(self) -> list[Address]:
        """Where this node listens on this link."""
        host = self.interface.own_host
        if host is None:
            return []
        protocol = "ip4" if self.interface.family == socket.AF_INET else "ip6"
        own = ip_address(host.partition("%")[0])
        return [
            replace(one, host=host, peer_id=self._peer_id)
            for one in self._bound
            if one.protocol == protocol and ip_address(one.host) in (own, _ANY[protocol])
        ]

    async def _say_farewell(self) -> None:
        with trio.CancelScope(shield=True, deadline=trio.current_time() + FAREWELL_SECONDS):
            for data in self.machine.farewell():
                with suppress(OSError):
                    await self._socket.sendto(data, self.interface.group)


_ANY = {"ip4": ip_address("0.0.0.0"), "ip6": ip_address("::")}  # noqa: S104 - only compared


class _SleepDetector:
    """Tells whether the machine has slept since it was asked last: then one clock stood still."""

    def __init__(self) -> None:
        self._ahead = time.time() - time.monotonic()

    def __call__(self) -> bool:
        before, self._ahead = self._ahead, time.time() - time.monotonic()
        return self._ahead - before > SLEPT_SECONDS


def _now_ms() -> float:
    return trio.current_time() * 1000


def _today() -> int:
    return int(time.time()) // _DAY_SECONDS
