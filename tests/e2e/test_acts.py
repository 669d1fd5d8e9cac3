"""What people do to each other's entries travels, and is told, between two running nodes."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from .support import Home, until

pytestmark = pytest.mark.e2e


@pytest.fixture
def ann(tmp_path: Path) -> Home:
    return Home(tmp_path / "ann", "Ann")


@pytest.fixture
def ben(tmp_path: Path) -> Home:
    return Home(tmp_path / "ben", "Ben")


def kinds(home: Home) -> list[str]:
    return [item["kind"] for item in home("notifications")]


def has(home: Home, entry: str) -> bool:
    """Whether a home holds an entry."""
    return home.run("--json", "show", entry).returncode == 0


def told(home: Home, *expected: str) -> bool:
    return sorted(kinds(home)) == sorted(expected)


@long
def test_reactions_reposts_and_answers_travel_live_and_are_told(ann: Home, ben: Home) -> None:
    ann("follow", ben.account, "--name", "ben")
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: len(ann.connected()) == 1)
        post = ann("post", "hello @ben")[0]["id"]
        ben("follow", ann.account, "--name", "ann", "--public")
        until(lambda: has(ben, post))
        assert kinds(ben) == ["mention"]
        ben("react", post, "👍")
        ben("react", post, "🎉")
        repost = ben("repost", post)[0]["id"]
        answer = ben("post", "hello yourself", "--reply", post)[0]["id"]
        until(partial(told, ann, "follow", "react", "repost", "reply"))
        item = ann("show", post)[0]
        last = ann("post", "and to you", "--reply", answer)[0]["id"]
        until(partial(told, ben, "mention", "reply"))
        ben("react", post, "--undo")
        until(partial(told, ann, "follow", "repost", "reply"))
    assert (item["reactions"], item["reposts"], item["replies"]) == ({"🎉": 1}, 1, 1)
    timeline = {one["id"]: one for one in ann("read")}
    assert timeline[repost]["of"]["text"] == "hello @ben"
    for home in (ann, ben):
        whole: list[dict[str, Any]] = home("thread", answer)
        assert [(one["id"], one["depth"]) for one in whole] == [(post, 0), (answer, 1), (last, 2)]
        assert home("verify")[0]["errors"] == 0
    assert ann("show", post)[0]["reactions"] == {}


@long
def test_a_repost_is_shown_once_taken_back_and_shown_again(ann: Home, ben: Home) -> None:
    ann("follow", ben.account, "--name", "ben")
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: len(ann.connected()) == 1)
        post = ann("post", "worth it")[0]["id"]
        ben("follow", ann.account)
        until(lambda: has(ben, post))
        first = ben("repost", post)[0]
        again = ben("repost", post)[0]
        assert again == first | {"already": True}
        until(lambda: reposts(ann) == [first["id"]])
        ben("repost", post, "--undo")
        until(lambda: reposts(ann) == [] and kinds(ann) == [])
        assert ann("show", post)[0]["reposts"] == 0
        refused = ben.run("repost", post, "--undo")
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        second = ben("repost", post)[0]
        until(lambda: reposts(ann) == [second["id"]])
    assert kinds(ann) == ["repost"]


def reposts(home: Home) -> list[str]:
    return [item["id"] for item in home("read") if item["kind"] == "repost"]
