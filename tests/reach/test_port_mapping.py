"""A home behind a real router daemon: mapped, dialled from outside, kept, and given back."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from .internet import Internet, Router, internet
from .namespaces import Space
from .router_daemon import RouterDaemon

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PORT = 4001
OUTSIDE = "45.45.45.1"
"""The router's; like all addresses here it exists in the namespaces alone."""

DIAL = """
import socket, sys
try:
    with socket.create_connection((sys.argv[1], int(sys.argv[2])), 3) as s:
        print(s.recv(50).decode())
except OSError as error:
    print(type(error).__name__)
"""


class MappingHome:
    """The process at home."""

    def __init__(self, space: Space) -> None:
        words = [sys.executable, "-m", "tests.reach.mapping_home", space.ip4, str(PORT)]
        self.process = subprocess.Popen(
            [*space.inside, *words], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        self._patience = threading.Timer(60, self.process.kill)
        self._patience.start()

    def patience(self, seconds: float) -> None:
        """Give it so long from now on."""
        self._patience.cancel()
        self._patience = threading.Timer(seconds, self.process.kill)
        self._patience.start()

    def wait_for(self, fits: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
        """The next report that fits."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            report: dict[str, Any] = json.loads(line)
            if fits(report):
                return report
        raise AssertionError("the home ended")

    def stop(self) -> None:
        self._patience.cancel()
        self.process.send_signal(signal.SIGTERM)
        self.process.communicate(timeout=30)
        assert self.process.returncode == 0

    def end(self) -> None:
        self._patience.cancel()
        self.process.kill()
        self.process.communicate()


@contextmanager
def at_work(space: Space) -> Iterator[MappingHome]:
    home = MappingHome(space)
    try:
        yield home
    finally:
        home.end()


@pytest.fixture
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


@pytest.fixture
def home(net: Internet) -> Space:
    return net.home("home", Router.PORT)


@pytest.fixture
def daemon(net: Internet, home: Space, tmp_path: Path) -> RouterDaemon:
    made = RouterDaemon(net.routers["home"], tmp_path, net.every.stack)
    made.put_at(OUTSIDE)
    return made


@pytest.fixture
def stranger(net: Internet) -> Space:
    made = net.machine("stranger")
    made.give("eth0", "45.45.45.2/24")
    return made


def dial(space: Space, address: str) -> str:
    _, _, host, _, port = address.split("/")
    return space.run(sys.executable, "-c", DIAL, host, port).strip()


def is_mapped(report: dict[str, Any]) -> object:
    return report["address"]


WAYS: dict[str, dict[str, Any]] = {"pcp": {"upnp": False}, "upnp": {"datagrams": False}}


@long
@pytest.mark.parametrize("method", WAYS)
def test_a_mapped_port_can_be_dialled_from_outside_and_is_given_back(
    home: Space, daemon: RouterDaemon, stranger: Space, method: str
) -> None:
    daemon.start(**WAYS[method])
    assert dial(stranger, f"/ip4/{OUTSIDE}/tcp/{PORT}") != "hello from home"
    with at_work(home) as process:
        report = process.wait_for(is_mapped)
        assert report["method"] == method, daemon.log
        assert report["address"] == f"/ip4/{OUTSIDE}/tcp/{PORT}"
        assert 0 < report["lifetime"] <= 7200
        assert dial(stranger, report["address"]) == "hello from home"
        assert "dnat" in daemon.ports
        process.stop()
        assert "dnat" not in daemon.ports
        assert dial(stranger, report["address"]) != "hello from home"


@long
def test_nat_pmp_maps_and_gives_back(home: Space, daemon: RouterDaemon, stranger: Space) -> None:
    daemon.start(upnp=False)
    code = f"""
import trio
from sayso_node.network.nat.gateway import default_gateways
from sayso_node.network.nat.router_datagrams import map_by_nat_pmp, unmap_by_nat_pmp

async def main():
    [router] = await default_gateways()
    with trio.fail_after(60):
        mapping = await map_by_nat_pmp(router, {PORT}, {PORT}, 600)
        print(mapping.multiaddr, mapping.lifetime_s)
        if input() == "unmap":
            await unmap_by_nat_pmp(router, {PORT})

trio.run(main)
"""
    words = [*home.inside, sys.executable, "-c", code]
    for answer, ports in (("stay", 1), ("unmap", 0)):
        done = subprocess.run(words, input=answer, capture_output=True, text=True, cwd=ROOT)
        assert done.stdout.split()[0] == f"/ip4/{OUTSIDE}/tcp/{PORT}", done.stderr
        assert daemon.ports.count("dnat") == ports


@long
@pytest.mark.parametrize("method", WAYS)
def test_a_home_that_was_cut_off_gets_the_same_port_again(
    home: Space, daemon: RouterDaemon, method: str
) -> None:
    daemon.start(**WAYS[method])
    for _ in range(2):
        with at_work(home) as process:  # killed at the end: nothing is given back
            assert process.wait_for(is_mapped)["address"] == f"/ip4/{OUTSIDE}/tcp/{PORT}"
    assert daemon.ports.count("dnat") == 1


@long
@pytest.mark.parametrize("host", ["192.168.77.2", "100.64.0.2"])
def test_behind_a_second_router_nothing_is_mapped_and_it_is_said(
    home: Space, daemon: RouterDaemon, host: str
) -> None:
    daemon.put_at(host)
    daemon.start()
    with at_work(home) as process:
        report = process.wait_for(lambda one: one["complete"])
        assert report["address"] is None
        assert {failure for failure, _ in report["failures"].values()} == {"no-outside"}


@long
def test_where_no_router_speaks_it_is_known_within_seconds(
    home: Space, daemon: RouterDaemon
) -> None:
    with at_work(home) as process:
        report = process.wait_for(lambda one: one["complete"])
    assert {failure for failure, _ in report["failures"].values()} == {"absent"}
    assert report["seconds"] < 10


@pytest.mark.long
def test_a_router_that_restarts_is_asked_again(
    home: Space, daemon: RouterDaemon, stranger: Space
) -> None:
    daemon.start(upnp=False)
    with at_work(home) as process:
        process.wait_for(is_mapped)
        daemon.stop()
        assert "dnat" not in daemon.ports
        daemon.start(upnp=False)
        process.patience(150)
        deadline = time.monotonic() + 120
        while "dnat" not in daemon.ports:
            assert time.monotonic() < deadline, daemon.log
            time.sleep(0.5)
        assert dial(stranger, f"/ip4/{OUTSIDE}/tcp/{PORT}") == "hello from home"


# --- devices that say they are gateways ------------------------------------------------------


class Device:
    """A device in the local network, and what it was asked."""

    def __init__(self, net: Internet, space: Space, mode: str) -> None:
        host = space.addresses["lan0"][0]
        self.process = subprocess.Popen(
            [*space.inside, sys.executable, "-m", "tests.reach.upnp_device", mode, host],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        net.every.stack.callback(self.process.communicate)
        net.every.stack.callback(self.process.kill)
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def asked(self) -> list[list[str]]:
        """The calls until now, a word each for their name, port and lease; it ends with that."""
        self.process.kill()
        assert self.process.stdout is not None
        return [line.split() for line in self.process.stdout]


def mapped_by(net: Internet, home: Space, mode: str) -> tuple[dict[str, Any], list[list[str]]]:
    """The first whole report of a home with such a device, and what that was asked in all."""
    device = Device(net, net.routers["home"], mode)
    with at_work(home) as process:
        report = process.wait_for(lambda one: one["complete"])
        process.stop()
    return report, device.asked()


@long
def test_a_router_that_gives_ports_for_ever_only_gets_its_way_and_the_port_back(
    net: Internet, home: Space
) -> None:
    report, asked = mapped_by(net, home, "forever")
    assert (report["address"], report["lifetime"]) == (f"/ip4/{OUTSIDE}/tcp/{PORT}", 0)
    assert ["AddPortMapping", "4001", "7200"] in asked
    assert ["AddPortMapping", "4001", "0"] in asked
    assert asked[-1][:2] == ["DeletePortMapping", "4001"]


@long
def test_where_the_port_is_taken_another_one_is_asked_for(net: Internet, home: Space) -> None:
    report, asked = mapped_by(net, home, "taken")
    port = report["address"].rpartition("/")[2]
    assert port != "4001"
    assert 1024 <= int(port) < 65536
    assert asked[-1][:2] == ["DeletePortMapping", port]


@long
def test_a_router_that_chooses_ports_is_left_the_choice(net: Internet, home: Space) -> None:
    report, asked = mapped_by(net, home, "any")
    assert report["address"] == f"/ip4/{OUTSIDE}/tcp/40123"
    assert asked[-1][:2] == ["DeletePortMapping", "40123"]


@long
def test_a_mapping_that_leads_elsewhere_by_now_is_left_alone(net: Internet, home: Space) -> None:
    report, asked = mapped_by(net, home, "stolen")
    assert report["address"]
    assert "DeletePortMapping" not in [one[0] for one in asked]


@long
def test_noise_in_the_search_is_passed_over(net: Internet, home: Space) -> None:
    report, _ = mapped_by(net, home, "noise")
    assert report["address"] == f"/ip4/{OUTSIDE}/tcp/{PORT}"


@long
@pytest.mark.parametrize("mode", ["location", "control", "split", "doctype", "huge", "reset"])
def test_a_device_that_is_no_good_gateway_gets_no_call(
    net: Internet, home: Space, mode: str
) -> None:
    report, asked = mapped_by(net, home, mode)
    assert report["address"] is None
    assert asked == []
    assert report["seconds"] < 10


@long
@pytest.mark.parametrize("mode", ["silent", "drip"])
def test_a_device_that_never_ends_is_left_after_some_seconds(
    net: Internet, home: Space, mode: str
) -> None:
    report, asked = mapped_by(net, home, mode)
    assert report["address"] is None
    assert asked == []
    assert report["seconds"] < 25
