"""All pictures: which commands, how wide, and where they stand.

``python -m distribution.screens.make [FOLDER]`` makes them.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from .capture import READER_ROWS, ROWS, captured, captured_reader
from .scene import ROBIN, build, environment
from .terminal_svg import screen_svg

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "screens"

SHOWN_HOME: Final = b"/home/robin/.local/share/sayso"
"""What stands in place of the folder that the scene was built in."""

_SIZE: Final = re.compile(rb"\d+(?:\.\d)? [kM]B")
"""How large a store is differs between versions of SQLite."""


class Screen(NamedTuple):
    """A picture: its file's name, the width, and the words of the command; ids stand in braces."""

    name: str
    columns: int
    words: str


SCREENS: Final = (
    Screen("read-40", 40, "read --limit 6"),
    Screen("read-80", 80, "read --limit 6"),
    Screen("read-200", 200, "read --limit 6"),
    Screen("thread", 80, "thread {ten}"),
    Screen("notifications", 80, "notifications"),
    Screen("poll", 80, "tally {poll}"),
    Screen("following", 80, "following"),
    Screen("status", 80, "status"),
    Screen("why", 80, "why {casino}"),
    Screen("tui", 80, "tui"),
)


def screens() -> Iterator[tuple[str, str]]:
    """The name of each file and what it holds."""
    with tempfile.TemporaryDirectory(prefix="sayso-screens-") as folder:
        place = Path(folder)
        ids = build(place)
        home = place / ROBIN
        for screen in SCREENS:
            words = [word.format(**ids) for word in screen.words.split()]
            if words == ["tui"]:
                data, rows = reader_bytes(home, screen.columns), READER_ROWS
            else:
                data, rows = captured(home, words, screen.columns, environment()), ROWS
            data = data.replace(str(home).encode(), SHOWN_HOME)
            if screen.name == "status":
                data = _SIZE.sub(b"1.2 MB", data)
            shown = " ".join(screen.words.split()[:1])
            title = f"sayso {shown}, at a terminal of {screen.columns} columns"
            yield f"{screen.name}.svg", screen_svg(data, screen.columns, rows, title)


def reader_bytes(home: Path, columns: int) -> bytes:
    """What draws the full-screen reader with its third post selected."""
    seen = ("The lake, last night.", "Ten it is.", "no node runs")
    return captured_reader(home, columns, environment(), b"jj", seen)


def main() -> None:
    """Write all pictures."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    folder.mkdir(exist_ok=True)
    for name, text in screens():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    main()
