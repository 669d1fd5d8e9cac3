"""A bit that flips on the disk is told, never shown, and mended by peers."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e

TEXT = "the ferry leaves at noon"


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "Ann")


@pytest.fixture
def ben(tmp_path: Path, ann: Home) -> Home:
    ben = Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)
    for number in range(5):
        ann("post", f"{TEXT} on day {number}")
    with ann.node() as node:
        assert ben("sync", node.address)[0]["in_sync"]
    return ben


def rot(home: Home, words: str) -> None:
    """Flip the lowest bit of the last letter of words in a body."""
    db = sqlite3.connect(home.path / "store.sqlite", isolation_level=None)
    (place, body) = db.execute(
        "SELECT arrival, body FROM entries WHERE instr(body, ?)", (words.encode(),)
    ).fetchone()
    at = body.index(words.encode()) + len(words) - 1
    rotten = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    db.execute("UPDATE entries SET body = ? WHERE arrival = ?", (rotten, place))
    db.close()


@long
def test_it_is_told_in_its_place_and_fetched_again(ann: Home, ben: Home, tmp_path: Path) -> None:
    rot(ben, f"{TEXT} on day 2")
    shown = ben.run("read")
    assert shown.returncode == 0
    assert "on day 3" not in shown.stdout.replace("the ferry leaves at noon on day 3", "", 1)
    assert "(the stored text is damaged and not shown" in shown.stdout
    assert "1 stored entry is damaged" in shown.stderr
    items = ben("read")
    [damaged] = [item for item in items if item["damaged"]]
    assert (damaged["text"], damaged["body"], len(items)) == (None, "damaged", 5)
    assert ben("show", damaged["id"], code=1)[0]["damaged"]
    assert "peers" in ben.run("show", damaged["id"]).stderr
    assert ben.run("verify").returncode == 1
    # What is passed on has it not.
    bundle = str(tmp_path / "bundle")
    ben("export", bundle)
    cara = Home(tmp_path / "cara")
    cara("import", bundle, "--follow")
    assert sorted(cara.texts(ann.account)) == [f"{TEXT} on day {n}" for n in (0, 1, 3, 4)]
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: not any(item["damaged"] for item in ben("read")))
    assert ben.texts(ann.account) == [f"{TEXT} on day {number}" for number in range(5)]
    assert ben("verify")[0]["errors"] == 0


@long
def test_it_is_found_while_the_node_runs_and_the_peer_is_there(ann: Home, ben: Home) -> None:
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: ben.connected() != [] and ben.connected()[0]["in_sync"])
        rot(ben, f"{TEXT} on day 1")
        assert any(item["damaged"] for item in ben("read"))
        until(lambda: not any(item["damaged"] for item in ben("read")))
    assert ben("verify")[0]["errors"] == 0


@long
def test_own_posts_come_back_from_followers(ann: Home, ben: Home) -> None:
    rot(ann, f"{TEXT} on day 4")
    refused = ann.run("post", "more")
    assert (refused.returncode, "fetches it again" in refused.stderr) == (1, True)
    with ben.node() as there, ann.node("--peer", there.address):
        until(lambda: ann.run("post", "more").returncode == 0)
    assert ann.texts(ann.account)[-2:] == [f"{TEXT} on day 4", "more"]
    assert not (ann.path / "copied").exists()
    assert ann("verify")[0]["errors"] == 0
