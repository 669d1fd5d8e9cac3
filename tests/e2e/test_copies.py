"""A home whose directory was copied to another machine, as real nodes."""

from __future__ import annotations

import shutil
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
def twin(ann: Home, tmp_path: Path) -> Home:
    """The same files, node key and all."""
    home = Home(Path(shutil.copytree(ann.path, tmp_path / "twin")), init=False)
    home.account, home.feed = ann.account, ann.feed
    return home


@pytest.fixture
def ben(tmp_path: Path, ann: Home) -> Home:
    home = Home(tmp_path / "ben", "Ben")
    home("follow", ann.account, "--name", "ann")
    return home


def exchange(home: Home, here: RunningNode) -> None:
    assert home("sync", here.address)[-1]["in_sync"]


@long
def test_the_copy_that_hears_of_the_other_stops_before_it_forks(
    ann: Home, twin: Home, ben: Home
) -> None:
    with ben.node() as here:
        exchange(ann, here)
        with twin.node("--peer", here.address) as there:
            ann("post", "from the first")
            exchange(ann, here)
            there.wait_for("own-feed-ahead")
            until(lambda: (twin.path / "copied").exists())
            assert twin.run("post", "from the second").returncode == 1
        done = twin.run("--json", "post", "from the second")
        assert done.returncode == 1
        assert "home-copied" in done.stderr + done.stdout
        ann("post", "the first goes on")
        exchange(ann, here)
        assert ben.texts(ann.account) == ["before", "from the first", "the first goes on"]
    assert ben("following")[0]["forked"] == []


@long
def test_copies_that_forked_are_healed_by_what_the_error_says(
    ann: Home, twin: Home, ben: Home, tmp_path: Path
) -> None:
    with ben.node() as here:
        exchange(ann, here)
        ann("post", "from the first")
        twin("post", "from the second")
        twin("post", "and again")  # of equal heights nobody looks whether they are the same
        for home in (ann, twin, ann):
            exchange(home, here)
        assert ben("following")[0]["forked"] == [ann.feed]
        for home in (ann, twin):
            done = home.run("post", "more")
            assert done.returncode == 1
            assert "sayso backup FILE" in done.stderr
            assert f"sayso device revoke {ann.feed[:12]}`" in done.stderr
        backup = str(tmp_path / "backup")
        twin("backup", backup)
        new = Home(tmp_path / "new", init=False)
        new("restore", backup)
        new("device", "revoke", ann.feed, "--yes")
        new("post", "in a new feed")
        exchange(new, here)
        exchange(new, here)
        wanted = ["before", "from the second", "and again", "in a new feed"]
        assert new.texts(ann.account) == wanted
        until(lambda: ben.texts(ann.account) == wanted)
        for home in (ann, twin):
            assert home.run("post", "more").returncode == 1
    for home in (ann, twin, ben, new):
        assert home("verify")[0]["errors"] == 0
