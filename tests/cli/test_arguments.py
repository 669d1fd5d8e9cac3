"""Arguments as terminals of any encoding give them, and phrases as people write them down."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_cli.secret_input import words_of

from .conftest import Sayso

HALF = b"caf\xe9".decode("utf-8", "surrogateescape")
TEXTS = [
    ("filter", "add", "--action", "hide", "--words", HALF),
    ("filter", "add", "--action", "hide", "--tag", HALF),
    ("filter", "add", "--action", "hide", "--words", "x", "--because", HALF),
    ("filter", "add", "--action", "hide", "--words", "x", "--name", HALF),
    ("post", HALF),
    ("post", "x", "--tag", HALF),
    ("post", "x", "--warn", HALF),
    ("read", "--tag", HALF),
    ("read", "--author", HALF),
    ("read", "--since", HALF),
    ("search", HALF),
    ("profile", "--name", HALF),
    ("react", "0123456789", HALF),
    ("label", "0123456789", HALF),
    ("view", "add", HALF, "1"),
]


@pytest.mark.parametrize("words", TEXTS, ids=lambda words: " ".join(words[:2]) + words[-2])
def test_text_in_another_encoding_is_named_in_one_line(
    words: tuple[str, ...], sayso: Sayso, home: Path
) -> None:
    done = sayso(*words, "--home", home)
    assert (done.code, done.out) == (1, "")
    assert "is not valid UTF-8: set the terminal to it" in done.err
    assert done.err.count("\n") == 1


def test_a_file_may_have_any_name(sayso: Sayso, home: Path, tmp_path: Path) -> None:
    assert sayso("export", str(tmp_path / HALF), "--home", home).code == 0
    assert (tmp_path / HALF).exists()


WORDS = [f"{'abcdefghijklmnopqrstuvwxyz'[n]}word" for n in range(24)]
PHRASE = " ".join(WORDS)
WRITTEN = {
    "numbered": "\n".join(f"{n}. {word}" for n, word in enumerate(WORDS, 1)),
    "numbered in a row": " ".join(f"{n}){word}" for n, word in enumerate(WORDS, 1)),
    "with commas": ", ".join(WORDS),
    "in capitals": PHRASE.upper(),
    "first letters": PHRASE.title(),
    "full width": "".join(chr(ord(c) + 0xFEE0) if c != " " else "\u3000" for c in PHRASE),
    "with a mark": "\ufeff" + PHRASE + "\n",
    "with dashes": " – ".join(WORDS),
    "lines of Windows": "\r\n".join(WORDS),
    "with spaces that do not break": PHRASE.replace(" ", "\u00a0"),
}


@pytest.mark.parametrize("way", WRITTEN)
def test_a_phrase_however_it_is_written_down(way: str) -> None:
    assert words_of(WRITTEN[way]) == PHRASE


@given(st.text(max_size=80))
def test_what_is_no_phrase_stays(text: str) -> None:
    assert words_of(text) == text
    assert words_of(f"{text}{PHRASE} one") in (f"{text}{PHRASE} one", PHRASE)
