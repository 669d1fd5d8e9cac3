"""The body of a text in a group."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import decode, encode
from sayso_protocol.content.body import Post, read_body, write_body
from sayso_protocol.errors import Refused, TooLarge
from sayso_protocol.private.contents.message_file import FileWithin, SealedFile
from sayso_protocol.private.groups.group_limits import MAX_BODY
from sayso_protocol.private.groups.text_post import TextPost, read_text, write_text

from .support import person

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(
    st.builds(
        TextPost,
        text=TEXTS,
        reply=st.none() | st.binary(min_size=16, max_size=16),
        tags=st.lists(TEXTS, max_size=3).map(tuple),
        lang=st.none() | st.just("fr"),
        warn=st.none() | TEXTS.filter(bool),
    )
)
def test_what_is_written_is_read(post: TextPost) -> None:
    assert read_text(write_text(post)) == post


def test_what_a_feed_has_in_common_is_the_same() -> None:
    mentioned = (person("x").key,)
    post = TextPost("e4 #chess", None, mentioned, ("chess",), "en", "a spoiler")
    assert write_text(post) == write_body(
        Post("e4 #chess", mentions=mentioned, tags=("chess",), lang="en", warn="a spoiler")
    )


def test_files_are_as_in_private_messages() -> None:
    cid = bytes.fromhex("01551220") + bytes(32)
    files = (
        FileWithin("text/plain", "move.txt", "", b"e4"),
        SealedFile("image/png", "", "a board", 6, cid, b"k" * 32),
    )
    post = TextPost("", files=files)
    assert read_text(write_text(post)) == post
    whole = decode(write_text(post))
    assert isinstance(whole, dict)
    for bad in (None, [], [[]], [["text/plain", "../move", "", b"e4"]], whole["files"] * 5):
        assert read_text(encode({**whole, "files": bad})) is None
    with pytest.raises(Refused):
        write_text(TextPost("", files=files * 5))


def test_unknown_fields_are_passed_over() -> None:
    assert read_text(encode({"kind": "post", "text": "e4", "board": 1})) == TextPost("e4")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"e4",
        encode(["post", "e4"]),
        encode({"kind": "post"}),
        encode({"kind": "move", "text": "e4"}),
        encode({"kind": "post", "text": 4}),
        encode({"kind": "post", "text": "a\0b"}),
        encode({"kind": "post", "text": "e4", "reply": bytes(32)}),
        encode({"kind": "post", "text": "e4", "mentions": [bytes(32)]}),
        encode({"kind": "post", "text": "e4", "tags": ["x"] * 33}),
        encode({"kind": "post", "text": "e4", "warn": "x" * 513}),
    ],
)
def test_what_is_no_text_is_none(data: bytes) -> None:
    assert read_text(data) is None


def test_what_would_not_be_read_is_not_written() -> None:
    with pytest.raises(TooLarge):
        write_text(TextPost("x" * MAX_BODY))
    for post in (TextPost("a\0b"), TextPost("e4", reply=bytes(3))):
        with pytest.raises(Refused):
            write_text(post)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_not(data: bytes) -> None:
    read_text(data)
    body = read_body(data)
    assert body is not None
