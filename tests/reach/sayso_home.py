"""Homes with nodes in namespaces: real processes, whose commands run beside the network."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.support import Home, RunningNode, until

from .namespaces import Space


@contextmanager
def running(home: Home, space: Space, *args: str) -> Iterator[RunningNode]:
    """The node of a home on a machine, which listens everywhere; stopped at the end."""
    with RunningNode(home, "--no-mdns", *args, inside=space.inside) as node:
        yield node


def address_at(node: RunningNode, host: str) -> str:
    """The address of a node with this IP address."""
    return next(one for one in node.home("status")[0]["addrs"] if f"/{host}/" in one)


def outside_address(node: RunningNode, host: str) -> str:
    """The address at which others reach a node, once it has one: behind a relay, or at `host`, its
    router's, where that lets others in and somebody has found out."""
    found: list[str] = []

    def look() -> bool:
        own = node.home("status")[0]["addrs"]
        found[:] = [one for one in own if "/p2p-circuit/" in one or f"/{host}/" in one]
        return bool(found)

    until(look, 60)
    return found[0]


def paths(node: RunningNode, peer_id: str) -> list[str]:
    """The ways that the sessions with a peer take now."""
    here = [one for one in node.home("peers") if one["state"] == "connected"]
    return [one["path"] for one in here if one["peer"] == peer_id]


def seconds_until(condition: Any, seconds: float = 60) -> float:
    """How long something took to happen."""
    began = time.monotonic()
    until(condition, seconds)
    return time.monotonic() - began


def made_up(path: Path, count: int) -> Path:
    """An archive of so many posts."""
    lines = (
        f'{{"id": "{n}", "time": "2020-01-01T00:{n // 60 % 60:02}:{n % 60:02}Z", '
        f'"text": "post number {n}"}}\n'
        for n in range(count)
    )
    path.write_text("".join(lines))
    return path
