"""The full-screen reader in a real terminal, which tmux is."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.budget import long

from .support import Home, until

pytest.importorskip("textual", reason="the extra `faces` is not installed")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]


SECONDS = 60.0


class Terminal:
    """A terminal of a size, in which one command runs."""

    def __init__(self, place: Path, command: str, width: int, height: int) -> None:
        self._server = ["tmux", "-f", "/dev/null", "-S", str(place / "tmux")]
        size = ["-x", str(width), "-y", str(height)]
        self._tmux("new-session", "-d", *size, f"{command}; echo ended $?; exec cat")

    def press(self, *keys: str) -> None:
        self._tmux("send-keys", *keys)

    def type(self, text: str) -> None:
        self._tmux("send-keys", "-l", text)

    @property
    def screen(self) -> str:
        return self._tmux("capture-pane", "-p")

    @property
    def title(self) -> str:
        return self._tmux("display-message", "-p", "#{pane_title}")

    def sees(self, *words: str) -> str:
        try:
            until(lambda: all(word in self.screen for word in words), SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{words} are not in\n{self.screen}") from error
        return self.screen

    def close(self) -> None:
        self._tmux("kill-server")

    def _tmux(self, *words: str) -> str:
        done = subprocess.run(
            [*self._server, *words], capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Callable[..., Terminal]]:
    made: list[Terminal] = []

    def make(home: Home, *, environment: str = "", width: int = 80, height: int = 24) -> Terminal:
        # What the tests say of the size would count for more than the terminal itself.
        program = f"{sys.executable} -m sayso_cli.main --home {home.path} tui"
        command = f"env -u COLUMNS -u LINES {environment} {program}"
        made.append(Terminal(tmp_path, command, width, height))
        return made[-1]

    yield make
    for one in made:
        one.close()


@long
def test_a_person_reads_and_writes(tmp_path: Path, terminal: Callable[..., Terminal]) -> None:
    home = Home(tmp_path / "home", "Robin")
    home("post", "plain \x1b]0;stolen\x07 words 👩‍👩‍👧 and 你好 beside them")
    at = terminal(home)
    at.sees("timeline", "Robin (you)", "你好 beside them")
    assert "stolen" not in at.title
    at.press("c")
    at.sees("write a post")
    at.type("Typed in tmux")
    at.press("C-s")
    at.sees("posted", "Typed in tmux")
    home("post", "From another process")
    at.sees("From another process")
    at.press("q")
    assert "timeline" not in at.sees("ended 0")  # the screen is as it was before
    assert home.texts(home.account)[1] == "Typed in tmux"


@long
def test_no_colour_is_used_where_none_is_wanted(
    tmp_path: Path, terminal: Callable[..., Terminal]
) -> None:
    home = Home(tmp_path / "home", "Robin")
    home("post", "a post")
    at = terminal(home, environment="NO_COLOR=1", width=40, height=12)
    at.sees("a post")
    drawn = at._tmux("capture-pane", "-pe")
    colours = [code for code in ("[31m", "[32m", "[36m", "[38;", "[48;") if code in drawn]
    assert colours == []
