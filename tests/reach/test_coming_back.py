"""Two homes that follow each other find each other again, whatever happens between them, and
nobody types anything: restarts, new ports and addresses, sleep, routers that are switched off."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode, until
from tests.reach.internet import Internet, Router, internet
from tests.reach.namespaces import Space

pytestmark = pytest.mark.e2e

SECONDS = 30.0
"""How long posts may stay away once both homes can reach each other."""

OTHERS = ("--no-mdns", "--no-port-mapping")
"""There is neither a room nor a router that opens ports."""


class Friend:
    """A home on a machine, and its node, which is started and stopped."""

    def __init__(self, space: Space, path: Path, name: str) -> None:
        self.space = space
        self.home = Home(path / name, name)
        self.node: RunningNode | None = None
        self._written = 0

    def start(self, *args: str) -> None:
        """Start the node, as it is started each time."""
        self.node = RunningNode(self.home, *OTHERS, *args, inside=self.space.inside)

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Stop the node."""
        if self.node is not None:
            self.node.stop(number)
        self.node = None

    def restart(self, *args: str) -> None:
        """Stop and start it."""
        self.stop()
        self.start(*args)

    def send_signal(self, number: int) -> None:
        """To the node, past the command that starts it in its namespace."""
        assert self.node is not None
        os.kill(self.node.process.pid, number)

    def hears(self, other: Friend, seconds: float = SECONDS) -> float:
        """Have the other one write; the seconds until it is read here."""
        other._written += 1
        text = f"{other.home.path.name} {other._written}"
        other.home("post", text)
        began = time.monotonic()
        until(lambda: text in self.home.texts(other.home.account), seconds)
        return time.monotonic() - began


class Friends:
    """Ann and Ben, who follow each other by an invite that Ann made."""

    def __init__(self, net: Internet, ann: Router, ben: Router, path: Path) -> None:
        self.net = net
        self.ann = Friend(net.home("ann", ann), path, "ann")
        self.ben = Friend(net.home("ben", ben), path, "ben")
        net.start()

    def meet(self) -> None:
        """Start both, and let Ben take Ann's invite."""
        self.ann.start()
        self.ben.start()
        [invite] = self.ann.home("invite", "--follow-back")
        self.ben.home("follow", invite["link"], "--name", "ann")
        self.talk()

    def talk(self) -> None:
        """Posts go both ways in time."""
        seconds = [self.ben.hears(self.ann), self.ann.hears(self.ben)]
        print(f"after {max(seconds):.1f} s")

    def end(self) -> None:
        """Stop both."""
        for one in (self.ann, self.ben):
            if one.node is not None:
                one.send_signal(signal.SIGCONT)
            one.stop()


@pytest.fixture
def net() -> Iterator[Internet]:
    with internet() as made:
        yield made


@pytest.fixture
def open_friends(net: Internet, tmp_path: Path) -> Iterator[Friends]:
    """Both have public addresses."""
    yield from _friends(net, Router.OPEN, tmp_path)


@pytest.fixture
def friends(net: Internet, tmp_path: Path) -> Iterator[Friends]:
    """Ben is behind a router that lets nobody in."""
    yield from _friends(net, Router.PORT, tmp_path)


def _friends(net: Internet, ben: Router, path: Path) -> Iterator[Friends]:
    with ExitStack() as stack:
        made = Friends(net, Router.OPEN, ben, path)
        stack.callback(made.end)
        made.meet()
        yield made


@long
def test_after_a_restart_of_either_side(friends: Friends) -> None:
    friends.ann.restart()
    friends.talk()
    friends.ben.restart()
    friends.talk()


@long
def test_after_both_were_off_and_after_a_crash(friends: Friends) -> None:
    friends.ann.stop(signal.SIGKILL)
    friends.ben.stop()
    friends.ben.start()
    friends.ann.start()
    friends.talk()


@long
def test_with_another_port(open_friends: Friends) -> None:
    time.sleep(3)  # as below
    open_friends.ann.restart("--listen", "/ip4/0.0.0.0/tcp/4711")
    open_friends.talk()


@long
def test_with_another_address(open_friends: Friends) -> None:
    """As after the provider's nightly change: the node runs on."""
    time.sleep(3)  # both tell each other where they are within a second or two of meeting
    open_friends.net.renumber(open_friends.ann.space)
    open_friends.talk()


@pytest.mark.parametrize(
    "seconds", [pytest.param(20, marks=long), pytest.param(120, marks=pytest.mark.soak)]
)
def test_after_sleep(friends: Friends, seconds: int) -> None:
    """A lid that is closed: nothing runs, nothing is said, and the clock has gone on."""
    friends.ben.send_signal(signal.SIGSTOP)
    time.sleep(seconds)
    friends.ben.send_signal(signal.SIGCONT)
    friends.talk()


@long
def test_after_the_router_was_off(friends: Friends) -> None:
    router = friends.net.routers["ben"]
    router.ip("link set lan0 down")
    time.sleep(2)
    router.forget_connections()
    router.ip("link set lan0 up")
    friends.talk()


@long
def test_in_another_network(friends: Friends) -> None:
    """Ben's machine is carried to another home, behind another router."""
    ben, router = friends.ben.space, friends.net.routers["ben"]
    lan = ben.ip4.rpartition(".")[0]
    router.ip(f"address del {lan}.1/24 dev lan0", "address add 10.7.7.1/24 dev lan0")
    router.forget_connections()
    ben.ip(
        f"address del {ben.ip4}/24 dev eth0",
        "address add 10.7.7.2/24 dev eth0",
        "route replace default via 10.7.7.1",
    )
    friends.talk()
