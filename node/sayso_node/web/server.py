"""The local server: HTTP in the node's own nursery."""

from __future__ import annotations

import logging
import socket

import trio

from ..errors import NodeError
from ..home.directory import Home
from ..home.node_key import node_seed
from .app import make_app
from .context import WebContext
from .door.door import Door
from .door.local_names import page_name
from .serving.connections import Connections
from .site import Site

log = logging.getLogger(__name__)

MAX_BODY = 256 << 20
"""Bytes of one request: a film as an attachment, and its fields; most routes take less."""
BACKLOG = 300


class WebServer:
    """The server of one home. Within the context that it is, `run` answers until cancelled."""

    def __init__(self, context: WebContext, listener: socket.socket) -> None:
        self._context = context
        self._listener = listener

    def __enter__(self) -> WebServer:
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def one_time_link(self) -> str:
        """A link that opens the page once, within two minutes; its secret is in the fragment, which
        no browser sends."""
        context = self._context
        return f"{context.site.page_address}enter#{context.sessions.make_link()}"

    async def run(self) -> None:
        """Answer requests until cancelled; then end streams, and give answers a second."""
        context = self._context
        door = Door(make_app(context), context.sessions, context.site, MAX_BODY)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(context.live.run)
            nursery.start_soon(Connections(door, self._listener).run)
            try:
                await trio.sleep_forever()
            finally:
                context.live.close()


def bind(home: Home, address: str) -> tuple[Site, socket.socket]:
    """Listen at an ``IP:PORT`` of loopback; port 0 is any free one. Raises `NodeError`."""
    host, port = parse_address(address)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise NodeError(
            f"cannot serve pages at {address}: {error.strerror}. Name another port with "
            "--http 127.0.0.1:PORT"
        ) from error
    return Site(page_name(node_seed(home)), *listener.getsockname()[:2]), listener


def parse_address(text: str) -> tuple[str, int]:
    """The host and port of ``127.0.0.1:7878`` or ``[::1]:7878``. Raises `NodeError` unless it is of
    this machine alone."""
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not port.isascii() or not port.isdigit() or int(port[:9]) > 65535:
        raise NodeError(f"{text!r} is no address: write it as 127.0.0.1:7878")
    if host == "localhost":
        host = "127.0.0.1"
    if host not in ("127.0.0.1", "::1"):
        raise NodeError(
            f"{text!r} is not of this machine alone: write it as 127.0.0.1:7878, and nobody else "
            "can reach the page"
        )
    return host, int(port)
