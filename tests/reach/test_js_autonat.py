"""AutoNAT with js-libp2p, each as the one who asks and the one who dials."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.interop.javascript import SOURCES_3, installed

from .internet import Internet, Router, internet
from .namespaces import Space
from .test_autonat import PORT, AutonatProcess

pytestmark = pytest.mark.e2e

OURS, THEIRS = "45.45.45.1", "45.46.45.2"
"""Addresses that js-libp2p takes for public; they exist in the namespaces alone."""


class JsProcess:
    """One process of `autonat.mjs`."""

    def __init__(self, net: Internet, space: Space, sources: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [*space.inside, "node", "autonat.mjs", *words],
            cwd=sources,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        patience = threading.Timer(90, self.process.kill)
        patience.start()
        net.every.stack.callback(self.process.communicate)
        net.every.stack.callback(self.process.kill)
        net.every.stack.callback(patience.cancel)
        self.peer_id = self.next()["peer_id"]

    def next(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, "it has ended"
        found: dict[str, Any] = json.loads(line)
        return found


@pytest.fixture
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("interop"), SOURCES_3)


def put_at(space: Space, host: str) -> None:
    space.ip("address flush dev eth0", f"address add {host}/8 dev eth0")


@long
@pytest.mark.parametrize(("kind", "reached"), [(Router.CONE, True), (Router.PORT, False)])
def test_js_dials_for_a_home_of_ours(net: Internet, sources: Path, kind, reached) -> None:
    home, other = net.home("home", kind), net.machine("other")
    put_at(net.routers["home"], OURS)
    put_at(other, THEIRS)
    server = JsProcess(net, other, sources, f"/ip4/{THEIRS}/tcp/{PORT}")
    address = f"/ip4/{OURS}/tcp/{PORT}"
    asked = f"/ip4/{THEIRS}/tcp/{PORT}/p2p/{server.peer_id}"
    client = AutonatProcess(net, home, "client", asked, f"@{address}")
    assert client.next()[address] is reached


@long
def test_ours_dials_for_a_machine_of_js(net: Internet, sources: Path) -> None:
    other, stranger = net.machine("other"), net.machine("stranger")
    put_at(other, THEIRS)
    put_at(stranger, OURS)
    server = AutonatProcess(net, stranger, "server")
    asked = f"/ip4/{OURS}/tcp/{PORT}/p2p/{server.peer_id}"
    own = f"/ip4/{THEIRS}/tcp/{PORT}"
    JsProcess(net, other, sources, own, asked)
    assert server.next() == {"OK": 1}
