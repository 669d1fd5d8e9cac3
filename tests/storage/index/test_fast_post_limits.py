"""The short cut for common posts, at its very limits: what it recognises and what not."""

from __future__ import annotations

import pytest

from sayso_protocol.content.body import Post, Profile, write_body
from sayso_protocol.limits import MAX_BODY
from sayso_storage.index.body_facts import parts_of, texts_of
from sayso_storage.index.fast_post import NO_PARTS, bare_posts, bare_text, parts_of_post

from ..makers import author, posts, reference

BERT = author(2)
NAMED = reference(BERT, posts(BERT, 1), 1)
BARE = b"\x82\xa4kind\xa4post\xa4text"
FIELDS = {
    "lang": Post("x", lang="de"),
    "mentions": Post("x", mentions=(BERT.account.public, BERT.feed.public)),
    "origin": Post("x", origin="https://a.example/1"),
    "quote": Post("x", quote=NAMED),
    "reply": Post("x", reply=NAMED),
    "reply_origin": Post("x", reply_origin="https://a.example/2"),
    "root": Post("x", root=NAMED),
    "tags": Post("x", tags=("a", "", "ä" * 15, "text")),
    "written": Post("x", written=1 << 40),
    "most": Post("x", lang="", tags=("a",), origin="o", written=1 << 32, reply=NAMED),
}


@pytest.mark.parametrize("name", FIELDS)
def test_each_field_is_recognised_and_nothing_beside_them(name: str) -> None:
    post = FIELDS[name]
    body = write_body(post)
    assert parts_of_post(body) == parts_of(post)
    assert parts_of_post(bytes([body[0] + 1]) + body[1:]) is None
    assert parts_of_post(bytes([body[0] - 1]) + body[1:]) is None
    assert parts_of_post(body + b"x") is None
    assert parts_of_post(body[:-1]) is None
    assert bare_text(body) is None
    assert texts_of(body) == ("x",)


@pytest.mark.parametrize(
    "field",
    [b"\xa4lang\xa3de", b"\xa6origin\xa3https", b"\xacreply_origin\xa1https", b"\xa4lang\xa2d"],
)
def test_a_text_of_another_length_than_it_says_is_not_recognised(field: bytes) -> None:
    assert parts_of_post(b"\x83\xa4kind\xa4post" + field + b"\xa4text\xa1x") is None


@pytest.mark.parametrize("text", ["", "x", "\n", "ä", "😀", "x" * 31, "x" * 32, "ä" * 5000])
def test_the_text_of_a_bare_post_is_known(text: str) -> None:
    body = write_body(Post(text))
    assert (bare_text(body),) == texts_of(body) == (text,)
    assert bare_posts([body, write_body(Post("y")), body]) == [True] * 3
    assert parts_of_post(body) is NO_PARTS


@pytest.mark.parametrize("size", [0, 33, 258])
@pytest.mark.parametrize("filler", [b"\xc0", b"X", b"\xa0", b"\xda"])
def test_there_is_no_text_of_some_sizes(size: int, filler: bytes) -> None:
    """One that takes them with its head: the heads of 1, 2 and 3 bytes leave gaps."""
    for field in (filler * size, filler[:size] + b"x" * (size - 1)):
        assert parts_of_post(BARE + field) is bare_text(BARE + field) is None
        assert bare_posts([BARE + field]) == [False]


@pytest.mark.parametrize("size", range(1020, 1029))
def test_posts_around_the_size_of_the_table_are_recognised(size: int) -> None:
    body = write_body(Post("x" * (size - len(BARE) - 3)))
    assert len(body) == size
    assert bare_posts([body]) == [True]


def test_the_longest_post_is_recognised() -> None:
    longest = write_body(Post("x" * (MAX_BODY - len(BARE) - 3)))
    assert len(longest) == MAX_BODY
    assert parts_of_post(longest) is NO_PARTS
    assert bare_posts([longest]) == [True]
    assert bare_posts([BARE + b"X" * MAX_BODY]) == [False]


@pytest.mark.parametrize("count", [1, 3, 15])
def test_an_array_of_another_number_of_mentions_is_not_recognised(count: int) -> None:
    keys = b"\xc4\x20" + BERT.account.public + b"\xc4\x20" + BERT.feed.public
    for said, found in ((2, True), (count, False)):
        field = b"\xa8mentions" + bytes([0x90 + said]) + keys
        body = b"\x83\xa4kind\xa4post" + field + b"\xa4text\xa1x"
        assert (parts_of_post(body) is not None) == found


@pytest.mark.parametrize("body", [None, b"", b"\xff", write_body(Profile("name"))])
def test_what_is_no_post_or_not_held_has_no_text(body: bytes | None) -> None:
    assert texts_of(body) == ()
