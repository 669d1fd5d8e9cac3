"""The rig itself: each kind of router does what its name says."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.budget import long

from .internet import Internet, Router, internet
from .namespaces import Space

pytestmark = pytest.mark.e2e

NATS = [kind for kind in Router if kind not in (Router.OPEN, Router.FIREWALL)]

# Says the address that it sees; a second word makes it listen at the port from which it calls.
CALL = """
import socket, sys
host, port, own = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
family = socket.AF_INET6 if ":" in host else socket.AF_INET
s = socket.socket(family)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
s.bind(("::" if ":" in host else "0.0.0.0", own))
s.settimeout(1)
try:
    s.connect((host, port))
    print(s.recv(100).decode())
except OSError as error:
    print(type(error).__name__)
"""
ANSWER = """
import socket
s = socket.create_server(("::", 4000), family=socket.AF_INET6, dualstack_ipv6=True, reuse_port=True)
print("ready", flush=True)
kept = []
while True:
    one, name = s.accept()
    one.send(f"{name[0].removeprefix('::ffff:')} {name[1]}".encode())
    kept.append(one)
"""


def answering(net: Internet, space: Space) -> None:
    process = subprocess.Popen(
        [*space.inside, sys.executable, "-c", ANSWER], stdout=subprocess.PIPE, text=True
    )
    net.every.stack.callback(process.communicate)
    net.every.stack.callback(process.kill)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"


def call(space: Space, host: str, port: int, own: int = 0) -> list[str]:
    return space.run(sys.executable, "-c", CALL, host, str(port), str(own)).split()


@long
@pytest.mark.parametrize("kind", NATS)
def test_a_router_translates_and_lets_in_as_its_kind_does(kind: Router) -> None:
    with internet() as net:
        one, other = net.machine("one"), net.machine("other")
        home = net.home("home", kind)
        outside = net.routers["home"].ip4
        for space in (one, other, home):
            answering(net, space)
        seen = [call(home, to.ip4, 4000, own=4000) for to in (one, other)]
        assert {address for address, _ in seen} == {outside}
        assert (len({port for _, port in seen}) == 1) is (kind is not Router.SYMMETRIC)
        stranger = net.machine("stranger")
        answers = {Router.CONE: stranger.ip4, Router.RESET: "ConnectionRefusedError"}
        found = call(stranger, outside, int(seen[0][1]))
        assert found[0] == answers.get(kind, "TimeoutError")


@long
def test_a_firewall_lets_nothing_unasked_in() -> None:
    with internet() as net:
        one = net.machine("one")
        homes = [net.home(name, Router.FIREWALL) for name in ("home", "other")]
        for space in (one, *homes):
            answering(net, space)
        assert call(homes[0], one.ip6, 4000)[0] == homes[0].ip6
        assert call(one, homes[0].ip6, 4000) == ["TimeoutError"]
        assert call(homes[1], homes[0].ip6, 4000) == ["TimeoutError"]


@long
@pytest.mark.parametrize("latency_ms", [0, 20, 50])
def test_packets_take_as_long_as_they_are_told(latency_ms: int) -> None:
    with internet(latency_ms) as net:
        one, home = net.machine("one"), net.home("home", Router.PORT)
        net.start()
        answering(net, one)
        call(home, one.ip4, 4000)  # what asks for the other's hardware address is not measured
        code = (
            "import socket, sys, time; t = time.monotonic();"
            "s = socket.create_connection((sys.argv[1], 4000)); s.recv(9);"
            "print(time.monotonic() - t)"
        )
        took = float(home.run(sys.executable, "-c", code, one.ip4))
        # A SYN and its answer, then the last of the handshake and what that is answered with.
        assert 4 * latency_ms <= took * 1000 <= 4 * latency_ms + 3000


@long
def test_a_router_that_was_switched_off_knows_no_connection() -> None:
    with internet() as net:
        one, home = net.machine("one"), net.home("home", Router.PORT)
        answering(net, one)
        code = (
            "import socket, sys; s = socket.create_connection((sys.argv[1], 4000)); s.recv(99);"
            "print('ready', flush=True); sys.stdin.read()"
        )
        held = subprocess.Popen(
            [*home.inside, sys.executable, "-c", code, one.ip4],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        net.every.stack.callback(held.communicate)
        assert held.stdout is not None
        assert held.stdout.readline() == "ready\n"
        router = net.routers["home"]
        assert router.connections == 1
        router.forget_connections()
        assert router.connections == 0
