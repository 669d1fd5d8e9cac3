"""A node with a proxy sends nothing beside it: what leaves its machine is captured, and is nothing.

With a control that shows that the capture sees packets."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.budget import long
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

PROXY_MODULE = "tests.reach.socks_proxy"
LISTEN = ("--listen", "/ip4/127.0.0.1/tcp/4001", "--announce", f"/onion3/{ONION}:4001")
WRITER = ("--proxy", PROXY, *LISTEN)
DAY, RATE = 86_400, 10_000


def fast_node(seconds: float) -> list[str]:
    return [sys.executable, "-m", "tests.reach.fast_node", str(seconds), str(RATE)]


def _peers(*addresses: str) -> list[str]:
    """Options that name these and all strangers."""
    return [word for address in (*addresses, *STRANGERS) for word in ("--peer", address)]


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


@long
def test_not_one_packet_goes_beside_the_proxy(machine: Space, tmp_path: Path) -> None:
    _watch(machine, tmp_path, seconds=20)


@pytest.mark.soak
def test_not_one_packet_goes_beside_the_proxy_in_a_day(machine: Space, tmp_path: Path) -> None:
    """A day by the reader's clock, which runs fast while nothing is under way."""
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    ann("post", "from behind the proxy")
    ben("follow", ann.account)
    with (
        running(machine, f"-m {PROXY_MODULE}", "9050", f"{ONION}.onion=127.0.0.1:4001") as asked,
        captured(machine) as lines,
    ):
        with RunningNode(ann, *WRITER, inside=machine.inside) as writer:
            peers = _peers(f"/onion3/{ONION}:4001/p2p/{writer.peer_id}")
            words = ["--proxy", PROXY, *peers]
            command = fast_node(DAY)
            with RunningNode(ben, *words, inside=machine.inside, command=command) as reader:
                until(lambda: ben.texts(ann.account) == ["from behind the proxy"])
                uptime = ben("status")[0]["uptime"]
                reader.process.send_signal(signal.SIGUSR1)
                reader.wait_for("span-over")
                passed = ben("status")[0]["uptime"] - uptime
                assert passed >= DAY
                ann("post", "a day later")
                until(lambda: len(ben.texts(ann.account)) == 2)
        hosts = Counter(said.split('"')[3] for said in asked)
        for stranger in ("friend.example", "203.0.113.7", "2001:db8::7", f"{'b' * 56}.onion"):
            assert hosts[stranger] > 100
        assert frames_of(lines) == []


@long
def test_in_a_fast_hour_without_a_proxy_packets_are_seen(machine: Space, tmp_path: Path) -> None:
    """The control of the day."""
    ben = Home(tmp_path / "ben", "Ben")
    with captured(machine) as lines:
        command = fast_node(3600)
        with RunningNode(ben, *_peers(), inside=machine.inside, command=command) as node:
            node.process.send_signal(signal.SIGUSR1)
            node.wait_for("span-over")
        assert len(frames_of(lines)) > 20


def _watch(machine: Space, tmp_path: Path, seconds: float) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    ann("post", "from behind the proxy")
    ben("follow", ann.account)
    with (
        running(machine, f"-m {PROXY_MODULE}", "9050", f"{ONION}.onion=127.0.0.1:4001") as asked,
        captured(machine) as lines,
    ):
        with RunningNode(ann, *WRITER, inside=machine.inside) as writer:
            onion = f"/onion3/{ONION}:4001/p2p/{writer.peer_id}"
            assert writer.events[0]["proxy"] == PROXY
            assert set(writer.events[0]["addrs"]) == {
                f"/ip4/127.0.0.1/tcp/4001/p2p/{writer.peer_id}",
                onion,
            }
            words = ["--proxy", PROXY, *_peers(onion)]
            with RunningNode(ben, *words, inside=machine.inside) as reader:
                assert all("/127.0.0.1/" in address for address in reader.events[0]["addrs"])
                until(lambda: ben.texts(ann.account) == ["from behind the proxy"])
                ann("post", "a second one")
                until(lambda: len(ben.texts(ann.account)) == 2)
                time.sleep(seconds)
            # Told or not, the proxy stays: with the next start, and with each command.
            ann("post", "a third one")
            done = run_inside(machine, ben, "sync", onion)
            assert done.returncode == 0, done.stderr
            for command in (["doctor"], ["status"], ["connect", STRANGERS[0]]):
                run_inside(machine, ben, *command)
            with RunningNode(ben, inside=machine.inside) as again:
                assert again.events[0]["proxy"] == PROXY
                until(lambda: len(ben.texts(ann.account)) == 3)
                run_inside(machine, ben, "doctor")
        hosts = {said.split('"')[3] for said in asked}
        assert {f"{ONION}.onion", "friend.example", "203.0.113.7", "2001:db8::7"} <= hosts
        assert frames_of(lines) == []


@long
def test_without_a_proxy_packets_are_seen(machine: Space, tmp_path: Path) -> None:
    """The control: the same capture, of a node that was told to forget its proxy."""
    ben = Home(tmp_path / "ben", "Ben")
    with RunningNode(ben, "--proxy", PROXY, inside=machine.inside):
        pass
    with captured(machine) as lines:
        words = ["--proxy", "none", *_peers()]
        with RunningNode(ben, *words, inside=machine.inside) as node:
            assert "proxy" not in node.events[0]
            until(lambda: len(frames_of(lines)) > 10)
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
