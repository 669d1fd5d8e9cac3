"""Private messages and strangers in the full-screen reader."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from tests.cli.conftest import Sayso
from tests.cli.test_strangers import answer, knock
from tests.node.knocks.support import Knocker

from sayso_node.home.directory import Home
from sayso_protocol.content.body import Profile

from .conftest import Drive, Driver

BEN = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


def test_a_message_is_written_read_and_forgotten(sayso: Sayso, home: Path, drive: Drive) -> None:
    assert sayso("follow", BEN, "--name", "ben", "--home", home).code == 0

    async def steps(at: Driver) -> None:
        await at.sees("timeline")
        await at.press("6")
        await at.sees("No messages yet")
        assert not Home(home).letters.exists(), "to look takes no part"
        await at.press("a")
        await at.sees("Write to")
        await at.type("@ben")
        await at.press("enter")
        await at.sees("sealed for @ben alone")
        await at.type("meet me at the quay")
        await at.press("enter")
        await at.sees("to  @ben", "meet me at the quay", "   waiting")
        await at.press("enter")
        await at.sees("messages with @ben")
        await at.press("r")
        await at.sees("sealed for @ben alone")
        await at.type("at noon")
        await at.press("enter")
        screen = await at.sees("at noon", "meet me at the quay")
        assert screen.index("at noon") < screen.index("meet me at the quay")
        await at.press("g", "d")
        await at.sees("Forget it?", "at noon")
        await at.press("n")
        await at.sees("messages with @ben")
        await at.press("d")
        await at.sees("Forget it?")
        await at.press("y")
        await at.until(lambda: "at noon" not in at.screen and "the quay" in at.screen)

    drive(steps)
    left = sayso("messages", "--json", "--home", home).records
    assert [one["text"] for one in left] == ["meet me at the quay"]
    assert sayso("read", "--json", "--home", home).records == [], "nothing of it is a post"


def test_strangers_are_seen_accepted_and_declined(sayso: Sayso, home: Path, drive: Drive) -> None:
    post = str(sayso("post", "hello world", "--home", home, "--json").record["id"])
    for name, text in (("sam", "welcome\x1b[2J [red]here[/red]"), ("eve", "buy this")):
        one = Knocker(name)
        one.publish([Profile(name)])
        assert knock(home, one, answer(home, post, text)) is None

    async def steps(at: Driver) -> None:
        await at.sees("hello world")
        await at.press("7")
        screen = await at.sees("strangers", "“sam”", "[red]here[/red]", "“eve”", "buy this")
        if screen.index("“sam”") < screen.index("“eve”"):
            await at.press("j")
        await at.press("d")
        await at.sees("Take it away for good?", "buy this")
        await at.press("y")
        await at.until(lambda: "buy this" not in at.screen and "“sam”" in at.screen)
        await at.press("g", "a")
        await at.sees("No stranger has knocked")
        await at.press("q")
        await at.sees("hello world")

    drive(steps)
    assert "welcome" in sayso("thread", post, "--home", home).out
    assert sayso("notifications", "--strangers", "--json", "--home", home).records == []


def test_locked_keys_are_asked_for(sayso: Sayso, tmp_path: Path) -> None:
    pytest.importorskip("textual", reason="the extra `faces` is not installed")
    from sayso_cli.tui.app import ReaderApp

    secret, home = tmp_path / "passphrase", tmp_path / "locked"
    secret.write_text("swordfish\n")
    assert sayso("init", "--home", home, "--passphrase-file", secret).code == 0
    done = sayso("message", BEN, "by the quay", "--home", home, "--passphrase-file", secret)
    assert done.code == 0, done.err

    async def steps() -> None:
        app = ReaderApp(Home(home))
        async with app.run_test(size=(80, 24)) as pilot:
            at = Driver(app, pilot)
            await at.sees("timeline")
            for typed in ("wrong", "swordfish"):
                await at.press("6")
                await at.sees("Passphrase")
                await at.type(typed)
                await at.press("enter")
                await at.sees("quay" if typed == "swordfish" else "wrong passphrase")
                await at.press("1")

    asyncio.run(steps())
