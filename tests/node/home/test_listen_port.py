"""The port of a home: chosen once, free, kept."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sayso_cli.render.network.event import event_words
from sayso_node.daemon.reachability.listen_choice import ListenChoice, choose_listen
from sayso_node.errors import HomeError
from sayso_node.home.directory import Home
from sayso_node.home.listen_port import (
    FIRST_PORT,
    LAST_PORT,
    choose_port,
    families,
    is_free,
    kept_port,
    wildcard_addresses,
)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@contextmanager
def listening(host: str, port: int) -> Iterator[None]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_STREAM)) as other:
        if family == socket.AF_INET6:
            other.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind((host, port))
        other.listen()
        yield


def test_a_port_is_chosen_once_and_kept(home: Home) -> None:
    port = kept_port(home)
    assert FIRST_PORT <= port <= LAST_PORT
    assert is_free(port)
    assert home.listen_port.read_text() == f"{port}\n"
    assert [kept_port(Home(home.path)) for _ in range(5)] == [port] * 5
    assert home.listen_port.stat().st_mode & 0o777 == 0o600


def test_homes_choose_different_ports(tmp_path: Path) -> None:
    assert len({choose_port() for _ in range(20)}) > 15


@pytest.mark.parametrize("text", ["", "0\n", "65536\n", "-1\n", "many\n", "4001 4002\n", "\xff"])
def test_where_no_port_stands_one_is_chosen_anew(home: Home, text: str) -> None:
    home.listen_port.write_text(text, "latin-1")
    port = kept_port(home)
    assert FIRST_PORT <= port <= LAST_PORT
    assert home.listen_port.read_text() == f"{port}\n"


@pytest.mark.parametrize("text", ["4001", "4001\n", " 4001 \n", "1\n", "65535\n"])
def test_a_port_that_the_owner_wrote_is_taken(home: Home, text: str) -> None:
    home.listen_port.write_text(text)
    assert kept_port(home) == int(text)
    assert home.listen_port.read_text() == text


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0", "::1", "::"])
def test_a_port_that_is_taken_is_told_and_kept(home: Home, host: str) -> None:
    if ":" in host and socket.AF_INET6 not in families():
        pytest.skip("this machine has no IPv6")
    port = kept_port(home)
    assert choose_listen(home, None) == ListenChoice(wildcard_addresses(port))
    with listening(host, port):
        assert not is_free(port)
        choice = choose_listen(home, None)
        assert choice.taken == port
        assert choice.instead not in (0, port)
        assert choice.addresses == wildcard_addresses(choice.instead)
        (event,) = choice.events
        assert event == {"event": "port-taken", "port": port, "instead": choice.instead}
        (words,) = event_words(event)
        assert f"Port {port}" in words
        assert f"listens on {choice.instead}" in words
    assert choose_listen(home, None) == ListenChoice(wildcard_addresses(port))


@pytest.mark.parametrize("chosen", [(), ("/ip4/127.0.0.1/tcp/0",), ("/ip6/::1/tcp/9",)])
def test_what_the_owner_chose_is_taken_and_no_port_kept(
    home: Home, chosen: tuple[str, ...]
) -> None:
    choice = choose_listen(home, chosen)
    assert choice == ListenChoice(chosen)
    assert not choice.events
    assert not home.listen_port.exists()


def test_both_families_are_listened_on() -> None:
    expected = ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"]
    assert wildcard_addresses(4001) == expected[: len(families())]


def test_a_machine_without_ipv6_does_without(monkeypatch: pytest.MonkeyPatch) -> None:
    real = socket.socket

    def without(family: int = socket.AF_INET, *more: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(97, "Address family not supported by protocol")
        return real(family, *more)

    monkeypatch.setattr(socket, "socket", without)
    assert families() == [socket.AF_INET]
    assert wildcard_addresses(4001) == ["/ip4/0.0.0.0/tcp/4001"]
    assert FIRST_PORT <= choose_port() <= LAST_PORT


def test_a_home_that_cannot_be_written_is_named(home: Home) -> None:
    missing = Home(home.path / "nowhere")
    with pytest.raises(HomeError, match=r"cannot write .*port"):
        kept_port(missing)
