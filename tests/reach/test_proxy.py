"""A node with a proxy sends nothing beside it: what leaves its machine is captured, and is nothing.

With a control that shows that the capture sees packets."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.support import COMMAND, Home, RunningNode, until
from tests.reach.namespaces import Space, spaces, wire

from sayso_protocol.discovery.peer_id import peer_id_of_key

pytestmark = pytest.mark.e2e

HERE = Path(__file__).parent
ONION = "a" * 56
PROXY = "socks5://127.0.0.1:9050"
NOBODY = peer_id_of_key(bytes(32))
STRANGERS = (
    f"/dns4/friend.example/tcp/4001/p2p/{NOBODY}",
    f"/ip4/203.0.113.7/tcp/4001/p2p/{NOBODY}",
    f"/ip6/2001:db8::7/tcp/4001/p2p/{NOBODY}",
    f"/onion3/{'b' * 56}:4001/p2p/{NOBODY}",
)
"""Peers that are nowhere, by each kind of address: they are tried again and again."""


@pytest.fixture
def machine() -> Iterator[Space]:
    """A machine with a way out, to which each packet beside the proxy would go."""
    with spaces() as every:
        home, gateway = every.make("home"), every.make("gateway")
        wire(home, gateway, ("eth0", "eth0"))
        home.give("eth0", "10.5.0.2/24", "fd05::2/64")
        gateway.give("eth0", "10.5.0.1/24", "fd05::1/64")
        home.ip("route add default via 10.5.0.1", "route add default via fd05::1")
        yield home


@contextmanager
def running(space: Space, program: str, *words: str) -> Iterator[list[str]]:
    """The lines that a program of these tests prints in a namespace, as they come."""
    process = subprocess.Popen(
        [*space.inside, sys.executable, *program.split(), *words], stdout=subprocess.PIPE, text=True
    )
    lines: list[str] = []
    thread = threading.Thread(target=_gather, args=(process, lines))
    thread.start()
    try:
        yield lines
    finally:
        process.kill()
        thread.join()
        process.communicate()


def _gather(process: subprocess.Popen[str], lines: list[str]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        lines.append(line)


@contextmanager
def captured(space: Space) -> Iterator[list[str]]:
    """The frames that leave by `eth0` while the context lasts."""
    with running(space, str(HERE / "frame_capture.py"), "eth0") as lines:
        until(lambda: bool(lines))
        yield lines


def frames_of(lines: Sequence[str]) -> list[str]:
    return [line for line in lines if line != "ready\n"]


def run_inside(space: Space, home: Home, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*space.inside, *COMMAND, "--home", str(home.path), *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_not_one_packet_goes_beside_the_proxy(machine: Space, tmp_path: Path) -> None:
    _watch(machine, tmp_path, seconds=20)


@pytest.mark.soak
def test_not_one_packet_goes_beside_the_proxy_in_an_hour(machine: Space, tmp_path: Path) -> None:
    _watch(machine, tmp_path, seconds=3600)


def _watch(machine: Space, tmp_path: Path, seconds: float) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    ann("post", "from behind the proxy")
    ben("follow", ann.account)
    module = "-m tests.reach.socks_proxy"
    with (
        running(machine, module, "9050", f"{ONION}.onion=127.0.0.1:4001") as asked,
        captured(machine) as lines,
    ):
        listen = ["--listen", "/ip4/127.0.0.1/tcp/4001", "--announce", f"/onion3/{ONION}:4001"]
        writer = RunningNode(ann, "--proxy", PROXY, *listen, inside=machine.inside)
        onion = f"/onion3/{ONION}:4001/p2p/{writer.peer_id}"
        assert writer.events[0]["proxy"] == PROXY
        assert set(writer.events[0]["addrs"]) == {
            f"/ip4/127.0.0.1/tcp/4001/p2p/{writer.peer_id}",
            onion,
        }
        peers = [word for address in (onion, *STRANGERS) for word in ("--peer", address)]
        reader = RunningNode(ben, "--proxy", PROXY, *peers, inside=machine.inside)
        assert all("/127.0.0.1/" in address for address in reader.events[0]["addrs"])
        until(lambda: ben.texts(ann.account) == ["from behind the proxy"])
        ann("post", "a second one")
        until(lambda: len(ben.texts(ann.account)) == 2)
        time.sleep(seconds)
        # Told or not, the proxy stays: with the next start, and with each command.
        reader.stop()
        ann("post", "a third one")
        done = run_inside(machine, ben, "sync", onion)
        assert done.returncode == 0, done.stderr
        for command in (["doctor"], ["status"], ["connect", STRANGERS[0]]):
            run_inside(machine, ben, *command)
        again = RunningNode(ben, inside=machine.inside)
        assert again.events[0]["proxy"] == PROXY
        until(lambda: len(ben.texts(ann.account)) == 3)
        run_inside(machine, ben, "doctor")
        again.stop()
        writer.stop()
        hosts = {said.split('"')[3] for said in asked}
        assert {f"{ONION}.onion", "friend.example", "203.0.113.7", "2001:db8::7"} <= hosts
        assert frames_of(lines) == []


def test_without_a_proxy_packets_are_seen(machine: Space, tmp_path: Path) -> None:
    """The control: the same capture, of a node that was told to forget its proxy."""
    ben = Home(tmp_path / "ben", "Ben")
    peers = [word for address in STRANGERS for word in ("--peer", address)]
    hidden = RunningNode(ben, "--proxy", PROXY, inside=machine.inside)
    hidden.stop()
    with captured(machine) as lines:
        node = RunningNode(ben, "--proxy", "none", *peers, inside=machine.inside)
        assert "proxy" not in node.events[0]
        until(lambda: len(frames_of(lines)) > 10)
        node.stop()
    assert not (ben.path / "proxy").exists()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--proxy", "http://127.0.0.1:1"], "is no proxy: write socks5://"),
        (["--proxy", "socks5://tor.example:9050"], "looking up a name goes beside it"),
        (["--announce", "nonsense"], "is no address"),
        (["--announce", f"/onion3/{ONION}:1/p2p/{NOBODY}"], "has to end with a port"),
        (["--proxy", PROXY, "--announce", "/ip4/203.0.113.7/tcp/1"], "which its proxy hides"),
        (["--proxy", PROXY, "--announce", "/dns/me.example/tcp/1"], "which its proxy hides"),
    ],
)
def test_a_wrong_option_is_told_in_one_line(words: list[str], says: str, tmp_path: Path) -> None:
    ben = Home(tmp_path / "ben", "Ben")
    done = ben.run("run", *words)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stderr.count("\n") <= 2


def test_behind_a_proxy_nothing_else_is_listened_on(tmp_path: Path) -> None:
    ben = Home(tmp_path / "ben", "Ben")
    done = ben.run("run", "--proxy", PROXY, "--listen", "/ip4/0.0.0.0/tcp/0")
    assert done.returncode == 1
    assert "open to the network" in done.stderr
