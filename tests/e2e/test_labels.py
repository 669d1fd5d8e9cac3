"""A labeller's labels travel between running nodes, and hide where they are subscribed to."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import threading
from pathlib import Path

import pytest
from tests.budget import long, some
from tests.node.stalling import listening
from tests.node.support import Person

from sayso_protocol.crypto.keys import key_text

from .support import COMMAND, Home, until

pytestmark = pytest.mark.e2e


@long
def test_labels_travel_and_do_what_was_chosen(tmp_path: Path) -> None:
    ann, ben, lab = (Home(tmp_path / name, name) for name in ("ann", "ben", "lab"))
    ben("follow", ann.account)
    lab("follow", ann.account)
    posts = [ann("post", text)[0]["id"] for text in ("buy", "hello")]

    def shown() -> list[str]:
        return [item["text"] for item in ben("read")]

    def labels(home: Home) -> dict[str, int]:
        return next((item["labels"] for item in home("labels", "list")), {})

    with (
        ann.node() as hub,
        lab.node("--peer", hub.address) as there,
        ben.node("--peer", hub.address, "--peer", there.address),
    ):
        until(lambda: shown() == ["hello", "buy"])
        until(lambda: len(lab("read")) == 2)
        lab("label", posts[0], "spam")
        lab("post", "I label")
        assert ben("labels", "preview", lab.account, code=1) == []
        ben("labels", "subscribe", lab.account)
        until(lambda: labels(ben) == {"spam": 1})
        assert shown() == ["hello", "buy"]  # carried and not shown; nothing is hidden yet
        found = ben("labels", "preview", lab.account)[0]
        assert (found["would_hide"], found["from_followed"]) == (1, 1)
        ben("labels", "subscribe", lab.account, "--on", "spam=hide")
        assert shown() == ["hello"]
        lab("label", posts[1], "spam")
        until(lambda: shown() == [])
        lab("label", posts[0], posts[1], "spam", "--off")
        until(lambda: shown() == ["hello", "buy"])
        ben("labels", "unsubscribe", lab.account)
        lab("label", posts[0], "spam")
    assert shown() == ["hello", "buy"]
    assert ben("verify")[0]["errors"] == 0


TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def everything_in(home: Home) -> dict[str, list]:
    """All rows of a home's store, by table, and all its other files."""
    with sqlite3.connect(home.path / "store.sqlite") as db:
        names = [name for (name,) in db.execute(TABLES)]
        found = {name: sorted(map(repr, db.execute(f"SELECT * FROM {name}"))) for name in names}
    others = [path for path in home.path.iterdir() if not path.name.startswith("store.sqlite")]
    return found | {path.name: [path.read_bytes()] for path in others if path.is_file()}


@long
def test_a_preview_fetches_what_it_needs_and_leaves_nothing_behind(tmp_path: Path) -> None:
    """Neither in the home nor at the peer, whether a node runs or not, and also where it fails."""
    ann, ben, lab = (Home(tmp_path / name, name) for name in ("ann", "ben", "lab"))
    for one in (ben, lab):
        one("follow", ann.account)
    spam, _ = (ann("post", text)[0]["id"] for text in ("buy", "hello"))
    with ann.node() as hub:
        assert lab("sync", hub.address)[0]["in_sync"]
    lab("label", spam, "spam")
    lab("label", ann.account, "rude")
    lab("post", "I label")

    def preview(address: str, *more: str, code: int = 0) -> list[dict]:
        return ben("labels", "preview", lab.account, "--fetch", address, *more, code=code)

    with ann.node() as hub, lab.node() as there:
        assert ben("sync", hub.address)[0]["in_sync"]
        before = everything_in(ben)
        [found] = preview(there.address, "--on", "spam=hide")
        assert (found["would_hide"], found["from_followed"]) == (1, 1)
        assert [one["id"] for one in found["posts"]] == [spam]
        assert found["labels"] == {"spam": 1, "rude": 1}
        assert (found["fetched"]["received"], found["fetched"]["in_sync"]) == (5, True)
        assert preview(there.address)[0]["would_hide"] == 2  # what is by whom is called rude, too
        assert preview(hub.address, code=1) == preview("/ip4/127.0.0.1/tcp/1", code=1) == []
        done = ben.run("labels", "preview", lab.account, "--fetch", hub.address)
        assert (done.returncode, "has nothing of" in done.stderr) == (1, True)
        assert everything_in(ben) == before
        assert [ben("labels", "list"), ben("labels", "list", lab.account, code=1)] == [[], []]
        until(lambda: lab.connected() == [])
        with ben.node("--peer", there.address) as here:
            here.wait_for("connected")
            assert preview(there.address, "--on", "spam=hide")[0]["would_hide"] == 1
            assert there.peer_id in [peer["peer_id"] for peer in ben.connected()]
            assert [item["text"] for item in ben("read")] == ["hello", "buy"]
        assert not [event for event in here.events if event["event"] == "disconnected"]
    assert ben("labels", "list", lab.account, code=1) == []
    assert ben("status")[0]["feeds"] == 2


@long
def test_a_running_node_follows_labellers_that_an_editor_writes(tmp_path: Path) -> None:
    """As soon as a command tells it to look; else it looks every half minute."""
    ben, lab = Home(tmp_path / "ben"), Home(tmp_path / "lab")
    lab("label", ben.account, "friendly")
    path = ben.path / "filters.toml"
    path.touch(mode=0o600)

    def count() -> int:
        return len(ben("labels", "replay", lab.account, "--until", "0s"))

    with lab.node() as there, ben.node("--peer", there.address) as here:
        here.wait_for("connected")
        path.write_text(f"[[labeller]]\naccount = '{lab.account}'\n")
        ben("filter", "add", "--action", "hide", "--tag", "x")
        until(lambda: ben("status")[0]["feeds"] == 2)
        until(lambda: count() == 1)
        assert len(everything_in(ben)["labellers"]) == 1
        path.write_text("")
        ben("filter", "add", "--action", "hide", "--tag", "y")
        until(lambda: everything_in(ben)["labellers"] == [])


@long
@pytest.mark.parametrize("number", some([signal.SIGINT, signal.SIGTERM, signal.SIGHUP], 1))
def test_a_preview_that_is_ended_leaves_nothing_behind(
    tmp_path: Path, number: signal.Signals
) -> None:
    """Also not where temporary files are."""
    ben, lab, met, place = Home(tmp_path / "ben"), Person("lab"), threading.Event(), tmp_path / "t"
    place.mkdir()
    with listening(lab, 200, met) as address:
        words = ["labels", "preview", key_text(lab.account), "--fetch", address]
        process = subprocess.Popen(
            [*COMMAND, "--home", str(ben.path), *words],
            env=os.environ | {"TMPDIR": str(place)},
            stderr=subprocess.PIPE,
            text=True,
        )
        assert met.wait(120)
        assert len(list(place.iterdir())) == 1
        process.send_signal(number)
        _, said = process.communicate(timeout=60)
    assert (process.returncode, said) == (130, "sayso: interrupted\n")
    assert list(place.iterdir()) == []
