"""Restarts: homes that met once find each other again, and nobody types anything."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, RunningNode, until

pytestmark = pytest.mark.e2e

SOON = 60.0
"""Seconds within which posts flow again, whatever happened."""


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "ann")


@pytest.fixture
def ben(tmp_path: Path) -> Home:
    return Home(tmp_path / "ben", "ben")


def listen_of(node: RunningNode) -> str:
    return node.address.partition("/p2p/")[0]


def flows(writer: Home, reader: Home, text: str) -> float:
    """How long a post takes, from one command to the other, in seconds."""
    began = time.monotonic()
    writer("post", text)
    until(lambda: text in reader.texts(writer.account), SOON)
    return time.monotonic() - began


class TestBothOff:
    """Both nodes stop, and are started again without any argument."""

    @long
    def test_they_meet_again(self, ann: Home, ben: Home) -> None:
        ann("follow", ben.account)
        ben("follow", ann.account)
        with ann.node() as here, ben.node() as there:
            ben("connect", here.address)
            flows(ann, ben, "at first")
            listen, other = listen_of(here), listen_of(there)
        with ben.node(listen=other), ann.node(listen=listen):
            assert flows(ann, ben, "after both were off") < SOON
            assert flows(ben, ann, "and back") < SOON
            assert [peer["state"] for peer in ben("peers")] == ["connected"]

    @long
    def test_whoever_was_dialled_once_by_sync_is_remembered(self, ann: Home, ben: Home) -> None:
        ben("follow", ann.account)
        with ann.node() as here:
            ben("sync", here.address)
            with ben.node():
                assert flows(ann, ben, "later") < SOON

    def test_a_start_says_who_is_not_reached(self, ann: Home, ben: Home) -> None:
        with ann.node() as here:
            ben("sync", here.address)
            address = here.address
        with ben.node() as there:
            event = there.wait_for("peers")
            assert event["connected"] == 0
            [missing] = event["missing"]
            assert missing["addr"] == address
            assert missing["last_seen"] is not None
            [row] = ben("peers")
            assert row["state"] in ("away", "connecting")
            assert ben("status")[0]["away"] == 1
            assert ben("peers", "--forget", "12D3KooWnobody", code=1) == []
        [row] = ben("peers")  # and so it does while the node is stopped
        assert (row["peer"], row["state"]) == (here.peer_id, "away")

    @long
    def test_a_peer_that_is_forgotten_is_dialled_no_more(self, ann: Home, ben: Home) -> None:
        with ann.node() as here:
            ben("sync", here.address)
            peer_id = here.peer_id
        with ben.node() as there:
            there.wait_for("peers")
            assert ben("peers", "--forget", peer_id) == [{"peer": peer_id, "forgotten": True}]
            assert ben("peers") == []
        with ben.node():
            assert ben("status")[0]["known_peers"] == 0
        with ann.node() as here:
            ben("sync", here.address)
        assert len(ben("peers", "--forget", peer_id)) == 1
        assert ben("peers") == []


class TestOneOff:
    """One of two nodes stops and starts, while the other runs."""

    @long
    def test_the_dialled_one_restarts(self, ann: Home, ben: Home) -> None:
        ben("follow", ann.account)
        with ann.node() as here, ben.node("--peer", here.address):
            flows(ann, ben, "at first")
            listen = listen_of(here)
            here.stop(signal.SIGKILL)
            with ann.node(listen=listen):
                assert flows(ann, ben, "again") < SOON

    @long
    def test_who_carries_an_account_is_known_after_a_restart(self, ann: Home, ben: Home) -> None:
        """The session goes on where it was, and nothing is offered again."""
        ben("follow", ann.account)
        with ann.node() as here:
            with ben.node("--peer", here.address):
                flows(ann, ben, "at first")
            with ben.node():
                until(lambda: bool(ben.connected()), SOON)
                until(lambda: ben.run("find", ann.account).returncode == 0, SOON)
                rows = ben("find", ann.account)
        assert [(row["peer"], row["by"]) for row in rows] == [(here.peer_id, "connected")]

    @long
    def test_the_dialling_one_restarts_without_an_argument(self, ann: Home, ben: Home) -> None:
        ben("follow", ann.account)
        with ann.node() as here:
            with ben.node("--peer", here.address):
                flows(ann, ben, "at first")
            with ben.node():
                assert flows(ann, ben, "again") < SOON

    @long
    def test_the_dialled_one_comes_back_elsewhere(self, ann: Home, ben: Home) -> None:
        """It was told where the other is, and dials it now."""
        ben("follow", ann.account)
        with ann.node() as here, ben.node("--peer", here.address):
            flows(ann, ben, "at first")
            until(lambda: ann("status")[0]["known_peers"] == 1, SOON)
            here.stop()
            with ann.node() as moved:
                assert moved.address != here.address
                assert flows(ann, ben, "from another port") < SOON

    @long
    def test_one_that_is_killed_remembers(self, ann: Home, ben: Home) -> None:
        ben("follow", ann.account)
        with ann.node() as here:
            with ben.node("--peer", here.address) as there:
                flows(ann, ben, "at first")
                there.stop(signal.SIGKILL)
            with ben.node():
                assert flows(ann, ben, "again") < SOON

    @long
    def test_the_machine_sleeps(self, ann: Home, ben: Home) -> None:
        ben("follow", ann.account)
        with ann.node() as here, ben.node("--peer", here.address) as there:
            flows(ann, ben, "at first")
            listen = listen_of(here)
            there.process.send_signal(signal.SIGSTOP)
            here.stop(signal.SIGKILL)
            with ann.node(listen=listen):
                there.process.send_signal(signal.SIGCONT)
                assert flows(ann, ben, "after sleep") < SOON
