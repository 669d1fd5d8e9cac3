"""Streams that a secure channel can run on: a socket, or in its place a stream through a relay.

Each kind of stream registers how it is closed.
"""

from __future__ import annotations

from functools import singledispatch

import trio


@singledispatch
def close_now(stream: object) -> None:
    """Close a stream at once, waiting for nothing; what it has taken may still go out.

    Raises `TypeError` where it is of a kind that cannot.
    """
    raise TypeError(f"{type(stream).__name__} cannot be closed without waiting")


@close_now.register
def _(stream: trio.SocketStream) -> None:
    stream.socket.close()


@close_now.register
def _(stream: trio.StapledStream) -> None:  # type: ignore[type-arg]
    for half in (stream.send_stream, stream.receive_stream):
        half.close()


@singledispatch
def local_host(stream: object) -> str:
    """The own IP address that a stream is bound to, empty where it is bound to none."""
    return ""


@local_host.register
def _(stream: trio.SocketStream) -> str:
    try:
        return str(stream.socket.getsockname()[0])
    except OSError:  # closed already
        return ""
