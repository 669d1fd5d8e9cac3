"""Words are found on their edges, in any script, whatever the text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso_protocol.filters.word_matcher import FEW, WordMatcher, fold_word
from sayso_protocol.text.fold import bare
from sayso_protocol.text.words import tokens

FOUND = [
    ("casino", "The CASINO, again"),
    ("casino", "casino"),
    ("casino", "#casino!"),
    ("casino", "ca\u200bsi\u00adno"),  # what cannot be seen hides nothing
    ("casino", "ｃａｓｉｎｏ"),
    ("straße", "STRASSE 7"),
    ("İstanbul", "i̇stanbul"),
    ("free money", "get free \n\t money now"),
    ("free money", "FREE MONEY"),
    ("c++", "why c++ now"),
    ("赌场", "这个赌场很大"),
    ("カジノ", "新しいカジノです"),
    ("カジノ", "ｶｼﾞﾉ"),
    ("คาสิโน", "ที่คาสิโนใหม่"),
    ("카지노", "그 카지노에서"),
    ("हिन्दी", "यह हिन्दी है"),
    ("👍", "ok👍👍"),
    ("😀 fun", "a 😀  fun day"),
    ("naïve", "nai\u0308ve people"),
    ("12", "on 12, at"),
    ("it's", "but it's fine"),
    ("don't", "I don’t know"),  # as phones write it
    ("don’t", "I don't know"),
    ("l’eau", "l´eau"),
    ("o'zbek", "Oʻzbek tili"),
    ("rock ’n’ roll", "old rock 'n' roll"),
    ('say "no"', "to say “no” now"),
    ("twenty-one", "twenty–one"),
    ("co-op", "co‑op"),
    ("casino", "ca\u034fsino"),
    ("casino", "ca\ufe0fsino"),
    ("casino", "ca\u115fsino"),
    ("casino", "cas\u180bino"),
    ("casino", "\U000e0063casino"),
    ("❤", "I ❤️ it"),
    ("❤️", "I ❤ him"),
    ("👍", "fine 👍🏽"),
    ("istanbul", "İSTANBUL çok güzel"),
    ("ışık", "IŞIK yandı"),
    ("IŞIK", "ışık"),
    ("diyarbakır", "DİYARBAKIR"),
    ("cafe", "the café is full"),
    ("café", "the cafe\u0301 is full"),
    ("ёлка", "елка"),
    ("سلام", "سَلامٌ عليكم"),
    ("سلام", "ســـلام"),
    ("שלום", "שָׁלוֹם לכם"),
    ("ביאליק", "רח׳ ביאליק"),
    ('צה"ל', "צה״ל אמר"),
    ("casino", "no.Casino is open"),  # a sentence without a space behind it
    ("example", "see example.org"),
    ("1’000", "has 1'000 of them"),
]
MISSED = [
    ("art", "a party"),
    ("casino", "casinos"),
    ("casino", "mycasino"),
    ("casino", "cas ino"),
    ("हिन्द", "यह हिन्दी है"),  # a vowel sign is part of the word
    ("กา", "กา้"),
    ("12", "123"),
    ("free money", "free, money"),
    ("free money", "free moneys"),
    ("сasino", "casino"),  # its first letter is Cyrillic
    ("ai", "Ah, que j'ai sommeil"),
    ("ai", "Je n’ai rien"),
    ("don", "I don't know"),
    ("t", "I don’t know"),
    ("aqua", "l'aqua"),
    ("col", "col·lecció"),
    ("צה", "צה״ל"),
    ("14", "3.14"),
    ("000", "1,000"),
    ("case", "snake_case"),
]


@pytest.mark.parametrize(("word", "text"), FOUND)
def test_found(word: str, text: str) -> None:
    folded = fold_word(word)
    assert WordMatcher([folded, fold_word("beside")]).found_in(text) == {folded}


@pytest.mark.parametrize(("word", "text"), MISSED)
def test_not_found(word: str, text: str) -> None:
    assert WordMatcher([fold_word(word)]).found_in(text) == set()


@pytest.mark.parametrize("word", ["", " ", "\n\t", "\u200b", "\u00ad \u2066"])
def test_words_of_which_nothing_can_be_seen(word: str) -> None:
    assert fold_word(word) == ""


def plainly(word: str, text: str) -> bool:
    """Whether a word stands in a text: everywhere it is cut out, its edges are looked at."""
    cut, wanted = tokens(text), tokens(word)
    return any(cut[at : at + len(wanted)] == wanted for at in range(len(cut)))


TEXTS = st.text(st.sampled_from("ab B\n_1赌场้カ़\u200bßİ😀.é") | st.characters(), max_size=30)


@given(st.lists(TEXTS.map(fold_word).filter(bool), max_size=8), TEXTS)
def test_all_at_once_as_one_by_one(words: list[str], text: str) -> None:
    found = {word for word in words if plainly(word, text)}
    assert WordMatcher(words).found_in(text) == found
    assert WordMatcher([*words, *MANY]).found_in(text) == found


MANY = [f"casino{n}" for n in range(FEW + 1)]
"""With them a text is cut before anything is looked for in it."""


@given(TEXTS)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold_word(fold_word(text)) == fold_word(text)


@given(TEXTS.filter(lambda text: bool(fold_word(text))))
def test_a_text_holds_itself(text: str) -> None:
    word = fold_word(text)
    assert WordMatcher([word]).found_in(text) == {word}


@settings(max_examples=20)
@given(st.sampled_from(["a ", "aaaa", "赌", "a", "\u0301", "\ufdfa", "😀\u200d", "\0"]))
def test_the_longest_texts_cost_few_steps(part: str) -> None:
    text = part * (16 * 1024 // len(part.encode()))
    words = [fold_word(f"{part * n}x") for n in range(1, 20)]
    assert WordMatcher(filter(None, words)).found_in(text) == set()
    assert len(tokens(text)) <= len(bare(text)) <= 18 * len(text)
