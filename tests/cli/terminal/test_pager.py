"""A long answer at a terminal goes through the pager that a person chose."""

from __future__ import annotations

import os
import signal
import stat
import sys
from pathlib import Path

import pytest
from tests.budget import long

from sayso_cli.terminal.pager import Pager, pager_words

from ..conftest import Sayso
from .at_terminal import at_terminal

CAPABLE = {"TERM": "xterm"}


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"SAYSO_PAGER": "cat -v", "PAGER": "less"}, ["cat", "-v"]),
        ({"PAGER": "cat -n"}, ["cat", "-n"]),
        ({"SAYSO_PAGER": "cat"}, None),
        ({"SAYSO_PAGER": ""}, None),
        ({"SAYSO_PAGER": "no-such-program-anywhere"}, None),
        ({"SAYSO_PAGER": "cat 'half"}, None),
        ({"SAYSO_PAGER": "cat -v; rm x"}, ["cat", "-v;", "rm", "x"]),
        ({"PAGER": "cat -v", "TERM": "dumb"}, None),
    ],
)
def test_which_pager_there_is(environ: dict[str, str], words: list[str] | None) -> None:
    assert pager_words(CAPABLE | environ) == words
    assert pager_words({key: value for key, value in environ.items() if key != "TERM"}) is None


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!{sys.executable}\nimport os, sys\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def posts(sayso: Sayso, home: Path) -> Path:
    first = sayso("post", "post 0", "--home", home, "--json").record["id"]
    for number in (1, 2):
        reply = ["--reply", first] if number == 1 else []
        assert sayso("post", f"post {number}", *reply, "--home", home).code == 0
    return home


@long
@pytest.mark.e2e
def test_a_person_reads_through_the_pager(
    sayso: Sayso, posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ["LESS", "LESSCHARSET", "LESSSECURE"]
    for name in ("LESS", "LESSCHARSET", "LESSSECURE"):
        monkeypatch.delenv(name, raising=False)
    show = f"print('settings', *(os.environ[name] for name in {names}))"
    pager = script(tmp_path / "pager", f"{show}\nfor line in sys.stdin: print('>', line, end='')")
    monkeypatch.setenv("PAGER", str(pager))
    ids = [one["id"] for one in sayso("read", "--home", posts, "--json").records][::-1]
    paged = at_terminal(posts, "read", term="xterm")
    assert paged.code == 0
    assert "settings FRX utf-8 1\n" in paged.screen
    assert all(f"post {number}" in paged.screen for number in range(3))
    assert paged.screen.count("> ") >= 9
    noted = at_terminal(posts, "thread", ids[0], "--limit", "1", term="xterm")
    assert noted.screen.index("> ") < noted.screen.index("1 more entry")
    for words in (["read", "--no-pager"], ["read", "--json"], ["profile"]):
        assert "settings" not in at_terminal(posts, *words, term="xterm").screen
    assert "settings" not in at_terminal(posts, "read", term="dumb").screen
    monkeypatch.setenv("PAGER", "cat")
    assert "settings" not in at_terminal(posts, "read", term="xterm").screen


@long
@pytest.mark.e2e
def test_who_leaves_the_pager_has_seen_enough(
    posts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAGER", str(script(tmp_path / "pager", "sys.exit(3)")))
    done = at_terminal(posts, "read", term="xterm")
    assert (done.code, "Broken" in done.screen, "Traceback" in done.screen) == (0, False, False)


def test_an_interrupt_is_the_pagers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("SAYSO_PAGER", str(script(tmp_path / "pager", "sys.stdin.read()")))
    before = signal.getsignal(signal.SIGINT)
    pager = Pager.start()
    assert pager is not None
    pager.stream.write("x\n")
    os.kill(os.getpid(), signal.SIGINT)  # would raise KeyboardInterrupt
    pager.close()
    assert signal.getsignal(signal.SIGINT) is before
