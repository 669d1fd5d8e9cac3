"""The door against every mix of Host, Origin, Sec-Fetch-Site and what the client brings.

The expected answer is a plain definition of the rules, beside the code that keeps them."""

from __future__ import annotations

import json
from itertools import product

import h11
import pytest
import trio
from tests.budget import long
from tests.node.web.door.probe import NAME, Probed, probed
from tests.node.web.serving import read_answer

HOSTS = {
    "{name}:{port}": True,
    "{upper}:{port}": True,
    "127.0.0.1:{port}": True,
    "[::1]:{port}": True,
    "localhost:{port}": True,
    "evil.example:{port}": False,
    "{name}": False,
    "{name}.:{port}": False,
    "{name}:{other}": False,
    "x.{name}:{port}": False,
    "127.0.0.1:{port}@evil.example": False,
    "0.0.0.0:{port}": False,
    "127.1:{port}": False,
    "": False,
}
FEW_HOSTS = ["{name}:{port}", "evil.example:{port}"]
"""These with each mix of the rest."""
ORIGINS = {
    "http://{host}": True,
    None: False,
    "null": False,
    "https://{host}": False,
    "http://127.0.0.1:{other}": False,
    "http://evil.example": False,
    "http://{host}/": False,
    "http://{host}.evil.example": False,
}
SITES = ["same-origin", None, "same-site", "cross-site", "none"]
BRINGS = ["nothing", "cookie", "bearer", "both", "basic"]


def _expected(
    method: str, *, own_host: bool, own_origin: bool, site: str | None, brings: str
) -> tuple[int, bool]:
    """The status, and whether the session counts."""
    if not own_host:
        return 421, False
    bearer = brings in ("bearer", "both")
    if method != "GET" and not bearer and not (own_origin and site in (None, "same-origin")):
        return 403, False
    return 200, brings == "cookie" and site in (None, "same-origin", "none")


def _headers(
    at: Probed, host: str, origin: str | None, site: str | None, brings: str
) -> list[tuple[str, str]]:
    words = {
        "name": NAME, "upper": NAME.upper(), "port": at.site.port, "other": at.site.port + 1,
    }  # fmt: skip
    host = host.format(**words)
    found = [("host", host)]
    if origin is not None:
        found.append(("origin", origin.format(host=host.lower(), **words)))
    if site is not None:
        found.append(("sec-fetch-site", site))
    if brings in ("cookie", "both"):
        found.append(at.own_cookie)
    if brings in ("bearer", "both"):
        found.append(("authorization", "Bearer x"))
    if brings == "basic":
        found.append(("authorization", "Basic eDp4"))
    return found


@long
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_http(method: str) -> None:
    mixes = [
        (host, origin, site, brings)
        for host, origin, site, brings in product(HOSTS, ORIGINS, SITES, BRINGS)
        if host in FEW_HOSTS or (site is None and brings != "basic")
    ]
    assert len(mixes) < 1000  # after which the server closes a connection
    async with probed() as at, await at.open() as stream:
        client = h11.Connection(h11.CLIENT)
        for host, origin, site, brings in mixes:
            headers = _headers(at, host, origin, site, brings)
            request = h11.Request(method=method, target="/x", headers=headers)
            await stream.send_all(client.send(request) or b"")
            await stream.send_all(client.send(h11.EndOfMessage()) or b"")
            answer = await read_answer(stream, client)
            client.start_next_cycle()
            expected = _expected(
                method, own_host=HOSTS[host], own_origin=ORIGINS[origin], site=site, brings=brings
            )
            has_session = answer.status == 200 and json.loads(answer.body)["session"]
            assert (answer.status, has_session) == expected, (headers, answer)
            assert answer.headers["content-security-policy"].startswith("default-src 'none'")
            assert answer.headers["x-content-type-options"] == "nosniff"


async def test_http_2_is_not_spoken() -> None:
    async with probed() as at:
        for authority in (at.host, "evil.example"):
            assert await at.ask_h2("GET", "/x", authority, [at.own_cookie]) == (0, b"")


@long
async def test_websockets() -> None:
    async with probed() as at:
        for host, origin, site, brings in product(HOSTS, ORIGINS, SITES, BRINGS):
            if host not in FEW_HOSTS or brings == "basic":
                continue
            found = await _websocket(at, "/x", _headers(at, host, origin, site, brings))
            expected = _expected(
                "WS", own_host=HOSTS[host], own_origin=ORIGINS[origin], site=site, brings=brings
            )
            if expected[0] == 200:
                assert found == (101, expected[1])
            else:
                assert found == (403, False), (host, origin, site, brings)


@long
async def test_streams_of_apps_in_a_browser_are_judged_by_their_token_alone() -> None:
    async with probed() as at:
        for path in ("/api/v1/streaming", "/api/v1/streaming/", "/api/v1/streaming/user"):
            headers = _headers(
                at, "127.0.0.1:{port}", "http://evil.example", "cross-site", "cookie"
            )
            assert await _websocket(at, path, headers) == (101, False)


async def test_no_cookie_counts_for_what_is_for_apps() -> None:
    async with probed() as at:
        own = [*at.own, at.own_cookie]
        for path in ("/api/v1/apps", "/api/v1/apps/", "/oauth/token", "/oauth/revoke/", "/api/x"):
            answer = await at.ask("POST", path, own)
            assert (answer.status, json.loads(answer.body)["session"]) == (200, False)
            assert not json.loads((await at.ask("GET", path, own)).body)["session"]
        afar = [("origin", "http://evil.example")]
        assert (await at.ask("POST", "/api/v1/apps", afar)).status == 200
        assert (await at.ask("POST", "/api/v1/statuses", afar)).status == 403
        assert (await at.ask("POST", "/api/v1/appsx", afar)).status == 403


async def test_a_person_who_goes_there_from_elsewhere_has_the_session() -> None:
    async with probed() as at:
        for mode, counts in (("navigate", True), ("no-cors", False), ("cors", False)):
            headers = [at.own_cookie, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", mode)]
            answer = await at.ask("GET", "/x", headers)
            assert json.loads(answer.body)["session"] == counts


async def _websocket(at: Probed, path: str, headers: list[tuple[str, str]]) -> tuple[int, bool]:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = (
        f"GET {path} HTTP/1.1\r\n{lines}Connection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    async with await at.open() as stream:
        await stream.send_all(head.encode())
        said = bytearray()
        with trio.fail_after(60):
            while b"\r\n\r\n" not in said or (b" 101 " in said[:20] and b"}" not in said):
                part = await stream.receive_some(4096)
                if not part:
                    break
                said += part
    return int(said.split(b" ")[1]), b'"session": true' in said
