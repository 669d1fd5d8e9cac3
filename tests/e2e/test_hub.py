"""A hub, an author and readers as real nodes: what the hub carries is there while the author is
not, and its owner's word and quotas hold."""

from __future__ import annotations

from pathlib import Path
from urllib.request import urlopen

import pytest
from tests.budget import long, some

from .films import attach, write_film
from .support import Home, RunningNode, until

pytestmark = pytest.mark.e2e

EVERYBODY = 'open = "everybody"\n'
ACCOUNTS = 'open = "accounts"\n'


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    home = Home(tmp_path / "ann", "Ann")
    for number in range(5):
        home("post", f"post {number}")
    return home


@pytest.fixture
def hub(tmp_path: Path) -> Home:
    return Home(tmp_path / "hub", "Hub")


def settings(hub: Home, text: str) -> None:
    (hub.path / "hub.toml").write_text(text)
    (hub.path / "hub.toml").chmod(0o600)


def carried(hub: Home, account: str) -> dict[str, object] | None:
    return next((one for one in hub("hub", "accounts") if one["account"] == account), None)


def holds(hub: Home, account: str, entries: int) -> bool:
    one = carried(hub, account)
    return one is not None and one["entries"] == entries


def reads_all(reader: Home, ann: Home, here: RunningNode) -> bool:
    reader("sync", here.address)
    return reader.texts(ann.account) == [f"post {number}" for number in range(5)]


@long
def test_followers_get_all_from_a_hub_while_the_author_is_off(
    ann: Home, hub: Home, tmp_path: Path
) -> None:
    settings(hub, ACCOUNTS)
    ben = Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)
    with hub.node("--hub") as here:
        with ann.node() as there:
            answer = ann("hub", "ask", here.address)[0]
            assert answer["carried"]
            there.wait_for("carried")
            until(lambda: holds(hub, ann.account, 7))
        assert reads_all(ben, ann, here)
    assert hub.texts(ann.account) != []
    assert hub("read") == []  # it is carried, not followed
    assert hub("following") == []
    status = hub("hub", "status")[0]
    assert (status["accounts"], status["entries"]) == (1, 7)
    assert (status["engine"], status["distributed"], status["front_ends"]) == ("sqlite", False, 1)


@long
def test_pictures_are_there_while_the_author_is_off_until_the_account_is_evicted(
    ann: Home, hub: Home, tmp_path: Path
) -> None:
    write_film(tmp_path / "cat.png", 300_000)
    _, cat = attach(ann.path, tmp_path / "cat.png", "image/png")
    settings(hub, ACCOUNTS)
    ben = Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)

    def is_held(home: Home) -> bool:
        return any(one["cid"] == cat and one["held"] for one in home("blobs"))

    with hub.node("--hub") as here:
        with ann.node():
            assert ann("hub", "ask", here.address)[0]["carried"]
            until(lambda: is_held(hub))
        with ben.node("--peer", here.address):
            until(lambda: is_held(ben))
        hub("hub", "evict", ann.account)
        until(lambda: not is_held(hub))


@long
def test_a_closed_hub_refuses_in_words_until_its_owner_admits(ann: Home, hub: Home) -> None:
    with hub.node("--hub") as here, ann.node():
        done = ann.run("hub", "ask", here.address)
        assert done.returncode == 1
        assert "only whom its owner lists" in done.stderr
        hub("hub", "admit", ann.account)
        until(lambda: holds(hub, ann.account, 7))
        assert carried(hub, ann.account)["listed"]  # type: ignore[index]
        assert ann("hub", "ask", here.address)[0]["carried"]


@long
def test_without_a_node_a_hub_can_be_asked_too(ann: Home, hub: Home) -> None:
    settings(hub, ACCOUNTS)
    with hub.node("--hub") as here:
        assert ann("hub", "ask", here.address)[0]["carried"]
        assert ann("sync", here.address)[-1]["in_sync"]
        until(lambda: holds(hub, ann.account, 7))
        assert ann("hub", "leave", here.address)[0]["carried"] is False
        until(lambda: carried(hub, ann.account) is None)
        until(lambda: hub("status")[0]["entries"] == 2)


@long
def test_a_reader_may_ask_where_the_hub_is_open(ann: Home, hub: Home, tmp_path: Path) -> None:
    settings(hub, ACCOUNTS)
    ben = Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)
    with hub.node("--hub") as here, ann.node("--peer", here.address):
        assert "own node asks" in ben.run("hub", "ask", here.address, ann.account).stderr
        settings(hub, EVERYBODY)
        until(lambda: ben.run("hub", "ask", here.address, ann.account).returncode == 0)
        until(lambda: holds(hub, ann.account, 7))
        assert carried(hub, ann.account)["by"] == "reader"  # type: ignore[index]
        assert reads_all(ben, ann, here)


@long
def test_an_account_takes_no_more_than_its_quota(ann: Home, hub: Home) -> None:
    settings(hub, ACCOUNTS + "[quota]\naccount_bytes = 1500\n")
    with hub.node("--hub") as here, ann.node():
        ann("hub", "ask", here.address)
        until(lambda: bool((carried(hub, ann.account) or {}).get("full")))
        before = carried(hub, ann.account)["entries"]  # type: ignore[index]
        for number in range(3):
            ann("post", f"more {number}")
        answer = ann("hub", "ask", here.address)[0]
        assert answer["carried"]
        assert "takes no more" in answer["detail"]
        assert carried(hub, ann.account)["entries"] == before  # type: ignore[index]
        settings(hub, ACCOUNTS + "[quota]\naccount_bytes = 150000\n")
        until(lambda: holds(hub, ann.account, 10))


@long
@pytest.mark.parametrize("running", some([True, False], 1))
def test_evicting_removes_all_but_what_the_owner_follows(
    ann: Home, hub: Home, tmp_path: Path, running: bool
) -> None:
    cat = Home(tmp_path / "cat", "Cat")
    hub("hub", "admit", ann.account)
    hub("hub", "admit", cat.account)
    hub("follow", cat.account)
    with hub.node("--hub") as here:
        for home in (ann, cat):
            home("sync", here.address)
        until(lambda: holds(hub, ann.account, 7) and holds(hub, cat.account, 2))
        if running:
            for home in (ann, cat):
                assert hub("hub", "evict", home.account)[0]["was_carried"]
            until(lambda: hub("status")[0]["entries"] == 4)
            assert ann.run("hub", "ask", here.address).returncode == 1
    if not running:
        for home in (ann, cat):
            hub("hub", "evict", home.account)
    assert hub("hub", "accounts") == []
    assert hub("status")[0]["entries"] == 4  # the hub's own two, and Cat's two
    assert hub.have(cat.account) == 2
    assert hub("verify")[0]["errors"] == 0


@long
def test_a_home_that_runs_as_no_hub_takes_no_more_for_others(ann: Home, hub: Home) -> None:
    hub("hub", "admit", ann.account)
    with hub.node() as here:
        ann("sync", here.address)
        assert carried(hub, ann.account)["entries"] == 0  # type: ignore[index]
    with hub.node("--hub") as here:
        ann("sync", here.address)
        until(lambda: holds(hub, ann.account, 7))


def test_a_file_with_a_mistake_is_told_with_its_line(hub: Home) -> None:
    settings(hub, 'open = "all"\n')
    done = hub.run("run", "--hub")
    assert done.returncode == 1
    assert "line 1" in done.stderr
    assert hub.run("hub", "status").returncode == 1


@long
def test_no_more_peers_are_let_in_than_the_owner_says(hub: Home, tmp_path: Path) -> None:
    settings(hub, "[quota]\npeers = 1\n")
    first, second = (Home(tmp_path / name, name) for name in ("first", "second"))
    with hub.node("--hub") as here, first.node("--peer", here.address):
        until(lambda: len(hub.connected()) == 1)
        with second.node("--peer", here.address):
            until(lambda: hub("status")[0]["refused"] > 0)
            assert len(hub.connected()) == 1


@long
def test_metrics_of_a_hub_are_read_over_http(ann: Home, hub: Home) -> None:
    pytest.importorskip("prometheus_client", reason="the extra `hub` is not installed")
    settings(hub, ACCOUNTS)
    assert hub.run("status", "--check").returncode == 1
    with hub.node("--hub", "--metrics", "127.0.0.1:0") as here, ann.node():
        [ready] = here.events
        assert ann("hub", "ask", here.address)[0]["carried"]
        until(lambda: holds(hub, ann.account, 7))
        text = scraped(ready["metrics"])
        assert 'sayso_hub_accounts{state="growing",word="account"} 1.0' in text
        assert 'sayso_hub_answers_total{answer="carried"} 1.0' in text
        assert 'sayso_entries_received_total{outcome="stored"} 7.0' in text
        assert "process_resident_memory_bytes " in text
        told = [hub.account, ann.account, ann.feed, here.address.rpartition("/")[2]]
        assert not [one for one in [*told, "127.0.0.1", str(hub.path)] if one in text]
        assert hub.run("status", "--check").returncode == 0


def scraped(address: str) -> str:
    with urlopen(address, timeout=30) as answer:
        return str(answer.read(), "utf-8")


def test_metrics_open_to_the_network_are_refused_unless_meant(hub: Home) -> None:
    done = hub.run("run", "--hub", "--metrics", "0.0.0.0:9464")
    assert (done.returncode, done.stdout) == (2, "")
    assert "add --metrics-host NAME" in done.stderr
