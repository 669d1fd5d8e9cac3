"""Homes and stores that were put back from older copies, as real nodes: what peers know of the own
feed comes first, and no number is signed a second time."""

from __future__ import annotations

import json
import shutil
import time
from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, RunningNode, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    home = Home(tmp_path / "ann", "Ann")
    home("post", "before")
    return home


@pytest.fixture
def ben(tmp_path: Path, ann: Home) -> Home:
    home = Home(tmp_path / "ben", "Ben")
    home("follow", ann.account, "--name", "ann")
    return home


def told_all(ann: Home, here: RunningNode, *texts: str) -> None:
    for text in texts:
        ann("post", text)
    assert ann("sync", here.address)[-1]["in_sync"]


def put_back(ann: Home, kept: Path) -> None:
    """The whole directory as it was, keys and all."""
    shutil.rmtree(ann.path)
    shutil.copytree(kept, ann.path)


@long
def test_an_older_store_is_found_out_offline_and_mended_by_a_peer(
    ann: Home, ben: Home, tmp_path: Path
) -> None:
    older = tmp_path / "older.sqlite"
    shutil.copy(ann.path / "store.sqlite", older)
    with ben.node() as here:
        told_all(ann, here, "one", "two")
        for name in ("store.sqlite-wal", "store.sqlite-shm"):
            (ann.path / name).unlink(missing_ok=True)
        shutil.copy(older, ann.path / "store.sqlite")
        done = ann.run("--json", "post", "again")
        assert done.returncode == 1
        assert "store-behind" in done.stderr + done.stdout
        assert "entries 4 to 5 of your feed are missing" in done.stderr + done.stdout
        with ann.node("--peer", here.address):
            made = ann("post", "after all")[0]  # waits for the peer, which is not there yet
            assert made["seq"] == 6
            until(lambda: ben.texts(ann.account) == ["before", "one", "two", "after all"])
        assert ben("following")[0]["forked"] == []


@long
def test_a_home_that_was_put_back_hears_first_where_its_feed_stands(
    ann: Home, ben: Home, tmp_path: Path
) -> None:
    kept = Path(shutil.copytree(ann.path, tmp_path / "kept"))
    with ben.node() as here:
        told_all(ann, here, *(f"post {number}" for number in range(40)))
        put_back(ann, kept)
        with ann.node("--peer", here.address):
            assert ann("post", "after all")[0]["seq"] == 44
            until(lambda: ben.texts(ann.account)[-1] == "after all")
        assert ben("following")[0]["forked"] == []
        assert ann("verify")[0]["errors"] == 0


@long
def test_without_a_node_known_peers_are_asked_too(ann: Home, ben: Home, tmp_path: Path) -> None:
    with ben.node() as here:
        assert ann("sync", here.address)[-1]["in_sync"]
        kept = Path(shutil.copytree(ann.path, tmp_path / "kept"))  # it knows Ben
        told_all(ann, here, "one", "two")
        put_back(ann, kept)
        done = ann.run("--json", "post", "after all")
        assert json.loads(done.stdout)["seq"] == 6
        assert done.stderr == ""
        ann("sync", here.address)
        assert ben("following")[0]["forked"] == []
        assert ben.texts(ann.account) == ["before", "one", "two", "after all"]


@long
def test_an_older_store_catches_up_by_itself_where_a_peer_is_known(
    ann: Home, ben: Home, tmp_path: Path
) -> None:
    with ben.node() as here:
        assert ann("sync", here.address)[-1]["in_sync"]
        older = tmp_path / "older.sqlite"
        shutil.copy(ann.path / "store.sqlite", older)
        told_all(ann, here, "one")
        for name in ("store.sqlite-wal", "store.sqlite-shm"):
            (ann.path / name).unlink(missing_ok=True)
        shutil.copy(older, ann.path / "store.sqlite")
        assert ann("post", "after all")[0]["seq"] == 5


@long
def test_what_remains_offline_it_cannot_know_and_says_so(
    ann: Home, ben: Home, tmp_path: Path
) -> None:
    kept = Path(shutil.copytree(ann.path, tmp_path / "kept"))
    with ben.node() as here:
        told_all(ann, here, "one story")
    put_back(ann, kept)
    with ben.node() as here:
        done = ann.run("post", "another story")
        assert done.returncode == 0
        assert "copied or put back" in done.stderr
        assert "forks it" in done.stderr
        again = ann.run("post", "it is said once")
        assert "copied or put back" not in again.stderr
        ann("sync", here.address)
        assert ben("following")[0]["forked"] == [ann.feed]
        assert ann.run("post", "more").returncode == 1


@long
def test_nobody_is_waited_for_who_cannot_know(ann: Home, tmp_path: Path) -> None:
    """A peer that does not carry the account, and no peer at all."""
    (ann.path / "signed").unlink()
    stranger = Home(tmp_path / "stranger", "Stranger")
    with stranger.node() as here, ann.node("--peer", here.address):
        until(lambda: any(one.get("seconds", 0) > 1 for one in ann("peers")))
        began = time.monotonic()
        ann("post", "hello")
        assert time.monotonic() - began < 4
