"""Reacting, reposting, mentioning; conversations and notifications, between two homes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.budget import long

from ..conftest import Sayso


@pytest.fixture
def robin(sayso: Sayso, home: Path) -> str:
    return str(sayso("profile", "--home", home, "--json").record["account"])


@pytest.fixture
def friends(sayso: Sayso, home: Path, other: Path, robin: str, anna: str) -> None:
    """Robin and Anna follow each other."""
    sayso("follow", anna, "--name", "anna", "--home", home)
    sayso("follow", robin, "--name", "robin", "--home", other)


def carry(sayso: Sayso, one: Path, other: Path) -> None:
    """Bring all that one home has to the other."""
    bundle = one.parent / "carried.bundle"
    for words in (("export", bundle, "--home", one), ("import", bundle, "--home", other)):
        assert sayso(*words).code == 0


def post(sayso: Sayso, home: Path, *words: str) -> str:
    return str(sayso("post", *words, "--home", home, "--json").record["id"])


def test_a_reaction_has_the_fields_of_a_post(sayso: Sayso, home: Path, robin: str) -> None:
    entry = post(sayso, home, "hello")
    made = sayso("react", entry[:8], "👍", "--home", home, "--json").record
    assert made.keys() == {"id", "author", "feed", "seq", "time"}
    assert made["author"] == robin
    item = sayso("read", "--home", home, "--json").record
    assert (item["id"], item["reactions"]) == (entry, {"👍": 1})
    shown = sayso("show", entry, "--home", home, "--json").record
    assert [(one["by"], one["name"], one["emoji"]) for one in shown["reacted"]] == [
        (robin, "Robin", "👍")
    ]
    assert "👍" in sayso("show", entry, "--home", home).out
    assert sayso("react", entry, "--undo", "--home", home).code == 0
    assert sayso("read", "--home", home, "--json").record["reactions"] == {}


@pytest.mark.parametrize("words", [[], ["👍", "--undo"], ["👍", "more"]])
def test_react_wants_an_emoji_or_undo(sayso: Sayso, home: Path, words: list[str]) -> None:
    entry = post(sayso, home, "hello")
    done = sayso("react", entry, *words, "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("emoji", ["", " ", "x" * 41, "\x1b[2J"])
def test_what_is_no_reaction_is_refused_in_a_line(sayso: Sayso, home: Path, emoji: str) -> None:
    entry = post(sayso, home, "hello")
    done = sayso("react", entry, emoji, "--home", home)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize("command", ["react", "repost", "thread"])
def test_an_unknown_entry_is_refused(sayso: Sayso, home: Path, command: str) -> None:
    words = ["0" * 64, *(["👍"] if command == "react" else [])]
    done = sayso(command, *words, "--home", home)
    assert (done.code, done.err.count("\n")) == (1, 1)


@pytest.mark.usefixtures("friends")
def test_a_repost_shows_the_original_where_it_is_held(
    sayso: Sayso, home: Path, other: Path, robin: str, anna: str
) -> None:
    entry = post(sayso, home, "worth reading")
    carry(sayso, home, other)
    made = sayso("repost", entry, "--home", other, "--json").record
    item = sayso("read", "--limit", 1, "--home", other, "--json").record
    assert (item["kind"], item["id"], item["author"]) == ("repost", made["id"], anna)
    assert (item["of"]["id"], item["of"]["author"], item["of"]["text"]) == (
        entry,
        robin,
        "worth reading",
    )
    assert "worth reading" in sayso("read", "--limit", 1, "--home", other).out
    assert sayso("show", entry, "--home", other, "--json").record["reposts"] == 1


@long
def test_a_repost_of_what_is_not_carried_says_how_to_get_it(
    sayso: Sayso, home: Path, other: Path, robin: str, anna: str, tmp_path: Path
) -> None:
    third = tmp_path / "third"
    assert sayso("init", "--home", third).code == 0
    sayso("follow", robin, "--home", other)
    sayso("follow", anna, "--home", third)
    entry = post(sayso, home, "out of reach")
    carry(sayso, home, other)
    sayso("repost", entry, "--home", other)
    carry(sayso, other, third)
    item = sayso("read", "--home", third, "--json").record
    assert (item["kind"], item["of"]["id"], item["of"]["author"]) == ("repost", entry, robin)
    assert (item["of"]["text"], item["of"]["body"]) == (None, "not held")
    shown = sayso("read", "--home", third).out
    assert f"sayso follow  {robin}" in shown
    sayso("follow", robin, "--home", third)
    carry(sayso, other, third)
    of = sayso("read", "--limit", 1, "--home", third, "--json").record["of"]
    assert of["text"] == "out of reach"


@pytest.mark.usefixtures("friends")
def test_a_mention_resolves_or_stays_text(sayso: Sayso, home: Path, anna: str, robin: str) -> None:
    post(sayso, home, f"@anna, @nobody and @{robin[:12]}: mail@anna")
    item = sayso("read", "--home", home, "--json").record
    assert item["mentions"] == [anna, robin]
    assert "mentions @anna, Robin (you)" in sayso("show", item["id"], "--home", home).out


@long
@pytest.mark.usefixtures("friends")
def test_a_conversation_between_two_homes(sayso: Sayso, home: Path, other: Path) -> None:
    root = post(sayso, home, "question")
    carry(sayso, home, other)
    answer = post(sayso, other, "answer", "--reply", root)
    carry(sayso, other, home)
    last = post(sayso, home, "thanks", "--reply", answer)
    for one in (root, answer, last):
        items = sayso("thread", one[:10], "--home", home, "--json").records
        assert [item["id"] for item in items] == [root, answer, last]
        assert [item["depth"] for item in items] == [0, 1, 2]
        assert not any(item["missing"] for item in items)
    assert sayso("show", last, "--home", home, "--json").record["depth"] == 2
    shown = sayso("thread", answer, "--home", home).out
    assert shown.index("question") < shown.index("└─ ▶  @anna") < shown.index("   └─ Robin")


@long
def test_what_is_missing_of_a_conversation_is_shown_as_missing(
    sayso: Sayso, home: Path, other: Path, robin: str, anna: str, tmp_path: Path
) -> None:
    third = tmp_path / "third"
    assert sayso("init", "--home", third).code == 0
    sayso("follow", robin, "--home", other)
    sayso("follow", anna, "--home", third)
    root = post(sayso, home, "question")
    carry(sayso, home, other)
    answer = post(sayso, other, "answer", "--reply", root)
    carry(sayso, other, third)
    missing, held = sayso("thread", answer, "--home", third, "--json").records
    assert (missing["id"], missing["author"], missing["missing"]) == (root, robin, True)
    assert (missing["depth"], missing["text"], missing["time"]) == (0, None, None)
    assert (held["id"], held["depth"], held["missing"]) == (answer, 1, False)
    assert "not held here" in sayso("thread", answer, "--home", third).out


def done_by_anna(sayso: Sayso, home: Path, other: Path, robin: str) -> dict[str, str]:
    """Everything that Anna can do to Robin, by kind of notification: the entry's id."""
    entry = post(sayso, home, "mine")
    carry(sayso, home, other)
    made = {
        "reply": post(sayso, other, "yes", "--reply", entry),
        "quote": post(sayso, other, "see", "--quote", entry),
        "mention": post(sayso, other, "hello @robin"),
    }
    for kind, words in {"react": [entry, "🎉"], "repost": [entry]}.items():
        made[kind] = sayso(kind, *words, "--home", other, "--json").record["id"]
    assert sayso("follow", robin, "--public", "--home", other).code == 0
    carry(sayso, other, home)
    return made


@long
@pytest.mark.usefixtures("friends")
def test_notifications_are_newest_first(
    sayso: Sayso, home: Path, other: Path, robin: str, anna: str
) -> None:
    made = done_by_anna(sayso, home, other, robin)
    told = sayso("notifications", "--home", home, "--json").records
    order = ["follow", "repost", "react", "mention", "quote", "reply"]
    assert [one["kind"] for one in told] == order
    assert {one["kind"]: one["entry"] for one in told[1:]} == made
    assert {(one["by"], one["petname"]) for one in told} == {(anna, "anna")}
    assert [one["time"] for one in told] == sorted((one["time"] for one in told), reverse=True)
    first = sayso("notifications", "--limit", 2, "--home", home, "--json").records
    assert first == told[:2]
    since: Any = told[2]["time"]
    assert len(sayso("notifications", "--since", since, "--home", home, "--json").records) == 3
    shown = sayso("notifications", "--home", home).out
    for words in ("follows you", "reposted", "🎉", "mentioned you", "quoted", "answered", "yes"):
        assert words in shown
    assert sayso("notifications", "--since", "never", "--home", home).code == 2


def test_without_notifications_people_are_told_so(sayso: Sayso, home: Path) -> None:
    done = sayso("notifications", "--home", home)
    assert (done.code, done.out) == (0, "")
    assert "Nothing yet" in done.err
    assert sayso("notifications", "--home", home, "--json").err == ""


@long
@pytest.mark.usefixtures("friends")
def test_reactions_of_others_cannot_touch_the_terminal_nor_pass_for_ours(
    sayso: Sayso, home: Path, other: Path
) -> None:
    from sayso_node.accounts.author import Author
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.home.directory import Home
    from sayso_node.home.open_store import open_home
    from sayso_protocol.content.body import React

    entry = post(sayso, home, "mine")
    carry(sayso, home, other)
    nasty = ["\x1b[2J", "\u202e\u2066", "99 replies", "\n\n@anna", "\u05d0\u05d1"]
    for emoji in nasty:
        with open_home(Home(other)) as store:
            on = find_entry(store, entry).reference
            Author(Home(other), store).publish([React(on, emoji)])
        carry(sayso, other, home)
        for words in (["read"], ["show", entry], ["thread", entry], ["notifications"]):
            shown = sayso(*words, "--home", home).out
            assert not {c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160} - {"\n"}
            assert not set(shown) & set("\u202e\u2066")
            if emoji == "99 replies":
                assert "“99 replies”" in shown
        item = sayso("show", entry, "--home", home, "--json").record
        assert item["reactions"] == {emoji: 1}


def test_show_knows_what_labels_and_views_say(sayso: Sayso, home: Path) -> None:
    from sayso_node.accounts.author import Author
    from sayso_node.accounts.lookup import find_entry
    from sayso_node.home.directory import Home
    from sayso_node.home.open_store import open_home
    from sayso_protocol.content.body import Label, ViewOffer

    entry = post(sayso, home, "mine")
    with open_home(Home(home)) as store:
        on = find_entry(store, entry).reference
        bodies = [Label("spam", (on,)), ViewOffer("quiet", "-rate", "Rare posters first.")]
        run = Author(Home(home), store).publish(list(bodies))
    label, view = (sayso("show", one.hex(), "--home", home, "--json").record for one in run.ids)
    assert (label["label"], label["entries"], label["off"]) == ("spam", [entry], False)
    assert (view["view"], view["expression"]) == ("quiet", "-rate")
    assert "spam" in sayso("show", run.ids[0].hex(), "--home", home).out
