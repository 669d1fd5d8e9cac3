"""A node that is run as a service: what it tells, over a real socket."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, RunningNode

pytestmark = pytest.mark.e2e


@long
def test_it_says_ready_alive_and_stopping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home(tmp_path / "home")
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(str(place))
        sock.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", str(place))
        monkeypatch.setenv("WATCHDOG_USEC", "500000")
        with RunningNode(home, "--listen", "/ip4/127.0.0.1/tcp/0") as node:
            ready = sock.recv(4096).decode().split("\n")
            assert ready[:2] == ["READY=1", "STATUS=0 peers connected"]
            assert ready[2] == f"MAINPID={node.process.pid}"
            assert sock.recv(4096) == b"WATCHDOG=1"
            assert home("status")[0]["sessions"] == 0
        while (data := sock.recv(4096)) == b"WATCHDOG=1":
            pass
        assert data.startswith(b"STOPPING=1\n")
        assert node.process.returncode == 0
