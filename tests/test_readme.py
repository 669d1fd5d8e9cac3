"""README and docs say nothing that does not work: their commands are run here."""

import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.budget import long
from tests.forkserver import address
from tests.node.archive.builders import new_layout, tweet, write_zip
from tests.protocol.media.pictures import picture

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
FIRST_BLOCK = "python3 dev.py demo\npython3 dev.py test\n"
INSTALL_BLOCK = "python3 dev.py install\n"
"""What it does is tried in `test_user_install`, away from the home of whoever runs the tests."""

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SECONDS = 300
"""Longest that one line of a page may take."""


class Block(NamedTuple):
    """One fenced block of a page."""

    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    return [Block(*found) for found in FENCE.findall(page.read_text(encoding="utf-8"))]


def runnable(page: Path) -> list[str]:
    """The lines of a page's ``sh`` blocks, without the README's set-up blocks."""
    texts = [block.text for block in blocks(page) if block.language == "sh"]
    shown = [text for text in texts if text not in (FIRST_BLOCK, INSTALL_BLOCK)]
    return [line for text in shown for line in text.splitlines() if line]


def commands(page: Path) -> set[str]:
    """The sayso commands that a page shows, in blocks of any kind."""
    lines = [line for block in blocks(page) for line in block.text.splitlines()]
    found = (re.match(r"(?:\$ )?sayso ([a-z][a-z-]*)", line) for line in lines)
    return {match[1] for match in found if match}


PAGES = [README, ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUNNABLE = [page for page in PAGES if runnable(page)]
LONG = {"cli.md", "simulator.md"}
"""Pages whose lines are run with `--all` alone: each takes longer than all others together."""
COMMANDS = sorted(set().union(*map(commands, PAGES)))


def name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@cache
def environment() -> dict[str, str]:
    """The environment of a person who has the tested sayso first on the PATH."""
    places = [forking_sayso(), Path(sys.executable).parent]
    return {
        **os.environ,
        "PATH": os.pathsep.join([*map(str, places), os.environ["PATH"]]),
        "NO_COLOR": "1",
    }


def forking_sayso() -> Path:
    """A folder with a `sayso` that has the command forked, which takes a fifth of the time."""
    server = Path(address())
    program = f'{sys.executable} -IS {ROOT}/tests/forkclient.py {server} "$@"'
    file = server.with_name("sayso")
    file.write_text(f"#!/bin/sh\nexec {program}\n")
    file.chmod(0o755)
    return file.parent


def sh(line: str, home: Path) -> subprocess.CompletedProcess[str]:
    """Run one line as a person would type it in ``home``, with nothing to read from."""
    return subprocess.run(
        ["bash", "-c", line],
        cwd=home,
        env={**environment(), "SAYSO_HOME": str(home / "sayso-home")},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )


def test_the_first_block_is_the_two_commands() -> None:
    assert blocks(README)[:2] == [Block("sh", FIRST_BLOCK), Block("sh", INSTALL_BLOCK)]


def test_the_readme_shows_how_to_use_it() -> None:
    assert runnable(README)
    assert {"init", "post", "read", "follow", "run", "sync"} <= commands(README)


LOOKING = {
    "read",
    "profile",
    "device list",
    "show",
    "following",
    "status",
    "search",
    "invite list",
    "hub enlist",
    "hub consent",
}
"""Commands that publish nothing, and change nothing."""


@pytest.mark.parametrize("page", RUNNABLE, ids=name)
def test_no_line_publishes_by_the_way(page: Path) -> None:
    """Whoever copies a line sees what it publishes: that is for ever."""
    for line in runnable(page):
        for within in re.findall(r"\$\((sayso [^)]*)", line):
            words = re.sub(r" --(home|limit) \S+| --json", "", within).split()
            assert words[1] in LOOKING or " ".join(words[1:3]) in LOOKING, line


def provide(page: Path, folder: Path) -> None:
    """What a page takes for granted: an account where it makes none, and files that it names."""
    lines = runnable(page)
    if lines and not any(line.startswith(("sayso init", "sayso demo")) for line in lines):
        assert sh("sayso init --name Robin", folder).returncode == 0
    for file in re.findall(r"[\w-]+\.(?:jpg|png)", " ".join(lines)):
        form = "JPEG" if file.endswith("jpg") else "PNG"
        (folder / file).write_bytes(picture(form, 1))
    for file in re.findall(r"twitter[\w-]*\.zip", " ".join(lines)):
        write_zip(folder / file, new_layout(tweet(1, "hello")))


@long
@pytest.mark.e2e
@pytest.mark.parametrize(
    "page",
    [pytest.param(one, marks=long if one.name in LONG else ()) for one in RUNNABLE],
    ids=name,
)
def test_every_line_runs(page: Path, tmp_path: Path) -> None:
    provide(page, tmp_path)
    for line in runnable(page):
        if line == "sayso demo":
            continue  # tests/cli/commands/test_demo.py does that
        done = sh(line, tmp_path)
        assert done.returncode == 0, f"{name(page)}: {line}\n{done.stdout}{done.stderr}"


@pytest.mark.e2e
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_shown_exists(command: str, tmp_path: Path) -> None:
    done = sh(f"sayso {command} --help", tmp_path)
    assert done.returncode == 0, done.stderr
    assert command in done.stdout


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("instal", "there is no command instal: did you mean install?"),
        ("unistall", "did you mean uninstall?"),
        ("tset", "did you mean test?"),
        ("dmeo", "did you mean demo?"),
        ("stup", "did you mean setup?"),
        ("frobnicate", "there is no command frobnicate (see `python3 dev.py --help`)"),
    ],
)
def test_a_slip_in_a_set_up_command_is_one_line(word: str, said: str) -> None:
    words = [sys.executable, "dev.py", word]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert said in done.stderr
    assert "dev.py --help" in done.stderr


def test_help_of_the_set_up_commands_can_be_asked_for_by_the_word() -> None:
    by_word, by_option = (
        subprocess.run(
            [sys.executable, "dev.py", word], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for word in ("help", "--help")
    )
    assert by_word == by_option
    assert "uninstall" in by_word
