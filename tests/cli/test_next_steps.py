"""Whoever has done the first thing is told the next one, and it works."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli.demo_nodes import demo_nodes
from sayso_node.home.directory import Home
from sayso_node.home.node_key import node_seed

from .conftest import Sayso

NO_PEER = "no peer is known: give one with `sayso run --peer MADDR`, or once `sayso sync MADDR`"


PEER = "12D3KooWD3eckifWpRn9wQpMG9R9hX3sD158z7EqHWmweQAJU5SA"


def steps(shown: str) -> list[list[str]]:
    """The command lines that stand below the word Next."""
    lines = shown.partition("Next\n")[2].splitlines()
    return [shlex.split(re.split("  +", line.strip())[0]) for line in lines if line[:2] == "  "]


def test_init_says_what_to_type_next_for_this_home(sayso: Sayso, tmp_path: Path) -> None:
    home = tmp_path / "my home"
    found = steps(sayso("init", "--home", home).out)
    assert [words[:3] for words in found] == [["sayso", "--home", str(home)]] * 4
    assert [words[3] for words in found] == ["post", "follow", "run", "help"]
    assert sayso(*found[0][1:]).code == 0
    assert sayso("read", "--home", home, "--json").record["text"] == "Hello"
    assert sayso(*found[3][1:]).code == 0


def test_init_in_the_usual_home_needs_no_option(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_HOME", str(tmp_path / "new"))
    assert steps(sayso("init").out)[0] == ["sayso", "post", "Hello"]


def test_programs_are_told_nothing_of_it(sayso: Sayso, tmp_path: Path) -> None:
    done = sayso("init", "--home", tmp_path / "new", "--json")
    assert (len(done.records), done.err) == (1, "")


@long
def test_reading_leads_on_step_by_step(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path
) -> None:
    def told(*words: str) -> str:
        done = sayso("read", *words, "--home", home)
        assert (done.code, done.out) == (0, "")
        assert sayso("read", *words, "--home", home, "--json").err == ""
        return done.err

    assert '`sayso post "Hello"` writes' in told()
    followed = sayso("follow", anna, "--name", "anna", "--home", home)
    assert NO_PEER in followed.err
    assert told() == f"Nothing of those whom you follow has come yet: {NO_PEER}.\n"
    sayso("export", tmp_path / "bundle", "--home", other)
    sayso("import", tmp_path / "bundle", "--home", home)
    assert "have posted nothing yet" in told()
    assert "peer" not in sayso("follow", anna, "--home", home).err  # it is here
    sayso("post", "spam", "--home", other)
    sayso("export", tmp_path / "bundle", "--home", other)
    sayso("import", tmp_path / "bundle", "--home", home)
    assert "Nothing fits" in told("--tag", "none")
    assert "Nothing fits" in told("--since", "2100-01-01")
    sayso("filter", "add", "--action", "hide", "--words", "spam", "--home", home)
    assert "Your rules hide all:" in told()
    assert "Your rules hide all that fits:" in told("--author", "@anna")
    assert "Nothing fits" in told("--tag", "none")
    assert "Nothing fits" in told("--tag", "none", "--unfiltered")
    assert sayso("read", "--unfiltered", "--home", home).out != ""


def test_a_stopped_node_without_peers_says_so(sayso: Sayso, home: Path) -> None:
    assert NO_PEER in sayso("status", "--home", home).out
    assert "no peer" not in sayso("status", "--home", home, "--json").out


@long
@pytest.mark.e2e
def test_a_running_node_without_peers_says_so(sayso: Sayso, anna: str) -> None:
    """And no longer, once it has one."""
    advice = "no peer is connected: give one with `sayso connect MADDR`"
    with demo_nodes("here", "there") as (here, there):
        for node in (here, there):
            node.sayso("init")
            node.start()
        assert advice in sayso("status", "--home", here.home).out
        assert advice in sayso("follow", anna, "--home", here.home).err
        assert advice in sayso("read", "--home", here.home).err
        here.sayso("connect", there.address)
        assert advice not in sayso("status", "--home", here.home).out
        assert sayso("follow", anna, "--home", here.home).err == ""


@pytest.mark.parametrize(("peers", "said"), [([], True), (["--peer", "/a"], False)])
def test_run_says_at_its_start_whether_it_knows_a_peer(
    peers: list[str], said: bool, sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_node(_home: object, _options: object, listener: object) -> None:
        listener({"event": "ready", "peer_id": PEER, "addrs": [f"/ip4/192.0.2.7/tcp/1/p2p/{PEER}"]})  # type: ignore[operator]

    monkeypatch.setattr("sayso_node.daemon.run.run_node", run_node)
    done = sayso("run", *peers, "--home", home)
    assert ("No peer is known yet" in done.out) is said
    assert ("`sayso connect MADDR`" in done.out) is said
    assert len(sayso("run", *peers, "--home", home, "--json").records) == 1


MISSING = {
    "peer": "12D3KooWmissing",
    "addr": "/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWmissing",
    "state": "away",
    "path": None,
    "last_seen": "2026-01-02T03:04:05.006Z",
    "named": True,
}


@pytest.mark.parametrize(
    ("missing", "connected", "words"),
    [
        ([], 2, ["All known peers are reached: 2."]),
        (
            [MISSING],
            1,
            ["Reached 1 of 2 known peers", "last connected 2026-01-02", "connect MADDR"],
        ),
        ([MISSING | {"last_seen": None}], 0, ["Reached 0 of 1 known peer.", "never connected"]),
    ],
)
def test_run_says_whom_it_reaches_and_whom_not_and_what_to_do(
    missing: list[dict[str, object]],
    connected: int,
    words: list[str],
    sayso: Sayso,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def run_node(_home: object, _options: object, listener: object) -> None:
        event = {"event": "peers", "connected": connected, "missing": missing}
        addresses = [f"/ip4/192.0.2.7/tcp/1/p2p/{PEER}"]
        ready = {"event": "ready", "peer_id": PEER, "addrs": addresses, "known_peers": 2}
        for one in (ready, event):
            listener(one)  # type: ignore[operator]

    monkeypatch.setattr("sayso_node.daemon.run.run_node", run_node)
    done = sayso("run", "--home", home)
    assert [word for word in words if word not in done.out] == [], done
    assert "No peer is known yet" not in done.out
    assert len(sayso("run", "--home", home, "--json").records) == 2


@pytest.mark.parametrize("words", [["device", "add"], ["read"], ["post", "x"], ["status"]])
def test_an_empty_home_names_all_ways_to_an_account(
    words: list[str], sayso: Sayso, tmp_path: Path
) -> None:
    done = sayso(*words, "--home", tmp_path / "none")
    assert done.code == 1
    for way in ("`sayso init`", "`sayso restore FILE`", "`sayso device add --request`"):
        assert way in done.err
    assert sayso("device", "add", "--request", "--home", tmp_path / "none").code == 0
    asked = sayso(*words, "--home", tmp_path / "none")
    assert (asked.code, "`sayso device add --answer ANSWER`" in asked.err) == (1, True)


def test_a_node_without_its_own_key_gets_another(sayso: Sayso, home: Path) -> None:
    before = sayso("status", "--home", home, "--json").record["peer_id"]
    (home / "node.key").unlink()
    stopped = sayso("status", "--home", home, "--json").record
    assert stopped["peer_id"] is None
    assert sayso("status", "--home", home).code == 0
    assert not (home / "node.key").exists()
    seed = node_seed(Home(home))
    assert (len(seed), (home / "node.key").stat().st_mode & 0o777) == (32, 0o600)
    assert node_seed(Home(home)) == seed
    assert sayso("status", "--home", home, "--json").record["peer_id"] not in (before, None)


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 31, b"x" * 33, b"x" * 999])
@pytest.mark.parametrize("words", [["status"], ["run"], ["sync", "/ip4/127.0.0.1/tcp/1/p2p/x"]])
def test_a_damaged_key_of_the_node_can_be_removed(
    words: list[str], damage: bytes, sayso: Sayso, home: Path
) -> None:
    (home / "node.key").write_bytes(damage)
    done = sayso(*words, "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    if words[0] != "sync":  # whose address is looked at first
        assert "is damaged: remove it, and `sayso run` makes a new one" in done.err
