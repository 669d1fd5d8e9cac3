"""A machine without any route that moves between networks: its node says where it is."""

from __future__ import annotations

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from tests.budget import long
from tests.reach.namespaces import Space, spaces, wire

pytestmark = pytest.mark.e2e

TRUE_WITHIN = 15.0
"""Seconds after which what a node says of its addresses has to be true."""
LOST_WITHIN = 30.0
"""Seconds after which a peer that vanished without a word is known to be gone."""


class Mover:
    """A node in a namespace."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._lines: queue.Queue[dict[str, Any]] = queue.Queue()
        self._process = process
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(json.loads(line))

    def event(self, seconds: float = 30) -> dict[str, Any]:
        """The next thing that it says."""
        return self._lines.get(timeout=seconds)

    def until(self, seconds: float, *hosts: str) -> list[str]:
        """Wait until its addresses are at just these hosts; gives them."""
        due = time.monotonic() + seconds
        while True:
            said = self.event(max(0.01, due - time.monotonic()))
            if "addresses" in said:
                found = [address.split("/")[2] for address in said["addresses"]]
                if found == list(hosts):
                    return list(said["addresses"])


@contextmanager
def mover(space: Space, seed: int, *dialled: str) -> Iterator[Mover]:
    words = [*space.inside, sys.executable, "-m", "tests.reach.mover", str(seed), *dialled]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    try:
        yield Mover(process)
    finally:
        process.kill()
        process.communicate()


@long
def test_the_addresses_are_true_soon_after_each_change() -> None:
    with spaces() as every:
        home, other = every.make("home"), every.make("other")
        wire(home, other, ("eth0", "eth0"))
        home.ip("address flush dev eth0")
        with mover(home, 1) as node:
            node.until(30, "127.0.0.1", "::1")
            home.ip("address add 192.168.7.5/24 dev eth0")
            node.until(TRUE_WITHIN, "192.168.7.5", "127.0.0.1", "::1")
            home.ip("address add fd00::7/64 dev eth0", "address add 10.9.8.7/8 dev eth0")
            node.until(TRUE_WITHIN, "192.168.7.5", "10.9.8.7", "127.0.0.1", "fd00::7", "::1")
            home.ip("address add 192.31.196.9/24 dev eth0", "address del 192.168.7.5/24 dev eth0")
            node.until(TRUE_WITHIN, "192.31.196.9", "10.9.8.7", "127.0.0.1", "fd00::7", "::1")
            home.ip("link del eth0")
            node.until(TRUE_WITHIN, "127.0.0.1", "::1")


@long
def test_connections_by_an_address_that_is_gone_are_over() -> None:
    with spaces() as every:
        home, other = every.make("home"), every.make("other")
        wire(home, other, ("eth0", "eth0"))
        home.give("eth0", "192.168.7.5/24")
        other.give("eth0", "192.168.7.6/24")
        with mover(other, 2) as there:
            (address, *_) = there.until(30, "192.168.7.6", "127.0.0.1", "::1")
            with mover(home, 1, address) as here:
                assert here.event() == {"linked": True}
                here.until(30, "192.168.7.5", "127.0.0.1", "::1")
                home.ip("address flush dev eth0")
                began = time.monotonic()
                assert {"ended": True} in (here.event(TRUE_WITHIN), here.event(TRUE_WITHIN))
                assert time.monotonic() - began < TRUE_WITHIN
                assert there.event(LOST_WITHIN) == {"ended": True}
