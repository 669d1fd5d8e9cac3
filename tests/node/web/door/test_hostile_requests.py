"""Requests that no honest client makes, as bytes, against the real server."""

from __future__ import annotations

import json
import os
import socket
import sys

import pytest
import trio
from tests.budget import long
from tests.node.web.door.probe import MAX_BODY, probed

from sayso_node.web.serving import client_stream, connections


def _status(answer: bytes) -> int:
    return int(answer.split(b" ")[1]) if answer.startswith(b"HTTP/1.1 ") else 0


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET / HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nHost: evil.example\r\n", 400),
        ("GET / HTTP/1.1\r\n", 400),
        ("GET / HTTP/1.0\r\n", 421),
        ("GET http://evil.example/ HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("GET http://{host}/ HTTP/1.1\r\nHost: evil.example\r\n", 421),
        ("GET //evil.example/ HTTP/1.1\r\nHost: {host}\r\n", 200),
        ("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("CONNECT evil.example:80 HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\n", 200),
        ("GET / HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: {host}\r\n", 421),
        ("GET / HTTP/1.1\r\nHost : {host}\r\n", 400),
        ("GET / HTTP/1.1\r\nHost: {host}\r\n Origin: x\r\n", 421),
        ("GET / HTTP/1.1\r\nHost: {host}\x00\r\n", 400),
        ("GET /\x7f HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("GET /%0A HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("GET /search%0d%0A HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("GET /search%00 HTTP/1.1\r\nHost: {host}\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5\r\nContent-Length: 6\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: -5\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nContent-Length: 1_0\r\n", 400),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: gzip, chunked\r\n", 501),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nOrigin: {origin}\r\n", 403),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Length: 10737418240\r\n",
         413),
        ("POST / HTTP/1.1\r\nHost: {host}\r\nOrigin: {origin}\r\nContent-Length: " + "9" * 19
         + "\r\n", 413),
        ("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade, HTTP2-Settings\r\n"
         "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nX: 1\r\n", 101),
    ],
)  # fmt: skip
async def test_heads(head: str, status: int) -> None:
    async with probed() as at:
        data = head.format(host=at.host, origin=at.origin) + "Connection: close\r\n\r\n"
        if "h2c" in data:
            data = data.replace("Connection: close\r\n", "")
        with trio.fail_after(60):
            answer = await at.raw(data.encode("latin-1"), end=True)
        assert _status(answer) == status, answer
        assert b"Traceback" not in answer


async def test_a_second_request_hidden_in_the_first_is_judged_by_itself() -> None:
    """Content-Length and Transfer-Encoding together (RFC 9112, section 6.3)."""
    async with probed() as at:
        hidden = "POST /x HTTP/1.1\r\nHost: evil.example\r\nContent-Length: 0\r\n\r\n"
        data = (
            f"POST /y HTTP/1.1\r\nHost: {at.host}\r\nOrigin: {at.origin}\r\n"
            f"Content-Length: {5 + len(hidden)}\r\nTransfer-Encoding: chunked\r\n\r\n"
            f"0\r\n\r\n{hidden}"
        )
        answer = bytearray()
        async with await at.open() as stream:
            await stream.send_all(data.encode())
            await stream.send_eof()
            with trio.move_on_after(0.3):
                while part := await stream.receive_some(65536):
                    answer += part
        statuses = [int(part.split(b" ")[0]) for part in answer.split(b"HTTP/1.1 ")[1:]]
        assert statuses in ([400], [200, 421])


async def test_a_body_without_a_length_ends_at_the_bound() -> None:
    async with probed() as at:
        head = (
            f"POST / HTTP/1.1\r\nHost: {at.host}\r\nOrigin: {at.origin}\r\n"
            "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        )
        fits = f"{MAX_BODY:x}\r\n{'x' * MAX_BODY}\r\n0\r\n\r\n"
        assert _status(await at.raw((head + fits).encode())) == 200
        long = f"{MAX_BODY:x}\r\n{'x' * MAX_BODY}\r\n1\r\nx\r\n0\r\n\r\n"
        assert _status(await at.raw((head + long).encode())) in (413, 500)


async def test_a_long_head_is_refused() -> None:
    async with probed() as at:
        head = f"GET / HTTP/1.1\r\nHost: {at.host}\r\nX: {'y' * 16300}"
        async with await at.open() as stream:
            await stream.send_all(head.encode())
            await stream.send_all(b"y" * 100)
            assert _status(await stream.receive_some(100)) == 431


async def test_files_are_never_sent_from_the_loop() -> None:
    async with probed() as at:
        said = json.loads((await at.ask("GET", "/")).body)
        assert not [one for one in said["extensions"] if "zero" in one or "path" in one]


async def test_what_fails_tells_nothing_of_it(caplog: pytest.LogCaptureFixture) -> None:
    async with probed() as at:
        answer = await at.ask("GET", "/fails")
        assert answer.status == 500
        assert b"secret" not in answer.body
        assert b"Traceback" not in answer.body
        assert json.loads(answer.body)["error"]
        page = await at.ask("GET", "/fails", [("accept", "text/html")])
        assert page.headers["content-type"].startswith("text/html")
        assert b"secret" not in page.body
    assert "a secret of this home" in caplog.text


async def test_half_a_head_is_closed_in_time(autojump_clock: trio.testing.MockClock) -> None:
    async with probed() as at:
        began = trio.current_time()
        assert await at.raw(b"GET / HT") == b""
        assert trio.current_time() - began <= 31


async def test_a_client_that_reads_nothing_holds_up_nobody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_stream, "SEND_SECONDS", 0.05)
    async with probed() as at:
        plain, other = socket.socketpair()
        with plain, other:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
            stream = client_stream.ClientStream(
                trio.SocketStream(trio.socket.from_stdlib_socket(plain)), None
            )
            with pytest.raises(Exception) as raised:
                await stream.send(bytes(1 << 20))
            assert type(raised.value).__name__ == "BrokenResourceError"
        assert (await at.ask("GET", "/")).status == 200


async def test_connections_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 3)
    async with probed() as at:
        held = [await at.open() for _ in range(3)]
        for one in held:  # each is accepted once it has an answer
            await one.send_all(f"GET / HTTP/1.1\r\nHost: {at.host}\r\n\r\n".encode())
            assert await one.receive_some(12) == b"HTTP/1.1 200"
        with trio.fail_after(60):
            assert await at.raw(b"") == b""
        await held.pop().aclose()
        with trio.fail_after(60):
            while at.connections.count > 2:
                await trio.sleep(0.01)
        assert (await at.ask("GET", "/")).status == 200
        for one in held:
            await one.aclose()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells whose a socket is")
async def test_another_user_of_the_machine_gets_nothing() -> None:
    code = (
        "import os, socket, sys\n"
        "if len(sys.argv) > 2: os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))\n"
        "s = socket.socket(); s.settimeout(10)\n"
        "s.connect(('127.0.0.1', int(sys.argv[1])))\n"
        "s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')\n"
        "try: print(len(s.recv(100)))\n"
        "except ConnectionError: print(0)\n"
    )
    async with probed() as at:
        for user, gets in (((), True), (("65534",), False)):
            done = await trio.run_process(
                [sys.executable, "-I", "-c", code, str(at.site.port), *user],
                capture_stdout=True,
            )
            assert (int(done.stdout or b"-1") > 0) == gets


@long
async def test_the_server_stops_at_once_whatever_its_clients_do() -> None:
    """200 streams, one client that reads nothing, half a head and a handshake of nothing."""
    async with probed() as at:
        kept = [await at.open() for _ in range(203)]
        for number, one in enumerate(kept[:201]):
            path = "/flood" if number == 200 else "/stream"
            await one.send_all(f"GET {path} HTTP/1.1\r\nHost: {at.host}\r\n\r\n".encode())
        await kept[201].send_all(b"GET / HT")
        for one in kept[:201]:
            assert (await one.receive_some(12)).startswith(b"HTTP/1.1 200")
        assert at.connections.count == 203
        began = trio.current_time()
    assert trio.current_time() - began < 10  # and not for as long as a client waits
    for one in kept:
        await one.aclose()


async def test_a_client_that_left_gives_its_place_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "MAX_CONNECTIONS", 8)
    async with probed() as at:
        head = f"GET / HTTP/1.1\r\nHost: {at.host}\r\n\r\n".encode()
        for _ in range(60):  # each leaves as soon as it has its answer, before the server is idle
            async with await at.open() as stream:
                await stream.send_all(head)
                with trio.fail_after(60):
                    assert _status(await stream.receive_some(65536)) == 200
