"""A hub whose store moves into a database, and its nodes there: real processes."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode, until
from tests.storage.postgres_server import Schemas

pytestmark = pytest.mark.e2e

QUIET = ("--no-mdns", "--no-port-mapping", "--listen", "/ip4/127.0.0.1/tcp/0")


@pytest.fixture
def address(schemas: Schemas) -> Iterator[str]:
    with schemas.one() as found:
        yield found


@pytest.fixture
def hub(tmp_path: Path) -> Home:
    made = Home(tmp_path / "hub", "Hub")
    made.path.joinpath("hub.toml").write_text('open = "everybody"\n')
    made.path.joinpath("hub.toml").chmod(0o600)
    return made


def seen(home: Home) -> list[list[dict[str, Any]]]:
    """What a person sees, but for when it came."""
    found = [home(*words) for words in (["read"], ["following"], ["bookmarks"], ["search", "post"])]
    return [[{**one, "arrived": None} for one in some] for some in found]


@long
def test_all_that_it_holds_comes_over_and_goes_back(
    hub: Home, address: str, tmp_path: Path
) -> None:
    ann = Home(tmp_path / "ann", "Ann")
    for number in range(3):
        ann("post", f"post {number} #open")
    hub("follow", ann.account, "--name", "ann")
    own = hub("post", "from the hub")[0]
    hub("bookmark", own["id"])
    with ann.node(*QUIET) as there:
        hub("sync", there.address)
    before = seen(hub)
    [moved] = hub("hub", "init", "--store", address)
    assert moved["engine"] == "postgresql" and moved["entries"] == hub("status")[0]["entries"]
    assert (hub.path / "store.url").stat().st_mode & 0o077 == 0
    assert seen(hub) == before
    assert hub("hub", "status")[0]["engine"] == "postgresql"
    assert hub("verify")[-1]["errors"] == 0
    hub("post", "from the database")
    assert {one["ok"] for one in hub("doctor") if one["check"] == "store"} == {True}
    assert hub("hub", "init", "--store", address)[0]["entries"] == moved["entries"] + 1
    [back] = hub("hub", "init", "--store", "file")
    assert (back["engine"], back["entries"]) == ("sqlite", moved["entries"] + 1)
    assert hub.texts(hub.account) == ["from the hub", "from the database"]
    hub("post", "and on")
    assert hub("verify")[-1]["errors"] == 0


@long
def test_two_nodes_serve_one_store(hub: Home, address: str, tmp_path: Path) -> None:
    """What one of them takes in the other gives out; one that is killed loses nothing."""
    hub("hub", "init", "--store", address)
    other = Home(tmp_path / "other", init=False)
    shutil.copytree(hub.path, other.path, ignore=shutil.ignore_patterns("node.*", "store*", "port"))
    other.path.joinpath("store.url").write_text(address + "\n")
    other.path.joinpath("store.url").chmod(0o600)
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)
    ann("post", "the first")
    with (
        RunningNode(hub, *QUIET, "--hub") as one,
        RunningNode(other, *QUIET, "--hub") as two,
        ben.node(*QUIET, "--peer", two.address),
    ):
        assert one.peer_id != two.peer_id
        with ann.node(*QUIET, "--peer", one.address):
            assert ann("hub", "ask", one.address)[0]["carried"]
            until(lambda: ben.texts(ann.account) == ["the first"])
            ann("post", "the second")
            until(lambda: ben.texts(ann.account) == ["the first", "the second"])
            one.process.kill()
            ann("connect", two.address)
            ann("post", "the third")
            until(lambda: len(ben.texts(ann.account)) == 3)
    assert other("verify")[-1]["errors"] == 0


def test_what_is_no_store_is_refused(hub: Home) -> None:
    for words, says in (
        (["hub", "init", "--store", "mysql://x/y"], "write postgresql://HOST/DATABASE"),
        (["hub", "init", "--store", "postgresql://x@127.0.0.1:1/y"], "check that its server runs"),
        (["run", "--store", "nonsense"], "write postgresql://HOST/DATABASE"),
    ):
        done = hub.run(*words)
        assert done.returncode == 1 and says in done.stderr, done.stderr
        assert "Traceback" not in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (hub.path / "store.url").exists()
    json.loads(hub.run("--json", "hub", "status").stdout)
