"""Two nodes on one database, and a home that comes to one and then to the other: real processes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode
from tests.node.support import Person
from tests.storage.postgres_server import Schemas

from sayso_node.clock import now_ms
from sayso_node.home.directory import Home as HomeDirectory
from sayso_node.home.open_store import open_home
from sayso_protocol.feed.run import verify_run
from sayso_storage.interface.store import Store

pytestmark = pytest.mark.e2e

QUIET = ("--no-mdns", "--no-port-mapping", "--listen", "/ip4/127.0.0.1/tcp/0")


@pytest.fixture
def address(schemas: Schemas) -> Iterator[str]:
    with schemas.one() as found:
        yield found


@pytest.fixture
def hub(tmp_path: Path, address: str) -> Home:
    made = Home(tmp_path / "hub", "Hub")
    made("hub", "init", "--store", address)
    return made


def other_of(hub: Home, path: Path) -> Home:
    """The data directory of another node on the same store."""
    other = Home(path, init=False)
    left_out = shutil.ignore_patterns("node.*", "hub.key", "port", "*.sock")
    shutil.copytree(hub.path, other.path, ignore=left_out)
    return other


def fill(store: Store, people: Sequence[Person]) -> None:
    for one in people:
        store.follow(one.account, None, now_ms())
        store.add_grant(one.grant)
    runs = [one.store.load(one.feed, 1, 10) for one in people]
    store.append([verify_run(run) for run in runs if run is not None], now_ms())


def synced(home: Home, node: RunningNode) -> tuple[int, int]:
    """What one exchange brought and took: entries, and bytes in both directions."""
    [done] = [one for one in home("sync", node.address) if "bytes_in" in one]
    return done["received"], done["bytes_in"] + done["bytes_out"]


@long
@pytest.mark.parametrize("feeds", [100, 2000])
def test_the_second_front_end_costs_what_is_new(hub: Home, tmp_path: Path, feeds: int) -> None:
    people = [Person(f"writer {number}") for number in range(feeds)]
    for one in people:
        one.post("something")
    with open_home(HomeDirectory(hub.path)) as store:
        fill(store, people)
    reader = Home(tmp_path / "reader", "Reader")
    with open_home(HomeDirectory(reader.path)) as store:
        for one in people:
            store.follow(one.account, None, now_ms())
    other = other_of(hub, tmp_path / "other")
    key = hub("hub", "enlist")[0]["store"]
    consents = [home("hub", "consent", key)[0]["consent"] for home in (hub, other)]
    assert len(hub("hub", "enlist", *consents)[0]["nodes"]) == 2
    with RunningNode(hub, *QUIET, "--hub") as one, RunningNode(other, *QUIET, "--hub") as two:
        assert {one.peer_id, two.peer_id} == {n["peer"] for n in other("hub", "nodes")[0]["nodes"]}
        entries, whole = synced(reader, one)
        assert entries == 2 * feeds
        entries, moved = synced(reader, two)
        print(f"{feeds} feeds: {whole} bytes at one front end, then {moved} at the other")
        assert (entries, moved < 2000 < whole) == (0, True)
        hub("post", "news")
        hub("hub", "delist", two.peer_id)
        assert [n["peer"] for n in hub("hub", "nodes")[0]["nodes"]] == [one.peer_id]
