"""The server of metrics answers one question, and bounds whoever asks others."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import trio
import trio.testing

pytest.importorskip("h11", reason="the extra `hub` is not installed")

from sayso_node.daemon.metrics.metrics_server import (
    ANSWER_SECONDS,
    HEAD_SECONDS,
    MAX_CONNECTIONS,
    MAX_HEAD,
    MetricsServer,
)
from sayso_node.errors import NodeError
from sayso_node.web.serving.listening import listen_at

GET = b"GET /metrics HTTP/1.1\r\nHost: localhost:9464\r\n"
HOSTS = frozenset(("localhost", "127.0.0.1", "[::1]"))


class Served:
    """A server whose reading is what was accepted, and a way to ask it."""

    def __init__(self, listener: socket.socket) -> None:
        self.address = listener.getsockname()
        self.asked: list[str] = []
        self.go_on = trio.Event()
        self.go_on.set()

    async def read(self, accept: str) -> tuple[str, bytes]:
        self.asked.append(accept)
        await self.go_on.wait()
        return "text/plain", b"up 1\n" * 1000

    async def open(self) -> trio.SocketStream:
        return await trio.open_tcp_stream(*self.address)

    async def raw(self, data: bytes) -> bytes:
        """All that the server says until it closes."""
        async with await self.open() as stream:
            await stream.send_all(data)
            return await all_of(stream)


async def all_of(stream: trio.SocketStream) -> bytes:
    said = b""
    try:
        while part := await stream.receive_some(65536):
            said += part
    except trio.BrokenResourceError:
        pass  # it was closed with unread bytes
    return said


@asynccontextmanager
async def serving() -> AsyncIterator[Served]:
    with listen_at("127.0.0.1", 0, "--metrics 127.0.0.1:PORT") as listener:
        served = Served(listener)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(MetricsServer(listener, HOSTS, served.read).run)
            yield served
            nursery.cancel_scope.cancel()


async def test_metrics_come_in_the_form_that_is_accepted_and_the_connection_ends() -> None:
    async with serving() as served:
        said = await served.raw(GET + b"Accept: application/openmetrics-text\r\n\r\n")
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 OK")
        assert b"connection: close" in head and b"no-store" in head
        assert body == b"up 1\n" * 1000
        assert served.asked == ["application/openmetrics-text"]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET http://localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /metrics/../status HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"HEAD /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"DELETE /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"GET /metrics HTTP/1.1\r\nHost: evil.example:9464\r\n\r\n", 421),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", 421),
        (b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /metrics HTTP/1.1\r\n\r\n", 400),
        (GET + b"Origin: https://evil.example\r\n\r\n", 403),
        (GET + b"Sec-Fetch-Site: cross-site\r\n\r\n", 403),
        (GET + b"Sec-Fetch-Site: same-site\r\n\r\n", 403),
        (GET + b"Content-Length: 5\r\n\r\nabcde", 413),
        (GET + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 413),
        (GET + b"X: " + b"x" * 3 * MAX_HEAD + b"\r\n\r\n", 431),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 421),
    ],
)
async def test_everything_else_is_refused_and_reads_nothing(request_: bytes, status: int) -> None:
    async with serving() as served:
        said = await served.raw(request_)
        assert said.startswith(b"HTTP/1.1 %d " % status), said[:80]
        assert served.asked == []
        assert (await served.raw(GET + b"\r\n")).startswith(b"HTTP/1.1 200")


async def test_who_says_nothing_is_left_after_a_while(
    autojump_clock: trio.testing.MockClock,
) -> None:
    autojump_clock.autojump_threshold = 0.05  # packets of loopback take a moment
    async with serving() as served, await served.open() as stream:
        await stream.send_all(GET)  # and no end of it
        began = trio.current_time()
        assert await all_of(stream) == b""
        assert trio.current_time() - began >= HEAD_SECONDS - 1


async def test_who_does_not_get_his_answer_is_left(
    autojump_clock: trio.testing.MockClock,
) -> None:
    autojump_clock.autojump_threshold = 0.05
    async with serving() as served, await served.open() as stream:
        served.go_on = trio.Event()
        await stream.send_all(GET + b"\r\n")
        began = trio.current_time()
        assert await all_of(stream) == b""
        assert ANSWER_SECONDS - 1 <= trio.current_time() - began < ANSWER_SECONDS + 10


async def test_silent_connections_keep_nobody_out() -> None:
    async with serving() as served:
        silent = [await served.open() for _ in range(3 * MAX_CONNECTIONS)]
        for _ in range(3):
            assert (await served.raw(GET + b"\r\n")).startswith(b"HTTP/1.1 200")
        with trio.fail_after(30):
            for stream in silent[: 2 * MAX_CONNECTIONS]:  # these gave way
                assert await all_of(stream) == b""
        for stream in silent:
            await trio.aclose_forcefully(stream)


async def test_one_reading_is_made_at_a_time_and_one_connection_too_many_is_closed() -> None:
    async with serving() as served:
        served.go_on = trio.Event()
        streams = [await served.open() for _ in range(MAX_CONNECTIONS)]
        for stream in streams:
            await stream.send_all(GET + b"\r\n")
        while not served.asked:
            await trio.testing.wait_all_tasks_blocked()
        await trio.sleep(0.1)
        assert len(served.asked) == 1
        async with await served.open() as stream:
            assert await all_of(stream) == b""
        served.go_on.set()
        for stream in streams:
            assert (await all_of(stream)).startswith(b"HTTP/1.1 200")
            await stream.aclose()


def test_an_address_that_is_taken_is_said_with_the_option_to_change() -> None:
    with listen_at("127.0.0.1", 0, "") as listener:
        port = listener.getsockname()[1]
        with pytest.raises(NodeError, match="Name another address with --metrics"):
            listen_at("127.0.0.1", port, "--metrics 127.0.0.1:PORT")
