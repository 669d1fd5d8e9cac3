"""Commands that talk to the running node, and what they do where none runs."""

from pathlib import Path
from typing import Any

import pytest

from .conftest import Sayso

ADDRESS = "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWxyz"
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
}
RESULT = {
    "received": 1,
    "sent": 2,
    "bytes_in": 3,
    "bytes_out": 4,
    "seconds": 0.5,
    "in_sync": True,
}


class FakeNode:
    """Answers as a running node would, and remembers what it was asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.told: list[str] = []
        self.answers: dict[str, dict[str, Any]] = {}
        place = "sayso_node.control_client"
        monkeypatch.setattr(f"{place}.is_running", lambda _: True)
        monkeypatch.setattr(f"{place}.request", self._answer)
        monkeypatch.setattr(f"{place}.notify", lambda _, what: self.told.append(what))

    def _answer(self, _: object, do: str, **fields: Any) -> dict[str, Any]:
        fields.pop("patience", None)
        self.asked.append((do, fields))
        return self.answers[do]


@pytest.fixture
def node(monkeypatch: pytest.MonkeyPatch) -> FakeNode:
    return FakeNode(monkeypatch)


def test_a_stopped_node_has_a_status(sayso: Sayso, home: Path) -> None:
    state = sayso("status", "--home", home, "--json").record
    assert state["peer_id"].startswith("12D3KooW")
    assert (state["reachability"], state["addrs"], state["sessions"]) == ("stopped", [], 0)
    assert (state["uptime"], state["feeds"], state["entries"]) == (0, 1, 2)
    assert state["bytes"] > 0
    assert "stopped" in sayso("status", "--home", home).out


def test_a_running_node_has_a_status(sayso: Sayso, home: Path, node: FakeNode) -> None:
    node.answers["status"] = {
        "peer_id": "12D3KooWabc",
        "addrs": [ADDRESS],
        "reachability": "unknown",
        "sessions": 2,
        "uptime": 12.5,
        "trouble": "no space left",
    }
    state = sayso("status", "--home", home, "--json").record
    assert (state["peer_id"], state["addrs"], state["uptime"]) == ("12D3KooWabc", [ADDRESS], 12.5)
    assert (state["feeds"], state["entries"]) == (1, 2)
    assert "no space left" in sayso("status", "--home", home).out


def test_peers_are_listed_safely(sayso: Sayso, home: Path, node: FakeNode) -> None:
    node.answers["peers"] = {"peers": [PEER, PEER]}
    done = sayso("peers", "--home", home, "--json")
    assert done.records == [PEER, PEER]
    assert "\x1b" not in sayso("peers", "--home", home).out
    node.answers["peers"] = {"peers": []}
    assert sayso("peers", "--home", home, "--json").out == ""


def test_connect_asks_the_node(sayso: Sayso, home: Path, node: FakeNode) -> None:
    node.answers["connect"] = PEER
    assert sayso("connect", ADDRESS, "--home", home, "--json").record == PEER
    assert node.asked == [("connect", {"address": ADDRESS})]


def test_sync_is_done_by_a_running_node(sayso: Sayso, home: Path, node: FakeNode) -> None:
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

    monkeypatch.setattr("sayso_node.running.sync_with", sync_with)
    assert sayso("sync", ADDRESS, "--timeout", 7, "--home", home, "--json").record == RESULT
    assert calls == [(ADDRESS, 7)]


@pytest.mark.parametrize("words", [["peers"], ["connect", ADDRESS]])
def test_what_needs_a_node_says_how_to_start_one(
    words: list[str], sayso: Sayso, home: Path
) -> None:
    done = sayso(*words, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert "sayso run" in done.err


def test_every_write_is_told_to_the_node(
    sayso: Sayso, home: Path, other: Path, anna: str, node: FakeNode, tmp_path: Path
) -> None:
    lines = tmp_path / "lines"
    lines.write_text('{"id": "1", "text": "old"}\n')
    sayso("export", tmp_path / "bundle", "--home", other)
    for words, told in (
        (["post", "x"], ["entries"]),
        (["profile", "--bio", "y"], ["entries"]),
        (["follow", anna], ["all"]),
        (["import", tmp_path / "bundle"], ["all"]),
        (["unfollow", anna], ["all"]),
        (["import-archive", lines], ["all"]),
        (["read"], []),
        (["post", "x", "--lang", "?"], []),
    ):
        node.told.clear()
        sayso(*words, "--home", home)
        assert node.told == told, words


def test_run_prints_events_until_nobody_reads(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = [
        {"event": "ready", "peer_id": "12D3KooWabc", "addrs": [ADDRESS]},
        {"event": "received", "entries": 3},
        {"event": "disconnected", "peer": "x", "reason": "\x1b[31mbye"},
    ]
    given: dict[str, Any] = {}

    def run_node(home: object, *, listen: Any, peers: Any, listener: Any) -> None:
        given.update(listen=listen, peers=peers)
        for event in events:
            listener(event)

    monkeypatch.setattr("sayso_node.running.run_node", run_node)
    words = ["run", "--listen", "/a", "--listen", "/b", "--peer", ADDRESS, "--no-mdns"]
    assert sayso(*words, "--home", home, "--json").records == events
    assert given == {"listen": ["/a", "/b"], "peers": [ADDRESS]}
    shown = sayso("run", "--home", home)
    assert (shown.code, ADDRESS in shown.out, "\x1b" in shown.out) == (0, True, False)

    def closed(*_: object) -> None:
        raise BrokenPipeError

    monkeypatch.setattr("sayso_cli.output.Output.flush", closed)
    assert sayso("run", "--home", home, "--json").code == 0


def test_run_says_why_it_cannot_listen(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from sayso_node.links import ListenError

    for error in (ListenError("port taken"), ExceptionGroup("", [ListenError("port taken")])):

        def run_node(*_: object, error: Exception = error, **__: object) -> None:
            raise error

        monkeypatch.setattr("sayso_node.running.run_node", run_node)
        done = sayso("run", "--home", home)
        assert (done.code, "port taken" in done.err, done.err.count("\n")) == (1, True, 1)
