"""Fetching one small file from a site, whatever the site does."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio

pytest.importorskip("cryptography", reason="certificates of the test are made with cryptography")

from sayso_node.network import site_file
from sayso_node.network.privacy import OPEN
from sayso_node.network.site_file import SiteError, fetch_file, open_public
from sayso_protocol.discovery.multiaddr import Address

from .site_server import Answer, certificates, ok, says, serve_site

MOST = 1000
PATH = "/.well-known/sayso.json"


@pytest.fixture(scope="module")
def pems(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates(tmp_path_factory.mktemp("pems"), "example.org")


@pytest.fixture
def trusted(pems: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    authority, site = pems
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return site


@asynccontextmanager
async def site(
    certificate: Path, answer: Answer, asked: list[bytes] | None = None
) -> AsyncIterator[Callable[[Address], Awaitable[trio.SocketStream]]]:
    """What connects to a site on 127.0.0.1 in place of the one that is named."""
    seen = [] if asked is None else asked
    async with trio.open_nursery() as nursery:
        port = await nursery.start(serve_site, certificate, answer, seen)

        async def opener(address: Address) -> trio.SocketStream:
            assert address.port == 443
            return await trio.open_tcp_stream("127.0.0.1", port)

        yield opener
        nursery.cancel_scope.cancel()


async def fetched(certificate: Path, answer: Answer, domain: str = "example.org") -> bytes:
    async with site(certificate, answer) as opener:
        try:
            return await fetch_file(domain, PATH, MOST, OPEN, opener=opener)
        except SiteError as error:
            failed = error  # a nursery would put it into a group
    raise failed


async def test_a_file_is_fetched(trusted: Path) -> None:
    asked: list[bytes] = []
    async with site(trusted, says(ok(b'{"accounts": []}')), asked) as opener:
        found = await fetch_file("example.org", PATH, MOST, OPEN, opener=opener)
    assert found == b'{"accounts": []}'
    [request] = asked
    assert request.startswith(b"GET /.well-known/sayso.json HTTP/1.1\r\nHost: example.org\r\n")
    assert b"Cookie" not in request and b"Referer" not in request


async def test_a_file_in_chunks_or_to_the_end_of_the_connection_is_fetched(trusted: Path) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"
    assert await fetched(trusted, says(chunked)) == b"{}"
    assert await fetched(trusted, says(b"HTTP/1.0 200 OK\r\n\r\n{}")) == b"{}"
    assert await fetched(trusted, says(ok(b"x" * MOST))) == b"x" * MOST


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (ok(b"x" * (MOST + 1)), "more than"),
        (ok(b"x" * (MOST + 100_000)), "more than"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort", "hung up before the end"),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://127.0.0.1/\r\n\r\n", "no redirect is followed"),
        (b"HTTP/1.1 302 Found\r\nLocation: https://example.org/\r\n\r\n", "no redirect"),
        (b"HTTP/1.1 404 \x1b[31mred\r\n\r\n", "answers with 404, not"),
        (b"HTTP/1.1 206 Partial\r\nContent-Length: 2\r\n\r\n{}", "answers with 206"),
        (b"", "no HTTP"),
        (b"SSH-2.0-hello\r\n", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 200 + b"\r\n{}", "no HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "no HTTP|before the end"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n" + b"x" * 2000, "more than"),
    ],
)
async def test_what_is_no_such_file_is_refused(trusted: Path, raw: bytes, reason: str) -> None:
    with pytest.raises(SiteError, match=reason) as caught:
        await fetched(trusted, says(raw))
    assert "\x1b" not in str(caught.value)


async def test_what_never_ends_is_cut_off(trusted: Path) -> None:
    sent = 0

    async def endless(stream: trio.SSLStream, _request: bytes) -> None:
        nonlocal sent
        while True:
            await stream.send_all(b"HTTP/1.1 200 OK\r\n" + b"x" * 10_000)
            sent += 10_000

    with pytest.raises(SiteError, match="more than"):
        await fetched(trusted, endless)
    assert sent < 10 * 2**20  # what the system holds of it on the way


async def test_who_is_slow_is_not_waited_for(
    trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silent(_stream: trio.SSLStream, _request: bytes) -> None:
        await trio.sleep_forever()

    monkeypatch.setattr(site_file, "FETCH_SECONDS", 0.2)
    with pytest.raises(SiteError, match="did not answer within"):
        await fetched(trusted, silent)


async def test_a_certificate_for_another_name_or_of_a_stranger_is_refused(
    pems: tuple[Path, Path], trusted: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SiteError, match="certificate is not valid"):
        await fetched(trusted, says(ok(b"{}")), "other.example")
    monkeypatch.setenv("SSL_CERT_FILE", "/dev/null")
    monkeypatch.setenv("SSL_CERT_DIR", "/nonexistent")
    with pytest.raises(SiteError, match="certificate is not valid"):
        await fetched(pems[1], says(ok(b"{}")))


async def test_a_name_that_leads_into_the_own_network_is_not_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Resolver(trio.abc.HostnameResolver):
        async def getaddrinfo(self, *_: object) -> list[object]:  # type: ignore[override]
            places = ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254"]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in places]

        async def getnameinfo(self, *_: object) -> tuple[str, str]:  # type: ignore[override]
            raise AssertionError

    def forbidden(*_: object) -> None:
        raise AssertionError("it was connected to")

    trio.socket.set_custom_hostname_resolver(Resolver())
    monkeypatch.setattr(trio.socket, "socket", forbidden)
    with pytest.raises(SiteError, match="no address of the internet"):
        await fetch_file("example.org", PATH, MOST, OPEN, opener=open_public)


async def test_a_site_that_hangs_up_is_told_of() -> None:
    async def refused(_address: Address) -> trio.SocketStream:
        raise ConnectionRefusedError(111, "Connection refused")

    with pytest.raises(SiteError, match="Connection refused"):
        await fetch_file("example.org", PATH, MOST, OPEN, opener=refused)
