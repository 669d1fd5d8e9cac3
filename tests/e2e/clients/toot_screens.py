"""Pictures of toot at the homes that the pictures of sayso show, for the comparison in docs/cli.md.

    python -m tests.e2e.clients.toot_screens [FOLDER]

writes docs/screens/toot-*.svg; `python3 dev.py screens` does that too where toot is installed.
"""

from __future__ import annotations

import re
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from distribution.screens.capture import ROWS, captured_program
from distribution.screens.make import FOLDER
from distribution.screens.scene import ROBIN, build, environment
from distribution.screens.terminal_svg import screen_svg
from tests.e2e.support import Home

from .owner import Browser
from .toot import Toot

PROGRAM: Final = Path(__file__).resolve().parents[3] / ".venv-clients" / "bin" / "toot"

COLUMNS: Final = (40, 80, 200)
"""As wide as the pictures of `sayso read` are."""

POSTS: Final = 6

NODE: Final = ("--no-mdns", "--no-port-mapping", "--http", "127.0.0.1:0")

_PORT: Final = re.compile(rb"127\.0\.0\.1:\d{5}/")


def toot_screens(program: Path = PROGRAM) -> Iterator[tuple[str, str]]:
    """The name of each file and what it holds."""
    with tempfile.TemporaryDirectory(prefix="sayso-toot-screens-") as folder:
        build(Path(folder))
        home = Home(Path(folder) / ROBIN, init=False)
        with home.node(*NODE):
            browser = Browser(home("web")[0]["link"])
            toot = Toot(program, Path(folder) / "config")
            toot.login(f"http://127.0.0.1:{browser.host.rpartition(':')[2]}", browser)
            for columns in COLUMNS:
                data = captured_program(line(program, columns), columns, surroundings(toot))
                # As many letters as it had, so that lines break where they did.
                data = _PORT.sub(b"127.0.0.1:47878/", data)
                title = f"toot timelines home, at a terminal of {columns} columns"
                yield f"toot-{columns}.svg", screen_svg(data, columns, ROWS, title)


def line(program: Path, columns: int) -> list[str]:
    """The command line of a picture. toot fills 80 columns at most unless it is told."""
    wide = ["--max-width", str(columns), "--color"]
    shown = ["--limit", str(POSTS), "--no-pager", "--no-clear"]
    return [str(program), *wide, "timelines", "home", *shown]


def surroundings(toot: Toot) -> dict[str, str]:
    """What toot sees: where it is logged in, and nothing of this machine's."""
    return environment() | {"XDG_CONFIG_HOME": toot.environ["XDG_CONFIG_HOME"]}


def main() -> None:
    """Write them all."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for name, text in toot_screens():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)


if __name__ == "__main__":
    main()
