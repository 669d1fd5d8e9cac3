"""Commands that talk to the running node, and what they do where none runs.

What a node may answer is played over a real control socket; the last test holds the answers
to those of real nodes.
"""

import queue
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from tests.budget import long
from tests.e2e.support import Home as RealHome

from sayso_node.control.server import Action, control_socket
from sayso_node.daemon.run_options import RunOptions
from sayso_node.home.directory import Home

from ..conftest import Sayso

PATIENCE = 120.0
ADDRESS = "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"
PEER = {
    "peer_id": "12D3KooWxyz",
    "addr": ADDRESS,
    "outbound": True,
    "software": "sayso/\x1b[31m1",
    "seconds": 1.5,
    "received": 3,
    "sent": 4,
    "bytes_in": 5,
    "bytes_out": 6,
    "in_sync": True,
    "peer": "12D3KooWabc",
    "state": "connected",
    "path": "lan",
    "last_seen": "2026-01-02T03:04:05.006Z",
    "forked": [],
    "ended": [],
}
AWAY = {
    "peer": "12D3KooWdef",
    "addr": ADDRESS,
    "state": "away",
    "path": None,
    "last_seen": "2026-01-02T03:04:05.006Z",
    "named": True,
}
RESULT = {
    "received": 1,
    "sent": 2,
    "bytes_in": 3,
    "bytes_out": 4,
    "seconds": 0.5,
    "in_sync": True,
}
STATUS = {
    "peer_id": "12D3KooWabc",
    "addrs": [ADDRESS],
    "reachability": "unknown",
    "sessions": 2,
    "known_peers": 3,
    "away": 1,
    "uptime": 12.5,
    "trouble": None,
    "left": {"overdrawn": 3},
    "lan": None,
}


class PlayedNode:
    """Answers over the control socket of a home as it is told to, and keeps what it hears."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.told: queue.Queue[str] = queue.Queue()
        self.answers: dict[str, dict[str, Any]] = {"status": STATUS}
        self.stop = trio.Event()

    async def serve(self, home: Path, started: "queue.Queue[trio.lowlevel.TrioToken]") -> None:
        names = ("status", "peers", "connect", "sync", "ledger")
        actions: dict[str, Action] = {name: partial(self._answer, name) for name in names}
        async with control_socket(Home(home), actions | {"changed": self._note}):
            started.put(trio.lowlevel.current_trio_token())
            await self.stop.wait()

    async def _answer(self, name: str, request: dict[str, Any]) -> dict[str, Any]:
        self.asked.append(
            (name, {key: request[key] for key in request if key not in ("do", "language")})
        )
        return self.answers[name]

    async def _note(self, request: dict[str, Any]) -> dict[str, Any]:
        self.told.put(request["what"])
        return {}


@pytest.fixture
def node(home: Path) -> Iterator[PlayedNode]:
    node, started = PlayedNode(), queue.Queue[trio.lowlevel.TrioToken]()
    thread = threading.Thread(target=trio.run, args=(node.serve, home, started))
    thread.start()
    token = started.get(timeout=PATIENCE)
    yield node
    token.run_sync_soon(node.stop.set)
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_stopped_node_has_a_status(sayso: Sayso, home: Path) -> None:
    state = sayso("status", "--home", home, "--json").record
    assert state["peer_id"].startswith("12D3KooW")
    assert (state["reachability"], state["addrs"], state["sessions"]) == ("stopped", [], 0)
    assert (state["uptime"], state["feeds"], state["entries"]) == (0, 1, 2)
    assert state["bytes"] > 0
    assert "stopped" in sayso("status", "--home", home).out


def test_a_running_node_has_a_status(sayso: Sayso, home: Path, node: PlayedNode) -> None:
    node.answers["status"] = STATUS | {"trouble": "no space left"}
    state = sayso("status", "--home", home, "--json").record
    assert (state["peer_id"], state["addrs"], state["uptime"]) == ("12D3KooWabc", [ADDRESS], 12.5)
    assert (state["feeds"], state["entries"]) == (1, 2)
    assert state["left"] == {"overdrawn": 3}
    shown = sayso("status", "--home", home).out
    assert "no space left" in shown
    assert "left for overdrawn: 3" in shown


def test_a_status_says_when_seats_were_scarce(sayso: Sayso, home: Path, node: PlayedNode) -> None:
    node.answers["status"] = STATUS
    assert "seats are scarce" not in sayso("status", "--home", home).out
    node.answers["status"] = STATUS | {"refused": 3, "gave_way": 40}
    assert "3 peers got none, 40 gave way" in sayso("status", "--home", home).out


def test_a_status_says_in_words_how_others_reach_this_home(
    sayso: Sayso, home: Path, node: PlayedNode
) -> None:
    node.answers["status"] = STATUS  # of a node that was started before an update
    assert "reached     unknown\n" in sayso("status", "--home", home).out
    words = {"findings": ["Nobody gets in.", "It is behind a router."], "advice": ["Open it."]}
    node.answers["status"] = STATUS | {"reachability": "closed"} | words
    shown = sayso("status", "--home", home).out
    found = "reached     closed: Nobody gets in. It is behind a router.\n"
    assert f"{found}to do       Open it.\n" in shown
    assert sayso("status", "--home", home, "--json").record["advice"] == ["Open it."]


def test_peers_are_listed_safely(sayso: Sayso, home: Path, node: PlayedNode) -> None:
    node.answers["peers"] = {"peers": [PEER, PEER]}
    done = sayso("peers", "--home", home, "--json")
    assert done.records == [PEER, PEER]
    assert "\x1b" not in sayso("peers", "--home", home).out
    node.answers["peers"] = {"peers": [PEER, AWAY, AWAY | {"last_seen": None}]}
    assert sayso("peers", "--home", home, "--json").records[1] == AWAY
    shown = sayso("peers", "--home", home).out
    assert "12D3KooWdef  away  last connected" in shown
    assert "never connected" in shown
    node.answers["peers"] = {"peers": []}
    assert sayso("peers", "--home", home, "--json").out == ""


def test_the_ledger_counts_what_the_node_refused(
    sayso: Sayso, home: Path, node: PlayedNode
) -> None:
    node.answers["ledger"] = {"refused": 4}
    record = sayso("ledger", "--home", home, "--json").record
    assert record == {"what": "refused", "rule": None, "by": "format", "count": 4}
    assert "4 runs" in sayso("ledger", "--home", home).out


def test_blocks_are_told_to_the_node(sayso: Sayso, home: Path, anna: str, node: PlayedNode) -> None:
    sayso("block", anna, "--home", home)
    assert node.told.get(timeout=PATIENCE) == "all"
    sayso("unblock", anna, "--home", home)
    assert node.told.get(timeout=PATIENCE) == "all"


def test_connect_asks_the_node(sayso: Sayso, home: Path, node: PlayedNode) -> None:
    node.answers["connect"] = PEER
    assert sayso("connect", ADDRESS, "--home", home, "--json").record == PEER
    assert node.asked == [("connect", {"address": ADDRESS})]


def test_sync_is_done_by_a_running_node(sayso: Sayso, home: Path, node: PlayedNode) -> None:
    node.answers["sync"] = RESULT
    assert sayso("sync", ADDRESS, "--home", home, "--json").record == RESULT
    assert node.asked == [("sync", {"address": ADDRESS, "timeout": 60})]
    node.answers["sync"] = RESULT | {"in_sync": False}
    done = sayso("sync", ADDRESS, "--timeout", 1, "--home", home, "--json")
    assert (done.code, done.record["in_sync"]) == (1, False)
    assert "again" in done.err


def test_sync_is_done_alone_where_none_runs(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[object] = []

    def sync_with(home: object, address: str, *, timeout: float, progress: Any) -> dict[str, Any]:
        calls.append((address, timeout))
        progress({"received": 1})
        return RESULT

    monkeypatch.setattr("sayso_node.daemon.run.sync_with", sync_with)
    assert sayso("sync", ADDRESS, "--timeout", 7, "--home", home, "--json").record == RESULT
    assert calls == [(ADDRESS, 7)]


@pytest.mark.parametrize("words", [["connect", ADDRESS]])
def test_what_needs_a_node_says_how_to_start_one(
    words: list[str], sayso: Sayso, home: Path
) -> None:
    done = sayso(*words, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert "sayso run" in done.err


def test_every_write_is_told_to_the_node(
    sayso: Sayso, home: Path, other: Path, anna: str, node: PlayedNode, tmp_path: Path
) -> None:
    lines = tmp_path / "lines"
    lines.write_text('{"id": "1", "text": "old"}\n')
    sayso("export", tmp_path / "bundle", "--home", other)
    for words, told in (
        (["read"], None),
        (["post", "x"], "entries"),
        (["profile", "--bio", "y"], "entries"),
        (["post", "x", "--lang", "?"], None),
        (["follow", anna], "all"),
        (["import", tmp_path / "bundle"], "all"),
        (["unfollow", anna], "all"),
        (["import-archive", lines, "--yes"], "all"),
    ):
        sayso(*words, "--home", home)
        # A word too many would come in place of the next one.
        assert told is None or node.told.get(timeout=PATIENCE) == told, words
    assert node.told.empty()


def test_run_prints_events_until_nobody_reads(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        {"event": "ready", "peer_id": "12D3KooWabc", "addrs": [ADDRESS]},
        {"event": "received", "entries": 3},
        {"event": "disconnected", "peer": "x", "reason": "\x1b[31mbye"},
    ]
    given: list[RunOptions] = []

    def run_node(_home: object, options: RunOptions, listener: Any) -> None:
        given.append(options)
        for event in events:
            listener(event)

    monkeypatch.setattr("sayso_node.daemon.run.run_node", run_node)
    listen = ["/ip4/127.0.0.1/tcp/0", "/ip6/::1/tcp/0"]
    named = [word for one in listen for word in ("--listen", one)]
    words = ["run", *named, "--peer", ADDRESS, "--no-mdns"]
    assert sayso(*words, "--home", home, "--json").records == events
    [chosen] = given
    assert (chosen.listen, chosen.peers, chosen.mdns) == (listen, [ADDRESS], False)
    shown = sayso("run", "--home", home)
    assert (shown.code, ADDRESS in shown.out, "\x1b" in shown.out) == (0, True, False)
    assert given[-1].mdns is True

    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("sayso_cli.terminal.output.Output.flush", closed)
    assert sayso("run", "--home", home, "--json").code == 0


def test_run_says_why_it_cannot_listen(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso_node.network.link import ListenError

    for error in (ListenError("port taken"), ExceptionGroup("", [ListenError("port taken")])):

        def run_node(*_: object, error: Exception = error) -> None:
            raise error

        monkeypatch.setattr("sayso_node.daemon.run.run_node", run_node)
        done = sayso("run", "--home", home)
        assert (done.code, "port taken" in done.err, done.err.count("\n")) == (1, True, 1)


def fields(answers: list[dict[str, Any]]) -> dict[str, str]:
    [answer] = answers
    return {name: type(value).__name__ for name, value in answer.items()}


@long
@pytest.mark.e2e
def test_real_nodes_answer_as_it_is_played(home: Path, other: Path) -> None:
    here, there = RealHome(home, init=False), RealHome(other, init=False)
    with here.node(), there.node() as far:
        assert fields(here("connect", far.address)) == fields([PEER])
        assert fields(here("peers")) == fields([PEER])
        assert fields(here("sync", far.address)).items() >= fields([RESULT]).items()
        status = here("status")[0]
    assert {name: type(status[name]) for name in STATUS} == {
        name: type(value) for name, value in STATUS.items()
    }
