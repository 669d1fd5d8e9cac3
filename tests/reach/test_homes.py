"""Two homes behind routers, and a volunteer who relays: posts come, over the best way there is."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long
from tests.e2e.support import Home, RunningNode, until

from .internet import Internet, Router, internet
from .sayso_home import address_at, made_up, outside_address, paths, running, seconds_until
from .test_punching import DIRECT, RELAYED, cases

pytestmark = pytest.mark.e2e

OPEN, CONE, PORT, RESET, SYMMETRIC, FIREWALL = Router
SHORT = {(SYMMETRIC, SYMMETRIC), (FIREWALL, FIREWALL)}
"""What always runs; two ordinary routers are in the test of a first sync."""
LISTEN = ("--listen", "/ip4/0.0.0.0/tcp/0", "--listen", "/ip6/::/tcp/0")


@dataclass
class Meeting:
    """Ann, who is reached through Rob's relay, and Ben, who has not started yet."""

    net: Internet
    ann: RunningNode
    rob: RunningNode
    ben: Home
    address: str


@contextmanager
def meeting(
    tmp_path: Path, net: Internet, kinds: tuple[Router, Router], posts: int = 20
) -> Iterator[Meeting]:
    rob, ann, ben = (Home(tmp_path / name, name) for name in ("rob", "ann", "ben"))
    ann("import-archive", str(made_up(tmp_path / "posts.jsonl", posts)), "--yes")
    ben("follow", ann.account)
    machine = net.machine("rob")
    homes = [net.home(name, kind) for name, kind in zip(("ann", "ben"), kinds, strict=True)]
    net.start()
    with running(rob, machine, *LISTEN, "--relay") as relay:
        host = machine.ip6 if FIREWALL in kinds else machine.ip4
        with running(ann, homes[0], *LISTEN, "--peer", address_at(relay, host)) as node:
            outside = net.routers.get("ann", homes[0])
            host = outside.ip6 if FIREWALL in kinds else outside.ip4
            yield Meeting(net, node, relay, ben, outside_address(node, host))


def came(ben: Home, account: str, posts: int) -> bool:
    return len(ben.texts(account)) == posts


def all_came_once(meeting: Meeting, posts: int) -> None:
    account = meeting.ann.home.account
    until(lambda: came(meeting.ben, account, posts), 120)
    texts = meeting.ben.texts(account)
    assert sorted(texts) == sorted(f"post number {n}" for n in range(posts))
    assert meeting.ben("verify")[0]["errors"] == 0


def ben_running(meeting: Meeting) -> AbstractContextManager[RunningNode]:
    """Ben's node, which knows the way through the relay."""
    space = meeting.net.homes["ben"]
    return running(meeting.ben, space, *LISTEN, "--peer", meeting.address)


def relaying(meeting: Meeting) -> dict[str, Any]:
    """What the relay says that it does."""
    return meeting.rob.home("status")[0]["relaying"]  # type: ignore[no-any-return]


@long
@pytest.mark.parametrize("kinds", cases(DIRECT, SHORT))
def test_posts_come_directly(tmp_path: Path, kinds: tuple[Router, Router]) -> None:
    with internet() as net, meeting(tmp_path, net, kinds) as meet, ben_running(meet) as ben:
        first = seconds_until(lambda: meet.ben.texts(meet.ann.home.account))
        direct = seconds_until(lambda: paths(ben, meet.ann.peer_id) == ["direct"])
        print("-".join(kinds), f"first post {first:.1f} s, direct {first + direct:.1f} s")
        all_came_once(meet, 20)
        meet.ann.home("post", "live")
        until(lambda: "live" in meet.ben.texts(meet.ann.home.account))


@pytest.mark.parametrize("kinds", cases(RELAYED, SHORT))
def test_posts_come_over_the_relay(tmp_path: Path, kinds: tuple[Router, Router]) -> None:
    with internet() as net, meeting(tmp_path, net, kinds) as meet, ben_running(meet) as ben:
        first = seconds_until(lambda: meet.ben.texts(meet.ann.home.account))
        print("-".join(kinds), f"first post {first:.1f} s")
        all_came_once(meet, 20)
        assert paths(ben, meet.ann.peer_id) == ["relayed"]
        meet.ann.home("post", "live")
        until(lambda: "live" in meet.ben.texts(meet.ann.home.account))


@long
@pytest.mark.parametrize("posts", [3_000, pytest.param(30_000, marks=long)])
def test_a_first_sync_moves_to_the_punched_connection_in_the_middle(
    tmp_path: Path, posts: int
) -> None:
    with (
        internet(20) as net,
        meeting(tmp_path, net, (PORT, PORT), posts) as meet,
        ben_running(meet) as ben,
    ):
        until(lambda: paths(ben, meet.ann.peer_id) == ["direct"])
        all_came_once(meet, posts)
        for home in (meet.ann.home, meet.ben):  # the called side and the caller
            until(lambda home=home: home("status")[0]["reachability"] == "punched")  # type: ignore[misc]
        until(lambda: relaying(meet)["circuits"] == 0)
        carried = relaying(meet)
        assert carried["places"] in (1, 2), (
            "Ben, whom nobody can call either, may have asked as well"
        )
        assert carried["bytes_today"] == carried["counts"]["bytes"] > 0
        print(f"{carried['bytes_today']} bytes over the relay for {posts} posts")
        ben.process.send_signal(signal.SIGTERM)
        ben.wait_for("stopping")
    first = next(one for one in ben.events if one["event"] == "disconnected")
    assert first["reason"] == "connected anew"
    assert "/p2p-circuit/" in first["addr"]
    pieces = [one["entries"] for one in ben.events if one["event"] == "received"]
    assert sum(pieces) == posts + 2  # and what opens the feed


@long
@pytest.mark.parametrize("which", [["ann"], ["ben"], ["ann", "ben"]])
def test_posts_flow_again_after_routers_were_switched_off(tmp_path: Path, which: list[str]) -> None:
    kinds = (PORT, PORT)
    with internet() as net, meeting(tmp_path, net, kinds) as meet, ben_running(meet) as ben:
        until(lambda: paths(ben, meet.ann.peer_id) == ["direct"])
        for name in which:
            net.routers[name].forget_connections()
        meet.ann.home("post", "after it")
        took = seconds_until(lambda: "after it" in meet.ben.texts(meet.ann.home.account), 90)
        print(which, f"after {took:.1f} s")


@long
def test_who_is_reached_restarts_and_is_reached_again(tmp_path: Path) -> None:
    kinds = (PORT, PORT)
    with internet() as net, meeting(tmp_path, net, kinds) as meet, ben_running(meet) as ben:
        until(lambda: paths(ben, meet.ann.peer_id) == ["direct"])
        relay = meet.address.partition("/p2p-circuit")[0]
        meet.ann.stop()
        meet.ann.home("post", "while nobody listens")
        with running(meet.ann.home, net.homes["ann"], *LISTEN, "--peer", relay):
            text = "while nobody listens"
            took = seconds_until(lambda: text in meet.ben.texts(meet.ann.home.account), 90)
            print(f"again after {took:.1f} s")
            until(lambda: paths(ben, meet.ann.peer_id) == ["direct"])
