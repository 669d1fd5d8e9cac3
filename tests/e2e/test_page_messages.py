"""Private messages between two real nodes, written and read on the page of one of them."""

from __future__ import annotations

import http.client
import re
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from tests.budget import long

from .support import Home, until
from .test_letters import prekeys

pytestmark = pytest.mark.e2e

ALONE = ("--no-mdns", "--no-port-mapping")


class Page:
    """The page of a node, opened by a link of `sayso web`."""

    def __init__(self, home: Home) -> None:
        link = urlsplit(home.run("web", "--no-browser").stdout.strip())
        self._host, self._port, self._cookie = link.netloc, link.port or 0, ""
        self._send("/enter", {"secret": link.fragment})

    def _ask(self, method: str, path: str, body: str = "") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Host": self._host, "Cookie": self._cookie, "Accept-Encoding": "identity"}
        if method == "POST":
            headers |= {
                "Origin": f"http://{self._host}",
                "Sec-Fetch-Site": "same-origin",
                "Content-Type": "application/x-www-form-urlencoded",
            }
        connection.request(method, path, body, headers)
        return connection.getresponse()

    def text(self, path: str) -> str:
        answer = self._ask("GET", path)
        assert answer.status == 200, answer.status
        return answer.read().decode()

    def _send(self, path: str, fields: dict[str, str]) -> None:
        answer = self._ask("POST", path, urlencode(fields))
        assert answer.status == 303, answer.read()
        cookie = answer.headers.get("set-cookie")
        self._cookie = cookie.partition(";")[0] if cookie else self._cookie

    def send(self, path: str, fields: dict[str, str]) -> None:
        [csrf, *_] = re.findall(r'name="csrf" value="([0-9a-f]+)"', self.text("/messages"))
        self._send(path, {"csrf": csrf} | fields)


@long
def test_a_message_goes_from_page_to_command_and_back(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    for one, other in ((ann, ben), (ben, ann)):
        one("follow", other.account, "--public")
        one("messages")
    with (
        ann.node(*ALONE, "--http", "127.0.0.1:0") as there,
        ben.node(*ALONE, "--peer", there.address),
    ):
        until(lambda: prekeys(ann) == prekeys(ben) == 2)
        page, path = Page(ann), f"/messages/{ben.account}"
        page.send("/messages", {"key": ben.account, "text": "from the page"})
        until(lambda: [one["text"] for one in ben("messages")] == ["from the page"])
        until(lambda: '<p class="note">delivered</p>' in page.text(path))
        ben("message", ann.account, "from the <i>command</i>")
        until(lambda: "(new)" in page.text("/messages"))
        assert "from the &lt;i&gt;command&lt;/i&gt;" in page.text(path)
        assert "(new)" not in page.text("/messages")
        [name] = [one["id"] for one in ann("messages") if one["text"] == "from the page"]
        page.send(f"{path}/{name}/forget", {})
        assert [one["text"] for one in ann("messages")] == ["from the <i>command</i>"]
        assert len(ben("messages")) == 2
        assert ann("read") == ben("read") == []
