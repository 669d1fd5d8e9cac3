"""Hashtags: own cases, and those that twitter-text set for all."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long
from tests.twitter_text import extract_cases

from sayso_node.entries.hashtags import hashtags, merge_tags
from sayso_protocol.content.post import MAX_TAG, MAX_TAGS


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("", []),
        ("no tags # here #", []),
        ("#one #two", ["one", "two"]),
        ("#One, #one. (#two)", ["One", "one", "two"]),
        ("a#b &#c /#d", []),
        ("#1 #123 #_ #1a", ["1a"]),
        ("#a#b", []),
        ("##a", ["a"]),
        ("https://example.org/#part https://example.org/?a=#part x #tag", ["tag"]),
        ("#grüße #東京 #नमस्ते", ["grüße", "東京", "नमस्ते"]),
        ("#\ufe0f\u20e3 #\u20e3a", []),
        ("＃wide", ["wide"]),
    ],
)
def test_what_is_a_tag(text: str, tags: list[str]) -> None:
    assert hashtags(text) == tags


def test_the_cases_of_twitter_text() -> None:
    cases = extract_cases("hashtags")
    assert len(cases) > 60
    for text, expected in cases:
        assert hashtags(text) == expected, text


def test_merging_drops_repeats_what_is_too_long_and_what_is_too_much() -> None:
    assert merge_tags(["A", "b"], ["a", "B", "c", ""]) == ("A", "b", "c")
    assert merge_tags(["x" * MAX_TAG, "y" * (MAX_TAG + 1), "ü" * MAX_TAG]) == ("x" * MAX_TAG,)
    assert len(merge_tags(str(n) for n in range(1000))) == MAX_TAGS


@given(st.text(st.sampled_from("#＃a1_ &/.:h\u0301\ufe0f"), max_size=40))
def test_every_tag_stands_in_the_text_and_has_a_letter(text: str) -> None:
    for tag in hashtags(text):
        assert f"#{tag}" in text or f"＃{tag}" in text
        assert any(char.isalpha() or char in "\u0301\ufe0f" for char in tag)


@long
@pytest.mark.parametrize("part", ["#", "#a", "#1", "https://", "#\u0301", "https://a#", "h"])
def test_no_text_takes_long(part: str) -> None:
    """Quadratic work would take minutes for these."""
    began = time.process_time()
    hashtags(part * (400_000 // len(part)))
    assert time.process_time() - began < 5


def test_tags_of_one_form_are_one() -> None:
    assert merge_tags(["caf\u00e9", "cafe\u0301", "CAFÉ"]) == ("caf\u00e9",)
    assert merge_tags(["cafe\u0301"]) == ("caf\u00e9",)
    assert merge_tags(["İzmir"], ["izmir", "IZMIR"]) == ("İzmir",)
    assert merge_tags(["می\u200cخواهم", "میخواهم"]) == ("می\u200cخواهم",)
    assert merge_tags(["ＡＢＣ", "abc", "\u200b", ""]) == ("ＡＢＣ",)
    assert merge_tags(["año", "ano"]) == ("año", "ano")
