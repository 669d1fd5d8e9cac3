"""Names that look alike: Unicode's table, and what is made of it."""

from __future__ import annotations

import os
from pathlib import Path
from unicodedata import category, normalize

import pytest
from distribution.confusables import TABLE, mappings, module
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.text.confusables import PROTOTYPES, UNICODE
from sayso_protocol.text.skeleton import MAX_COMPARED, look_keys, skeleton

SOURCES = [chr(int(word.rpartition(":")[2], 16)) for word in PROTOTYPES.split()]

EXCERPT = """\
# confusables.txt
# © 2025 Unicode®, Inc.
# Version: 17.0.0
0430 ;\t0061 ;\tMA\t# ( а → a ) CYRILLIC SMALL LETTER A → LATIN SMALL LETTER A\t#
006D ;\t0072 006E ;\tMA\t# ( m → rn ) LATIN SMALL LETTER M → LATIN SMALL LETTER R, N\t#
0251 ;\t0061 ;\tMA\t# ( ɑ → a ) LATIN SMALL LETTER ALPHA → LATIN SMALL LETTER A\t#
"""


def alike(one: str, other: str) -> bool:
    return not look_keys(one).isdisjoint(look_keys(other))


def test_the_table_is_the_whole_of_a_version_of_unicodes() -> None:
    assert (UNICODE, len(SOURCES), len(set(SOURCES))) == ("17.0.0", 6565, 6565)


def test_the_table_is_written_from_the_data_file() -> None:
    assert mappings(EXCERPT) == {"0061": ["0430", "0251"], "0072+006E": ["006D"]}
    assert "0061:0430 0251 0072+006E:006D" in module(EXCERPT)
    with pytest.raises(SystemExit, match="not Unicode's"):
        module("x")
    whole = os.environ.get("SAYSO_CONFUSABLES")  # whoever has the file of 17.0.0 at hand
    if whole:
        assert module(Path(whole).read_text("utf-8")) == TABLE.read_text("utf-8")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("paypal", "pаypаl"),  # Cyrillic
        ("Ben", "bеn"),  # and case
        ("BEN", "ВЕN"),
        ("Alice", "AIice"),
        ("Alice", "A1ice"),
        ("modern", "rnodern"),
        ("scope", "ѕсоре"),  # wholly Cyrillic
        ("Anna", "An\u200bna"),  # what cannot be seen
        ("Anna", "An na"),
        ("Anna", "Ａｎｎａ"),  # compatibility forms
        ("Anna", "𝐀𝐧𝐧𝐚"),
        ("René", "Rene"),
        ("René", "Rene\u0301"),
        ("O'Hara", "0’Hara"),
    ],
)
def test_names_look_alike(one: str, other: str) -> None:
    assert alike(one, other) and alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna", "Hanna"), ("Ben", "Ken"), ("王", "玉"), ("Robin", "Robyn"), ("आन", "आनि")],
)
def test_other_names_do_not(one: str, other: str) -> None:
    assert not alike(one, other)


def test_a_name_in_which_nothing_is_seen_is_like_no_other() -> None:
    assert look_keys("\u200b \u2060") == look_keys("") == frozenset()


def test_every_character_of_the_table_looks_like_its_prototype() -> None:
    prototype = ""
    for word in PROTOTYPES.split():
        before, colon, source = word.rpartition(":")
        prototype = "".join(chr(int(one, 16)) for one in before.split("+")) if colon else prototype
        # A decomposed character is looked up by its parts.
        if normalize("NFD", chr(int(source, 16))) == chr(int(source, 16)):
            assert skeleton(chr(int(source, 16))) == skeleton(prototype), (source, before)


@given(st.text(max_size=20))
def test_a_skeleton_is_its_own(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@long
@given(st.text(alphabet=st.sampled_from(SOURCES), max_size=20))
def test_a_skeleton_is_its_own_where_all_is_confusable(text: str) -> None:
    assert skeleton(skeleton(text)) == skeleton(text)


@given(st.text(alphabet=st.characters(codec="ascii"), max_size=20))
def test_ascii_alone_gives_the_same_as_the_whole_table(text: str) -> None:
    assert skeleton(text + "ж") == skeleton(text) + skeleton("ж")


def test_a_long_name_costs_no_more_than_the_longest() -> None:
    longest = "\ufdfa" * MAX_COMPARED
    assert look_keys("а" * 10**6) == look_keys("а" * MAX_COMPARED)
    assert all(len(one) <= MAX_COMPARED * 20 for one in look_keys(longest))
    assert look_keys("a" + "\u0301\u0323" * 10**5)
    assert category("\u0301") == "Mn"
