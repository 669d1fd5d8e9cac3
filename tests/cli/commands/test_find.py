"""`find`: what a running node may answer, to people and to programs; and why nothing was found."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import trio

from sayso_node.clock import now_ms
from sayso_node.control.server import control_socket
from sayso_node.home.directory import Home
from sayso_node.timestamps import time_text

from ..conftest import Sayso

PATIENCE = 120.0
KEY = "z6MkvDqGT54cXesYGvABpF1UapVNwjCqRcafi4Px6Thv5T3Z"
PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
AT = f"/ip4/203.0.113.7/tcp/4001/p2p/{PEER}"


def answer(*found: dict[str, Any], **counts: int) -> dict[str, Any]:
    return {"found": list(found), "asked": 0, "answered": 0, "known": 0} | counts


def signed(hours: int = 3, places: int = 3) -> dict[str, Any]:
    said = time_text(now_ms() - hours * 3_600_000)
    more = {"places": places, "feed": KEY}
    return {"peer": PEER, "addrs": [AT], "by": "account", "time": said} | more


class Finding:
    """Answers over the control socket of a home what it is told to."""

    def __init__(self) -> None:
        self.answer: dict[str, Any] = answer()
        self.asked: list[str] = []
        self.stop = trio.Event()

    async def serve(self, home: Path, started: queue.Queue[trio.lowlevel.TrioToken]) -> None:
        async with control_socket(Home(home), {"find": self._find}):
            started.put(trio.lowlevel.current_trio_token())
            await self.stop.wait()

    async def _find(self, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(request["account"])
        return self.answer


@pytest.fixture
def node(home: Path) -> Iterator[Finding]:
    node, started = Finding(), queue.Queue[trio.lowlevel.TrioToken]()
    thread = threading.Thread(target=trio.run, args=(node.serve, home, started))
    thread.start()
    token = started.get(timeout=PATIENCE)
    yield node
    token.run_sync_soon(node.stop.set)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_each_place_is_a_line_of_json(sayso: Sayso, home: Path, node: Finding) -> None:
    plain = {"peer": "12D3KooWxyz", "addrs": [], "by": "itself", "time": None}
    found = [signed(), plain]
    node.answer = answer(*found, asked=9, answered=9, known=20)
    done = sayso("find", KEY, "--home", home, "--json")
    assert (done.code, done.records) == (0, found)
    assert len(bytes.fromhex(node.asked[0])) == 32


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (signed(), "said by the account itself, 3 h ago, found at 3 places"),
        (signed(places=1), "found at 1 place"),
        (signed(places=0), "known from before"),
        ({"by": "itself", "time": None}, "says so of itself, which proves nothing"),
        ({"by": "connected", "time": time_text(0)}, "connected now, and carries the account"),
        ({"by": "\x1b[31mme", "time": None}, "^[[31mme"),
    ],
)
def test_people_are_told_who_says_so(
    sayso: Sayso, home: Path, node: Finding, row: dict[str, Any], words: str
) -> None:
    node.answer = answer({"peer": PEER, "addrs": [AT]} | row)
    shown = sayso("find", KEY, "--home", home).out
    assert words in shown
    assert PEER in shown
    assert AT in shown
    assert "\x1b" not in shown


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({}, "connect it to somebody first, `sayso connect MADDR`"),
        ({"known": 3, "asked": 7}, "none of 7 nodes answered: is this computer online?"),
        ({"known": 3, "asked": 7, "answered": 5}, "of 5 nodes that were asked none knows"),
    ],
)
def test_where_nothing_is_found_it_says_why(
    sayso: Sayso, home: Path, node: Finding, counts: dict[str, int], words: str
) -> None:
    node.answer = answer(**counts)
    done = sayso("find", KEY, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert words in done.err
    assert done.err.count("\n") == 1


def test_without_a_running_node_it_says_what_to_do(sayso: Sayso, home: Path) -> None:
    done = sayso("find", KEY, "--home", home)
    assert done.code == 1
    assert "no node is running" in done.err


@pytest.mark.parametrize("key", ["nobody", "@nobody", "z6Mkzzzzzz", "z6Mk" + "x" * 44])
def test_who_is_meant_has_to_be_known(sayso: Sayso, home: Path, node: Finding, key: str) -> None:
    done = sayso("find", key, "--home", home)
    assert done.code == 1
    assert node.asked == []
