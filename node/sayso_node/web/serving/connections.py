"""Connections of one listening socket: accepted, bounded, and ended when the server stops."""

from __future__ import annotations

import logging
import socket
import ssl
from collections import Counter
from typing import Final

import trio
from anycorn import Config
from anycorn.app_wrappers import ASGIWrapper
from anycorn.events import Closed, Event, Updated
from anycorn.protocol.h11 import H2CProtocolRequiredError, H2ProtocolAssumedError
from anycorn.tcp_server import TCPServer
from anycorn.typing import ConnectionState
from anycorn.worker_context import WorkerContext
from starlette.types import ASGIApp

from .client_stream import ClientStream
from .socket_owner import is_own_or_unknown

log = logging.getLogger(__name__)

MAX_CONNECTIONS: Final = 320
"""At once: open pages and apps, of which each has a stream, and requests beside them. A process may
have 1024 descriptors by default, and the node needs the others."""
MAX_PER_ADDRESS: Final = 48
"""Of one address of the local network."""
MAX_HANDSHAKES: Final = 16
"""TLS handshakes at once, of which each costs a millisecond."""
HANDSHAKE_SECONDS: Final = 5.0
LEAVE_SECONDS: Final = 0.5
"""For what is being answered when the server stops."""
PAUSE_SECONDS: Final = 0.1
"""After the system could accept nothing."""


class Connections:
    """Serves an application on a listening socket; see `run`. Without `tls` the socket is one of
    loopback, and other users of the machine are turned away."""

    def __init__(
        self,
        app: ASGIApp,
        listener: socket.socket,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._app = ASGIWrapper(app)  # type: ignore[arg-type]
        self._listener = listener
        self._tls = tls
        self._config = _config()
        self._open: set[ClientStream] = set()
        self._left = trio.Event()
        self._by_address: Counter[str] = Counter()
        self._handshakes = trio.CapacityLimiter(MAX_HANDSHAKES)

    @property
    def count(self) -> int:
        """How many are open."""
        return sum(self._by_address.values())

    async def run(self) -> None:
        """Accept and answer until cancelled; what is being answered then has `LEAVE_SECONDS`."""
        context, stop = WorkerContext(None), trio.Event()
        with trio.socket.from_stdlib_socket(self._listener.dup()) as listener:
            async with trio.open_nursery() as nursery:
                clients = await nursery.start(self._hold, context, stop)
                try:
                    await self._accept(listener, context, clients)
                finally:
                    stop.set()

    async def _hold(
        self,
        context: WorkerContext,
        stop: trio.Event,
        task_status: trio.TaskStatus[trio.Nursery],
    ) -> None:
        """Hold the clients until it is to stop, and then until they have their answers."""
        with trio.CancelScope(shield=True):
            async with trio.open_nursery() as clients:
                task_status.started(clients)
                await stop.wait()
                await context.terminated.set()
                with trio.move_on_after(LEAVE_SECONDS):
                    while self._open:
                        self._left = trio.Event()
                        await self._left.wait()
                for stream in list(self._open):  # what anycorn sends to it is not cancelled
                    stream.close_now()
                clients.cancel_scope.cancel()

    async def _accept(
        self, listener: trio.socket.SocketType, context: WorkerContext, clients: trio.Nursery
    ) -> None:
        while True:
            try:
                connection, address = await listener.accept()
            except OSError as error:
                log.warning("no connection can be accepted: %s", error)
                await trio.sleep(PAUSE_SECONDS)
                continue
            if not self._is_taken(connection, address[0]):
                connection.close()
                continue
            self._by_address[address[0]] += 1
            clients.start_soon(self._serve, connection, address[0], context)

    def _is_taken(self, connection: trio.socket.SocketType, address: str) -> bool:
        if self.count >= MAX_CONNECTIONS:
            return False
        if self._tls is not None:
            return self._by_address[address] < MAX_PER_ADDRESS
        if is_own_or_unknown(connection):
            return True
        log.warning("the page: a process of another user was turned away")
        return False

    async def _serve(
        self, connection: trio.socket.SocketType, address: str, context: WorkerContext
    ) -> None:
        stream: ClientStream | None = None
        try:
            stream = await self._stream(connection)
            if stream is not None:
                self._open.add(stream)
                server = _Http1Server(
                    self._app,
                    self._config,
                    context,
                    ConnectionState({}),
                    stream,  # type: ignore[arg-type]
                )
                await server.run()
        except Exception:  # a fault of the server: this connection ends, and no other
            log.exception("a connection of the page failed")
        finally:
            if stream is not None:
                self._open.discard(stream)
                self._left.set()
            connection.close()
            self._by_address[address] -= 1
            if not self._by_address[address]:
                del self._by_address[address]

    async def _stream(self, connection: trio.socket.SocketType) -> ClientStream | None:
        plain = trio.SocketStream(connection)
        if self._tls is None:
            return ClientStream(plain, None)
        secure = trio.SSLStream(plain, self._tls, server_side=True, https_compatible=True)
        try:
            with trio.fail_after(HANDSHAKE_SECONDS):
                async with self._handshakes:
                    await secure.do_handshake()
        except (trio.BrokenResourceError, trio.TooSlowError, OSError) as error:
            log.debug("no handshake: %s", error)
            return None
        return ClientStream(plain, secure)


class _Http1Server(TCPServer):
    """A connection that speaks HTTP/1.1 alone. No browser speaks HTTP/2 without TLS, and a client
    that began to would hold up the stop: anycorn shields what waits for it."""

    _has_ended = False

    async def protocol_send(self, event: Event) -> None:
        """See `TCPServer`. An answer that ends after the client has left would begin to wait for
        the next request, and hold the place of the connection for all of that time."""
        if isinstance(event, Updated) and event.idle and self._has_ended:
            return
        await super().protocol_send(event)

    async def _read_data(self) -> None:
        self.protocol = self.protocol.protocol  # type: ignore[assignment]
        try:
            await super()._read_data()
        except (H2CProtocolRequiredError, H2ProtocolAssumedError):
            await self.protocol.handle(Closed())
        finally:
            self._has_ended = True
            await self.idle_task.stop()  # it would hold a closed connection for its whole time


def _config() -> Config:
    config = Config()
    config.accesslog = config.errorlog = None
    config.include_server_header = False
    config.keep_alive_timeout = 30.0  # for a head that comes in halves, too
    config.read_timeout = None  # it would end streams
    config.websocket_max_message_size = 64 << 10
    config.websocket_ping_interval = 20.0
    return config
