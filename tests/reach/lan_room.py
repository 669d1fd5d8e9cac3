"""A room: machines on one bridge, without a router."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.support import Home, RunningNode

from .namespaces import Space, Spaces, spaces


@dataclass(frozen=True)
class Machine:
    """One machine in the room, with an interface `eth0`; it is called `the-machine-NAME`."""

    space: Space

    @property
    def inside(self) -> list[str]:
        """See `Space.inside`."""
        return self.space.inside

    def run(self, *command: str) -> str:
        """See `Space.run`."""
        return self.space.run(*command)

    @contextmanager
    def node(self, home: Home, *args: str) -> Iterator[RunningNode]:
        """A node that runs on this machine."""
        with RunningNode(home, *args, inside=self.inside) as node:
            yield node


class Room:
    """The bridge, and who is on it."""

    def __init__(self, every: Spaces) -> None:
        self._spaces = every
        self._middle = every.make("bridge")
        self._middle.ip("link add bridge type bridge mcast_snooping 0", "link set bridge up")

    def machine(self, name: str, address: str | None = None) -> Machine:
        """A further machine; `address` is of IPv4, with its prefix length."""
        space, port = self._spaces.make(f"the-machine-{name}"), f"to-{name}"
        self._middle.ip(
            f"link add {port} type veth peer name eth0 netns {space.holder.pid}",
            f"link set {port} master bridge up",
        )
        if address is not None:
            space.give("eth0", address)
        space.ip("link set eth0 up")
        return Machine(space)


@contextmanager
def a_room() -> Iterator[Room]:
    """An empty room; the test is skipped where none can be made."""
    with spaces(routers=False) as every:
        yield Room(every)


def a_home(path: Path, name: str) -> Home:
    """A home with an account."""
    return Home(path / name, name)
