"""Listening sockets of local servers."""

from __future__ import annotations

import socket

from sayso_protocol.translation import _

from ...errors import NodeError
from ..site import bracketed

BACKLOG = 300


def listen_at(host: str, port: int, remedy: str) -> socket.socket:
    """A socket that listens at an IP address; port 0 is any free one. Raises `NodeError`, which
    names the option that is the `remedy`."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise NodeError(
            _("cannot serve at {address}: {reason}. Name another address with {remedy}").format(
                address=f"{bracketed(host)}:{port}", reason=error.strerror, remedy=remedy
            )
        ) from error
    return listener
