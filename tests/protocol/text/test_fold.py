"""Texts that are the same to a reader have one folded form, and folding takes linear time."""

from __future__ import annotations

import time
import unicodedata
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.limits import MAX_BODY, MAX_MARKS
from sayso_protocol.text import marks
from sayso_protocol.text.fold import bare, fold
from sayso_protocol.text.marks import JOINER, stream_safe
from sayso_protocol.text.normal_form import keep
from sayso_protocol.text.words import is_within_word, tokens

MARKS = "\u0301\u0323\u0307\u0327\u0345\u0308\u05b0\u064e\u0344\u3099\uff9e"
TEXTS = st.text(
    st.sampled_from(f"{MARKS}aiİıIßé’–\u200b\u034f\U0001f3f4\U000e0067\U000e007f中カg1 ")
    | st.characters(codec="utf-8"),
    max_size=60,
)
CROWDS = st.lists(
    st.tuples(st.sampled_from(["", "a", "é", "i", "ế", "ガ", "क"]), st.text(MARKS, max_size=90)),
    max_size=3,
).map(lambda parts: "".join(f"{base}{run}" for base, run in parts))


@examples(300)
@given(TEXTS | CROWDS)
@example("\u1fcd\u0307i\u0307\u0307\u0301")
def test_a_folded_text_is_folded_and_its_form_does_not_matter(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    for form in ("NFC", "NFD"):
        assert fold(unicodedata.normalize(form, text)) == folded
    assert fold(keep(text)) == folded
    assert bare(text) == bare(folded) == bare(bare(text)) == fold(bare(text))


@given(TEXTS)
def test_case_does_not_matter(text: str) -> None:
    assert fold(text.casefold()) == fold(text)
    if not set(text) & set("\u1e9e\u03d2\u03d3\u03d4"):
        assert fold(text.lower()) == fold(text)


@long
def test_every_character_is_folded_for_good() -> None:
    for point in range(0x110000):
        char = chr(point)
        if not 0xD800 <= point < 0xE000 and fold(char) != char:
            folded = fold(char)
            assert fold(folded) == folded == fold(unicodedata.normalize("NFD", char)), hex(point)


@given(TEXTS | CROWDS)
def test_what_is_kept_is_composed_and_stays(text: str) -> None:
    kept = keep(text)
    assert keep(kept) == kept
    assert unicodedata.is_normalized("NFC", kept)
    if JOINER not in kept:
        assert kept == unicodedata.normalize("NFC", text)


@given(CROWDS)
def test_no_run_of_marks_is_too_long(text: str) -> None:
    """UAX 15, section 13: counted in normal form KD."""
    safe = stream_safe(text)
    assert safe.replace(JOINER, "") == text.replace(JOINER, "")
    for some in (safe, keep(text), fold(text)):
        run = longest = 0
        for char in unicodedata.normalize("NFKD", some):
            run = run + 1 if unicodedata.combining(char) else 0
            longest = max(longest, run)
        assert longest <= MAX_MARKS
    plain = unicodedata.normalize("NFKD", text)
    runs = "".join("m" if unicodedata.combining(char) else " " for char in plain).split()
    if all(len(run) <= MAX_MARKS for run in runs):
        assert safe == text


def test_every_mark_is_among_those_that_are_looked_at() -> None:
    for point in range(0x110000):
        parts = unicodedata.normalize("NFKD", chr(point))
        if unicodedata.combining(parts[0]):
            assert marks._MARKED.match(chr(point)), hex(point)


def test_little_is_remembered_of_all_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(marks, "_REMEMBERED", 10)
    table = marks._MarksOf()
    assert [table[chr(point)][2] for point in range(0x300, 0x340)] == [True] * 64
    assert len(table) == 10


SAME = {
    "the letters i of Turkish": ["DİYARBAKIR", "diyarbakır", "Diyarbakir", "DI\u0307YARBAKIR"],
    "apostrophes": ["o'z", "o’z", "oʻz", "oʼz", "o´z", "o＇z", "o′z"],
    "dashes": ["a-b", "a‐b", "a‑b", "a–b", "a—b", "a−b", "a－b"],
    "quotation marks": ['"a"', "“a”", "„a“", "«a»", "＂a＂"],
    "what is not seen": ["casino", "ca\u00adsino", "cas\u2060ino", "c\u034fasino", "casi\ufe0fno"],
    "emoji": ["❤", "❤️", "❤︎"],
    "width": ["カジノ", "ｶｼﾞﾉ", "カシ\u3099ノ"],
    "ligatures": ["office", "oﬃce", "oﬀice", "OFFICE"],
}
APART = {
    "skin tones": ["👍", "👍🏽", "👍🏿"],
    "flags": [
        f"\U0001f3f4{''.join(chr(0xE0000 + ord(c)) for c in x)}\U000e007f"
        for x in ("gbeng", "gbsct")
    ]
    + ["\U0001f3f4"],
    "accents": ["año", "ano"],
    "vowel signs": ["हिन्दी", "हन्द"],
    "voiced kana": ["カ", "ガ"],
    "scripts": ["casino", "сasino"],
}


@pytest.mark.parametrize("name", SAME)
def test_what_is_written_in_many_ways_is_one(name: str) -> None:
    assert len(set(map(fold, SAME[name]))) == 1


@pytest.mark.parametrize("name", APART)
def test_what_is_not_the_same_stays_apart(name: str) -> None:
    assert len(set(map(fold, APART[name]))) == len(APART[name])


BARE = {
    "cafe": ["café", "CAFE\u0301", "càfê"],
    "سلام": ["سَلام", "ســلام", "سَلَٰام"],
    "שלום": ["שָׁלוֹם", "שׁלום"],
    "елка": ["ёлка", "ЁЛКА"],
    "μηνις": ["μῆνισ", "ΜῆΝΙΣ"],
    "isik": ["ışık", "IŞIK"],
}


@pytest.mark.parametrize("word", BARE)
def test_accents_and_points_do_not_matter_in_words(word: str) -> None:
    assert {bare(word), *map(bare, BARE[word])} == {bare(word)}


# --- costs -----------------------------------------------------------------------------------

ALL_MARKS = [c for c in map(chr, range(0x300, 0x20000)) if unicodedata.combining(c)]
HOSTILE = {
    "marks": lambda rnd: "".join(rnd.choices(ALL_MARKS, k=5000)),
    "accents": lambda rnd: "".join(rnd.choices(ALL_MARKS[:70], k=8000)),
    "thirty a letter": lambda rnd: "".join(
        "a" + "".join(rnd.choices(ALL_MARKS[:70], k=29)) for _ in range(270)
    ),
    "a sentence each": lambda _: "\ufdfa" * 5400,
    "eight letters each": lambda _: "\ufdfb" * 5400,
    "any character": lambda rnd: "".join(chr(rnd.randrange(0x900, 0xD7FF)) for _ in range(5400)),
    "apostrophes": lambda _: "é" + "a’" * 4000,
    "joiners": lambda _: "a\u200d" * 4000,
    "dots above": lambda _: "i" + "\u0307" * 8000,
}


@long
@pytest.mark.parametrize("kind", HOSTILE)
def test_the_worst_texts_cost_little_and_twice_as_long_ones_twice_as_much(kind: str) -> None:
    text = HOSTILE[kind](Random(1))
    assert len(text.encode()) <= MAX_BODY
    for look in (fold, bare, keep, tokens):
        assert least_time(look, text) < 0.1
        # Square to the length it would be sixteen times as much.
        assert least_time(look, text * 4) < 8 * least_time(look, text) + 0.005
    assert len(tokens(text)) <= len(bare(text)) <= 6 * MAX_BODY


def least_time(look, text: str) -> float:
    def once() -> float:
        start = time.process_time()
        look(text)
        return time.process_time() - start

    return min(once() for _ in range(3))


@given(TEXTS, st.integers(-1, 60))
def test_no_word_ends_within_one(text: str, at: int) -> None:
    folded = bare(text)
    within = is_within_word(folded, at)
    assert not (within and not 0 < at < len(folded))
    if within and unicodedata.category(folded[at])[0] in "LN":
        assert not folded[at - 1].isspace()
