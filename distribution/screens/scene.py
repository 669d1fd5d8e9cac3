"""The homes that the pictures show: four people with a garden between them.

``python -m distribution.screens.scene FOLDER`` fills them in a process of its own, and prints what
the pictures name.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final

from .frozen import run

ROOT: Final = Path(__file__).resolve().parents[2]

NOW_MS: Final = 1_777_111_200_000
"""The moment of all pictures: 2026-04-25 10:00 UTC, a Saturday."""

MINUTE_MS: Final = 60_000

ROBIN: Final = "robin"
"""Whose screens are shown."""

SWAP: Final = (
    "Who has beans to swap? I have three kinds of runner beans, and a jar of borlotti that nobody "
    "here eats. #garden"
)

ANSWER: Final = (
    "I have! Borlotti, too, and some white ones whose name I never knew. Come by, the gate is open."
)


class Scene:
    """Builds homes below a folder. Time goes on with each step."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._steps: dict[str, int] = {}

    def home(self, who: str) -> Path:
        """The home of somebody."""
        return self._folder / who

    def do(self, who: str, ago: int, *words: str) -> str:
        """Run a command of somebody's `ago` minutes before the moment; gives what it printed."""
        step = self._steps[who] = self._steps.get(who, 0) + 1
        at = NOW_MS - ago * MINUTE_MS + step
        out, told = io.StringIO(), io.StringIO()
        with redirect_stdout(out), redirect_stderr(told):
            code = run(at, f"{who} {step}", [*words, "--home", str(self.home(who))])
        if code:
            raise RuntimeError(f"{words}: {told.getvalue()}")
        return out.getvalue()

    def entry(self, who: str, ago: int, *words: str) -> str:
        """As `do` with a command that writes; gives the id of the entry."""
        return str(json.loads(self.do(who, ago, *words, "--json"))["id"])

    def key(self, who: str) -> str:
        """Somebody's account."""
        return str(json.loads(self.do(who, 600, "profile", "--json"))["account"])

    def carry(self, ago: int, source: str, *targets: str) -> None:
        """Bring what one home has to others."""
        bundle = self._folder / f"{source}.bundle"
        self.do(source, ago, "export", str(bundle))
        for target in targets:
            self.do(target, ago, "import", str(bundle))
        bundle.unlink()


def environment() -> dict[str, str]:
    """What a command sees of its surroundings: nothing of this machine's."""
    kept = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
    return kept | {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}


def build(folder: Path) -> dict[str, str]:
    """Fill homes, in a process whose clock stands still; gives what the pictures name: ids, by a
    word for each."""
    done = subprocess.run(
        [sys.executable, "-m", "distribution.screens.scene", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(),
        cwd=ROOT,
        check=True,
    )
    found: dict[str, str] = json.loads(done.stdout)
    return found


def fill(folder: Path) -> dict[str, str]:
    """As `build`, in this process, whose clock it changes."""
    from sayso_cli.demo_picture import demo_picture

    scene = Scene(folder)
    people = (ROBIN, "ben", "anna", "mira")
    for who in people:
        scene.do(who, 900, "init", "--name", who.capitalize())
    keys = {who: scene.key(who) for who in people}
    for who in ("ben", "anna"):
        scene.do(ROBIN, 880, "follow", keys[who], "--name", who)
    scene.do(ROBIN, 880, "follow", keys["mira"])
    for who in people[1:]:
        scene.do(who, 870, "follow", keys[ROBIN], "--name", "robin", "--public")
        scene.carry(860, who, ROBIN)

    picture = folder / "evening.png"
    picture.write_bytes(demo_picture())
    found = {}
    found["swap"] = swap = scene.entry(ROBIN, 200, "post", SWAP)
    question = "What shall we plant along the long wall?"
    options = ("Beans", "Peas, with a net against the pigeons", "豆とトマト")
    chosen = [word for option in options for word in ("--option", option)]
    found["poll"] = poll = scene.entry(ROBIN, 190, "poll", question, *chosen, "--ends", "7d")
    scene.carry(180, ROBIN, *people[1:])

    answer = scene.entry("ben", 170, "post", ANSWER, "--reply", swap)
    scene.entry("anna", 160, "post", "Save some for me.", "--reply", swap)
    scene.entry("mira", 150, "post", "عندي فاصوليا بيضاء من حديقة جدتي", "--reply", swap)
    for who, emoji, choice in (("ben", "❤️", "1"), ("anna", "❤️", "2"), ("mira", "👍", "1")):
        scene.do(who, 140, "react", swap, emoji)
        scene.do(who, 140, "vote", poll, choice)
        scene.carry(130, who, ROBIN)
    scene.carry(130, "ben", "anna")

    found["ten"] = ten = scene.entry(
        ROBIN, 120, "post", "Saturday is good. Ten?", "--reply", answer
    )
    scene.do(ROBIN, 110, "vote", poll, "3")
    scene.carry(100, ROBIN, "ben", "anna")
    scene.entry("ben", 90, "post", "Ten it is.", "--reply", ten)
    found["casino"] = scene.entry("mira", 60, "post", "Free casino chips for all who write to me!")
    scene.entry("anna", 45, "post", "Can I come too? I bring cake, @robin.", "--reply", ten)
    shows = ("--attach", str(picture), "--alt", "a sun that sets over dark water")
    scene.entry("ben", 5, "post", "The lake, last night.", *shows)
    for who in people[1:]:
        scene.carry(4, who, ROBIN)
    folder_of = scene.home("ben") / "blobs"
    _bring_pictures(folder_of, scene.home(ROBIN) / "blobs")
    rule = ("--name", "no bets", "--action", "hide", "--words", "casino")
    scene.do(ROBIN, 3, "filter", "add", *rule, "--because", "nobody here plays")
    return found


def _bring_pictures(source: Path, target: Path) -> None:
    """Copy blobs from home to home, as their nodes would: a blob is a file by its hash."""
    target.mkdir(mode=0o700, exist_ok=True)
    for path in sorted(source.iterdir()):
        if path.is_file() and "." not in path.name:
            (target / path.name).write_bytes(path.read_bytes())


if __name__ == "__main__":
    print(json.dumps(fill(Path(sys.argv[1]))))
