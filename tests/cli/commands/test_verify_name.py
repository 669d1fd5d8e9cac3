"""`sayso verify-name`: a domain and an account name each other, through the proxy of the home."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

pytest.importorskip("cryptography", reason="certificates of the test are made with cryptography")

from tests.budget import long
from tests.node.network.site_server import certificates, in_thread, ok, serve_site
from tests.reach.socks_proxy import run_proxy

from sayso_node.home.directory import Home
from sayso_node.home.kept_proxy import keep_proxy

from ..conftest import Sayso


class Site:
    """What the site answers, what it was asked, and how the proxy was asked."""

    def __init__(self) -> None:
        self.raw = ok(b"{}")
        self.asked: list[bytes] = []
        self.reached: list[dict[str, Any]] = []

    def names(self, *keys: str) -> None:
        self.raw = ok(json.dumps({"accounts": keys}).encode())

    async def answer(self, stream: trio.SSLStream, _request: bytes) -> None:
        await stream.send_all(self.raw)
        await stream.aclose()


@pytest.fixture
def home(sayso: Sayso, tmp_path: Path) -> Path:
    assert sayso("init", "--home", tmp_path / "h", "--name", "Robin").code == 0
    assert sayso("profile", "--domain", "Example.org", "--home", tmp_path / "h").code == 0
    return tmp_path / "h"


@pytest.fixture
def site(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site of example.org, which only the proxy of the home knows."""
    authority, certificate = certificates(tmp_path, "example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    site = Site()

    async def serve(_ports: list[int], *, task_status: trio.TaskStatus[int]) -> None:
        await serve_site(certificate, site.answer, site.asked, task_status=task_status)

    async def proxy(ports: list[int], *, task_status: trio.TaskStatus[int]) -> None:
        known = {"example.org": ("127.0.0.1", ports[0])}
        await run_proxy(0, known, site.reached.append, task_status=task_status)

    with in_thread(serve, proxy) as ports:
        keep_proxy(Home(home), f"socks5://127.0.0.1:{ports[1]}")
        yield site


def test_a_domain_that_names_the_account_is_kept_with_its_date(
    sayso: Sayso, home: Path, site: Site
) -> None:
    run = partial(sayso, "--home", home)
    key = run("profile", "--json").record["account"]
    assert run("profile", "--json").record["domain"] == "example.org"
    assert "not asked" in run("profile").out
    site.names("z6Mk", key)
    done = run("verify-name", key, "--json")
    assert (done.code, done.record["domain"], done.record["names"]) == (0, "example.org", True)
    assert site.reached == [{"host": "example.org", "port": 443, "user": "example.org"}]
    shown = run("profile", "--json").record["domain_check"]
    assert shown == {one: done.record[one] for one in ("domain", "names", "time")}
    assert f"named this account on {shown['time'][:10]}" in run("profile").out
    assert len(site.asked) == 1  # looking asks nobody


def test_a_domain_that_names_another_is_said_so_and_an_answer_goes_with_its_domain(
    sayso: Sayso, home: Path, site: Site
) -> None:
    run = partial(sayso, "--home", home)
    key = run("profile", "--json").record["account"]
    site.names()
    assert run("verify-name", key).code == 1
    assert "did not name this account" in run("profile").out
    run("profile", "--domain", "other.example")
    assert run("profile", "--json").record["domain_check"] is None
    failed = run("verify-name", key)
    assert failed.code == 1 and "other.example" in failed.err
    run("profile", "--domain", "")
    assert "names no domain" in run("verify-name", key).err


@long
@pytest.mark.parametrize(
    "raw",
    [
        ok(b"\x1b[31m<html>"),
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n",
        b"HTTP/1.1 200 \x1b[31m\r\n\r\n" + b"x" * 200_000,
        b"",
    ],
)
def test_a_failure_keeps_what_was_known(sayso: Sayso, home: Path, site: Site, raw: bytes) -> None:
    run = partial(sayso, "--home", home)
    key = run("profile", "--json").record["account"]
    site.names(key)
    assert run("verify-name", key).code == 0
    before = run("profile", "--json").record["domain_check"]
    site.raw = raw
    done = run("verify-name", key)
    assert done.code == 1 and "example.org" in done.err and "\x1b" not in done.err
    assert run("profile", "--json").record["domain_check"] == before


def test_the_file_of_the_own_site(sayso: Sayso, home: Path) -> None:
    key = sayso("profile", "--json", "--home", home).record["account"]
    done = sayso("verify-name", "--file", "--home", home)
    assert json.loads(done.out) == {"accounts": [key]}
    assert sayso("verify-name", "--file", "--json", "--home", home).record == {
        "path": "/.well-known/sayso.json",
        "accounts": [key],
    }
    assert sayso("verify-name", "--home", home).code == 2


@pytest.mark.parametrize("domain", ["localhost", "127.0.0.1", "https://a.org/", "a b.org"])
def test_what_is_no_domain_is_not_published(sayso: Sayso, home: Path, domain: str) -> None:
    done = sayso("profile", "--domain", domain, "--home", home)
    assert done.code == 1 and "is no domain" in done.err


def test_a_damaged_file_of_answers_is_as_none(sayso: Sayso, home: Path) -> None:
    for text in ("", "{", "[]", '{"checks": {"a": {"domain": 1}}}', "[" * 10_000):
        Home(home).domain_checks.write_text(text)
        Home(home).domain_checks.chmod(0o600)
        assert sayso("profile", "--json", "--home", home).record["domain_check"] is None
