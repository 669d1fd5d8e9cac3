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
def local_end(stream: object) -> tuple[str, int]:
    """The own IP address and port that a stream is bound to; empty and 0 where it is to none."""
    return "", 0


@local_end.register
def _(stream: trio.SocketStream) -> tuple[str, int]:
    try:
        host, port, *_ = stream.socket.getsockname()
    except OSError:  # closed already
        return "", 0
    return str(host), int(port)
