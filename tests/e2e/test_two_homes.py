"""The main job, end to end: publish here, subscribe there, over libp2p."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import time
from pathlib import Path

import pytest
from tests.budget import long, rounds, some
from tests.testdata import data_file

from .support import COMMAND, Home, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "Ann")


@pytest.fixture
def ben(tmp_path: Path) -> Home:
    return Home(tmp_path / "ben", "Ben")


def archive(path: Path, count: int) -> Path:
    """An archive of made-up posts, half of them replies to the one before."""
    with path.open("w") as file:
        for n in range(count):
            post = {"id": str(n), "time": f"2020-01-01T00:00:{n % 60:02}Z", "text": f"made up {n}"}
            if n % 2:
                post["reply_to"] = str(n - 1)
            file.write(json.dumps(post) + "\n")
    return path


@long
def test_posts_arrive_signed_in_order_and_complete(ann: Home, ben: Home) -> None:
    for n in range(5):
        ann("post", f"number {n}")
    with ann.node() as node:
        ben("follow", ann.account)
        report = ben("sync", node.address)[0]
        assert report["in_sync"]
        assert report["received"] == 7  # and the entries that open the feed
    assert ben.texts(ann.account) == [f"number {n}" for n in range(5)]
    assert ben("verify")[0]["errors"] == 0
    assert ben("following")[0]["missing"] == 0


@long
def test_posts_arrive_live_both_ways_while_both_run(ann: Home, ben: Home) -> None:
    ann("follow", ben.account)
    ben("follow", ann.account)
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: len(here.home.connected()) == 1)
        root = ann("post", "to ben")[0]
        until(lambda: ben.texts(ann.account) == ["to ben"])
        ben("post", "to ann", "--reply", root["id"])
        until(lambda: ann.texts(ben.account) == ["to ann"])
    item = ann("read", "--author", ben.account)[0]
    assert item["reply_to"] == root["id"]
    assert ann("show", root["id"])[0]["replies"] == 1


@long
def test_a_third_node_gets_everything_from_a_stranger(ann: Home, ben: Home, tmp_path: Path) -> None:
    cid = Home(tmp_path / "cid")
    ann("import-archive", str(archive(tmp_path / "a.jsonl", 1200)))
    ben("follow", ann.account)
    cid("follow", ann.account)
    with ann.node() as node:
        ben("sync", node.address)
    with ben.node() as node:
        assert cid("sync", node.address)[0]["in_sync"]
    assert cid.texts(ann.account) == ann.texts(ann.account)
    assert len(cid.texts(ann.account)) == 1200
    assert cid("verify")[0]["errors"] == 0


@long
def test_a_receiver_killed_at_any_moment_goes_on_where_it_was(
    ann: Home, ben: Home, tmp_path: Path
) -> None:
    import subprocess

    chance = random.Random(11)
    count = rounds(20_000, 8_000)
    ann("import-archive", str(archive(tmp_path / "a.jsonl", count)))
    ben("follow", ann.account)
    held = [0]
    with ann.node() as node:
        for _ in range(rounds(10, 2)):
            command = [*COMMAND, "--home", str(ben.path), "sync", node.address]
            process = subprocess.Popen(command, stdout=-3, stderr=-3)
            time.sleep(chance.uniform(0.3, 1.3))
            process.send_signal(signal.SIGKILL)
            process.wait()
            held.append(ben.have(ann.account))
            assert ben("verify")[0]["errors"] == 0
        report = ben("sync", node.address)[0]
    assert held == sorted(held)
    assert report["received"] == count + 2 - held[-1]
    assert ben.texts(ann.account) == ann.texts(ann.account)


@long
def test_a_spoilt_store_is_refused_and_the_rest_comes_from_elsewhere(
    ann: Home, ben: Home, tmp_path: Path
) -> None:
    cid = Home(tmp_path / "cid")
    ann("import-archive", str(archive(tmp_path / "a.jsonl", 300)))
    ben("follow", ann.account)
    cid("follow", ann.account)
    with ann.node() as node:
        ben("sync", node.address)
    _turn_one_bit(ben.path / "store.sqlite", ann.texts(ann.account)[150])
    assert ben("verify", code=1)
    with ben.node() as node:
        cid("sync", node.address)
    row = cid("following")[0]
    assert (row["head"], row["missing"]) == (302, 1)
    with ann.node() as node:
        cid("sync", node.address)
    assert cid("following")[0]["missing"] == 0
    assert cid.texts(ann.account) == ann.texts(ann.account)


def _turn_one_bit(store: Path, text: str) -> None:
    database = sqlite3.connect(store)
    rows = database.execute("SELECT arrival, body FROM entries WHERE body IS NOT NULL").fetchall()
    (arrival, body) = next(row for row in rows if text.encode() in row[1])
    at = body.index(text.encode())
    spoilt = body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
    database.execute("UPDATE entries SET body = ? WHERE arrival = ?", (spoilt, arrival))
    database.commit()
    database.close()


@long
@pytest.mark.parametrize("number", some([signal.SIGTERM, signal.SIGINT], 1))
def test_a_node_stops_quickly_and_in_good_order(ann: Home, ben: Home, number: int) -> None:
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: len(ann.connected()) == 1)
        assert here.stop(number) < 5
        assert here.process.returncode == 0
    assert ann("verify")[0]["errors"] == 0


@long
def test_a_node_that_comes_back_is_found_again(ann: Home, ben: Home) -> None:
    ben("follow", ann.account)
    with ann.node() as here:
        port = here.address.split("/")[4]
        with ben.node("--peer", here.address):
            until(lambda: len(ben.connected()) == 1)
            here.stop(signal.SIGKILL)
            until(lambda: len(ben.connected()) == 0)
            ann("post", "written while away")
            with ann.node(listen=f"/ip4/127.0.0.1/tcp/{port}"):
                until(lambda: ben.texts(ann.account) == ["written while away"])


@long
def test_every_naughty_string_is_the_same_text_on_the_other_side(ann: Home, ben: Home) -> None:
    strings = json.loads(data_file("naughty_strings.json").read_text())
    unwritten = [text for text in strings if not text.strip()]
    assert unwritten == ["", " "]
    for text in unwritten:  # nothing is published by mistake
        assert ann.run("post", "-", text=text).returncode == 1
    strings = [text for text in strings if text.strip()][:: rounds(1, 4)]
    ben("follow", ann.account)
    with ann.node() as here, ben.node("--peer", here.address):
        for text in strings:
            ann("post", "-", text=text)
        until(lambda: ben.have(ann.account) == len(strings) + 2)
    assert ben.texts(ann.account) == strings
    shown = ben.run("read", "--limit", "10000", env={"LANG": "C.UTF-8"}).stdout
    assert "\x1b" not in shown
    assert not [c for c in shown if c != "\n" and not c.isprintable() and ord(c) < 0xA0]


@pytest.mark.soak
def test_the_whole_real_archive_goes_over(ann: Home, ben: Home) -> None:
    path = data_file("account_cogdog.jsonl.gz")
    report = ann("import-archive", str(path))[0]
    assert (report["imported"], report["skipped"]) == (94_754, 0)
    assert ann("import-archive", str(path))[0]["imported"] == 0
    ben("follow", ann.account)
    with ann.node() as node:
        report = ben("sync", node.address)[0]
        print(f"{report['received'] / report['seconds']:.0f} posts/s", os.getpid())
    assert report["received"] == 94_756
    assert ben("verify")[0]["errors"] == 0
    assert ben.texts(ann.account) == ann.texts(ann.account)
