"""What indexes know of a body; the short cut against the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.body import Post, Profile, Unknown, read_body, write_body
from sayso_protocol.codec import Value, encode
from sayso_protocol.limits import MAX_BODY
from sayso_storage.facts import PLAIN_POST, Facts, facts_of
from sayso_storage.plain import is_plain_post
from sayso_storage.sqlite.kinds import MALFORMED_CODE, POST_CODE, kind_code

from .makers import author, posts, reference

BERT = author(2)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LANG = st.none() | st.sampled_from(["", "de", "en-GB", "x" * 31, "x" * 32, "ü"])


def plain(body: bytes) -> bool:
    """The definition: a post with no more than text and language."""
    known = read_body(body)
    return isinstance(known, Post) and known == Post(known.text, lang=known.lang)


@given(TEXT, LANG)
def test_posts_of_text_are_recognised(text: str, lang: str | None) -> None:
    body = write_body(Post(text, lang=lang))
    assert is_plain_post(body) == (lang is None or (lang.isascii() and len(lang) < 32))
    assert facts_of(body) == PLAIN_POST


@pytest.mark.parametrize("length", [0, 1, 31, 32, 255, 256, 300, 16_000])
def test_every_form_of_length_is_recognised(length: int) -> None:
    assert is_plain_post(write_body(Post("x" * length)))


@given(TEXT, LANG, st.data())
def test_what_is_recognised_is_a_plain_post(
    text: str, lang: str | None, data: st.DataObject
) -> None:
    body = bytearray(write_body(Post(text, lang=lang)))
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 1))] = data.draw(st.binary(max_size=2))
        if not body:
            break
    if is_plain_post(bytes(body)):
        assert plain(bytes(body))


@given(st.binary(max_size=64))
def test_any_tail_is_judged_as_read_body_judges(tail: bytes) -> None:
    for head in (b"\x82\xa4kind\xa4post\xa4text", b"\x83\xa4kind\xa4post\xa4lang"):
        if is_plain_post(head + tail):
            assert plain(head + tail)


@pytest.mark.parametrize("fields", [{"text": "a\0b"}, {"text": "a", "lang": "d\0"}])
def test_a_nul_is_not_recognised(fields: dict[str, Value]) -> None:
    body = encode({"kind": "post", **fields})
    assert not is_plain_post(body)
    assert not plain(body)


def test_a_body_beyond_the_limit_is_not_recognised() -> None:
    body = encode({"kind": "post", "text": "x" * MAX_BODY})
    assert not is_plain_post(body)


def test_facts_of_a_full_post() -> None:
    run = posts(BERT, 1)
    post = Post("x", reply=reference(BERT, run, 1), tags=("Ä", "ä", "b"), origin="o")
    assert facts_of(write_body(post)) == Facts("post", run.tip, ("ä", "b"), "o")


def test_facts_of_other_bodies() -> None:
    assert facts_of(write_body(Profile("x"))) == Facts("profile")
    assert facts_of(encode({"kind": "react"})) == Facts("react")
    malformed = encode({"kind": "post", "text": 7})
    assert read_body(malformed) == Unknown("post")
    assert facts_of(malformed) == Facts("")
    assert facts_of(b"") == Facts("")


def test_kinds_have_lasting_numbers() -> None:
    assert (kind_code("post"), kind_code("")) == (POST_CODE, MALFORMED_CODE) == (1, 0)
    # Stored in files: these may never change.
    numbers = {kind: kind_code(kind) for kind in ("open", "profile", "follow", "react")}
    assert numbers == NUMBERS


NUMBERS = {
    "open": 1379418578,
    "profile": 1085003015,
    "follow": 874127928,
    "react": 213039082,
}
