"""The doctor finds what is broken in homes that really are, and what it advises mends them."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e import support

from sayso_node.home.directory import Home
from sayso_node.home.secret_file import write_secret
from sayso_node.media.blob_store import add_blob

from ..conftest import Sayso

SOUND = [
    *("disk", "permissions", "keys", "feed", "store"),
    *("clock", "blobs", "node key", "node", "mdns"),
]


def diagnoses(sayso: Sayso, home: Path, *words: str, code: int) -> dict[str, dict[str, Any]]:
    done = sayso("doctor", "--home", home, "--json", *words)
    assert done.code == code, done.out
    return {one["check"]: one for one in done.records}


def unwell(sayso: Sayso, home: Path, *words: str) -> dict[str, dict[str, Any]]:
    """What is not ok, by its name; each of it says what to do."""
    found = diagnoses(sayso, home, *words, code=1)
    wrong = {name: one for name, one in found.items() if not one["ok"]}
    assert wrong
    assert all(one["found"] and one["advice"] for one in wrong.values())
    return wrong


@pytest.fixture
def store(sayso: Sayso, home: Path) -> Path:
    """The store file of a home with posts, closed."""
    for n in range(6):
        sayso("post", f"post {n} " * 1000, "--home", home)
    return home / "store.sqlite"


def test_a_sound_home_is_well(sayso: Sayso, home: Path) -> None:
    found = diagnoses(sayso, home, code=0)
    assert list(found) == SOUND
    assert "stopped" in found["node"]["found"]
    plain = sayso("doctor", "--home", home)
    assert (plain.code, plain.err) == (0, "")
    assert len([line for line in plain.out.splitlines() if line.startswith("ok")]) == len(SOUND)


def test_where_no_home_is_it_says_how_to_make_one(sayso: Sayso, tmp_path: Path) -> None:
    done = sayso("doctor", "--home", tmp_path / "none")
    assert done.code == 1
    assert "sayso init" in done.err


def test_damaged_films_are_found_and_what_helps_is_named(sayso: Sayso, home: Path) -> None:
    for size in (200_000, 600_000):
        add_blob(Home(home), BytesIO(bytes(size)))
    assert diagnoses(sayso, home, code=0)["blobs"]["found"] == "2 pictures and films, all sound"
    [large] = [one for one in (home / "blobs").iterdir() if one.stat().st_size == 600_000]
    with large.open("r+b") as file:
        file.seek(300_000)
        file.write(b"?")
    found = unwell(sayso, home)["blobs"]
    assert "1 of 2 pictures and films" in found["found"]
    assert f"`rm {large}` and `sayso fetch " in found["advice"]
    large.write_bytes(b"")  # as a crash may leave it
    assert "1 of 2 pictures and films" in unwell(sayso, home)["blobs"]["found"]
    large.unlink()
    rest = diagnoses(sayso, home, code=0)["blobs"]
    assert "1 more to be kept and not here yet" in rest["found"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_film_that_may_not_be_read_is_not_to_be_removed(sayso: Sayso, home: Path) -> None:
    add_blob(Home(home), BytesIO(bytes(200_000)))
    [film] = [one for one in (home / "blobs").iterdir() if one.stat().st_size == 200_000]
    film.chmod(0)
    found = unwell(sayso, home)["blobs"]
    assert "Permission denied" in found["found"]
    assert "rm " not in found["advice"]


# --- permissions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "mode"),
    [
        ("", 0o755),
        ("", 0o710),
        ("keys.json", 0o644),
        ("keys.json", 0o660),
        ("node.key", 0o604),
        ("store.sqlite", 0o400),
        ("filters.toml", 0o200),
    ],
)
def test_a_mode_that_is_wrong_is_mended_by_what_is_advised(
    sayso: Sayso, home: Path, name: str, mode: int
) -> None:
    write_secret(home / "node.key", bytes(32), replace=True)
    write_secret(home / "filters.toml", b"", replace=True)
    (home / name).chmod(mode)
    wrong = unwell(sayso, home)["permissions"]
    assert str(home / name) in wrong["advice"]
    subprocess.run(wrong["advice"], shell=True, check=True)
    assert diagnoses(sayso, home, code=0)["permissions"]["ok"]


@pytest.mark.parametrize("name", ["keys.json", "store.sqlite"])
def test_a_link_in_the_place_of_a_file_is_found(
    sayso: Sayso, home: Path, tmp_path: Path, name: str
) -> None:
    (home / name).rename(tmp_path / "moved")
    (home / name).symlink_to(tmp_path / "moved")
    assert "permissions" in unwell(sayso, home)


# --- keys and feed ---------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b'{"secrets": {}}'])
def test_damaged_keys_are_found_and_the_store_is_looked_at_all_the_same(
    sayso: Sayso, home: Path, content: bytes
) -> None:
    (home / "keys.json").write_bytes(content)
    assert unwell(sayso, home).keys() == {"keys"}


def test_keys_of_another_home_are_found(sayso: Sayso, home: Path, other: Path) -> None:
    shutil.copy(other / "keys.json", home / "keys.json")
    assert unwell(sayso, home).keys() == {"keys"}


@long
def test_locked_keys_are_looked_at_with_their_passphrase(sayso: Sayso, tmp_path: Path) -> None:
    home, right, bad = tmp_path / "locked", tmp_path / "right", tmp_path / "bad"
    right.write_text("correct horse\n")
    bad.write_text("wrong horse\n")
    assert sayso("init", "--home", home, "--passphrase-file", right).code == 0
    assert "locked" in diagnoses(sayso, home, code=0)["keys"]["found"]
    options = ["--passphrase-file", str(right)]
    assert "fit the store" in diagnoses(sayso, home, *options, code=0)["keys"]["found"]
    assert unwell(sayso, home, "--passphrase-file", str(bad)).keys() == {"keys"}


def test_a_home_that_is_in_use_elsewhere_is_found(sayso: Sayso, home: Path) -> None:
    feed = sayso("device", "list", "--home", home, "--json").records[0]["feed"]
    write_secret(Home(home).clone_mark, feed.encode())
    wrong = unwell(sayso, home)
    assert wrong.keys() == {"feed"}
    assert "restore" in wrong["feed"]["advice"]


def test_an_old_store_that_was_put_back_is_found(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    old = shutil.copytree(home, tmp_path / "old")
    for n in range(3):
        sayso("post", f"new {n}", "--home", home)
    for path in home.glob("store.sqlite*"):
        path.unlink()
    for path in old.glob("store.sqlite*"):
        shutil.copy(path, home)
    wrong = unwell(sayso, home)
    assert wrong.keys() == {"feed"}
    assert "are missing" in wrong["feed"]["found"] or "are missing" in wrong["feed"]["advice"]


@pytest.mark.parametrize("seed", [b"", bytes(31), bytes(33)])
def test_a_damaged_node_key_is_found(sayso: Sayso, home: Path, seed: bytes) -> None:
    write_secret(home / "node.key", seed, replace=True)
    wrong = unwell(sayso, home)
    assert wrong.keys() == {"node key"}
    assert "remove it" in wrong["node key"]["advice"]


# --- the store -------------------------------------------------------------------------------


@pytest.mark.parametrize("content", [b"", b"not a store at all" * 1000, bytes(1 << 16)])
def test_a_file_that_is_no_store_is_found(sayso: Sayso, store: Path, content: bytes) -> None:
    store.write_bytes(content)
    for name in ("-wal", "-shm"):
        store.with_name(store.name + name).unlink(missing_ok=True)
    assert "store" in unwell(sayso, store.parent)


def test_a_store_that_is_gone_is_found(sayso: Sayso, store: Path) -> None:
    store.unlink()
    assert "store" in unwell(sayso, store.parent)


def test_a_store_of_a_later_version_is_found(sayso: Sayso, store: Path) -> None:
    with sqlite3.connect(store) as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()
    assert "store" in unwell(sayso, store.parent)


@long
@pytest.mark.parametrize("page", [5, 9, 14, 20, 27])
def test_a_page_that_the_disk_has_spoilt_is_found(sayso: Sayso, store: Path, page: int) -> None:
    db = sqlite3.connect(store)
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = db.execute("PRAGMA page_size").fetchone()[0]
    count = db.execute("PRAGMA page_count").fetchone()[0]
    db.close()
    with store.open("r+b") as file:
        file.seek(size * (page % count))
        file.write(b"\xff" * size)
    wrong = unwell(sayso, store.parent)
    assert wrong.keys() & {"store", "feed", "keys", "clock"}


# --- the disk: real ones, in a namespace of mounts ---------------------------------------------


def on_a_disk(folder: Path, script: str) -> list[dict[str, Any]]:
    """Run a script where `$DISK` is a file system of 30 MB of its own."""
    words = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-ec"]
    begin = 'mount -t tmpfs -o size=30M,mode=700 none "$DISK"\n'
    environment = os.environ | {"DISK": str(folder), "PYTHON": sys.executable}
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed (package util-linux)")
    probe = subprocess.run([*words, begin], env=environment, capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("no file system can be mounted here")
    done = subprocess.run(
        [*words, begin + script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return [json.loads(line) for line in done.stdout.splitlines() if "check" in line]


SAYSO = '"$PYTHON" -m sayso_cli.main --home "$DISK/home"'


@long
def test_a_disk_that_is_nearly_full_is_found(tmp_path: Path) -> None:
    found = on_a_disk(tmp_path, f"{SAYSO} init > /dev/null; {SAYSO} --json doctor")
    wrong = {one["check"]: one for one in found if not one["ok"]}
    assert wrong.keys() == {"disk"}
    assert "make room" in wrong["disk"]["advice"]


@long
def test_a_disk_that_can_only_be_read_is_found(tmp_path: Path) -> None:
    script = f'{SAYSO} init > /dev/null; mount -o remount,bind,ro "$DISK"; {SAYSO} --json doctor'
    wrong = {one["check"]: one for one in on_a_disk(tmp_path, script) if not one["ok"]}
    assert wrong.keys() == {"disk", "store"}
    assert "only be read" in wrong["disk"]["found"]


# --- the running node ------------------------------------------------------------------------


@long
@pytest.mark.e2e
def test_of_a_running_node_the_network_is_looked_at(tmp_path: Path) -> None:
    home = support.Home(tmp_path / "ann", "Ann")
    with home.node("--no-mdns", listen="/ip4/127.0.0.1/tcp/0"):
        found = {one["check"]: one for one in home("doctor", code=1)}
    assert found["node"]["ok"]
    assert not found["listening"]["ok"]
    assert "--listen" in found["listening"]["advice"]
    assert not found["peers"]["ok"]
    assert "connect" in found["peers"]["advice"]
    assert not found["reachability"]["ok"]
    assert {"mapping", "router", "relays", "proxy"} <= found.keys()


@long
@pytest.mark.e2e
def test_of_a_node_behind_a_proxy_it_is_said_that_it_is_hidden(tmp_path: Path) -> None:
    home = support.Home(tmp_path / "ann", "Ann")
    with home.node("--no-mdns", "--proxy", "socks5://127.0.0.1:9"):
        found = {one["check"]: one for one in home("doctor", code=1)}
        [status] = home("status")
    assert found["proxy"]["ok"]
    assert "hidden behind a proxy" in found["proxy"]["found"]
    assert "reachability" not in found
    assert status["reachability"] == "closed"
