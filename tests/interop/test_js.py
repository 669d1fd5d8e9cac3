"""A second implementation, written from docs/protocol.md, reads and speaks the same."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e.support import Home, until
from tests.e2e.test_revoke import DEVICE, at_home, device_with

from sayso_node.clock import now_ms
from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.crypto.keys import key_text

from .javascript import Client, installed

pytestmark = pytest.mark.e2e

VECTORS = Path(__file__).parents[1] / "vectors"
SEED = "07" * 32

Start = Callable[..., Client]


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("interop"))


@pytest.fixture
def start(sources: Path) -> Iterator[Start]:
    with ExitStack() as stack:

        def make(*args: str) -> Client:
            client = Client(sources, *args)
            stack.callback(client.stop)
            return client

        yield make


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "Ann")


@pytest.fixture
def ben(tmp_path: Path) -> Home:
    return Home(tmp_path / "ben", "Ben")


def read_vectors(sources: Path, folder: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        ["node", "vectors.mjs", str(folder)],
        cwd=sources,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def is_post(event: dict[str, Any]) -> bool:
    return bool(event["event"] == "post")


def is_said(event: dict[str, Any]) -> bool:
    return bool(event["event"] == "said")


def has_posts(home: Home, account: str, count: int) -> bool:
    return len(home.texts(account)) == count


def own_account(start: Start) -> str:
    """The account that the client makes from the seed; without addresses it ends at once."""
    account: str = start("--seed", SEED).end()[0]["account"]
    return account


@long
def test_every_vector_has_the_same_verdict(sources: Path) -> None:
    code, summary = read_vectors(sources, VECTORS)
    assert [file["differences"] for file in summary["subjects"] if file["differences"]] == []
    assert code == 0
    files = [json.loads(path.read_text()) for path in VECTORS.glob("*.json")]
    assert summary["cases"] == sum(len(file["cases"]) for file in files) > 1000


@long
@pytest.mark.parametrize("change", ["a refusal is expected", "another content is expected"])
def test_a_vector_that_says_otherwise_is_noticed(
    sources: Path, tmp_path: Path, change: str
) -> None:
    shutil.copy(VECTORS / "hashes.json", tmp_path)
    vectors = json.loads((tmp_path / "hashes.json").read_text())
    if change == "a refusal is expected":
        vectors["cases"][0]["rule"] = "bad-shape"
    else:
        vectors["cases"][0]["hash"] = "00" * 32
    (tmp_path / "hashes.json").write_text(json.dumps(vectors))
    code, summary = read_vectors(sources, tmp_path)
    assert (code, summary["differences"]) == (1, 1)


@long
def test_its_own_tests_pass(sources: Path) -> None:
    done = subprocess.run(
        ["node", "--test", "test/"],
        cwd=sources,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert "# pass 33" in done.stdout


@long
def test_a_whole_feed_is_pulled_and_verified(ann: Home, start: Start, tmp_path: Path) -> None:
    archive = [
        {"id": str(n), "time": f"2020-01-01T00:00:{n % 60:02}Z", "text": f"made up {n}"}
        for n in range(1300)  # several runs, compressed
    ]
    (tmp_path / "archive.jsonl").write_text("".join(json.dumps(post) + "\n" for post in archive))
    ann("import-archive", str(tmp_path / "archive.jsonl"))
    ann("post", "größer als 中文 🎉")
    items = ann("read", "--author", ann.account, "--limit", "2000")
    with ann.node() as node:
        events = start("--once", "--follow", ann.account, node.address).end()
    expected = {item["seq"]: (item["id"], item["text"]) for item in items}
    found = list(filter(is_post, events))
    assert {post["seq"]: (post["id"], post["text"]) for post in found} == expected
    assert len(expected) == 1301
    assert [post["seq"] for post in found] == sorted(expected, reverse=True)
    assert events[-1]["code"] == "done"


@long
def test_posts_written_in_javascript_are_read_here(ann: Home, start: Start) -> None:
    account = own_account(start)
    ann("follow", account)
    texts = [f"written in JavaScript, {n}" for n in range(80)] + ["mit Zeichen: ß 中 🎉"]
    with ann.node() as node:
        flags = [flag for text in texts for flag in ("--post", text)]
        events = start("--once", "--seed", SEED, *flags, node.address).end()
    assert ann.texts(account) == texts
    assert ann("verify")[0]["errors"] == 0
    assert not [event for event in events if event["event"] == "refused"]


def test_posts_go_both_ways_live(ann: Home, start: Start) -> None:
    account = own_account(start)
    ann("follow", account)
    with ann.node() as node:
        client = start("--stdin", "--seed", SEED, "--follow", ann.account, node.address)
        client.wait_for(lambda event: event["event"] == "synced" and event["by"] == "peer")
        for n in range(1, 4):
            ann("post", f"to JavaScript {n}")
            assert client.wait_for(is_post)["text"] == f"to JavaScript {n}"
            client.write(f"to Python {n}")
            until(partial(has_posts, ann, account, n))
        client.stop()
        assert client.process.returncode == 0
    assert ann.texts(account) == [f"to Python {n}" for n in range(1, 4)]
    assert ann("verify")[0]["errors"] == 0


@long
def test_javascript_stands_between_two_nodes(ann: Home, ben: Home, start: Start) -> None:
    ben("follow", ann.account)
    for n in range(5):
        ann("post", f"number {n}")
    with ann.node() as here, ben.node() as there:
        start("--follow", ann.account, there.address, here.address)
        until(partial(has_posts, ben, ann.account, 5))
        ann("post", "live")
        until(partial(has_posts, ben, ann.account, 6))
    assert ben.texts(ann.account) == ann.texts(ann.account)
    assert ben("verify")[0]["errors"] == 0


@long
def test_a_device_that_is_revoked_here_ends_there(ann: Home, start: Start) -> None:
    run = device_with(ann, [f"number {n}" for n in range(20)])
    with ann.node() as node:
        client = start("--follow", ann.account, node.address)
        client.wait_for(lambda event: is_post(event) and event["seq"] == 21)
        with at_home(ann) as (store, keystore):
            said = sign_revoke(keystore.account, DEVICE.public, 11, run.ids[10])
            assert store.add_statements([said], now_ms()) == [True]
        event = client.wait_for(is_said)
        newcomer = start("--once", "--follow", ann.account, node.address).end()
    assert event == {
        "event": "said",
        "type": "revoke",
        "account": ann.account,
        "feed": key_text(DEVICE.public),
        "seq": 11,
    }
    assert [event["text"] for event in reversed(newcomer) if is_post(event)] == [
        f"number {n}" for n in range(10)
    ]
    assert not [event for event in newcomer if event["event"] == "refused"]


@long
def test_a_fork_is_told_and_passed_on(ann: Home, ben: Home, start: Start) -> None:
    account = own_account(start)
    ann("follow", account)
    ben("follow", account)
    with ann.node() as here, ben.node() as there:
        one = start("--seed", SEED, "--post", "one story", here.address, there.address)
        until(lambda: all(has_posts(home, account, 1) for home in (ann, ben)))
        one.stop()
        flags = ["--seed", SEED, "--follow", account, "--stdin"]
        author = start(*flags, "--post", "another", "--post", "and more", here.address)
        said = author.wait_for(is_said)
        assert (said["type"], said["account"], said["seq"]) == ("fork", account, 2)
        author.write("once more")
        refused = author.wait_for(lambda event: event["event"] == "refused")
        assert refused["code"] == "forked"
        start("--follow", account, here.address, there.address)
        assert there.wait_for("forked")["feed"] == said["feed"]
    assert ben("following")[0]["forked_at"] == {said["feed"]: 2}
    assert ben.texts(account) == ["one story"]


@long
@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGKILL, marks=long)])
def test_the_client_ends_with_the_node(ann: Home, start: Start, number: signal.Signals) -> None:
    with ann.node() as node:
        client = start("--follow", ann.account, node.address)
        client.wait_for(lambda event: event["event"] == "synced" and event["by"] == "us")
        node.stop(number)
        last = client.end()[-1]
    codes = {signal.SIGTERM: "done", signal.SIGKILL: "closed"}
    assert (last["event"], last["code"]) == ("ended", codes[number])
