"""Editing: what is shown, found and told afterwards, in one home and in another."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from ..conftest import Sayso
from .test_react import carry, post


@pytest.fixture
def friends(sayso: Sayso, home: Path, other: Path, anna: str) -> str:
    """Robin and Anna follow each other; gives Robin's key."""
    robin = str(sayso("profile", "--home", home, "--json").record["account"])
    sayso("follow", anna, "--name", "anna", "--home", home)
    sayso("follow", robin, "--name", "robin", "--home", other)
    return robin


def ids(sayso: Sayso, home: Path, *words: str) -> list[str]:
    return [str(one["id"]) for one in sayso(*words, "--home", home, "--json").records]


def test_the_new_version_is_shown_and_found(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "rain in #York", "--tag", "weather")
    done = sayso("edit", entry[:8], "sun in #Leeds", "--home", home)
    assert done.code == 0
    assert "[-rain-]{+sun+} in #[-York-]{+Leeds+}" in done.out
    assert "+#Leeds  -#York" in done.out
    item = sayso("read", "--home", home, "--json").record
    assert (item["text"], item["tags"], item["id"]) == (
        "sun in #Leeds",
        ["weather", "Leeds"],
        entry,
    )
    assert item["edited"] is not None
    assert (
        ids(sayso, home, "search", "sun") == ids(sayso, home, "read", "--tag", "leeds") == [entry]
    )
    assert ids(sayso, home, "search", "rain") == ids(sayso, home, "read", "--tag", "york") == []


def test_the_history_says_what_changed(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "one two")
    assert "never edited" in sayso("show", entry, "--history", "--home", home).out
    for text in ("one three", "one three four"):
        sayso("edit", entry, text, "--home", home)
    history = sayso("show", entry, "--history", "--home", home, "--json").record["history"]
    assert [one["text"] for one in history] == ["one two", "one three", "one three four"]
    assert history[1]["changes"] == [["=", "one "], ["-", "two"], ["+", "three"]]
    shown = sayso("show", entry, "--history", "--home", home).out
    assert "one [-two-]{+three+}" in shown
    assert "one three{+ four+}" in shown


def test_an_edit_that_says_the_same_writes_nothing(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "the same", "--warn", "dull")
    assert sayso("edit", entry, "the same", "--home", home, "--json").record["already"]
    edit = sayso("edit", entry, "the same", "--no-warn", "--home", home, "--json").record["id"]
    item = sayso("show", entry, "--home", home, "--json").record
    assert (item["warn"], item["version"]) == (None, edit)
    again = sayso("edit", edit, "another", "--home", home, "--json").record
    assert sayso("show", entry, "--home", home, "--json").record["version"] == again["id"]


@pytest.mark.parametrize("text", ["", " \n"])
def test_nothing_is_no_version(sayso: Sayso, home: Path, text: str) -> None:
    entry = post(sayso, home, "hello")
    assert sayso("edit", entry, text, "--home", home).code == 1


def test_others_can_edit_nothing_of_mine(
    sayso: Sayso, home: Path, other: Path, friends: str
) -> None:
    entry = post(sayso, home, "mine")
    carry(sayso, home, other)
    done = sayso("edit", entry, "yours", "--home", other)
    assert (done.code, done.out) == (1, "")
    assert "somebody else's" in done.err
    reaction = sayso("react", entry, "x", "--home", other, "--json").record["id"]
    assert "only posts and polls" in sayso("edit", reaction, "y", "--home", other).err


@long
def test_a_reader_is_told_what_was_changed_since(
    sayso: Sayso, home: Path, other: Path, friends: str
) -> None:
    entry = post(sayso, home, "I like cats")
    carry(sayso, home, other)
    before = post(sayso, other, "so do I", "--reply", entry)
    carry(sayso, other, home)
    sayso("edit", entry, "I like wars", "--home", home)
    carry(sayso, home, other)
    after = post(sayso, other, "not me", "--reply", entry)
    items = {one["id"]: one for one in sayso("read", "--home", other, "--json").records}
    assert items[before]["changed"]
    assert "changed" not in items[after]
    assert items[after]["answers"]["text"] == "I like wars"
    shown = sayso("show", before, "--home", other).out
    assert "“I like wars”  (edited after this was written)" in shown
    assert "(edited" not in sayso("show", after, "--home", other).out


def test_a_mention_by_an_edit_is_told_once(
    sayso: Sayso, home: Path, other: Path, friends: str
) -> None:
    entry = post(sayso, other, "hello")
    sayso("edit", entry, "hello @robin", "--home", other)
    sayso("edit", entry, "hello again @robin", "--home", other)
    told = post(sayso, other, "dear @robin")
    sayso("edit", told, "dearest @robin", "--home", other)
    carry(sayso, other, home)
    found = sayso("notifications", "--home", home, "--json").records
    mentions = [one for one in found if one["kind"] == "mention"]
    assert [(one["entry"] == told, one["on"], one["text"]) for one in mentions] == [
        (True, None, "dearest @robin"),
        (False, entry, "hello @robin"),
    ]


def test_a_quote_shows_the_post_itself(sayso: Sayso, home: Path) -> None:
    entry = post(sayso, home, "many words\nof two lines", "--warn", "long")
    quote = post(sayso, home, "look", "--quote", entry)
    item = sayso("show", quote, "--home", home, "--json").record
    assert (item["quote"], item["quoted"]["text"]) == (entry, "many words\nof two lines")
    assert "  | many words\n  | of two lines" in sayso("show", quote, "--home", home).out
    listed = sayso("read", "--limit", "1", "--home", home).out
    assert "content warning:  long" in listed
    assert "many words" not in listed


def test_words_that_rules_hide_are_not_shown_as_what_was_answered(
    sayso: Sayso, home: Path, other: Path, anna: str, friends: str
) -> None:
    hidden = post(sayso, other, "buy my coins")
    carry(sayso, other, home)
    post(sayso, home, "no thanks", "--reply", hidden)
    sayso("filter", "add", "--action", "hide", "--words", "coins", "--home", home)
    done = sayso("read", "--home", home)
    assert "no thanks" in done.out
    assert "coins” " not in done.out
    assert "buy my" not in done.out
    assert "buy my" not in sayso("read", "--home", home, "--json").out
