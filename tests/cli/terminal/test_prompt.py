"""Questions at a terminal, and none where there is no terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long, some

from ..conftest import Sayso
from .at_terminal import at_terminal

SECRET = "open sésame"
ONCE = ("Passphrase:", SECRET)
TWICE = (("New passphrase:", SECRET), ("The same again:", SECRET))


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    """A home whose passphrase was typed when it was made."""
    home = tmp_path / "locked"
    done = at_terminal(home, "init", "--passphrase", typed=TWICE)
    assert done.code == 0
    assert SECRET not in done.screen
    return home


@long
def test_a_typed_passphrase_is_that_of_a_file(locked: Path, tmp_path: Path, sayso: Sayso) -> None:
    file = tmp_path / "passphrase"
    file.write_text(f"{SECRET}\n")
    assert sayso("post", "x", "--home", locked, "--passphrase-file", file).code == 0
    file.write_text("another\n")
    assert sayso("post", "x", "--home", locked, "--passphrase-file", file).code == 1


@long
@pytest.mark.parametrize(
    "words",
    some(
        [
            ["post", "x"],
            ["profile", "--bio", "me"],
            ["label", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "bird"],
            ["follow", "z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK", "--public"],
            ["view", "publish", "quiet"],
            ["backup", "sealed.backup"],
        ],
        2,
    ),
)
def test_what_needs_the_keys_asks_once_and_shows_nothing(
    words: list[str], locked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = at_terminal(locked, *words, typed=[ONCE])
    assert (done.code, done.screen.count("Passphrase:")) == (0, 1)
    assert SECRET not in done.screen


@long
def test_a_wrong_or_missing_answer_does_nothing(locked: Path, sayso: Sayso) -> None:
    for typed, said in (("open barley", "wrong passphrase"), ("", "no passphrase was typed")):
        done = at_terminal(locked, "post", "x", typed=[("Passphrase:", typed)])
        assert done.code == 1
        assert said in done.screen
    assert sayso("read", "--home", locked, "--json").records == []


@long
def test_a_new_passphrase_is_typed_twice_alike(tmp_path: Path) -> None:
    for second in ("open barley", ""):
        typed = [TWICE[0], ("The same again:", second)]
        done = at_terminal(tmp_path / "new", "init", "--passphrase", typed=typed)
        assert done.code == 1
        assert "nothing was done" in done.screen
        assert not (tmp_path / "new" / "keys.json").exists()


@long
def test_a_backup_is_locked_and_opened_at_a_terminal(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.backup"
    assert at_terminal(home, "backup", file, "--passphrase", typed=TWICE).code == 0
    done = at_terminal(tmp_path / "again", "restore", file, typed=[ONCE])
    assert done.code == 0
    assert at_terminal(tmp_path / "again", "post", "x", typed=[ONCE]).code == 0


@long
def test_where_nothing_is_locked_nothing_is_asked(home: Path) -> None:
    for words in (["post", "x"], ["read"], ["profile", "--bio", "me"], ["device", "list"]):
        done = at_terminal(home, *words)
        assert done.code == 0
        assert "assphrase" not in done.screen


@long
def test_without_a_terminal_nothing_is_asked(locked: Path, tmp_path: Path, sayso: Sayso) -> None:
    done = sayso("post", "x", "--home", locked)
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "--passphrase-file" in done.err
    done = sayso("init", "--passphrase", "--home", tmp_path / "other")
    assert (done.code, "no terminal" in done.err) == (1, True)
    assert not (tmp_path / "other" / "keys.json").exists()


@pytest.fixture
def phrase(tmp_path: Path, sayso: Sayso) -> Path:
    """A file with the phrase of the account of `tmp_path / "own"`."""
    made = sayso("init", "--home", tmp_path / "own", "--json").record
    file = tmp_path / "phrase"
    file.write_text(str(made["phrase"]))
    return file


IRREVOCABLE = [["device", "revoke", "FEED"], ["rotate", "--phrase-file", "PHRASE"]]


@long
@pytest.mark.parametrize("words", IRREVOCABLE)
def test_what_cannot_be_undone_asks_first(
    words: list[str], phrase: Path, tmp_path: Path, sayso: Sayso
) -> None:
    home = tmp_path / "own"
    feed = str(sayso("device", "list", "--home", home, "--json").record["feed"])
    words = [{"FEED": feed, "PHRASE": str(phrase)}.get(word, word) for word in words]
    before = sayso("device", "list", "--home", home, "--json").out
    for answer in ("", "n", "no", "perhaps"):
        done = at_terminal(home, *words, typed=[("[y/N]", answer)])
        assert done.code == 1
        assert "cannot be undone" in done.screen
        assert "nothing was done" in done.screen
    assert sayso("device", "list", "--home", home, "--json").out == before
    assert at_terminal(home, *words, typed=[("[y/N]", "y")]).code == 0
    assert sayso("device", "list", "--home", home, "--json").out != before


@pytest.mark.parametrize("words", IRREVOCABLE)
def test_yes_and_a_missing_terminal_do_not_ask(
    words: list[str], phrase: Path, tmp_path: Path, sayso: Sayso
) -> None:
    home = tmp_path / "own"
    feed = str(sayso("device", "list", "--home", home, "--json").record["feed"])
    words = [{"FEED": feed, "PHRASE": str(phrase)}.get(word, word) for word in words]
    if words[0] == "rotate":
        done = at_terminal(home, *words, "--yes")
        assert (done.code, "[y/N]" in done.screen) == (0, False)
    assert sayso(*words, "--home", home).code == 0
