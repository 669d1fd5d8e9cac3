"""What happens to an account's keys is told to who follows it, by real nodes, and to no others."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e


def told(home: Home) -> list[tuple[str, str]]:
    found: list[dict[str, Any]] = home("notifications")
    return [(one["kind"], one["by"]) for one in found if one["entry"] is None]


def has_told(home: Home, *expected: tuple[str, str]) -> bool:
    return told(home) == list(expected)


@long
def test_devices_and_another_key_are_told_to_followers(tmp_path: Path) -> None:
    ann = Home(tmp_path / "ann", init=False)
    [made] = ann("init", "--name", "Ann")
    phrase = tmp_path / "phrase"
    phrase.write_text(made["phrase"])
    key = made["account"]
    ben, cara = Home(tmp_path / "ben", "Ben"), Home(tmp_path / "cara", "Cara")
    ben("follow", key, "--name", "ann")
    with ann.node() as here, ben.node("--peer", here.address), cara.node("--peer", here.address):
        ann("post", "hello")
        until(lambda: "hello" in ben.texts(key))
        assert told(ben) == []
        phone = Home(tmp_path / "phone", init=False)
        [made] = phone("init", "--phrase-file", str(phrase), "--label", "my phone")
        with phone.node("--peer", here.address):
            until(partial(has_told, ben, ("device-added", key)))
            until(partial(has_told, ann, ("device-added", key)))
        shown = ben.run("notifications").stdout
        assert shown.startswith("@ann  has a new device  “my phone”")
        assert made["feed"] not in shown
        ann("device", "revoke", made["feed"], "--all", "--yes")
        until(partial(has_told, ben, ("device-revoked", key), ("device-added", key)))
        [rotated] = ann("rotate", "--phrase-file", str(phrase), "--yes")
        until(lambda: ("key-changed", key) in told(ben))
        [change] = [one for one in ben("notifications") if one["kind"] == "key-changed"]
        assert (change["about"], change["petname"]) == (rotated["account"], "ann")
        assert "@ann  goes on under another key" in ben.run("notifications").stdout
    assert told(cara) == []
    assert told(ann) == [("device-added", key)]
