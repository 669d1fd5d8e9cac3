"""What the node tells whoever runs it as a service, over a real socket."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import trio
from trio.testing import MockClock

from sayso_node.daemon.process.service_notifier import ServiceNotifier


@pytest.fixture(params=["path", "abstract"])
def manager(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    """A listening socket and its name."""
    name = str(tmp_path / "notify")
    if request.param == "abstract":
        name = f"@sayso-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind("\0" + name[1:] if name.startswith("@") else name)
        sock.setblocking(False)
        yield sock, name


def heard(sock: socket.socket) -> list[dict[str, str]]:
    """The datagrams that have come, each by its names."""
    found = []
    while True:
        try:
            data = sock.recv(4096)
        except BlockingIOError:
            return found
        found.append(dict(line.split("=", 1) for line in data.decode().split("\n")))


def test_it_is_named_by_the_environment_and_taken_out_of_it(
    manager: tuple[socket.socket, str],
) -> None:
    sock, name = manager
    environment = {"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "4000000", "PATH": "/bin"}
    notifier = ServiceNotifier.from_environment(environment)
    assert environment == {"PATH": "/bin"}
    notifier.ready("0 peers connected")
    notifier.stopping()
    ready, stopping = heard(sock)
    assert ready == {
        "READY": "1",
        "STATUS": "0 peers connected",
        "MAINPID": str(os.getpid()),
    }
    assert stopping["STOPPING"] == "1"


@pytest.mark.parametrize(
    ("environment", "sent"),
    [
        ({"WATCHDOG_USEC": "4000000"}, 8),
        ({"WATCHDOG_USEC": "4000000", "WATCHDOG_PID": str(os.getpid())}, 8),
        ({"WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "1"}, 0),
        ({"WATCHDOG_USEC": "soon"}, 0),
        ({"WATCHDOG_USEC": "0"}, 0),
        ({}, 0),
    ],
)
async def test_it_says_that_it_is_alive_twice_as_often_as_it_must(
    environment: dict[str, str],
    sent: int,
    manager: tuple[socket.socket, str],
    autojump_clock: MockClock,
) -> None:
    sock, name = manager
    notifier = ServiceNotifier.from_environment(environment | {"NOTIFY_SOCKET": name})
    notifier.ready("same")
    with trio.move_on_after(17):  # the system keeps ten datagrams
        await notifier.run(lambda: "same")
    alive = [one for one in heard(sock) if "WATCHDOG" in one]
    assert len(alive) == sent


async def test_a_new_status_is_told_once(
    manager: tuple[socket.socket, str], autojump_clock: MockClock
) -> None:
    sock, name = manager
    notifier = ServiceNotifier(name)
    notifier.ready("0 peers connected")
    peers = [0]
    async with trio.open_nursery() as nursery:
        nursery.start_soon(notifier.run, lambda: f"{peers[0]} peers connected")
        for peers[0] in (0, 3, 3, 1):
            await trio.sleep(25)
        nursery.cancel_scope.cancel()
    assert [one["STATUS"] for one in heard(sock)] == [f"{n} peers connected" for n in (0, 3, 1)]


@pytest.mark.parametrize("name", ["/nowhere/at/all", "@nobody-listens-here", "", "vsock:2:3"])
async def test_nobody_who_listens_is_no_failure(name: str, autojump_clock: MockClock) -> None:
    notifier = ServiceNotifier.from_environment({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "2000000"})
    notifier.ready("x")
    with trio.move_on_after(5):
        await notifier.run(lambda: "y")
    notifier.stopping()
