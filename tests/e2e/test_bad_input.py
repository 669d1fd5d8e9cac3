"""Whatever is wrong with what a person gives: one clear line, the right exit code, and
nothing lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from tests.budget import long

from .support import COMMAND, Home

pytestmark = pytest.mark.e2e

STRANGER = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann")


def refused(home: Home, *args: str, code: int = 1, **options) -> str:
    """The one line on stderr of a command that must fail."""
    done = home.run(*args, **options)
    assert done.returncode == code, (done.stdout, done.stderr)
    assert "Traceback" not in done.stderr
    if code == 1:
        assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@long
@pytest.mark.parametrize(
    "args",
    [
        ("follow", "nobody"),
        ("follow", "z6Mk" + "1" * 44),
        ("follow", "@stranger"),
        ("unfollow", STRANGER),
        ("show", "deadbeef"),
        ("show", "xyz"),
        ("post", "text", "--reply", "deadbeef"),
        ("post", "x" * 20_000),
        ("read", "--author", "nobody"),
        ("sync", "not an address"),
        ("sync", "/ip4/127.0.0.1/tcp/1"),
        ("sync", "/ip4/127.0.0.1/tcp/1/p2p/12D3KooWKiFK4yiSAVqKfjQ4nvsfHfqgfKfmYXo2NGKtb8kPQg4X"),
        ("connect", "/ip4/127.0.0.1/tcp/1"),
        ("import-archive", "/nowhere.zip"),
        ("import", "/nowhere.bundle"),
        ("export", "/nowhere/at/all.bundle"),
        ("init",),
        ("run", "--listen", "/ip4/203.0.113.1/tcp/9"),
        ("run", "--peer", "nonsense"),
        ("run", "--peer", "/ip4/127.0.0.1/tcp/1"),
    ],
)
def test_a_wrong_argument_is_one_clear_line(ann: Home, args: tuple[str, ...]) -> None:
    before = ann("status")[0]["entries"]
    assert len(refused(ann, *args)) > 15
    assert ann("status")[0]["entries"] == before


@long
@pytest.mark.parametrize(
    "args",
    [
        (),
        ("frobnicate",),
        ("read", "--limit", "many"),
        ("read", "--since", "yesterdayish"),
        ("run", "--listen", "nonsense"),
        ("run", "--listen", "/dns/me.example/tcp/4001"),
    ],
)
def test_wrong_usage_is_exit_2(ann: Home, args: tuple[str, ...]) -> None:
    refused(ann, *args, code=2)


def test_a_home_without_an_account_says_how_to_make_one(tmp_path: Path) -> None:
    home = Home(tmp_path / "nowhere", init=False)
    assert "sayso init" in refused(home, "post", "hello")


@long
def test_a_second_run_in_one_home_is_refused(ann: Home) -> None:
    with ann.node():
        assert "running" in refused(ann, "run", "--listen", "/ip4/127.0.0.1/tcp/0")
        ann("post", "the first one is unharmed")


def test_a_node_does_not_try_again_and_again_to_reach_itself(ann: Home) -> None:
    address = f"/ip4/127.0.0.1/tcp/1/p2p/{ann('status')[0]['peer_id']}"
    for command in (("run", "--peer", address), ("sync", address)):
        assert "this node itself" in refused(ann, *command)


def test_a_store_of_a_newer_version_is_left_alone(ann: Home) -> None:
    database = sqlite3.connect(ann.path / "store.sqlite")
    database.execute("PRAGMA user_version = 999")
    database.close()
    assert "newer sayso" in refused(ann, "post", "hello")


def test_a_store_that_is_none_is_refused(ann: Home) -> None:
    (ann.path / "store.sqlite").write_bytes(b"not a database, " * 1000)
    refused(ann, "read")


def test_keys_that_others_can_read_are_refused(ann: Home) -> None:
    (ann.path / "keys.json").chmod(0o644)
    assert "chmod 600" in refused(ann, "post", "hello")


@long
def test_a_cut_link_ends_with_a_reason_and_keeps_what_came(ann: Home, tmp_path: Path) -> None:
    ben = Home(tmp_path / "ben")
    ben("follow", ann.account)
    with ann.node() as node:
        node.process.send_signal(19)  # stopped: it accepts and never answers
        try:
            refused(ben, "sync", node.address)
        finally:
            node.process.send_signal(18)


@long
def test_no_space_left_loses_nothing(ann: Home, tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)],
        check=False,
        capture_output=True,
    )
    if mounted.returncode or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk here")
    try:
        shutil.copytree(ann.path, small / "ann", ignore=shutil.ignore_patterns("*.sock"))
        home = Home(small / "ann", init=False)
        kept = 0
        for _ in range(200):
            done = home.run("post", "x" * 15_000)
            if done.returncode:
                break
            kept += 1
        assert done.returncode == 1
        assert "Traceback" not in done.stderr
        assert "space" in done.stderr
        assert len(home("read", "--limit", "1000")) == kept
        assert home("verify")[0]["errors"] == 0
    finally:
        subprocess.run(["umount", str(small)], check=True)


@long
def test_a_closed_pipe_and_ctrl_c_are_no_crashes(ann: Home) -> None:
    for n in range(3):
        ann("post", f"{n} " + "long " * 2000)
    line = " ".join([*COMMAND, "--home", str(ann.path), "read"])
    done = subprocess.run(
        ["bash", "-c", f"{line} | head -c 1; echo ${{PIPESTATUS[0]}}"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
