"""Who holds a post: the signed word of those who chose to give it, and of nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e


@long
def test_hubs_and_willing_readers_acknowledge_and_others_do_not(tmp_path: Path) -> None:
    names = ("ann", "hub", "ben", "cat", "dan")
    ann, hub, ben, cat, dan = (Home(tmp_path / name, name) for name in names)
    hub("hub", "admit", ann.account)
    for reader in (ben, cat):
        reader("follow", ann.account)
    assert ben("reach", "--acknowledge", "on")[0] == {"acknowledge": True}
    dan("reach", "--acknowledge", "on")  # but he holds nothing of hers
    entry = ann("post", "who has this?")[0]["id"]
    with (
        ann.node() as here,
        hub.node("--hub", "--peer", here.address) as one,
        ben.node("--peer", here.address) as two,
        cat.node("--peer", here.address),
        dan.node("--peer", here.address),
    ):
        until(lambda: ben.have(ann.account) == 3 == cat.have(ann.account))
        until(lambda: hub("hub", "status")[0]["entries"] == 3)
        until(lambda: len(ann.connected()) == 4)
        found = ann("reach", entry)[0]
        assert (found["peers_asked"], found["wrong"]) == (4, 0)
        assert {each["peer"] for each in found["holders"]} == {one.peer_id, two.peer_id}
        assert all(each["time"].endswith("Z") for each in found["holders"])
        assert "2 of 4 peers asked acknowledged" in ann.run("reach", entry[:12]).stdout
        hub("reach", "--acknowledge", "off")
        assert [each["peer"] for each in ann("reach", entry)[0]["holders"]] == [two.peer_id]


@long
def test_what_rules_withhold_is_not_told_of(tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", "Ann"), Home(tmp_path / "ben", "Ben")
    ben("follow", ann.account)
    ben("reach", "--acknowledge", "on")
    entry = ann("post", "soup for sale")[0]["id"]
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: ben.have(ann.account) == 3)
        assert len(ann("reach", entry)[0]["holders"]) == 1
        ben("block", ann.account)
        until(lambda: ann("reach", entry)[0]["holders"] == [])


@long
def test_it_needs_a_node_and_an_entry(tmp_path: Path) -> None:
    ann = Home(tmp_path / "ann", "Ann")
    entry = ann("post", "alone")[0]["id"]
    assert "no node is running" in ann.run("reach", entry).stderr
    assert ann.run("reach").returncode == 2
    with ann.node():
        found = ann("reach", entry)[0]
        assert (found["holders"], found["peers_asked"]) == ([], 0)
        assert ann.run("reach", "0" * 64).returncode == 1
