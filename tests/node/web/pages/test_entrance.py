"""The way in and out: bounded for whoever has no session, and the end of the session that is."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
import trio
from tests.budget import long
from tests.node.web.pages.html_page import read_page
from tests.node.web.serving import served

from sayso_node.home.directory import Home
from sayso_node.web import body
from sayso_storage.interface.store import Store

FORM = ("content-type", "application/x-www-form-urlencoded")


async def test_a_secret_that_does_not_come_is_not_waited_for(
    home: Home, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body, "PART_SECONDS", 0.01)
    async with served(home, store) as at:
        head = f"POST /enter HTTP/1.1\r\nHost: {at.host}\r\nOrigin: {at.origin}\r\n"
        head += f"{FORM[0]}: {FORM[1]}\r\nContent-Length: 100\r\n\r\nsecret="
        async with await at.open() as stream:
            await stream.send_all(head.encode())
            with trio.fail_after(60):
                assert (await stream.receive_some(65536)).startswith(b"HTTP/1.1 408 ")


async def test_what_is_no_secret_is_small(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        large = b"secret=" + b"x" * (body.SMALL + 1)
        assert (await at.ask("POST", "/enter", [*at.own, FORM], large)).status == 413
        odd = [*at.own, ("content-type", "text/plain")]
        assert (await at.ask("POST", "/enter", odd, b"secret=x")).status == 415


@long
async def test_leaving_ends_the_session_beside_a_cookie_of_others(home: Home, store: Store) -> None:
    async with served(home, store) as at:
        cookie = await at.cookie()
        both = ("cookie", f"{cookie}; {at.site.cookie}=of-a-neighbour")
        page = read_page((await at.ask("GET", "/people", [both])).text)
        token = next(
            one.attributes["value"]
            for one in page.all("input")
            if one.attributes.get("name") == "csrf"
        )
        form = urlencode({"csrf": token}).encode()
        answer = await at.ask("POST", "/leave", [*at.own, FORM, both], form)
        assert answer.status == 303
        assert (await at.ask("GET", "/people", [("cookie", cookie)])).status == 401
