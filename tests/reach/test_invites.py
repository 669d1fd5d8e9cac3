"""An invite from one home to another, behind routers: one line, and the posts are there."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from statistics import median

import pytest
from tests.budget import long
from tests.e2e.support import COMMAND, until

from sayso_protocol.discovery.invite import read_invite

from .internet import Router, internet
from .sayso_home import paths, running
from .test_homes import LISTEN, Meeting, meeting

pytestmark = pytest.mark.e2e

OPEN, CONE, PORT, RESET, SYMMETRIC, FIREWALL = Router


def follow(meet: Meeting, link: str, *words: str, inside: bool = False) -> tuple[dict, float]:
    """What `follow LINK` says, and the seconds that it took; `inside` Ben's home, where it has to
    dial for itself."""
    began = time.monotonic()
    if not inside:
        met = meet.ben("follow", link, *words)[0]
        return met, time.monotonic() - began
    space = meet.net.homes["ben"]
    line = [*space.inside, *COMMAND, "--home", str(meet.ben.path), "--json", "follow", link, *words]
    done = subprocess.run(line, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout.splitlines()[0]), time.monotonic() - began


@long
@pytest.mark.parametrize(
    ("kinds", "first"),
    [
        pytest.param((OPEN, PORT), "direct", id="open-port", marks=long),
        pytest.param((PORT, PORT), "relayed", id="port-port"),
        pytest.param((SYMMETRIC, SYMMETRIC), "relayed", id="symmetric-symmetric", marks=long),
    ],
)
def test_a_line_leads_home(tmp_path: Path, kinds: tuple[Router, Router], first: str) -> None:
    with internet() as net, meeting(tmp_path, net, kinds) as meet:
        account, ben_account = meet.ann.home.account, meet.ben.account
        meet.ben("unfollow", account)
        link = meet.ann.home("invite", "--follow-back", "--name", "ben")[0]["link"]
        relayed = [one.relay for one in read_invite(link).addresses]
        assert any(relayed) == (first == "relayed")
        with running(meet.ben, net.homes["ben"], *LISTEN) as ben:
            met, took = follow(meet, link, "--name", "ann")
            print("-".join(kinds), first, f"all posts {met['seconds']} s, command {took:.1f} s")
            assert (met["connected"], met["posts"], met["reply"]) == (True, 20, "followed")
            assert met["path"] == first
            # Followed back, over the same connection or the one that takes its place.
            until(lambda: meet.ann.home.have(ben_account) > 0)
            if kinds == (PORT, PORT):
                until(lambda: paths(ben, meet.ann.peer_id) == ["direct"])
            meet.ann.home("post", "live")
            until(lambda: "live" in meet.ben.texts(account))


@long
def test_a_line_leads_home_with_the_own_node_stopped(tmp_path: Path) -> None:
    with internet() as net, meeting(tmp_path, net, (PORT, SYMMETRIC)) as meet:
        meet.ben("unfollow", meet.ann.home.account)
        link = meet.ann.home("invite", "--follow-back")[0]["link"]
        met, took = follow(meet, link, inside=True)
        print(f"stopped, relayed: all posts {met['seconds']} s, command {took:.1f} s")
        assert (met["connected"], met["posts"], met["reply"]) == (True, 20, "followed")
        meet.ann.home("post", "live")
        with running(meet.ben, net.homes["ben"], *LISTEN):  # which remembers the way
            until(lambda: "live" in meet.ben.texts(meet.ann.home.account))


@long
def test_how_long_it_takes(tmp_path: Path) -> None:
    """Seconds until all of 20 posts are there, with 20 ms a packet: medians of some."""
    found: dict[str, list[float]] = {"direct": [], "relayed": []}
    for path, kinds in (("direct", (OPEN, PORT)), ("relayed", (SYMMETRIC, SYMMETRIC))):
        with internet(20) as net, meeting(tmp_path / path, net, kinds) as meet:
            link = meet.ann.home("invite")[0]["link"]
            with running(meet.ben, net.homes["ben"], *LISTEN):
                for _ in range(3):
                    meet.ben("unfollow", meet.ann.home.account)
                    met, _ = follow(meet, link)
                    assert met["path"] == path
                    found[path].append(met["seconds"])
    print({path: (median(times), max(times)) for path, times in found.items()})
    assert median(found["direct"]) < 3 and median(found["relayed"]) < 5
