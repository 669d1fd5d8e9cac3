"""The page of a real node, opened as its owner would."""

from __future__ import annotations

import http.client
import json
import stat
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from tests.budget import long

from .support import Home

pytestmark = pytest.mark.e2e

NODE = ("--no-mdns", "--no-port-mapping", "--http", "127.0.0.1:0")


def _get(address: str, path: str = "", accept: str = "*/*") -> tuple[int, bytes]:
    parts = urlsplit(address)
    connection = http.client.HTTPConnection("127.0.0.1", parts.port or 0, timeout=60)
    connection.request(
        "GET",
        path or f"{parts.path}?{parts.query}",
        headers={"Host": parts.netloc, "Accept": accept},
    )
    answer = connection.getresponse()
    found = answer.status, answer.read()
    connection.close()
    return found


@long
def test_the_browser_gets_the_link_by_a_private_file(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", "robin")
    opened = tmp_path / "opened"
    browser = tmp_path / "browser"
    write = f"open({str(opened)!r}, 'w').write(sys.argv[1])"
    browser.write_text(f"#!{sys.executable}\nimport sys\n{write}\n")
    browser.chmod(0o700)
    with home.node(*NODE) as node:
        ready = node.events[0]
        done = home.run("web", env={"BROWSER": f"{browser} %s", "DISPLAY": ":9"})
        link = done.stdout.strip()
        assert link.startswith(f"{ready['http']}enter#")
        page = home.path / "open.html"
        assert opened.read_text() == page.resolve().as_uri()
        assert stat.S_IMODE(page.stat().st_mode) == 0o600
        assert link in page.read_text()
        opened.unlink()
        for args, display in ((("web", "--no-browser"), ":9"), (("web",), "")):
            env = {"BROWSER": f"{browser} %s", "DISPLAY": display, "WAYLAND_DISPLAY": ""}
            done = home.run(*args, env=env)
            assert done.stdout.startswith(f"{ready['http']}enter#")
            assert done.stdout.strip() != link
            assert not opened.exists()
        [made] = home("web")
        assert made["link"].startswith(f"{ready['http']}enter#")
        status, body = _get(str(ready["http"]), "/", "text/html")
        assert status == 401
        assert b"<html" in body
        status, body = _get(str(ready["http"]), "/nothing")
        assert status in (401, 404)
        assert json.loads(body)["error"]
    assert not (home.path.parent / "home.stderr").read_bytes()


@long
def test_feeds_are_read_by_their_address_until_it_ends(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", "robin")
    home("post", "for readers of feeds")
    with home.node(*NODE):
        address = home("web", "--feeds")[0]["feeds"]
        assert address.startswith("http://127.0.0.1:")
        status, body = _get(f"{address}/timeline.json")
        assert status == 200
        assert json.loads(body)["items"][0]["content_text"] == "for readers of feeds"
        assert home("web", "--end-feeds") == [{"ended": 1}]
        assert _get(f"{address}/timeline.json")[0] == 403


@long
def test_the_network_gets_the_page_only_where_the_owner_says_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", "robin")
    with home.node(*NODE) as node:
        assert "http_lan" not in node.events[0]
        refused = home.run("web", "--pair")
        assert refused.returncode == 1
        assert "`sayso run --http 127.0.0.1:7878 --http-lan`" in refused.stderr
    with home.node(*NODE, "--http-lan", "127.0.0.1:0") as node:
        ready = node.events[0]
        [made] = home("web", "--pair")
        assert made["link"] == f"{ready['http_lan']}enter#{made['code']}"
        assert made["fingerprint"] == ready["fingerprint"]
    with home.node(*NODE, "--http-lan", "127.0.0.1:0") as node:
        assert node.events[0]["fingerprint"] == made["fingerprint"]
    assert (home.path / "web.pem").exists()


@long
def test_without_a_page_there_is_no_link(tmp_path: Path) -> None:
    home = Home(tmp_path / "home", "robin")
    done = home.run("web")
    assert done.returncode == 1
    assert "sayso run" in done.stderr
    with home.node("--no-mdns", "--no-port-mapping"):
        done = home.run("web")
        assert done.returncode == 1
        assert "--http" in done.stderr
