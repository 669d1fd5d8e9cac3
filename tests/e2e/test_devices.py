"""Several devices of one account, as real nodes: each gets what the others wrote."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from tests.budget import long, rounds

from .support import COMMAND, Home, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def desk(tmp_path: Path) -> Home:
    """A home whose phrase is in the file `phrase` beside it."""
    home = Home(tmp_path / "desk", init=False)
    made = home("init", "--name", "Ann", "--label", "desk")[0]
    home.account, home.feed = made["account"], made["feed"]
    (tmp_path / "phrase").write_text(made["phrase"])
    return home


@pytest.fixture
def ben(tmp_path: Path, desk: Home) -> Home:
    """Somebody who follows the account."""
    home = Home(tmp_path / "ben", "Ben")
    home("follow", desk.account, "--name", "ann")
    return home


def from_phrase(tmp_path: Path, name: str) -> Home:
    home = Home(tmp_path / name, init=False)
    phrase = (tmp_path / "phrase").read_text()
    [made] = home("init", "--phrase-file", "-", "--label", name, text=phrase)
    home.account, home.feed = made["account"], made["feed"]
    return home


def labels(home: Home) -> set[str | None]:
    return {row["label"] for row in home("device", "list")}


@long
def test_a_device_from_the_phrase_gets_the_past_and_is_heard(
    desk: Home, ben: Home, tmp_path: Path
) -> None:
    for n in range(5):
        desk("post", f"from the desk {n}")
    laptop = from_phrase(tmp_path, "laptop")
    assert laptop.account == desk.account
    with desk.node() as here, laptop.node("--peer", here.address):
        until(lambda: len(laptop.texts(desk.account)) == 5)
        with ben.node("--peer", here.address):
            laptop("post", "from the laptop")
            until(lambda: "from the laptop" in desk.texts(desk.account))
            until(lambda: len(ben.texts(desk.account)) == 6)
    for home in (desk, laptop):
        assert labels(home) == {"desk", "laptop"}
        assert home("profile")[0]["name"] == "Ann"
        assert home("verify")[0]["errors"] == 0
    assert ben("following")[0]["feeds"] == 2
    assert ben("following")[0]["forked"] == []


@long
def test_a_device_by_request_gets_the_past_and_is_heard(
    desk: Home, ben: Home, tmp_path: Path
) -> None:
    desk("post", "from the desk")
    phone = Home(tmp_path / "phone", init=False)
    with desk.node() as here:
        asked = phone("device", "add", "--request", "--label", "phone")[0]
        let_in = desk("device", "add", "-", text=asked["request"])[0]
        assert let_in["fingerprint"] == asked["fingerprint"]
        made = phone("device", "add", "--answer", "-", text=let_in["answer"])[0]
        assert made["account"] == desk.account
        with phone.node("--peer", here.address), ben.node("--peer", here.address):
            until(lambda: phone.texts(desk.account) == ["from the desk"])
            phone("post", "from the phone")
            until(lambda: ben.texts(desk.account) == ["from the desk", "from the phone"])
    assert labels(desk) == {"desk", "phone"}


@long
def test_after_a_fire_the_backup_goes_on_where_the_old_home_never_was(
    desk: Home, ben: Home, tmp_path: Path
) -> None:
    """The old home lives on, too, and has written more since the backup: no fork comes of it."""
    desk("post", "before")
    desk("follow", ben.account, "--name", "ben")
    (tmp_path / "passphrase").write_text("open sesame\n")
    sealed = ("--passphrase-file", str(tmp_path / "passphrase"))
    backup = str(tmp_path / "backup")
    desk("backup", backup, *sealed)
    desk("post", "after the backup")
    new = Home(tmp_path / "new", init=False)
    back = new("restore", backup, "--label", "new", *sealed)[0]
    assert back["others"] == [desk.feed]
    assert new.texts(desk.account) == ["before"]
    assert new("following")[0]["name"] == "ben"
    new("post", "from the new home", *sealed)
    with desk.node() as here, new.node("--peer", here.address), ben.node("--peer", here.address):
        until(lambda: len(ben.texts(desk.account)) == 3)
        until(lambda: len(new.texts(desk.account)) == 3)
        until(lambda: len(desk.texts(desk.account)) == 3)
        desk("post", "the old home goes on")
        until(lambda: "the old home goes on" in new.texts(desk.account))
    assert ben("following")[0]["forked"] == []
    for home in (desk, new, ben):
        assert home("verify")[0]["errors"] == 0


@long
def test_a_restore_that_is_killed_at_any_moment_can_be_repeated(desk: Home, tmp_path: Path) -> None:
    count, chance = rounds(20_000, 10_000), random.Random(3)
    posts = tmp_path / "posts.jsonl"
    with posts.open("w") as file:
        for n in range(count):
            post = {"id": str(n), "time": "2020-01-01T00:00:00Z", "text": f"made up {n}"}
            file.write(json.dumps(post) + "\n")
    desk("import-archive", str(posts))
    backup = str(tmp_path / "backup")
    desk("backup", backup)
    new = Home(tmp_path / "new", init=False)
    command = [*COMMAND, "--home", str(new.path), "restore", backup]
    draft = new.path / ".new" / "store.sqlite"
    killed, longest = 0, 0.3
    while killed < rounds(4, 2):
        began = time.time()
        process = subprocess.Popen(command, stdout=-3, stderr=-3)
        until(lambda began=began: draft.exists() and draft.stat().st_ctime > began)
        time.sleep(chance.uniform(0, longest))
        process.kill()
        process.wait()
        if (new.path / "keys.json").exists():  # this machine was faster: sooner, from the start
            shutil.rmtree(new.path)
            longest /= 2
            continue
        killed += 1
        new("post", "there is no home here", code=1)
    new("restore", backup)
    assert not (new.path / ".new").exists()
    report = new("verify")[0]
    assert (report["feeds"], report["entries"], report["errors"]) == (2, count + 3, 0)
    new("post", "goes on")


@long
def test_a_running_node_goes_on_when_the_key_is_changed(
    desk: Home, ben: Home, tmp_path: Path
) -> None:
    """And whoever follows the old key follows along without doing anything."""
    desk("post", "before")
    with desk.node() as here, ben.node("--peer", here.address):
        until(lambda: ben.texts(desk.account) == ["before"])
        desk("rotate", "--phrase-file", str(tmp_path / "phrase"))
        desk("post", "after")
        until(lambda: ben.texts(desk.account) == ["before", "after"])
        desk("post", "live")
        until(lambda: ben.texts(desk.account) == ["before", "after", "live"])
    for home in (desk, ben):
        assert home("verify")[0]["errors"] == 0


@long
def test_a_revoke_is_made_while_the_node_runs(desk: Home, tmp_path: Path) -> None:
    laptop = from_phrase(tmp_path, "laptop")
    with desk.node() as here, laptop.node("--peer", here.address):
        laptop("post", "from the laptop")
        until(lambda: desk.texts(desk.account) == ["from the laptop"])
        [row] = desk("device", "revoke", laptop.feed[:12])
        assert row["revoked"]["seq"] == 2
        # Its own node heeds it, as soon as it hears of it.
        until(lambda: laptop.run("post", "by the thief").returncode == 1)
        desk("post", "goes on")
        until(lambda: "goes on" in laptop.texts(desk.account))
        assert desk.texts(desk.account) == ["from the laptop", "goes on"]
        assert desk("status")[0]["trouble"] is None
    assert desk("verify")[0]["errors"] == 0
