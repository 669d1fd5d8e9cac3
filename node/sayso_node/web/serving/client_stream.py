"""Client streams: a connection as anycorn reads and writes it.

anycorn shields what it sends from being cancelled, so a client that reads nothing would hold it,
and the node's stop, for ever: here each piece has its time, and `close_now` ends them all."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

import anyio
import trio
from anyio.abc import SocketAttribute

SEND_SECONDS: Final = 120.0
"""How long a client may leave a piece lying: a player that was paused asks anew."""


class ClientStream:
    """One accepted connection, which `secure` wraps where there is TLS."""

    def __init__(self, stream: trio.SocketStream, secure: trio.SSLStream[Any] | None) -> None:
        self._plain = stream
        self._stream = secure or stream

    def extra(self, attribute: Any) -> Any:
        """What anyio tells of a stream. That there is TLS is said by the door, not here."""
        if attribute is SocketAttribute.raw_socket:
            return _Names(self._plain.socket)
        raise anyio.TypedAttributeLookupError

    async def receive(self, most: int) -> bytes:
        """The next bytes. Raises as a stream of anyio does."""
        try:
            data = await self._stream.receive_some(most)
        except trio.ClosedResourceError as error:
            raise anyio.ClosedResourceError from error
        except (trio.BrokenResourceError, OSError) as error:
            raise anyio.BrokenResourceError from error
        if not data:
            raise anyio.EndOfStream
        return bytes(data)

    async def send(self, data: bytes) -> None:
        """Send all. Raises as a stream of anyio does, also where it takes too long."""
        try:
            with trio.fail_after(SEND_SECONDS):
                await self._stream.send_all(data)
        except trio.ClosedResourceError as error:
            raise anyio.ClosedResourceError from error
        except (trio.BrokenResourceError, trio.TooSlowError, OSError) as error:
            self.close_now()
            raise anyio.BrokenResourceError from error

    async def send_eof(self) -> None:
        """Say that nothing more comes."""
        if self._stream is self._plain:
            with suppress(trio.BrokenResourceError, trio.ClosedResourceError):
                await self._plain.send_eof()

    async def aclose(self) -> None:
        """Close, without waiting for the other side."""
        self.close_now()
        await trio.lowlevel.checkpoint()

    def close_now(self) -> None:
        """Close at once; whoever reads or sends hears of it."""
        self._plain.socket.close()


class _Names:
    """The addresses of a socket, as anycorn asks for them."""

    def __init__(self, connection: trio.socket.SocketType) -> None:
        self.family = connection.family
        self._names = _name(connection.getpeername), _name(connection.getsockname)

    def getpeername(self) -> Any:
        """The other side's."""
        return self._names[0]

    def getsockname(self) -> Any:
        """The own."""
        return self._names[1]


def _name(ask: Any) -> Any:
    try:
        return ask()
    except OSError:  # it is gone already
        return ("::", 0)
