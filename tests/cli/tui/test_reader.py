"""The full-screen reader does what its keys say, on a real store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from tests.budget import long
from tests.cli.conftest import Sayso
from tests.testdata import data_file

from sayso_cli.tui.block_list import Block
from sayso_cli.tui.library import Library
from sayso_node.text.sanitize import foreign

from .conftest import Drive, Driver

HOSTILE = (
    "[red]x[/red]",
    "[/]",
    "[bold",
    "[@click=app.quit]go[/]",
    "[link=file:///etc/passwd]y[/link]",
    "\x1b[31mred\x1b]0;title\x07",
    "a\u202eb",
    "\x9b2J",
)


def texts(sayso: Sayso, home: Path) -> list[str]:
    return [one["text"] for one in sayso("read", "--home", home, "--json").records]


def carry(sayso: Sayso, tmp_path: Path, there: Path, here: Path) -> None:
    """Bring the feeds of one home into another."""
    bundle = tmp_path / "bundle"
    bundle.unlink(missing_ok=True)
    assert sayso("export", bundle, "--home", there).code == 0
    assert sayso("import", bundle, "--home", here).code == 0


@long
def test_its_colours_are_those_of_the_terminal(sayso: Sayso, home: Path, drive: Drive) -> None:
    for number in range(30):
        sayso("post", f"number {number}", "--home", home)

    async def steps(at: Driver) -> None:
        await at.sees("number 29", "search")
        assert at.own_colours == set()
        await at.press("slash")
        await at.sees("a phrase")
        assert at.own_colours == set()
        await at.press("escape", "question_mark")
        await at.sees("next and previous")
        assert at.own_colours == set()
        await at.press("escape", "c")
        await at.type("hello")
        await at.sees("hello", "publish")
        assert at.own_colours == set()

    drive(steps)


@long
def test_posts_are_read_and_a_conversation_is_opened(
    sayso: Sayso, home: Path, drive: Drive
) -> None:
    first = sayso("post", "What is for tea?", "--home", home, "--json").record["id"]
    sayso("post", "Scones.", "--reply", first, "--home", home)
    for number in range(60):
        sayso("post", f"number {number}", "--home", home)

    async def steps(at: Driver) -> None:
        await at.sees("timeline", "number 59")
        assert "number 50" not in at.screen
        await at.press("space")
        await at.sees("number 53")
        await at.press("G")
        await at.until(lambda: len(at.app.screen.view.list) == 62)  # type: ignore[attr-defined]
        await at.press("G")
        await at.sees("What is for tea?")
        await at.press("k", "enter")
        screen = await at.sees("conversation", "Scones.", "What is for tea?")
        assert screen.index("tea?") < screen.index("Scones.")
        await at.press("q")
        await at.sees("timeline")
        await at.press("g")
        await at.sees("number 59")
        await at.press("question_mark")
        await at.sees("help", "next and previous")

    drive(steps)


@long
def test_a_post_is_written_seen_before_and_published(
    sayso: Sayso, home: Path, drive: Drive
) -> None:
    async def steps(at: Driver) -> None:
        await at.sees("Nothing is here yet")
        await at.press("c")
        await at.sees("write a post")
        await at.type("Hello #tea\nthere")
        await at.sees("16 bytes")
        await at.press("ctrl+p")
        await at.sees("Robin (you)", "nothing is published yet", "#tea")
        assert texts(sayso, home) == []
        await at.press("ctrl+p", "ctrl+g")
        await at.sees("Content warning")
        await at.type("soup")
        await at.press("enter")
        await at.sees("warning: soup")
        await at.press("ctrl+s")
        await at.sees("timeline", "posted", "content warning:  soup", "x shows it")
        await at.press("x")
        await at.sees("Hello #tea")
        await at.press("r")
        await at.sees("reply to")
        await at.type("yes")
        await at.press("escape")
        await at.sees("Throw away what is written?")
        await at.press("n", "ctrl+c")
        await at.sees("Leave, and throw away what is written?")
        await at.press("n", "ctrl+s")
        await at.sees("1 reply")

    drive(steps)
    assert texts(sayso, home) == ["yes", "Hello #tea\nthere"]


@long
def test_what_is_done_to_a_post_is_seen_at_once(sayso: Sayso, home: Path, drive: Drive) -> None:
    sayso("post", "The post", "--home", home)
    sayso("poll", "Tea or coffee?", "--option", "Tea", "--option", "Coffee", "--home", home)

    async def steps(at: Driver) -> None:
        await at.sees("Coffee", "0 votes")
        await at.press("v")
        await at.sees("the number of an option")
        await at.type("2")
        await at.press("enter")
        await at.sees("Coffee", "1 vote", "your vote", "voted")
        await at.press("j", "plus")
        await at.sees("an emoji or a short word")
        await at.type("yum")
        await at.press("enter")
        await at.sees("“yum” ×1", "reacted")
        await at.press("s")
        await at.sees("1 repost", "reposted")
        await at.press("s")
        await at.sees("repost taken back")
        await at.press("m")
        await at.sees("bookmarked")
        await at.press("e")
        await at.sees("write another version")
        await at.type(" indeed")
        await at.press("ctrl+s")
        await at.sees("The post indeed", "edited just now")
        await at.press("5")
        await at.sees("bookmarks", "The post indeed")
        await at.press("d")
        await at.sees("This cannot be undone.")
        await at.press("y")
        await at.sees("(taken back by its author)")

    drive(steps)
    poll = sayso("read", "--home", home, "--json").records[-1]
    assert poll["poll"]["own"] == [2]
    assert [one["text"] for one in sayso("bookmarks", "--home", home, "--json").records] == [None]


@long
def test_a_picture_is_attached_with_words(
    sayso: Sayso, home: Path, tmp_path: Path, drive: Drive
) -> None:
    from sayso_cli.demo_picture import demo_picture

    place = tmp_path / "p.png"
    place.write_bytes(demo_picture())

    async def steps(at: Driver) -> None:
        await at.sees("Nothing is here yet")
        await at.press("c", "ctrl+t")
        await at.sees("the path of a picture")
        at.app.screen.query_one("Input").value = "/no/such/file"  # type: ignore[attr-defined]
        await at.press("enter")
        await at.sees("there is no file /no/such/file")
        await at.press("ctrl+t")
        await at.sees("the path of a picture")
        at.app.screen.query_one("Input").value = str(place)  # type: ignore[attr-defined]
        await at.press("enter")
        await at.sees("Words for p.png")
        await at.type("a square")
        await at.press("enter")
        await at.sees("[p.png: a square]")
        await at.press("ctrl+s")
        await at.sees("posted", "“a square”")

    drive(steps)
    [post] = sayso("read", "--home", home, "--json").records
    assert [one["alt"] for one in post["attachments"]] == ["a square"]


@long
def test_the_effect_of_a_rule_is_seen_before_it_counts(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path, drive: Drive
) -> None:
    sayso("post", "buy crypto now", "--home", other)
    sayso("post", "a walk in the woods", "--home", other)
    sayso("follow", anna, "--name", "anna", "--home", home)
    carry(sayso, tmp_path, other, home)

    async def steps(at: Driver) -> None:
        await at.sees("crypto", "walk")
        await at.press("4")
        await at.sees("There are no rules")
        await at.press("a")
        await at.sees("a rule: all that is filled in must hold")
        await at.press("ctrl+s")
        await at.sees("fill in a condition")
        await at.type("crypto")
        await at.press("ctrl+s")
        await at.sees("shown -> hidden", "1 newly hidden, 1 of people you follow", "of 2 posts")
        assert not (home / "filters.toml").exists()
        await at.press("y")
        await at.sees("filters", "1. hide", "crypto")
        await at.press("1")
        await at.until(lambda: "walk" in at.screen and "crypto" not in at.screen)
        await at.press("u")
        await at.sees("unfiltered", "crypto", "(hidden by rule 1)")
        await at.press("w")
        await at.sees("why", "by          @anna")
        await at.press("4", "d")
        await at.sees("1 newly shown")
        await at.press("y")
        await at.sees("There are no rules")

    drive(steps)
    assert sayso("filter", "list", "--home", home, "--json").out == ""


@long
def test_people_are_named_muted_and_shown_again(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path, drive: Drive
) -> None:
    sayso("post", "a walk in the woods", "--home", other)
    sayso("follow", anna, "--home", home)
    carry(sayso, tmp_path, other, home)

    async def steps(at: Driver) -> None:
        await at.sees("“Anna”", "walk")
        await at.press("3")
        await at.sees("people", "“Anna”")
        await at.press("enter")
        await at.sees("mute: show nothing of it", anna)
        await at.press("n")
        await at.sees("only you see it")
        await at.type("anna")
        await at.press("enter")
        await at.sees("called", "@anna")
        await at.press("enter")
        await at.sees("mute: show nothing")
        await at.press("m")
        await at.sees("@anna", "muted")
        await at.press("1")
        await at.until(lambda: "walk" not in at.screen)
        await at.press("3", "enter")
        await at.sees("take the mute back")
        await at.press("m")
        await at.sees("not muted any more")
        await at.press("1")
        await at.sees("@anna", "walk")

    drive(steps)


@long
def test_notifications_lead_to_what_they_are_about(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path, drive: Drive
) -> None:
    robin = sayso("profile", "--home", home, "--json").record["account"]
    post = sayso("post", "my own words", "--home", home, "--json").record["id"]
    sayso("follow", anna, "--name", "anna", "--home", home)
    sayso("follow", robin, "--public", "--home", other)
    carry(sayso, tmp_path, home, other)
    assert sayso("react", post, "nice", "--home", other).code == 0
    carry(sayso, tmp_path, other, home)

    async def steps(at: Driver) -> None:
        await at.sees("my own words")
        await at.press("2")
        await at.sees("notifications", "@anna", "“nice”", "follows you")
        await at.press("enter")
        await at.sees("conversation", "my own words")
        await at.press("q", "p")
        await at.sees("open its posts", anna)
        await at.press("escape", "j", "enter")
        await at.sees("open its posts", anna)

    drive(steps)


@long
def test_what_others_write_meanwhile_arrives(sayso: Sayso, home: Path, drive: Drive) -> None:
    for number in range(30):
        sayso("post", f"number {number}", "--home", home)

    async def steps(at: Driver) -> None:
        await at.sees("number 29")
        sayso("post", "just arrived", "--home", home)
        await at.sees("just arrived")
        await at.press("j", "j", "j", "j", "j", "j", "j", "j", "j", "j")
        before = [line[:-1] for line in at.screen.split("\n")[1:-3]]  # without the scroll bar
        sayso("post", "another one", "--home", home)
        await at.sees("1 new post above")
        now = [line[:-1] for line in at.screen.split("\n")[1:-3]]
        assert now == before  # nothing moved
        await at.press("g")
        await at.sees("another one")

    drive(steps)


@long
def test_who_leaves_before_a_list_has_come_misses_nothing(
    sayso: Sayso, home: Path, drive: Drive, monkeypatch: pytest.MonkeyPatch
) -> None:
    sayso("post", "the post", "--home", home)
    gate, read = Event(), Library.thread

    def thread(library: Library, entry_id: str) -> Iterator[Block]:
        assert gate.wait(60)
        return read(library, entry_id)

    monkeypatch.setattr(Library, "thread", thread)

    async def steps(at: Driver) -> None:
        await at.sees("the post")
        await at.press("enter")
        await at.sees("conversation")
        await at.press("R", "q")
        await at.sees("timeline", "the post")
        gate.set()
        await at.app.workers.wait_for_complete()
        await at.press("enter")
        await at.sees("conversation", "the post")

    drive(steps)


def test_rules_with_a_mistake_are_told_of_and_can_be_passed_over(
    sayso: Sayso, home: Path, drive: Drive
) -> None:
    sayso("post", "the post", "--home", home)
    (home / "filters.toml").write_text("[[rule]\n")

    async def steps(at: Driver) -> None:
        await at.sees("has 1 mistake", "`sayso filter list`")
        assert "the post" not in at.screen
        await at.press("u")
        await at.sees("unfiltered", "the post")

    drive(steps)


@long
def test_nothing_hostile_acts_on_the_screen(
    sayso: Sayso, home: Path, other: Path, anna: str, tmp_path: Path, drive: Drive
) -> None:
    naughty = json.loads(data_file("naughty_strings.json").read_text())
    shown = [*HOSTILE, *(one for one in naughty if one.strip() and "\0" not in one)][:120]
    from sayso_node.accounts.author import Author
    from sayso_node.home.directory import Home
    from sayso_node.home.open_store import open_home
    from sayso_protocol.content.body import Post, Profile

    with open_home(Home(other)) as store:
        author = Author(Home(other), store)
        author.publish([Profile(name="[@click=app.quit]\x1b]0;t\x07", bio="[/]\x1b[2J")])
        author.publish(
            [Post(text, warn=text[:60] if at % 7 == 3 else None) for at, text in enumerate(shown)]
        )
    sayso("follow", anna, "--home", home)
    carry(sayso, tmp_path, other, home)

    async def steps(at: Driver) -> None:
        await at.sees("timeline", "“[@click=app.quit]")
        for _ in range(40):
            await at.press("space")
            assert foreign(at.screen) == at.screen  # nothing is left to be made safe
        for keys in (("x",), ("enter",), ("w",), ("q",), ("q",), ("p",), ("escape",), ("3",)):
            await at.press(*keys)
            await at.pilot.pause()
            assert "\x1b" not in at.screen and "\u202e" not in at.screen
        await at.sees("people", "[/]^[[2J")
        await at.pilot.click("#list", offset=(5, 1))
        await at.sees("open its posts")
        await at.press("o")
        await at.sees("posts of “[@click=app.quit]")

    drive(steps)


@long
def test_locked_keys_are_asked_for(sayso: Sayso, tmp_path: Path) -> None:
    import asyncio

    pytest.importorskip("textual", reason="the extra `faces` is not installed")
    from sayso_cli.tui.app import ReaderApp
    from sayso_node.home.directory import Home

    secret, home = tmp_path / "passphrase", tmp_path / "sealed"
    secret.write_text("correct horse\n")
    assert sayso("init", "--home", home, "--passphrase-file", secret).code == 0

    async def steps() -> None:
        app = ReaderApp(Home(home))
        async with app.run_test(size=(80, 24)) as pilot:
            at = Driver(app, pilot)
            await at.sees("Nothing is here yet")
            for typed, answer in (("wrong", "wrong passphrase"), ("correct horse", "posted")):
                if typed == "wrong":
                    await at.press("c")
                    await at.type("hi")
                await at.press("ctrl+s")
                await at.sees("Passphrase")
                await at.type(typed)
                assert typed not in at.screen
                await at.press("enter")
                await at.sees(answer)

    asyncio.run(steps())
    assert texts(sayso, home) == ["hi"]


@long
@pytest.mark.parametrize("size", [(24, 9), (200, 60)])
def test_any_size_will_do(sayso: Sayso, home: Path, drive: Drive, size: tuple[int, int]) -> None:
    for number in range(30):
        sayso("post", f"number {number} " + "word " * 40, "--home", home)

    async def steps(at: Driver) -> None:
        await at.sees("number")
        await at.press("space", "j", "space", "G", "k", "b")
        await at.pilot.resize_terminal(60, 16)
        await at.press("j", "j", "b", "g")
        await at.sees("number 29")
        await at.press("c")
        await at.pilot.resize_terminal(80, 24)
        await at.press("escape", "slash")
        await at.sees("Search")
        await at.type("number 7")
        await at.press("enter")
        await at.sees("search: number 7", "number 7 word")

    drive(steps, size=size)
