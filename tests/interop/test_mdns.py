"""Local discovery against other implementations, each on a machine of its own in one room."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode
from tests.reach.lan_room import Machine, Room, a_home, a_room

from . import zeroconf
from .javascript import SOURCES_3, installed

pytestmark = pytest.mark.e2e

LISTEN = ["--listen", "/ip4/0.0.0.0/tcp/0"]


@pytest.fixture
def room() -> Iterator[Room]:
    with a_room() as made:
        yield made


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return a_home(tmp_path, "home")


class Witness:
    """A program of another implementation, which prints a JSON object a line."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def wait_for(self, field: str, value: object = None) -> dict[str, Any]:
        """The next object with a field, of this value if one is named."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said = json.loads(line)
            if field in said and value in (None, said[field]):
                return dict(said)
        raise AssertionError(f"it ended before it said {field!r}")


@contextmanager
def witness(machine: Machine, words: list[str]) -> Iterator[Witness]:
    process = subprocess.Popen(
        [*machine.inside, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Witness(process)
    finally:
        process.kill()
        process.communicate()


@long
def test_js_libp2p_finds_a_node_and_is_found(room: Room, home: Home, tmp_path: Path) -> None:
    sources = installed(tmp_path, SOURCES_3)
    desk, other = room.machine("desk", "10.20.0.1/24"), room.machine("other", "10.20.0.2/24")
    other.run("ip", "route", "add", "224.0.0.0/4", "dev", "eth0")  # it sends nothing without
    words = ["node", str(sources / "mdns.mjs"), "/ip4/10.20.0.2/tcp/0"]
    with desk.node(home, *LISTEN) as node, witness(other, words) as js:
        own = js.wait_for("peer_id")["peer_id"]
        # It connects to nobody by itself: so our node has found it.
        assert js.wait_for("connected", node.peer_id)
        assert own != node.peer_id
        found = js.wait_for("discovered", node.peer_id)
        assert found["addrs"] == [f"/ip4/10.20.0.1/tcp/{port_of(node)}"]


def port_of(node: RunningNode) -> str:
    return node.address.split("/tcp/")[1].split("/")[0]


@long
def test_zeroconf_resolves_a_node_completely(room: Room, home: Home) -> None:
    packages = zeroconf.installed()
    desk, other = room.machine("desk", "10.20.0.1/24"), room.machine("other", "10.20.0.2/24")
    words = ["env", f"PYTHONPATH={packages}", sys.executable, str(zeroconf.WITNESS), "10.20.0.2"]
    with desk.node(home, *LISTEN) as node, witness(other, words) as library:
        library.wait_for("ready")
        found = library.wait_for("added")
        port = int(found["port"])
        assert found["properties"] == {"dnsaddr": f"/ip4/10.20.0.1/tcp/{port}/p2p/{node.peer_id}"}
        assert found["addresses"] == ["10.20.0.1"]
        assert "the-machine" not in found["server"]
        node.stop()
        # What is taken back is forgotten at once, not when it would have expired.
        assert library.wait_for("removed", found["added"])
