"""The words of texts in many languages, and that SQLite sees the same ones."""

from __future__ import annotations

import gzip
import json
import sqlite3

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import long
from tests.testdata import data_file

from sayso_protocol.filters.word_matcher import WordMatcher, fold_word
from sayso_protocol.limits import MAX_WORD
from sayso_storage.search.query import Phrase, phrase_of, row_of
from sayso_storage.search.tokenizer import words
from sayso_storage.sqlite.words.word_index import indexable

CASES = {
    "Hello, World! Don't": ["hello", "world", "don", "t"],
    "snake_case @me #Tag": ["snake", "case", "me", "tag"],
    "CAFÉ naïve Straße": ["cafe", "naive", "strasse"],
    "Ёлка и йод": ["елка", "и", "иод"],
    "Ὀδυσσεύς": ["οδυσσευσ"],
    "İSTANBUL": ["istanbul"],
    "ﬁne ＡＢＣ１": ["fine", "abc1"],
    "日本語です": ["日本", "本語", "語で", "です", "す"],
    "カフェ": ["カフ", "フェ", "ェ"],
    "ｶﾌｪ": ["カフ", "フェ", "ェ"],
    "안녕하세요": ["안녕", "녕하", "하세", "세요", "요"],
    "ฉันรัก": ["ฉั", "ัน", "นร", "รั", "ัก", "ก"],
    "A中B": ["a", "中", "b"],
    "हिन्दी में": ["हिन्दी", "में"],
    "مُحَمَّد، كتـــاب": ["محمد", "كتاب"],
    "שָׁלוֹם": ["שלום"],
    "❤️ ❤ ok👍🏽 🇩🇪": ["❤", "❤", "ok", "👍", "🇩", "🇪"],
    "5 € or $5": ["5", "€", "or", "5"],
    "\u202eabc\u2066 d\u200de": ["abc", "de"],
    "Donau\u00addampf\u00adschiff": ["donaudampfschiff"],
    "Neu\u200bwagen wort\u2060teil": ["neuwagen", "wortteil"],
    "می\u200cخواهم": ["میخواهم"],
    "I don’t, l'eau": ["i", "don", "t", "l", "eau"],
    "IŞIK ışık": ["isik", "isik"],
    "twenty–one": ["twenty", "one"],
    "བོད་ཡིག": ["བོ", "ོད", "ད", "ཡི", "ིག", "ག"],
    "": [],
    " -*\"'()^:{}": [],
}


@pytest.mark.parametrize("text", CASES)
def test_words(text: str) -> None:
    assert words(text) == CASES[text]


def test_long_words_are_cut() -> None:
    assert words("x" * 1000) == ["x" * MAX_WORD]
    assert words("ä" * 1000) == ["a" * MAX_WORD]
    assert words("x" * MAX_WORD + " y") == ["x" * MAX_WORD, "y"]


PHRASES = {
    "bread": Phrase(("bread",)),
    "don't": Phrase(("don", "t")),
    "中": Phrase(("中",), begun=True),
    "中国": Phrase(("中国",)),
    "中国人": Phrase(("中国", "国人")),
    "中国 国": Phrase(("中国", "国", "国"), begun=True),
    "中国 abc": Phrase(("中国", "国", "abc")),
    "abc 中": Phrase(("abc", "中"), begun=True),
    "👍": Phrase(("👍",)),
}


@pytest.mark.parametrize("text", PHRASES)
def test_phrases(text: str) -> None:
    assert phrase_of(text) == PHRASES[text]
    assert PHRASES[text].needle in row_of(f"before, {text} (behind)")


def test_what_has_no_word_is_no_phrase() -> None:
    assert phrase_of('"*-') is None


def as_sqlite_sees(*texts: str) -> list[set[str]]:
    db = sqlite3.connect(":memory:")
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', detail=none, tokenize='ascii')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", enumerate(texts))
    found: list[set[str]] = [set() for _ in texts]
    for row, word in db.execute("SELECT doc, term FROM v"):
        found[row].add(word)
    db.close()
    return found


ODD = st.text("aBé中国ก์é́ ❤️_-\"'\u202e\x7f\x1f9Z\ud7a3ﷺ", max_size=200)
TEXTS = st.text(max_size=100) | ODD | st.text(st.characters(codec="ascii"), max_size=300)


@given(st.lists(TEXTS.filter(lambda text: "\0" not in text), min_size=1, max_size=20))
@example(["x" * 100, "A_b C", "ﷺ" * 3000, "é" * 300 + "x" * 300])
def test_sqlite_sees_the_same_words(texts: list[str]) -> None:
    assert as_sqlite_sees(*map(indexable, texts)) == [set(words(text)) for text in texts]


@given(TEXTS, TEXTS, TEXTS)
def test_a_part_of_a_text_is_found_in_it(before: str, part: str, behind: str) -> None:
    phrase = phrase_of(part)
    if phrase is not None:
        assert phrase.needle in row_of(f"{before} {part} {behind}")


WORDS = st.text("ab'’.-_ é́İ中国ก์ガ👍\u200b1,", max_size=8) | TEXTS


@given(WORDS, WORDS)
@example("don't", "I don’t know")
@example("c++", "in c++")
def test_a_search_finds_what_a_rule_would(word: str, text: str) -> None:
    phrase = phrase_of(word)
    if phrase is not None and WordMatcher([fold_word(word)]).found_in(text):
        assert phrase.needle in row_of(text)


@long
@pytest.mark.data
def test_real_posts_of_eight_languages_are_found_by_each_of_their_words() -> None:
    with gzip.open(data_file("multilingual_xlmt.jsonl.gz"), "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    assert as_sqlite_sees(*map(indexable, texts)) == [set(words(text)) for text in texts]
    for text in texts:
        row = row_of(text)
        for word in text.split():
            phrase = phrase_of(word)
            assert phrase is None or phrase.needle in row
