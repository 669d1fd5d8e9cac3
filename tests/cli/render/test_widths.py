"""Whatever strangers write, no command shows a line that is wider than the terminal."""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path

import pytest
from tests.budget import long
from tests.testdata import data_file

from sayso_cli.main import main
from sayso_node.accounts.author import Author
from sayso_node.accounts.lookup import find_entry
from sayso_node.compose.profile import set_profile
from sayso_node.home.directory import Home
from sayso_node.home.open_store import open_home
from sayso_node.text.sanitize import columns
from sayso_protocol.content.body import Poll, Post, React

from ..conftest import Sayso

WHOLE = re.compile(r"^ *(12D3KooW\w+|z6Mk\w+|baf\w+|/.*)$")
"""What somebody may copy: it is never broken."""

SEQUENCE = re.compile(r"\x1b\[[\d;]*m")

COMMANDS = (
    ["read", "--limit", "500"],
    ["read", "--unfiltered", "--limit", "500"],
    ["thread", "POST"],
    ["show", "POST"],
    ["tally", "POLL"],
    ["search", "a*", "--limit", "500"],
    ["notifications", "--limit", "500"],
    ["following"],
    ["bookmarks"],
    ["ledger", "--limit", "500"],
    ["why", "POST"],
    ["filter", "list"],
    ["status"],
    ["profile"],
)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(scope="module")
def naughty() -> list[str]:
    found = json.loads(data_file("naughty_strings.json").read_text(encoding="utf-8"))
    return [one for one in found if one.strip() and "\0" not in one and len(one) < 2000]


@pytest.fixture
def ids(
    sayso: Sayso, home: Path, other: Path, anna: str, naughty: list[str], tmp_path: Path
) -> dict[str, str]:
    """A home in which somebody has said, named and asked everything naughty."""

    def carry(source: Path, target: Path) -> None:
        bundle = tmp_path / "bundle"
        bundle.unlink(missing_ok=True)
        assert sayso("export", bundle, "--home", source).code == 0
        assert sayso("import", bundle, "--home", target).code == 0

    robin = sayso("profile", "--home", home, "--json").record["account"]
    sayso("follow", anna, "--home", home)
    sayso("follow", robin, "--home", other)
    entry = sayso("post", "mine " + naughty[-1], "--home", home, "--json").record["id"]
    carry(home, other)
    with open_home(Home(other)) as store:
        author = Author(Home(other), store)
        on = find_entry(store, entry).reference
        set_profile(store, author, "“ \u202e שרה <b> 豆豆" + "\u0335" * 9, None)
        author.publish([Post(one, reply=on, warn=one[:40] or None) for one in naughty[::9]])
        author.publish([Post(one, reply=on, tags=("a",)) for one in naughty[::5]])
        author.publish([React(on, one[:9]) for one in naughty[::25] if len(one[:9].encode()) < 40])
        options = [one for one in dict.fromkeys(naughty) if len(one.encode()) < 100][::40][:10]
        author.publish([Poll(naughty[7], tuple(options))])
    carry(other, home)
    poll = next(
        one
        for one in sayso("read", "--limit", 500, "--home", home, "--json").records
        if one["kind"] == "poll"
    )
    sayso("bookmark", poll["id"], "--home", home)
    sayso(
        "filter", "add", "--action", "fold", "--words", "script", "--name", "x" * 60, "--home", home
    )
    return {"POST": entry, "POLL": poll["id"]}


@long
@pytest.mark.parametrize("width", [40, 80, 200])
def test_every_line_of_every_command_fits(
    width: int, home: Path, ids: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("SAYSO_PAGER", "cat")
    for words in COMMANDS:
        terminal = Terminal()
        monkeypatch.setattr(sys, "stdout", terminal)
        code = main([*(ids.get(word, word) for word in words), "--home", str(home)])
        shown = SEQUENCE.sub("", terminal.getvalue())
        assert code == 0, words
        assert shown, words
        wide = [line for line in shown.split("\n") if columns(line) > width]
        assert [line for line in wide if not WHOLE.match(line)] == [], words
        assert not {one for one in shown if ord(one) < 32 or 127 <= ord(one) < 160} - {"\n"}, words
