"""An answer that cannot be written is no failure of what was done; only a phrase must be seen."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from tests.budget import long, some

from sayso_cli.commands import ACTS, ACTS_WITH, COMMANDS, acts, module_name

from .conftest import Sayso

PROGRAM = [sys.executable, "-m", "sayso_cli.main"]
FULL = Path("/dev/full")

pytestmark = pytest.mark.skipif(not FULL.exists(), reason="no /dev/full here")

_READS = """
    run read tui show thread search tally bookmarks notifications following profile verify-name
    why ledger coordination peers status verify demo labels.list labels.preview labels.compare
    labels.replay filter.list filter.try filter.stats view.list view.preview view.show device.list
    invite.list find reach blobs doctor hub.status hub.accounts hub.nodes hub.consent
    service.status web apps.list lists.show messages group.list group.show"""
READS = frozenset(_READS.split())


def all_commands() -> set[str]:
    names: set[str] = set()
    for name in COMMANDS:
        module = import_module(f"sayso_cli.commands.{module_name(name)}")
        names |= {f"{name}.{one}" for one in getattr(module, "COMMANDS", ())}
        names |= {name} if hasattr(module, "run") else set()
    return names


def test_of_each_command_it_is_known_whether_it_acts() -> None:
    assert all_commands() == ACTS | READS
    assert not ACTS & READS
    assert ACTS_WITH.keys() <= READS


def unseen(home: Path, *words: str, text: str = "") -> tuple[int, str]:
    """Exit code and stderr of a command whose stdout is full."""
    with FULL.open("w") as full:
        done = subprocess.run(
            [*PROGRAM, *words, "--home", str(home)],
            input=text,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stderr


ACTS_TRIED = [
    (["post", "hello there"], "posted"),
    (["react", "ID", "+"], "reacted"),
    (["repost", "ID"], "reposted"),
    (["retract", "ID", "--yes"], "took back"),
    (["label", "ID", "fine"], "labelled"),
    (["follow", "KEY", "--name", "bert"], "bert"),
    (["mute", "KEY"], ""),
    (["block", "KEY"], ""),
    (["profile", "--bio", "of a garden"], "of a garden"),
    (["filter", "add", "--action", "hide", "--words", "crypto"], ""),
    (["view", "add", "mine", "replies"], "mine"),
    (["lists", "add", "friends", "KEY"], "friends"),
    (["export", "BUNDLE"], "entries"),
    (["backup", "BACKUP"], "entries"),
]
KEY = "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"


@long
@pytest.mark.parametrize(
    ("words", "lost"),
    some(ACTS_TRIED, 4),
)
def test_what_was_done_is_done(
    sayso: Sayso, home: Path, tmp_path: Path, words: list[str], lost: str
) -> None:
    entry = sayso("post", "first", "--home", home, "--json").record["id"]
    names = {"ID": entry, "KEY": KEY, "BUNDLE": str(tmp_path / "b"), "BACKUP": str(tmp_path / "k")}
    before = state(home, tmp_path)
    code, said = unseen(home, *[names.get(word, word) for word in words])
    assert code == 0
    line = said.splitlines()[-1]
    assert line.startswith("sayso: `") and "is done, do not repeat it" in line
    assert "No space left" in line and lost in line
    assert state(home, tmp_path) != before


def state(home: Path, folder: Path) -> object:
    """All that a command can change."""
    files = sorted(path for place in (home, folder) for path in place.iterdir() if path.is_file())
    return [(path.name, path.read_bytes()) for path in files if "-shm" not in path.name]


@long
@pytest.mark.parametrize("words", [["read"], ["status"], ["profile"], ["device", "list"]])
def test_what_is_only_read_has_failed(sayso: Sayso, home: Path, words: list[str]) -> None:
    sayso("post", "first", "--home", home)
    code, said = unseen(home, *words)
    assert code == 1
    assert said.startswith("sayso: the output cannot be written (No space left on device)")


@long
def test_who_tries_again_posts_once(sayso: Sayso, home: Path) -> None:
    def texts() -> list[str]:
        lines = sayso("read", "--home", home, "--json").out.splitlines()
        return [json.loads(line)["text"] for line in lines]

    assert unseen(home, "post", "same words")[0] == 0
    assert unseen(home, "post", "-", text="same words\n")[0] == 0
    assert texts() == ["same words"]
    again = sayso("post", "same words", "--home", home)
    assert again.out.startswith("posted ") and "not posted twice" in again.err
    assert texts() == ["same words"]
    assert sayso("post", "same words", "--home", home).code == 0
    assert unseen(home, "post", "same words", "--tag", "x")[0] == 0
    assert sayso("post", "same words", "--home", home).code == 0
    assert len(texts()) == 4


@long
@pytest.mark.parametrize("hours", some([-1, 30, -24, 1], 2))
def test_who_says_the_same_later_means_it(sayso: Sayso, home: Path, hours: int) -> None:
    """As a job does whose log is on a full disk."""
    for said in range(1, 4):
        for _ in range(2):
            assert unseen(home, "post", "still alive")[0] == 0
            assert len(sayso("read", "--home", home, "--json").out.splitlines()) == said
        kept = json.loads((home / "unanswered.json").read_bytes())
        kept["at_ms"] -= hours * 3_600_000
        (home / "unanswered.json").write_text(json.dumps(kept))


@long
@pytest.mark.parametrize("redirect", some([">/dev/full", ">&-", "| true"], 1))
@pytest.mark.parametrize("more", ["", "--json", "--name A"])
def test_an_account_whose_phrase_nobody_saw_is_none(
    tmp_path: Path, redirect: str, more: str
) -> None:
    home = tmp_path / "new"
    program = " ".join(PROGRAM)
    # The reader of the pipe has left before anything is written.
    line = f"set -o pipefail; (sleep 0.3; {program} --home {home} init {more}) {redirect}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "no account was made" in done.stderr
    assert {path.name for path in home.iterdir()} <= {"node.lock"}
    again = subprocess.run(
        [*PROGRAM, "--home", str(home), "init"], capture_output=True, text=True, check=False
    )
    assert again.returncode == 0


def test_options_make_an_act() -> None:
    from argparse import Namespace

    assert acts(["profile"], Namespace(name="x", bio=None))
    assert not acts(["profile"], Namespace(name=None, bio=None))
    assert acts(["view", "add"], Namespace())
