"""AutoNAT between machines and homes: who is reached learns it, and no liar is believed."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from .internet import Internet, Router, internet
from .namespaces import Space

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PORT = 4001


class AutonatProcess:
    """One process of `autonat_node`."""

    def __init__(self, net: Internet, space: Space, role: str, *words: str) -> None:
        command = [*space.inside, sys.executable, "-m", "tests.reach.autonat_node", role, *words]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._patience = threading.Timer(60, self.process.kill)
        self._patience.start()
        net.every.stack.callback(self._end)
        self.peer_id = self.next()["peer_id"]
        self.address = f"/ip4/{space.addresses['eth0'][0]}/tcp/{PORT}/p2p/{self.peer_id}"

    def next(self) -> dict[str, Any]:
        """Its next line."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it has ended"
        found: dict[str, Any] = json.loads(line)
        return found

    def counts(self) -> dict[str, int]:
        """Stop it in good order; what a server says that it did."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        return dict(json.loads(self.process.stdout.readlines()[-1]))

    def _end(self) -> None:
        self._patience.cancel()
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            assert pipe is not None
            pipe.close()


@pytest.fixture
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


def servers(net: Internet, *roles: str) -> list[AutonatProcess]:
    return [AutonatProcess(net, net.machine(f"{role}{n}"), role) for n, role in enumerate(roles)]


def verdicts(net: Internet, home: Space, asked: list[AutonatProcess], address: str) -> list[Any]:
    """What a home believes of an address after each server's answer."""
    words = [one.address for one in asked]
    client = AutonatProcess(net, home, "client", *words, f"@{address}")
    return [client.next()[address] for _ in asked]


@long
@pytest.mark.parametrize(
    ("kind", "reached"), [(Router.OPEN, True), (Router.CONE, True), (Router.PORT, False)]
)
def test_a_home_learns_whether_strangers_reach_it(net: Internet, kind, reached) -> None:
    asked = servers(net, "server")
    home = net.home("home", kind)
    outside = net.routers.get("home", home).ip4
    address = f"/ip4/{outside}/tcp/{PORT}"
    assert verdicts(net, home, asked, address) == [reached]
    assert asked[0].counts() == {"OK": 1} if reached else {"DIAL_ERROR": 1}


@long
def test_nobody_is_believed_who_did_not_come_by_a_new_connection(net: Internet) -> None:
    asked = servers(net, "yes", "same", "server")
    home = net.home("home", Router.PORT)
    address = f"/ip4/{net.routers['home'].ip4}/tcp/{PORT}"
    words = [one.address for one in asked]
    client = AutonatProcess(net, home, "client", *words, f"@{address}")
    assert client.next()[address] is False  # the honest one's verdict is the only one


@long
def test_three_servers_are_asked_for_one_address(net: Internet) -> None:
    asked = servers(net, "server", "server", "server")
    home = net.home("home", Router.CONE)
    address = f"/ip4/{net.routers['home'].ip4}/tcp/{PORT}"
    assert verdicts(net, home, asked, address) == [True, True, True]
    assert [one.counts() for one in asked] == [{"OK": 1}] * 3


@long
def test_who_names_another_machine_pays_before_that_is_dialled(net: Internet) -> None:
    machine = net.machine("victim")
    victim = AutonatProcess(net, machine, "victim")
    [server] = servers(net, "server")
    other = f"@/ip4/{machine.ip4}/tcp/{PORT}"
    stingy = AutonatProcess(net, net.machine("stingy"), "stingy", server.address, other)
    said = stingy.next()
    assert said["refused"]
    assert 30_000 <= said["price"] <= 100_000
    # The server has dialled nobody: the first whom the victim sees is the one who has paid.
    client = AutonatProcess(net, net.machine("client"), "client", server.address, other)
    assert client.next()[other[1:]] is False
    assert victim.next()["dialled_by"] == server.address.split("/")[2]
    assert server.counts() == {"MALFORMED": 1, "DIAL_ERROR": 1}
    victim.process.kill()
    assert victim.process.stdout is not None
    assert victim.process.stdout.read() == ""
