"""Holes through real NAT: which homes come to a direct connection, and which stay relayed."""

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

from .internet import Internet, Router, internet
from .namespaces import Space

pytestmark = pytest.mark.e2e

OPEN, CONE, PORT, RESET, SYMMETRIC, FIREWALL = Router

DIRECT = [
    (PORT, PORT),
    (CONE, CONE),
    (CONE, PORT),
    (PORT, CONE),
    (OPEN, PORT),
    (PORT, OPEN),
    (SYMMETRIC, CONE),
    (CONE, SYMMETRIC),
    (RESET, PORT),
    (PORT, RESET),
    (FIREWALL, FIREWALL),
    (OPEN, SYMMETRIC),
]
RELAYED = [(SYMMETRIC, PORT), (PORT, SYMMETRIC), (SYMMETRIC, SYMMETRIC)]
REMOTE = [(CONE, CONE), (SYMMETRIC, CONE)]
SHORT = {(PORT, PORT), (SYMMETRIC, CONE), (FIREWALL, FIREWALL), (SYMMETRIC, SYMMETRIC)}
"""One of each kind, which always runs."""


def cases(
    pairs: list[tuple[Router, Router]],
    short: set[tuple[Router, Router]],
    mark: pytest.MarkDecorator = long,
) -> list[Any]:
    """Each pair as a parameter, those with this mark that have a short one of their kind."""
    marks = [() if pair in short else (mark,) for pair in pairs]
    return [
        pytest.param(pair, marks=each, id="-".join(pair))
        for pair, each in zip(pairs, marks, strict=True)
    ]


class Process:
    """One of the processes of a trial, in a namespace."""

    def __init__(self, space: Space, *words: str) -> None:
        script = str(Path(__file__).with_name("punching_home.py"))
        self.process = subprocess.Popen(
            [*space.inside, sys.executable, script, *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def hear(self) -> dict[str, Any]:
        """What it says next."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        heard: dict[str, Any] = json.loads(line)
        return heard

    def stop(self) -> None:
        self.process.kill()
        self.process.communicate()


@contextmanager
def trial(net: Internet, kinds: tuple[Router, Router]) -> Iterator[Process]:
    """The home that calls, once it has reached the other one over the relay."""
    relay, homes = (
        net.machine("relay"),
        [net.home(f"home {n}", kind) for n, kind in enumerate(kinds)],
    )
    net.start()
    started: list[Process] = []

    def start(space: Space, *words: str) -> Process:
        started.append(Process(space, *words))
        return started[-1]

    try:
        host = relay.ip6 if FIREWALL in kinds else relay.ip4
        address = start(relay, "relay", "4001", host).hear()["address"]
        peer = start(homes[1], "called", address).hear()["peer_id"]
        caller = start(homes[0], "calls", address, peer)
        assert caller.hear()["relayed_ms"] >= 0
        yield caller
    finally:
        for process in started:
            process.stop()


@long
@pytest.mark.parametrize("kinds", cases(DIRECT, SHORT))
def test_these_homes_come_to_a_direct_connection(kinds: tuple[Router, Router]) -> None:
    with internet() as net, trial(net, kinds) as caller:
        said = caller.hear()
        assert said["direct"], said
        assert said["relayed_still"], "what goes over the relay goes on"


@long
@pytest.mark.parametrize("kinds", cases(RELAYED, SHORT, pytest.mark.soak))
def test_these_homes_stay_relayed(kinds: tuple[Router, Router]) -> None:
    with internet() as net, trial(net, kinds) as caller:
        said = caller.hear()
        assert not said["direct"]
        assert 1 <= said["counts"]["rounds"] <= 3


@long
@pytest.mark.parametrize(
    "kinds",
    [(PORT, PORT), *(pytest.param(two, marks=pytest.mark.soak) for two in REMOTE)],
)
def test_on_a_line_with_latency_too(kinds: tuple[Router, Router]) -> None:
    with internet(20) as net, trial(net, kinds) as caller:
        assert caller.hear()["direct"]
