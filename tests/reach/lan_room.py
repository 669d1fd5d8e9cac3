"""A room: machines on one bridge, each in a network namespace of its own. No rights are needed, and
nothing of this machine's network is in it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.support import Home, RunningNode

PATIENCE = 20.0
_WAIT = ["sh", "-c", "echo ready; exec cat"]


def _holder(command: list[str]) -> subprocess.Popen[bytes]:
    """A process that keeps a namespace until its input ends."""
    process = subprocess.Popen(
        [*command, *_WAIT], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    if process.stdout.readline() != b"ready\n":
        _, said = process.communicate(timeout=PATIENCE)
        raise OSError(said.decode(errors="replace").strip())
    return process


def _end(process: subprocess.Popen[bytes]) -> None:
    process.communicate(timeout=PATIENCE)


class Machine:
    """One machine in the room, with an interface `eth0` and a name of its own."""

    def __init__(self, room: Room, name: str, address: str | None) -> None:
        self.name = name
        self._room = room
        self._holder = _holder([*room.inside, "unshare", "-n", "-u"])
        self.inside = _inside(self._holder.pid, "-u")
        self.run("hostname", f"the-machine-{name}")
        port = f"to-{name}"
        room.run("ip", "link", "add", port, "type", "veth", "peer", "name", f"{port}-far")
        room.run("ip", "link", "set", f"{port}-far", "netns", str(self._holder.pid))
        room.run("ip", "link", "set", port, "master", "bridge", "up")
        self.run("ip", "link", "set", f"{port}-far", "name", "eth0")
        self.run("ip", "link", "set", "lo", "up")
        # Else an IPv6 address is not used for a second, while it is looked for on the link.
        self.run("sysctl", "-qw", "net.ipv6.conf.eth0.accept_dad=0")
        if address is not None:
            self.run("ip", "address", "add", address, "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")

    def run(self, *command: str) -> str:
        """Run a command on this machine; gives what it printed."""
        return _run([*self.inside, *command])

    @contextmanager
    def node(self, home: Home, *args: str) -> Iterator[RunningNode]:
        """A node that runs on this machine."""
        node = RunningNode(home, *args, inside=self.inside)
        try:
            yield node
        finally:
            node.stop()

    def end(self) -> None:
        _end(self._holder)


class Room:
    """The bridge, and who is on it."""

    def __init__(self) -> None:
        self._holder = _holder(["unshare", "-Urnm"])
        self.inside = _inside(self._holder.pid)
        self.machines: list[Machine] = []
        self.run("ip", "link", "add", "bridge", "type", "bridge", "mcast_snooping", "0")
        self.run("ip", "link", "set", "bridge", "up")

    def run(self, *command: str) -> str:
        """Run a command at the bridge; gives what it printed."""
        return _run([*self.inside, *command])

    def machine(self, name: str, address: str | None = None) -> Machine:
        """A further machine; `address` is of IPv4, with its prefix length. There is no router."""
        made = Machine(self, name, address)
        self.machines.append(made)
        return made

    def end(self) -> None:
        for machine in self.machines:
            machine.end()
        _end(self._holder)


def _inside(pid: int, *more: str) -> list[str]:
    return ["nsenter", "-t", str(pid), "-U", "-n", "-m", *more, "--preserve-credentials"]


def _run(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    if done.returncode:
        raise OSError(f"{command}: {done.stderr.strip()}")
    return done.stdout


@contextmanager
def a_room() -> Iterator[Room]:
    """An empty room; the test is skipped where none can be made."""
    for tool in ("unshare", "nsenter", "ip"):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    try:
        room = Room()
    except OSError as error:
        pytest.skip(f"network namespaces cannot be made here: {error}")
    try:
        yield room
    finally:
        room.end()


def a_home(path: Path, name: str) -> Home:
    """A home with an account."""
    return Home(path / name, name)
