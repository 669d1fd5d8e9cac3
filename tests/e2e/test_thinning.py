"""Rules about what is said, and their end, told to a node that runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e


@long
def test_what_is_thinned_is_told_and_fetched_when_undone(tmp_path: Path) -> None:
    ann, robin, cleo = (Home(tmp_path / name, name) for name in ("ann", "robin", "cleo"))
    for one in (robin, cleo):
        one("follow", ann.account, "--name", "ann")
    robin(
        *["filter", "add", "--action", "drop", "--words", "beans", "--because", "dull"],
        "--name",
        "no beans",
    )
    robin(*["filter", "add", "--action", "store", "--words", "secret", "--name", "secrets"])
    beans = ann("post", "all about beans")[0]["id"]
    secret = ann("post", "a secret")[0]["id"]
    ann("post", "soup")
    with ann.node() as there, robin.node("--peer", there.address) as here:
        until(lambda: robin.texts(ann.account) == ["a secret", "soup"])
        late = ann("post", "more beans")[0]["id"]
        ann("post", "jam")
        until(lambda: "jam" in robin.texts(ann.account))
        assert cleo("sync", here.address)[0]["in_sync"]
        assert cleo.texts(ann.account) == ["soup", "jam"]
        kept = [item for item in robin("ledger") if item["what"] != "refused"]
        assert [(one["what"], one["id"], one["rule"]) for one in kept] == [
            ("thinned", late, "no beans"),
            ("not relayed", secret, "secrets"),
            ("thinned", beans, "no beans"),
        ]
        assert {one["because"] for one in kept} == {"dull", None}
        why = robin("why", beans)[0]["kept_back"]
        assert (why["rule"], why["action"], why["stored"]) == ("no beans", "drop", False)
        assert "its body is not stored" in robin.run("why", beans).stdout
        assert "not held here" in robin.run("show", beans).stdout
        counts = [(one["name"], one["kept_back"]) for one in robin("filter", "stats")]
        assert counts == [("no beans", 2), ("secrets", 1)]
        robin("export", str(tmp_path / "bundle"))
        undone = robin("ledger", "undo", beans)[0]
        assert (undone["name"], undone["relayed"], undone["fetched"]) == ("no beans", 2, 2)
        until(lambda: "more beans" in robin.texts(ann.account))
        assert robin.texts(ann.account) == ann.texts(ann.account)
        assert cleo("sync", here.address)[0]["in_sync"]
        assert cleo.texts(ann.account) == ["all about beans", "soup", "more beans", "jam"]
        robin("filter", "remove", "secrets")
        assert cleo("sync", here.address)[0]["received"] == 1
    assert cleo.texts(ann.account) == ann.texts(ann.account)
    assert [robin("ledger"), robin("verify")[0]["errors"], cleo("verify")[0]["errors"]] == [
        [],
        0,
        0,
    ]
    other = Home(tmp_path / "other", "other")
    other("follow", ann.account)
    other("import", str(tmp_path / "bundle"))
    assert other.texts(ann.account) == ["soup", "jam"]


@long
def test_what_a_file_brings_is_thinned_when_the_node_runs(tmp_path: Path) -> None:
    ann, robin = (Home(tmp_path / name, name) for name in ("ann", "robin"))
    ann("post", "beans")
    ann("export", str(tmp_path / "bundle"))
    robin("follow", ann.account)
    robin(*["filter", "add", "--action", "headers", "--words", "beans"])
    with robin.node():
        robin("import", str(tmp_path / "bundle"))
        until(lambda: [one["what"] for one in robin("ledger")] == ["thinned", "refused"])
    assert robin.texts(ann.account) == []


@long
def test_without_a_running_node_the_next_sync_fetches_it(tmp_path: Path) -> None:
    ann, robin = (Home(tmp_path / name, name) for name in ("ann", "robin"))
    robin("follow", ann.account)
    robin(*["filter", "add", "--action", "drop", "--words", "beans", "--name", "dull"])
    ann("post", "beans")
    ann("post", "soup")
    with ann.node() as there:
        for _ in range(2):
            assert robin("sync", there.address)[0]["in_sync"]
        assert robin.texts(ann.account) == ["soup"]
        robin("ledger", "undo", "dull")
        assert robin("sync", there.address)[0]["in_sync"]
    assert robin.texts(ann.account) == ["beans", "soup"]
    assert robin("verify")[0]["errors"] == 0
