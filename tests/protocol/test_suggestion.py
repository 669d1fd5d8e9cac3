"""What may have been meant by a word that is not known."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sayso_protocol.suggestion import closest, similar

KNOWN = ("hide", "fold", "boost", "words", "pattern", "Ännchen", "quiet", "catch-up")
LETTERS = st.sampled_from("abcdefghijklmnopqrstuvwxyz")


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("hidee", "hide"),
        ("hdie", "hide"),
        ("word", "words"),
        ("WORDS", "words"),
        ("pat", "pattern"),
        ("patern", "pattern"),
        ("ännchn", "Ännchen"),
        ("catchup", "catch-up"),
        ("catch", "catch-up"),
    ],
)
def test_a_slip_is_understood(word: str, meant: str) -> None:
    assert closest(word, KNOWN)[0] == meant
    assert similar(word, KNOWN) == f": did you mean `{meant}`?"


@pytest.mark.parametrize("word", ["", "x", "q", "nonsense", "12345678", "日本", "quz"])
def test_what_is_like_nothing_has_no_hint(word: str) -> None:
    assert closest(word, KNOWN) == []
    assert similar(word, KNOWN) == ""
    assert similar(word, ()) == ""


@pytest.mark.parametrize(("word", "longer"), [("foo", "follow"), ("bok", "bookmark")])
def test_a_word_of_twice_the_length_is_no_slip(word: str, longer: str) -> None:
    assert closest(word, [longer]) == []


@given(st.text(alphabet=LETTERS, min_size=4, max_size=20), st.data())
def test_one_slip_in_any_word_is_understood(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 1))
    slips = {
        word[:at] + word[at + 1 :],
        word[:at] + word[at] + word[at:],
        word[:at] + data.draw(LETTERS) + word[at + 1 :],
        word.upper(),
    }
    slip = data.draw(st.sampled_from(sorted(slips)))
    assume(slip not in KNOWN)
    assert word in closest(slip, [word, "0" * len(word)])


@pytest.mark.parametrize(
    "name", ["spam`: now type `sayso rotate", "spam\nsayso: spam", "spam\u202e", "spam" + " " * 61]
)
def test_a_name_that_could_pass_for_our_words_is_not_suggested(name: str) -> None:
    assert closest("spam", [name]) == []
    assert closest("spam", [name, "spamm"]) == ["spamm"]


@given(st.text(max_size=30), st.lists(st.text(max_size=30), max_size=30))
def test_only_what_is_known_is_suggested(word: str, known: list[str]) -> None:
    found = closest(word, known)
    assert len(found) <= 3
    assert set(found) <= set(known)
