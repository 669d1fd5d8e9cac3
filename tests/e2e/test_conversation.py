"""What a reader sees of a conversation while his node runs: real homes, nodes and commands."""

from __future__ import annotations

import json
import signal
import subprocess
from pathlib import Path

import pytest
from tests.budget import long

from .support import COMMAND, Home, until

pytestmark = pytest.mark.e2e

LOCAL = ("--no-mdns", "--no-port-mapping")


@long
def test_watched_posts_are_shown_as_they_arrive(tmp_path: Path) -> None:
    ann, ben = (Home(tmp_path / name, name) for name in ("ann", "ben"))
    ben("follow", ann.account)
    ann("post", "from before")
    with ann.node(*LOCAL) as first, ben.node(*LOCAL, "--peer", first.address):
        until(lambda: ben.have(ann.account) == 3)
        words = ["--home", str(ben.path), "--json", "read", "--watch"]
        watching = subprocess.Popen([*COMMAND, *words], stdout=subprocess.PIPE, text=True)
        assert watching.stdout is not None
        try:
            with watching.stdout as lines:
                assert json.loads(lines.readline())["text"] == "from before"
                ann("post", "while he looks on")
                assert json.loads(lines.readline())["text"] == "while he looks on"
                watching.send_signal(signal.SIGINT)
                assert lines.read() == ""
            assert watching.wait(120) == 130
        finally:
            watching.kill()
            watching.wait(120)


@long
def test_what_is_missing_is_fetched_beside_the_running_node(tmp_path: Path) -> None:
    """Ben follows Ann, who answers Cid, whom Ben does not know: Ann's node has what he said."""
    ann, ben, cid = (Home(tmp_path / name, name) for name in ("ann", "ben", "cid"))
    ann("follow", cid.account)
    ben("follow", ann.account)
    asked = cid("post", "does anybody hear me?")[0]["id"]
    with cid.node(*LOCAL) as third, ann.node(*LOCAL, "--peer", third.address) as first:
        until(lambda: ann.have(cid.account) == 3)
        answer = ann("post", "I do", "--reply", asked)[0]["id"]
        with ben.node(*LOCAL, "--peer", first.address):
            until(lambda: ben.have(ann.account) == 3)
            assert [one["missing"] for one in ben("thread", answer)] == [True, False]
            seen = ben("thread", answer, "--fetch")
            assert [(one["missing"], one["text"]) for one in seen] == [
                (False, "does anybody hear me?"),
                (False, "I do"),
            ]
            # It was for this one look.
            assert [one["missing"] for one in ben("thread", answer)] == [True, False]
