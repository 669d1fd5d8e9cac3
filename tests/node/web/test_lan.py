"""The page on the local network, here on loopback: TLS with the own certificate, and a code."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import h11
import pytest
import trio
from tests.node.web.serving import Answer, read_answer

from sayso_node.daemon.run import running_node
from sayso_node.daemon.run_options import RunOptions
from sayso_node.errors import NodeError
from sayso_node.home.directory import Home
from sayso_node.web.context import WebContext
from sayso_node.web.door.pairing import PairedSessions
from sayso_node.web.server import Place, WebServer, bind, bind_lan
from sayso_node.web.serving import connections
from sayso_node.web.serving.certificate import tls_context
from sayso_storage.interface.store import Store


@asynccontextmanager
async def _served(home: Home, store: Store) -> AsyncIterator[tuple[Place, Place]]:
    async with running_node(home, store, RunOptions(), lambda _: None) as (node, _):
        site, listener = bind(home, "127.0.0.1:0")
        here = Place(WebContext(home, store, site, node.actions), listener)
        far_site, far_listener = bind_lan("127.0.0.1:0")
        tls, fingerprint = tls_context(home, far_site.addresses)
        context = here.context.beside(far_site, PairedSessions())
        far = Place(context, far_listener, tls, fingerprint)
        with WebServer(here, far) as server:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(server.run)
                yield here, far
                nursery.cancel_scope.cancel()


async def _ask(
    place: Place, method: str, path: str, headers: list[tuple[str, str]], body: bytes = b""
) -> tuple[Answer, bytes]:
    """An answer by TLS, and the SHA-256 of the certificate."""
    site = place.context.site
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    async with await trio.open_tcp_stream("127.0.0.1", site.port) as plain:
        stream = trio.SSLStream(plain, context, https_compatible=True)
        client = h11.Connection(h11.CLIENT)
        every = [("host", f"{site.name}:{site.port}"), *headers, ("content-length", str(len(body)))]
        data = client.send(h11.Request(method=method, target=path, headers=every)) or b""
        if body:
            data += client.send(h11.Data(data=body)) or b""
        await stream.send_all(data + (client.send(h11.EndOfMessage()) or b""))
        answer = await read_answer(stream, client)
        certificate = stream.getpeercert(binary_form=True)
        return answer, hashlib.sha256(certificate).digest()


async def test_a_phone_comes_in_by_the_code(home: Home, store: Store) -> None:
    async with _served(home, store) as (here, far):
        assert home.web_certificate.stat().st_mode & 0o777 == 0o600
        answer, certificate = await _ask(far, "GET", "/", [])
        assert answer.status == 401
        assert certificate.hex(":").upper() == far.fingerprint
        assert answer.headers["strict-transport-security"]
        link = far.one_time_link()
        address, _, code = link.partition("#")
        assert address == f"https://127.0.0.1:{far.context.site.port}/enter"
        origin = [("origin", address.removesuffix("/enter"))]
        form = [*origin, ("content-type", "application/x-www-form-urlencoded")]
        answer, _ = await _ask(far, "POST", "/enter", form, b"secret=AAAA-AAAA")
        assert answer.status == 403
        answer, _ = await _ask(far, "POST", "/enter", form, f"secret={code}".encode())
        assert answer.status == 303
        cookie = answer.cookies[0]
        assert cookie.startswith("__Host-sayso_")
        assert {"secure", "httponly", "samesite=strict", "path=/"} <= {
            one.strip().lower() for one in cookie.split(";")
        }
        own = ("cookie", cookie.partition(";")[0])
        assert (await _ask(far, "GET", "/", [own]))[0].status == 200
        for path in ("/api/v1/apps", "/oauth/token", "/oauth/authorize"):
            assert (await _ask(far, "POST", path, origin))[0].status == 404
        insecure = [("origin", origin[0][1].replace("https", "http"))]
        assert (await _ask(far, "POST", "/leave", [*insecure, own]))[0].status == 403
        assert here.context.sessions.redeem(code) is None


async def test_silent_handshakes_end(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_SECONDS", 0.05)
    async with _served(home, store) as (_, far):
        with trio.fail_after(60):
            async with await trio.open_tcp_stream("127.0.0.1", far.context.site.port) as silent:
                assert await silent.receive_some(1) == b""
            async with await trio.open_tcp_stream("127.0.0.1", far.context.site.port) as plain:
                await plain.send_all(b"GET / HTTP/1.1\r\n\r\n")
                assert b"HTTP" not in await plain.receive_some(100)
        assert (await _ask(far, "GET", "/", []))[0].status == 401


async def test_the_certificate_stays(home: Home) -> None:
    _, first = tls_context(home, ["127.0.0.1"])
    _, second = tls_context(home, [])
    assert first == second
    home.web_certificate.write_bytes(b"x")
    with pytest.raises(NodeError, match="remove it"):
        tls_context(home, [])


@pytest.mark.parametrize("text", ["0.0.0.0", "example.com:80", "0.0.0.0:x", "1.2.3.4:70000"])
def test_what_is_no_address_of_the_network(text: str) -> None:
    with pytest.raises(NodeError):
        bind_lan(text)
