"""The local server: HTTP in the node's own nursery."""

from __future__ import annotations

import logging
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address

import trio

from sayso_protocol.translation import _

from ..errors import NodeError
from ..home.directory import Home
from ..home.node_key import node_seed
from ..network.interfaces import interfaces, reachable_hosts
from .app import make_app
from .bind_address import parse_address, parse_lan_address
from .context import WebContext
from .door.door import Door
from .door.local_names import page_name
from .serving.connections import Connections
from .serving.listening import listen_at
from .site import Site

log = logging.getLogger(__name__)

MAX_BODY = 256 << 20
"""Bytes of one request: a film as an attachment, and its fields; most routes take less."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where pages are served: what is shown there, the listening socket, and TLS, if any, with the
    `fingerprint` of its certificate."""

    context: WebContext
    listener: socket.socket
    tls: ssl.SSLContext | None = None
    fingerprint: str = ""

    def one_time_link(self) -> str:
        """A link that opens the page once, within minutes; its secret is in the fragment, which no
        browser sends."""
        return f"{self.context.site.page_address}enter#{self.context.sessions.make_link()}"


class WebServer:
    """The server of one home, in one or more places. Within the context that it is, `run` answers
    until cancelled."""

    def __init__(self, *places: Place) -> None:
        self._places = places

    def __enter__(self) -> WebServer:
        return self

    def __exit__(self, *_: object) -> None:
        for place in self._places:
            place.listener.close()

    async def run(self) -> None:
        """Answer requests until cancelled; then end streams, and give answers half a second."""
        live = self._places[0].context.live
        async with trio.open_nursery() as nursery:
            nursery.start_soon(live.run)
            for place in self._places:
                context = place.context
                door = Door(make_app(context), context.sessions, context.site, MAX_BODY)
                nursery.start_soon(Connections(door, place.listener, place.tls).run)
            try:
                await trio.sleep_forever()
            finally:
                live.close()


def bind(home: Home, address: str) -> tuple[Site, socket.socket]:
    """Listen at an ``IP:PORT`` of loopback; port 0 is any free one. Raises `NodeError`."""
    host, port = parse_address(address)
    listener = listen_at(host, port, "--http 127.0.0.1:PORT")
    return Site(page_name(node_seed(home)), *listener.getsockname()[:2]), listener


def bind_lan(address: str) -> tuple[Site, socket.socket]:
    """Listen at an ``IP:PORT`` of the local network, or at all of this machine's with ``0.0.0.0``.
    Raises `NodeError`."""
    host, port = parse_lan_address(address)
    every = ip_address(host).is_unspecified
    listener = listen_at(host, port, "--http-lan IP:PORT")
    hosts = reachable_hosts(host, interfaces()) if every else [host]
    hosts = [one for one in hosts if "%" not in one]
    if not hosts:
        listener.close()
        raise NodeError(
            _("this machine has no address on a local network: join one, then try again")
        )
    port = listener.getsockname()[1]
    return Site(hosts[0], host, port, is_secure=True, addresses=tuple(hosts)), listener
