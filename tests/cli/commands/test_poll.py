"""Polls and bookmarks from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from ..conftest import Sayso
from .test_edit import friends as friends
from .test_react import carry, post


def ask(sayso: Sayso, home: Path, *words: str) -> str:
    options = ("--option", "tea", "--option", "milk", "--option", "gin")
    return str(sayso("poll", "which?", *options, *words, "--home", home, "--json").record["id"])


def tally(sayso: Sayso, home: Path, poll: str) -> dict[str, Any]:
    return sayso("tally", poll[:8], "--home", home, "--json").record


@long
def test_votes_are_counted_by_distance(sayso: Sayso, home: Path, other: Path, friends: str) -> None:
    poll = ask(sayso, home, "--ends", "2d", "--tag", "drinks")
    carry(sayso, home, other)
    assert sayso("vote", poll[:8], "3", "--home", home).code == 0
    assert sayso("vote", poll[:8], "1", "--home", home).code == 0
    assert sayso("vote", poll[:8], "2", "--home", other).code == 0
    carry(sayso, other, home)
    found = tally(sayso, home, poll)
    assert found["options"] == ["tea", "milk", "gin"]
    assert (found["counts"], found["votes"], found["ended"]) == ([1, 1, 0], 2, False)
    assert found["by_distance"] == {
        "0": [1, 0, 0],
        "1": [0, 1, 0],
        "2": [0, 0, 0],
        "far": [0, 0, 0],
    }
    assert (found["held"], found["known"], found["replaced"], found["own"]) == (2, 2, 1, [1])
    shown = sayso("tally", poll, "--home", home).out
    assert "1 replaced by a later one" in shown
    assert "followed by you:  2. 1" in shown
    item = sayso("read", "--tag", "drinks", "--home", home, "--json").record
    assert (item["kind"], item["poll"]["counts"], item["poll"]["own"]) == ("poll", [1, 1, 0], [1])
    assert "your vote" in sayso("read", "--home", home).out


def test_a_vote_is_changed_and_taken_back(sayso: Sayso, home: Path) -> None:
    poll = ask(sayso, home, "--many")
    assert "to vote for the first" in sayso("read", "--home", home).out
    sayso("vote", poll, "1", "3", "--home", home)
    assert sayso("vote", poll, "3", "1", "--home", home, "--json").record["already"]
    assert tally(sayso, home, poll)["counts"] == [1, 0, 1]
    assert sayso("vote", poll, "--undo", "--home", home).code == 0
    found = tally(sayso, home, poll)
    assert (found["counts"], found["votes"], found["withdrawn"]) == ([0, 0, 0], 0, 1)
    assert sayso("vote", poll, "--undo", "--home", home).code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("4",), "options 1 to 3"),
        (("1", "2"), "takes one choice"),
        (("--undo",), "no vote of yours"),
    ],
)
def test_what_cannot_be_voted_is_refused(
    sayso: Sayso, home: Path, words: tuple[str, ...], said: str
) -> None:
    done = sayso("vote", ask(sayso, home), *words, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert said in done.err


@pytest.mark.parametrize("words", [(), ("1", "--undo"), ("0",)])
def test_a_vote_wants_a_choice_or_undo(sayso: Sayso, home: Path, words: tuple[str, ...]) -> None:
    assert sayso("vote", ask(sayso, home), *words, "--home", home).code == 2


@pytest.mark.parametrize(
    "options", [["one"], ["one", "one"], ["one", " "], ["one", "x" * 401], ["n"] * 17]
)
def test_what_is_no_poll_is_refused(sayso: Sayso, home: Path, options: list[str]) -> None:
    words = [word for option in options for word in ("--option", option)]
    done = sayso("poll", "which?", *words, "--home", home)
    assert (done.code, done.out) == (1, "")


def test_only_what_is_asked_can_be_changed(sayso: Sayso, home: Path) -> None:
    poll = ask(sayso, home)
    sayso("vote", poll, "1", "--home", home)
    assert sayso("edit", poll, "which one?", "--home", home).code == 0
    item = sayso("show", poll, "--home", home, "--json").record
    assert item["text"] == "which one?"
    assert item["poll"]["options"] == ["tea", "milk", "gin"]
    assert item["poll"]["counts"] == [1, 0, 0]


def test_a_poll_is_answered_as_a_post_is(sayso: Sayso, home: Path) -> None:
    poll = ask(sayso, home)
    reply = post(sayso, home, "coffee", "--reply", poll)
    thread = sayso("thread", reply, "--home", home, "--json").records
    assert [(one["id"], one["depth"], one["missing"]) for one in thread] == [
        (poll, 0, False),
        (reply, 1, False),
    ]
    below = ask(sayso, home, "--reply", reply)
    assert [one["id"] for one in sayso("thread", poll, "--home", home, "--json").records] == [
        *(poll, reply, below)
    ]


def test_bookmarks_are_kept_in_the_home_and_its_backups(
    sayso: Sayso, home: Path, tmp_path: Path
) -> None:
    assert sayso("bookmarks", "--home", home).out == ""
    one, two = post(sayso, home, "one"), post(sayso, home, "two")
    for entry in (one, two):
        assert sayso("bookmark", entry[:8], "--home", home).code == 0
    assert sayso("bookmark", two, "--home", home, "--json").record["already"]
    listed = [item["id"] for item in sayso("bookmarks", "--home", home, "--json").records]
    assert listed == [two, one]
    backup, again = tmp_path / "backup", tmp_path / "again"
    assert sayso("backup", backup, "--home", home).code == 0
    assert sayso("restore", backup, "--home", again).code == 0
    assert [item["id"] for item in sayso("bookmarks", "--home", again, "--json").records] == listed
    assert sayso("bookmark", two[:8], "--off", "--home", home).code == 0
    assert sayso("bookmark", two[:8], "--off", "--home", home).code == 1
    assert [item["id"] for item in sayso("bookmarks", "--home", home, "--json").records] == [one]
