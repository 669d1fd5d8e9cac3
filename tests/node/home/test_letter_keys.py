"""The file of the keys of letters: sealed under the feed's seed, never made anew in silence."""

from __future__ import annotations

from pathlib import Path

import pytest

from sayso_node.errors import HomeError
from sayso_node.home.directory import Home
from sayso_node.home.letter_keys import LetterKeyRing, open_letters
from sayso_node.home.secret_file import write_secret
from sayso_storage.interface.errors import StoreDamaged

SEED = b"seed of a feed, thirty-two bytes"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def test_letters_open_again_and_only_with_the_seed(home: Home) -> None:
    letters = open_letters(home, SEED)
    letters.put("message", b"1", b"hello")
    assert letters.erase()
    letters.close()
    letters = open_letters(home, SEED)
    assert letters.get("message", b"1") == b"hello"
    letters.close()
    with pytest.raises(HomeError, match="another device"):
        open_letters(home, SEED[::-1])


def test_the_file_is_private_and_new_after_each_erasure(home: Home) -> None:
    letters = open_letters(home, SEED)
    first = home.letter_keys.read_bytes()
    before = LetterKeyRing(home, SEED).load()
    assert home.letter_keys.stat().st_mode & 0o777 == 0o600
    assert letters.erase()
    [after] = LetterKeyRing(home, SEED).load()
    assert after.rows not in [keys.rows for keys in before]
    assert after.rows not in home.letter_keys.read_bytes()
    assert home.letter_keys.read_bytes() != first
    letters.close()


def test_of_two_who_make_the_keys_at_once_the_first_holds(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = []

    def after_another(path: Path, data: bytes, *, replace: bool = False) -> None:
        """Another process opens the letters between the look for keys and the first write."""
        monkeypatch.undo()
        others.append(open_letters(home, SEED))
        others[0].put("message", b"1", b"hello")
        write_secret(path, data, replace=replace)

    monkeypatch.setattr("sayso_node.home.letter_keys.write_secret", after_another)
    letters = open_letters(home, SEED)
    letters.put("message", b"2", b"world")
    found = [one.get("message", key) for one in (letters, *others) for key in (b"1", b"2")]
    assert found == [b"hello", b"world"] * 2
    for one in (letters, *others):
        one.close()


def test_lost_keys_are_not_made_anew_over_letters(home: Home) -> None:
    open_letters(home, SEED).close()
    home.letter_keys.unlink()
    with pytest.raises(HomeError, match="put back the file"):
        open_letters(home, SEED)
    assert not home.letter_keys.exists()


def test_an_erasure_leaves_no_key_that_a_crash_kept(home: Home) -> None:
    letters = open_letters(home, SEED)
    draft = home.path / f".{home.letter_keys.name}.0123abcd"
    draft.write_bytes(home.letter_keys.read_bytes())
    assert letters.erase()
    letters.close()
    assert not draft.exists()


def test_a_damaged_file_of_letters_is_moved_away_alone(home: Home) -> None:
    """The remedy for a lost store, another home, would be worse than the damage."""
    open_letters(home, SEED).close()
    home.letters.write_bytes(b"x" * 5000)
    with pytest.raises(StoreDamaged, match="move that file away") as told:
        open_letters(home, SEED)
    assert "folder" not in str(told.value)
    home.letters.unlink()
    open_letters(home, SEED).close()


@pytest.mark.parametrize("content", [b"", b"x" * 100, b"{}"])
def test_a_damaged_file_is_refused(home: Home, content: bytes) -> None:
    open_letters(home, SEED).close()
    home.letter_keys.write_bytes(content)
    with pytest.raises(HomeError, match="damaged"):
        open_letters(home, SEED)
