"""What becomes of private messages over time, between real nodes: they end, and keys change."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until
from .test_letters import hub, name_carrier, prekeys

__all__ = ["hub"]

pytestmark = pytest.mark.e2e

QUIET = ("--no-mdns", "--no-port-mapping")


def texts(home: Home) -> list[str]:
    return [one["text"] for one in home("messages")]


@long
def test_what_expires_goes_and_an_account_goes_on_under_another_key(
    hub: Home, tmp_path: Path
) -> None:
    ann, ben = Home(tmp_path / "ann", init=False), Home(tmp_path / "ben", "Ben")
    made = ann("init", "--name", "Ann")[0]
    (tmp_path / "phrase").write_text(made["phrase"])
    ann.account = made["account"]
    for one, other in ((ann, ben), (ben, ann)):
        one("follow", other.account, "--public")
        assert one("messages") == []
    with hub.node("--hub", *QUIET) as there:
        for one in (ann, ben):
            assert one("hub", "ask", there.address)[0]["carried"]
            name_carrier(one, there.address)
        with ann.node(*QUIET, "--peer", there.address), ben.node(*QUIET, "--peer", there.address):
            until(lambda: prekeys(ann) == prekeys(ben) == 2)
            ann("message", ben.account, "gone soon", "--expires", "45s")
            ann("message", ben.account, "to stay")
            until(lambda: sorted(texts(ben)) == ["gone soon", "to stay"])
            before = (ben.path / "letters.key").read_bytes()
            until(lambda: texts(ben) == texts(ann) == ["to stay"])
            until(lambda: (ben.path / "letters.key").read_bytes() != before)  # sealed anew
            moved = ann("rotate", "--phrase-file", str(tmp_path / "phrase"), "--yes")[0]
            ann("message", ben.account, "under a new key")
            until(lambda: "under a new key" in texts(ben))
            assert texts(ann) == ["to stay", "under a new key"]
            ben("message", made["account"], "to the key that you had")
            until(lambda: len(texts(ann)) == 3)
            by_either = [ben("messages", one["account"]) for one in (made, moved)]
            assert by_either[0] == by_either[1] and len(by_either[0]) == 3


@long
def test_a_new_device_gets_the_past_that_it_is_sent(hub: Home, tmp_path: Path) -> None:
    ann, ben = Home(tmp_path / "ann", init=False), Home(tmp_path / "ben", "Ben")
    made = ann("init", "--name", "Ann")[0]
    (tmp_path / "phrase").write_text(made["phrase"])
    for number in range(5):
        ann("message", ben.account, f"past {number}")
    ann("forget", ann("message", ben.account, "forgotten")[0]["id"])
    phone = Home(tmp_path / "phone", init=False)
    feed = phone("init", "--phrase-file", str(tmp_path / "phrase"))[0]["feed"]
    assert phone("messages") == []
    with hub.node("--hub", *QUIET) as there:
        assert ann("hub", "ask", there.address)[0]["carried"]
        name_carrier(ann, there.address)
        with ann.node(*QUIET, "--peer", there.address), phone.node(*QUIET, "--peer", there.address):
            until(lambda: len(ann("device", "list")) == 2)
            assert ann("device", "history", feed, "--yes")[0]["messages"] == 5
            until(lambda: texts(phone) == [f"past {number}" for number in range(5)])
            assert phone("messages")[0]["from"] == made["account"]
            assert ann("notifications")[0]["kind"] == "device-added"
