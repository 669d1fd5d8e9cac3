"""The proxy of a home: kept until it is forgotten on purpose, and never lost by mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.daemon.reachability.home_privacy import privacy_of
from sayso_node.daemon.reachability.listen_choice import choose_listen
from sayso_node.daemon.run_options import RunOptions
from sayso_node.errors import HomeError
from sayso_node.home.directory import Home
from sayso_node.home.kept_proxy import keep_proxy, kept_proxy
from sayso_node.home.listen_port import kept_port
from sayso_node.network.privacy import OPEN, Privacy, Proxy

PROXY = "socks5://127.0.0.1:9050"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_a_proxy_is_kept_until_it_is_forgotten(home: Home) -> None:
    assert privacy_of(home) == OPEN
    keep_proxy(home, PROXY)
    assert kept_proxy(Home(home.path)) == PROXY
    assert privacy_of(home) == Privacy(Proxy("127.0.0.1", 9050))
    assert home.proxy.stat().st_mode & 0o777 == 0o600
    keep_proxy(home, "socks5://[::1]:9150")
    assert privacy_of(home) == Privacy(Proxy("::1", 9150))
    for _ in range(2):
        keep_proxy(home, "")
        assert privacy_of(home) == OPEN


@pytest.mark.parametrize(
    "text", ["none", "127.0.0.1:9050", "socks5://", "socks5://tor.example:9050", "\x00"]
)
def test_what_stands_there_and_is_no_proxy_is_not_taken_for_none(home: Home, text: str) -> None:
    home.proxy.write_text(text)
    with pytest.raises(HomeError, match=r"proxy: .*is no proxy|looking up a name"):
        privacy_of(home)


def test_what_cannot_be_read_is_not_taken_for_none(home: Home) -> None:
    home.proxy.write_bytes(b"\xff\xfe")
    with pytest.raises(HomeError, match="name the proxy again"):
        privacy_of(home)
    home.proxy.unlink()
    home.proxy.mkdir()
    with pytest.raises(HomeError, match="name the proxy again"):
        privacy_of(home)


def test_behind_a_proxy_it_listens_on_loopback_and_sends_nothing_by_itself(home: Home) -> None:
    hidden = Privacy(Proxy.parse(PROXY))
    choice = choose_listen(home, None, hidden)
    assert choice.addresses == [f"/ip4/127.0.0.1/tcp/{kept_port(home)}"]
    options = RunOptions(mdns=True, mapping=True, announces=True).hidden()
    assert (options.mdns, options.mapping, options.announces) == (False, False, False)
    assert RunOptions().hidden().announces is None


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/ip4/127.0.0.1/tcp/1", True),
        ("/ip4/127.9.9.9/tcp/1", True),
        ("/ip6/::1/tcp/1", True),
        ("/ip4/0.0.0.0/tcp/1", False),
        ("/ip6/::/tcp/1", False),
        ("/ip4/10.0.0.1/tcp/1", False),
        ("/ip6/::ffff:127.0.0.1/tcp/1", False),
        ("/dns/localhost/tcp/1", False),
    ],
)
def test_only_loopback_is_listened_on(address: str, allowed: bool) -> None:
    assert Privacy(Proxy.parse(PROXY)).may_listen(address) == allowed
    assert OPEN.may_listen(address)
