"""What a home learns of itself: real nodes, behind routers that map a port and that do not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from .internet import Internet, Router, internet
from .namespaces import Space
from .router_daemon import RouterDaemon

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
OUTSIDE = "45.45.45.1"
OTHER6 = "2001:7fd:"
"""An IPv6 network of another provider; all of these exist in the namespaces alone."""


class NodeProcess:
    """A `sayso run` on a machine of the rig."""

    def __init__(self, net: Internet, space: Space, home: Path, *words: str) -> None:
        self._space = space
        self._home = home
        self.sayso("init")
        listen = ["--listen", "/ip4/0.0.0.0/tcp/4001", "--listen", "/ip6/::/tcp/4001"]
        run = ["--json", "run", *listen, "--no-mdns", *words]
        self.process = subprocess.Popen(
            [*self._words, *run], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._patience = threading.Timer(120, self.process.kill)
        self._patience.start()
        net.every.stack.callback(self._end)
        ready = self.wait_for(lambda one: one["event"] == "ready")
        public = [one for one in ready["addrs"] if "/127." not in one and "/ip4/" in one]
        self.address = public[-1] if public else ""
        self.address6 = next((one for one in ready["addrs"] if f"/ip6/{OTHER6}" in one), "")

    @property
    def _words(self) -> list[str]:
        return [
            *self._space.inside, sys.executable, "-m", "sayso_cli.main", "--home", str(self._home)
        ]  # fmt: skip

    def sayso(self, *words: str) -> list[dict[str, Any]]:
        """Run a command there; its records, whatever its exit code."""
        done = subprocess.run(
            [*self._words, "--json", *words], capture_output=True, text=True, cwd=ROOT
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def wait_for(self, fits: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next event that fits."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            event: dict[str, Any] = json.loads(line)
            if fits(event):
                return event
        raise AssertionError("the node has ended")

    def doctor(self) -> dict[str, dict[str, Any]]:
        """Its diagnoses by their names."""
        return {one["check"]: one for one in self.sayso("doctor")}

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def _end(self) -> None:
        self._patience.cancel()
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


def says(*words: str) -> Callable[[dict[str, Any]], object]:
    """An event of reachability in which these words stand."""
    return lambda one: (
        one["event"] == "reachability"
        and all(
            word in (one["state"], *one["detail"].split()) or word in one["detail"]
            for word in words
        )
    )


@long
def test_a_home_whose_router_maps_a_port_learns_that_others_get_through(
    net: Internet, tmp_path: Path
) -> None:
    home, stranger = net.home("home", Router.PORT), net.machine("stranger")
    daemon = RouterDaemon(net.routers["home"], tmp_path, net.every.stack)
    daemon.put_at(OUTSIDE)
    stranger.ip("address flush dev eth0", "address add 45.46.45.2/8 dev eth0")
    net.routers["home"].ip("route add 45.46.0.0/16 dev eth0")
    daemon.start()
    friend = NodeProcess(net, stranger, tmp_path / "friend")
    node = NodeProcess(net, home, tmp_path / "home", "--peer", friend.address)
    node.wait_for(says("mapped", "others got through"))
    [status] = node.sayso("status")
    assert status["reachability"] == "mapped"
    assert any(one.startswith(f"/ip4/{OUTSIDE}/tcp/4001") for one in status["addrs"])
    found = node.doctor()
    assert found["mapping"]["ok"]
    assert OUTSIDE in found["mapping"]["found"]
    assert found["router"]["found"] == "there is one router before this machine"
    assert found["reachability"]["ok"]
    assert found["peers"]["ok"]
    node.stop()
    assert "dnat" not in daemon.ports


@long
def test_a_home_whose_router_maps_nothing_says_what_to_do(net: Internet, tmp_path: Path) -> None:
    home, stranger = net.home("home", Router.PORT), net.machine("stranger")
    friend = NodeProcess(net, stranger, tmp_path / "friend")
    node = NodeProcess(net, home, tmp_path / "home", "--peer", friend.address)
    node.wait_for(says("closed"))
    found = node.doctor()
    assert not found["reachability"]["ok"]
    assert not found["mapping"]["ok"]
    assert "4001" in found["mapping"]["advice"]
    assert home.ip4 in found["mapping"]["advice"]
    node.stop()
    friend.stop()


@long
def test_a_machine_on_the_internet_learns_that_it_is_open(net: Internet, tmp_path: Path) -> None:
    one, other = net.machine("one"), net.machine("other")
    friend = NodeProcess(net, other, tmp_path / "friend")
    node = NodeProcess(net, one, tmp_path / "home", "--peer", friend.address)
    node.wait_for(says("open"))
    assert node.sayso("status")[0]["reachability"] == "open"
    found = node.doctor()
    assert found["mapping"]["found"] == "none is needed"
    assert not [name for name, each in found.items() if not each["ok"]]


@long
def test_a_port_that_was_forwarded_by_hand_is_found_and_told(net: Internet, tmp_path: Path) -> None:
    home, stranger = net.home("home", Router.CONE), net.machine("stranger")
    friend = NodeProcess(net, stranger, tmp_path / "friend")
    node = NodeProcess(net, home, tmp_path / "home", "--peer", friend.address)
    node.wait_for(says("mapped"))
    [status] = node.sayso("status")
    outside = net.routers["home"].ip4
    assert any(one.startswith(f"/ip4/{outside}/tcp/4001/") for one in status["addrs"])
    found = node.doctor()
    assert found["reachability"]["ok"]
    assert not found["mapping"]["advice"]


@long
@pytest.mark.parametrize(
    ("kind", "words"), [(Router.SYMMETRIC, "symmetric"), (Router.PORT, "keeps ports")]
)
def test_what_the_router_does_with_ports_shows_by_what_two_peers_see(
    net: Internet, tmp_path: Path, kind: Router, words: str
) -> None:
    home = net.home("home", kind)
    machines = [net.machine(name) for name in ("one", "other")]
    friends = [NodeProcess(net, each, tmp_path / each.name) for each in machines]
    peers = [word for one in friends for word in ("--peer", one.address)]
    node = NodeProcess(net, home, tmp_path / "home", *peers)
    node.wait_for(says(words))
    assert words in node.doctor()["reachability"]["found"]


@long
def test_a_home_with_a_relay_is_relayed_and_after_a_hole_punched(
    net: Internet, tmp_path: Path
) -> None:
    relay = NodeProcess(net, net.machine("relay"), tmp_path / "relay", "--relay")
    homes = [net.home(name, Router.PORT) for name in ("one", "other")]
    one = NodeProcess(net, homes[0], tmp_path / "one", "--peer", relay.address)
    one.wait_for(says("relayed"))
    [status] = one.sayso("status")
    assert status["reachability"] == "relayed"
    through = next(address for address in status["addrs"] if "p2p-circuit" in address)
    assert one.doctor()["relays"]["found"] == "1 relay"
    other = NodeProcess(net, homes[1], tmp_path / "other", "--peer", relay.address)
    other.wait_for(says("relayed"))
    other.sayso("connect", through)
    one.wait_for(says("punched"))  # who was called knows now how others get here
    assert one.doctor()["reachability"]["ok"]


@long
def test_a_firewall_before_ipv6_is_said(net: Internet, tmp_path: Path) -> None:
    home, stranger = net.home("home", Router.FIREWALL), net.machine("stranger")
    stranger.give("eth0", f"{OTHER6}:2/64")
    net.routers["home"].ip(f"route add {OTHER6}:/64 dev eth0")
    friend = NodeProcess(net, stranger, tmp_path / "friend")
    node = NodeProcess(net, home, tmp_path / "home", "--peer", friend.address6)
    node.wait_for(says("closed"))
    found = node.doctor()["reachability"]
    assert not found["ok"]
    assert "Open TCP port 4001 in the firewall of the router" in found["advice"]


@long
def test_who_wants_no_port_asks_no_router(net: Internet, tmp_path: Path) -> None:
    home, stranger = net.home("home", Router.PORT), net.machine("stranger")
    daemon = RouterDaemon(net.routers["home"], tmp_path, net.every.stack)
    daemon.start()
    friend = NodeProcess(net, stranger, tmp_path / "friend")
    node = NodeProcess(net, home, tmp_path / "home", "--peer", friend.address, "--no-port-mapping")
    node.wait_for(says("closed"))
    assert "Listening" in daemon.log
    assert "request" not in daemon.log
    assert "was not asked" in node.doctor()["mapping"]["found"]
