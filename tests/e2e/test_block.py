"""A block and its end, told to a node that runs: by command, and by an editor's hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e


@long
def test_what_is_blocked_does_not_come_and_comes_when_unblocked(tmp_path: Path) -> None:
    ann, robin, cleo = (Home(tmp_path / name, name) for name in ("ann", "robin", "cleo"))
    for one in (robin, cleo):
        one("follow", ann.account, "--name", "ann")
    with ann.node() as there, robin.node("--peer", there.address) as here:
        first = ann("post", "heard")[0]["id"]
        until(lambda: robin.texts(ann.account) == ["heard"])
        came = robin("why", first)[0]["came"]
        assert (came["peers"], came["follows"][0]["petname"]) == ([there.peer_id], "ann")
        robin("block", "@ann")
        robin.settle()
        ann("post", "unheard")
        assert robin("sync", there.address)[0]["in_sync"]
        held = robin.have(ann.account)
        assert held == ann("status")[0]["entries"] - 1
        assert cleo("sync", here.address)[0]["received"] == 0
        items = robin("ledger")
        assert [item["what"] for item in items] == ["not carried", "hidden", "refused"]
        assert (items[0]["held"], items[2]["count"]) == (held, 0)
        robin("ledger", "undo", f"drop {ann.account}")
        until(lambda: robin.have(ann.account) == held + 1)
        robin("unblock", "@ann")
        assert robin.texts(ann.account) == ["heard", "unheard"]
        assert cleo("sync", here.address)[0]["received"] == held + 1
    assert cleo.texts(ann.account) == ["heard", "unheard"]
    assert robin("verify")[0]["errors"] == 0


def test_a_node_does_not_start_with_rules_that_it_cannot_read(tmp_path: Path) -> None:
    robin = Home(tmp_path / "robin", "robin")
    path = robin.path / "filters.toml"
    path.write_text("[[rule]]\naction = 'drop'\n")
    path.chmod(0o600)
    done = robin.run("run", "--listen", "/ip4/127.0.0.1/tcp/0")
    assert (done.returncode, "filters.toml" in done.stderr) == (1, True), done.stderr
    assert "line 1" in done.stderr
