"""The server of metrics: HTTP/1.1 that answers GET /metrics and nothing else.

Everything is bounded: the head, the number of connections, and the time of each. There is no
password: a loopback address is open to all users of the machine, and what is told is no secret to
them. So a browser is what has to be kept out: a page of any site may make it ask here."""

from __future__ import annotations

import logging
import socket
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Final

import h11
import trio

log = logging.getLogger(__name__)

PATH: Final = "/metrics"
MAX_HEAD: Final = 8 << 10
"""Bytes of a request."""
MAX_CONNECTIONS: Final = 16
"""At once. One more takes the place of the one that has been silent for longest."""
HEAD_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 30.0
"""For reading the node and sending what it says: Prometheus waits 10 by default."""
PAUSE_SECONDS: Final = 0.1
"""After the system could accept nothing."""

Reader = Callable[[str], Awaitable[tuple[str, bytes]]]
"""Gives content type and text for the value of `Accept`."""


class MetricsServer:
    """Answers on a listening socket while it runs."""

    def __init__(self, listener: socket.socket, hosts: frozenset[str], read: Reader) -> None:
        """`hosts` are the values of `Host`, in lower case and without a port, that are answered."""
        self._listener = listener
        self._hosts = hosts
        self._read = read
        self._turn = trio.Lock()
        """One reading at a time."""
        self._silent: dict[trio.CancelScope, None] = {}
        """Connections whose request has not come, the oldest first."""
        self._open = 0

    async def run(self) -> None:
        """Accept and answer until cancelled."""
        with trio.socket.from_stdlib_socket(self._listener.dup()) as listener:
            async with trio.open_nursery() as nursery:
                while True:
                    try:
                        connection, _ = await listener.accept()
                    except OSError as error:
                        log.warning("no connection can be accepted: %s", error)
                        await trio.sleep(PAUSE_SECONDS)
                        continue
                    if self._open >= MAX_CONNECTIONS and not self._drop_silent():
                        connection.close()
                        continue
                    self._open += 1
                    nursery.start_soon(self._serve, trio.SocketStream(connection))

    def _drop_silent(self) -> bool:
        oldest = next(iter(self._silent), None)
        if oldest is None:
            return False
        del self._silent[oldest]
        oldest.cancel()
        return True

    async def _serve(self, stream: trio.SocketStream) -> None:
        try:
            parser = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
            await self._answer(stream, parser)
        except (trio.BrokenResourceError, trio.ClosedResourceError, h11.LocalProtocolError):
            pass
        except Exception:  # a fault of ours: this connection ends, and no other
            log.exception("a scrape failed")
        finally:
            self._open -= 1
            await trio.aclose_forcefully(stream)

    async def _answer(self, stream: trio.SocketStream, parser: h11.Connection) -> None:
        with trio.move_on_after(HEAD_SECONDS) as scope:
            self._silent[scope] = None
            try:
                request = await _receive(stream, parser)
            except h11.RemoteProtocolError as error:
                await _send(stream, parser, HTTPStatus(error.error_status_hint))
                return
            finally:
                self._silent.pop(scope, None)
        if scope.cancelled_caught or request is None:
            return
        with trio.move_on_after(ANSWER_SECONDS):
            refusal = self._refusal(request)
            if refusal is not None:
                await _send(stream, parser, refusal, is_head=request.method == b"HEAD")
                return
            async with self._turn:
                content_type, text = await self._read(_value(request, b"accept") or "")
            await _send(stream, parser, HTTPStatus.OK, text, content_type)

    def _refusal(self, request: h11.Request) -> HTTPStatus | None:
        """Why a request is not answered; the door of the page looks at the same things."""
        if not _is_host_of(_value(request, b"host") or "", self._hosts):
            return HTTPStatus.MISDIRECTED_REQUEST
        if _value(request, b"origin") is not None or _is_of_another_site(request):
            return HTTPStatus.FORBIDDEN
        if request.target.partition(b"?")[0] != PATH.encode():
            return HTTPStatus.NOT_FOUND
        if request.method != b"GET":
            return HTTPStatus.METHOD_NOT_ALLOWED
        has_body = _value(request, b"content-length") not in (None, "0")
        if has_body or _value(request, b"transfer-encoding") is not None:
            return HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        return None


async def _receive(stream: trio.SocketStream, parser: h11.Connection) -> h11.Request | None:
    """The head of the request; None where the client left. Raises `h11.RemoteProtocolError`."""
    while True:
        event = parser.next_event()
        if isinstance(event, h11.Request):
            return event
        if event is not h11.NEED_DATA:
            return None
        parser.receive_data(await stream.receive_some(MAX_HEAD))


async def _send(
    stream: trio.SocketStream,
    parser: h11.Connection,
    status: HTTPStatus,
    text: bytes = b"",
    content_type: str = "text/plain; charset=utf-8",
    *,
    is_head: bool = False,
) -> None:
    """Send an answer, after which the connection is closed."""
    text = text or f"{status.value} {status.phrase}\n".encode()
    headers = [
        ("content-type", content_type),
        ("content-length", str(len(text))),
        ("connection", "close"),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
    ]
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        headers.append(("allow", "GET"))
    response = h11.Response(status_code=status.value, headers=headers, reason=status.phrase)
    events = [response, *([] if is_head else [h11.Data(data=text)]), h11.EndOfMessage()]
    await stream.send_all(b"".join(parser.send(event) or b"" for event in events))
    await stream.send_eof()


def _value(request: h11.Request, name: bytes) -> str | None:
    """The value of a header; of several none that is taken for one."""
    values = [value for header, value in request.headers if header == name]
    return b"\n".join(values).decode("latin-1") if values else None


def _is_host_of(value: str, hosts: frozenset[str]) -> bool:
    host, colon, port = value.lower().rpartition(":")
    has_port = bool(colon) and port.isascii() and port.isdigit()
    return (host if has_port else value.lower()) in hosts


def _is_of_another_site(request: h11.Request) -> bool:
    """Whether a browser says that a page of another site makes it ask."""
    return _value(request, b"sec-fetch-site") not in (None, "none", "same-origin")
