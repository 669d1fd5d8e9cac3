"""The reader as a conversation in lines, and where there is no screen to draw on."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from tests.budget import long
from tests.cli.conftest import Done, Sayso
from tests.cli.terminal.at_terminal import at_terminal

from sayso_cli.commands import tui


def conversation(
    sayso: Sayso, monkeypatch: pytest.MonkeyPatch, home: Path, *typed: str, more: str = ""
) -> Done:
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))
    return sayso("tui", "--plain", "--home", home, *more.split())


def test_everything_is_done_in_lines(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sayso("post", "What is for tea?", "--home", home)
    sayso("poll", "Tea?", "--option", "Yes", "--option", "No", "--home", home)
    done = conversation(
        sayso,
        monkeypatch,
        home,
        *("reply 2", "Scones,", "with jam.", "."),
        *("react 2 yum", "repost 2", "bookmark 2", "vote 1 2"),
        *("2", "why 1", "edit 2", "Scones.", ".", "timeline", "new"),
        *("bookmarks", "people", "notifications", "unfiltered", "search scones", "show 1"),
        *("help", "frobnicate", "reply 99", "follow nobody", "quit", "never"),
    )
    assert done.code == 0, done.err
    out = done.out
    for words in (
        "Timeline, newest first.",
        "Number 1.",
        "What is for tea?",
        "a line with a full stop alone ends it",
        "posted ",
        "reacted ",
        "reposted ",
        "Bookmarked.",
        "voted ",
        "Conversation.",
        "no rule was asked",
        "edited ",
        "Nobody is followed yet",
        "Your rules hide nothing now.",
        "Found.",
        "reply NUMBER    answer",
        "This is not known here",
        "give the number of a post",
    ):
        assert words in out, words
    assert "\x1b" not in out
    posts = sayso("read", "--home", home, "--json").records
    assert [one["text"] for one in posts if one["kind"] == "post"] == [
        "Scones.",
        "What is for tea?",
    ]
    assert [one["poll"]["own"] for one in posts if one["poll"]] == [[2]]


@long
def test_pages_follow_one_another_without_a_gap(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(25):
        sayso("post", f"number {number:02}", "--home", home)
    out = conversation(sayso, monkeypatch, home, "", "next", "next").out
    shown = [line.strip() for line in out.splitlines() if line.strip().startswith("number ")]
    assert shown == [f"number {number:02}" for number in reversed(range(25))]
    assert "That is all." in out


def test_own_words_are_taken_back_and_hidden_ones_stay_hidden(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sayso("post", "a slip", "--home", home)
    done = conversation(sayso, monkeypatch, home, "retract 1", "timeline")
    assert "taken back" in done.out and "Nothing is here." in done.out
    assert sayso("read", "--home", home, "--json").out == ""


def test_without_a_terminal_it_says_what_to_type(sayso: Sayso, home: Path) -> None:
    done = sayso("tui", "--home", home)
    assert done.code == 1
    assert "this needs a terminal" in done.err and "`sayso tui --plain`" in done.err


def test_it_is_for_people(sayso: Sayso, home: Path) -> None:
    assert sayso("tui", "--json", "--home", home).code == 2


def test_a_dumb_terminal_is_not_drawn_on(home: Path) -> None:
    shown = at_terminal(home, "tui", term="dumb")
    assert shown.code == 1
    assert "TERM is dumb" in shown.screen and "\x1b" not in shown.screen


def test_without_the_extra_it_says_what_to_install(
    sayso: Sayso, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tui, "_check_terminal", lambda: None)
    monkeypatch.setattr(tui, "find_spec", lambda _: None)
    done = sayso("tui", "--home", home)
    assert done.code == 1
    assert "python3 dev.py setup" in done.err and "sayso[faces]" in done.err


def test_without_an_account_nothing_is_drawn(
    sayso: Sayso, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tui, "_check_terminal", lambda: None)
    done = sayso("tui", "--home", tmp_path / "none")
    assert done.code == 1
    assert "no account in" in done.err and "`sayso init`" in done.err
