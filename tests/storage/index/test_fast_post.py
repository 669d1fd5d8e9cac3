"""The short cut for common posts, against the definition."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.codec import Value, encode
from sayso_protocol.content.body import (
    Post,
    Reference,
    read_body,
    write_body,
)
from sayso_protocol.limits import MAX_BODY, MAX_TIME_MS
from sayso_storage.index.body_facts import (
    PLAIN_POST,
    IndexedFacts,
    facts_of,
    facts_of_all,
    parts_of,
)
from sayso_storage.index.fast_post import (
    NO_PARTS,
    Parts,
    bare_posts,
    common_post,
    names_nothing,
    parts_of_post,
)

from ..makers import author

BERT = author(2)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
LANG = st.none() | st.sampled_from(["", "de", "en-GB", "x" * 31, "x" * 32, "ü"])
KEYS = st.sampled_from([BERT.account.public, BERT.feed.public])
SEQS = st.sampled_from([1, 127, 128, 255, 256, 2**16, 2**32 - 1, 2**32, 2**63 - 1])
REFERENCES = st.none() | st.builds(Reference, KEYS, KEYS, SEQS, st.binary(min_size=32, max_size=32))
ORIGIN = st.none() | st.sampled_from(["", "x" * 31, "https://a.example/" + "9" * 30, "é"])
TIMES = st.sampled_from([0, 2**32 - 1, 2**32, 1_600_000_000_000, 253_402_300_799_999])
TAGS = st.lists(st.sampled_from(["", "a", "Straße", "text", "ä" * 15, "x" * 32]), max_size=17)
POSTS = st.builds(
    Post,
    TEXT,
    lang=LANG,
    reply=REFERENCES,
    root=REFERENCES,
    quote=REFERENCES,
    mentions=st.lists(KEYS, max_size=16).map(tuple),
    tags=TAGS.map(tuple),
    written=st.none() | TIMES,
    origin=ORIGIN,
    reply_origin=ORIGIN,
)
SOUND = {"kind": "post", "text": "¤text", "lang": "de", "tags": ["text", "b"], "origin": "o"}


def by_definition(body: bytes) -> Parts | None:
    """The parts that are to be recognised, from the body as it is read properly."""
    known = read_body(body)
    if not isinstance(known, Post):
        return None
    return parts_of(known)


def is_short(text: str | None) -> bool:
    return text is None or (text.isascii() and len(text) < 128)


def is_common(post: Post) -> bool:
    """Whether a post is one of those that the short cut is for."""
    return (
        (post.lang is None or (post.lang.isascii() and len(post.lang) < 32))
        and is_short(post.origin)
        and is_short(post.reply_origin)
        and len(post.mentions) < 16
        and len(post.tags) < 16
        and all(len(tag.encode()) < 32 for tag in post.tags)
        and (post.written is None or post.written >= 2**32)
    )


@given(POSTS)
def test_common_posts_are_recognised(post: Post) -> None:
    body = write_body(post)
    expected = by_definition(body) if is_common(post) else None
    assert parts_of_post(body) == expected
    assert (parts_of_post(body) is NO_PARTS) <= (facts_of(body) is PLAIN_POST)
    assert common_post(body) == (None if expected is None else (expected, post.text))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 255, 256, 257, 300, 16_000])
def test_every_form_of_length_is_recognised(length: int) -> None:
    body = write_body(Post("x" * length))
    assert parts_of_post(body) is NO_PARTS
    assert common_post(body) == (NO_PARTS, "x" * length)
    tagged = write_body(Post("x" * length, tags=("a",), written=1 << 40))
    assert common_post(tagged) == (parts_of_post(tagged), "x" * length)


SLICES = st.binary(max_size=40) | st.sampled_from(["ä", "€", "😀", "\n"]).map(str.encode)
BARE = st.builds(lambda parts: b"".join(parts), st.lists(SLICES, max_size=4))


@pytest.mark.parametrize("length", [0, 1, 31, 32, 33, 34, 255, 256, 999, 1000, 1001, 16_000])
def test_bare_posts_of_every_length_are_recognised(length: int) -> None:
    body = write_body(Post("x" * length))
    assert bare_posts([body, body]) == [True, True]


def test_a_body_beyond_the_limit_is_no_bare_post() -> None:
    head = b"\x82\xa4kind\xa4post\xa4text\xda"
    for size, found in ((MAX_BODY, True), (MAX_BODY + 1, False)):
        length = size - len(head) - 2
        assert bare_posts([head + length.to_bytes(2, "big") + b"x" * length]) == [found]


WRITTEN = [(2**32 - 1, False), (2**32, True), (2**33 - 1, True), (MAX_TIME_MS, True)]


@pytest.mark.parametrize(("written", "found"), [*WRITTEN, (MAX_TIME_MS + 1, False), (0, False)])
def test_a_time_of_writing_is_recognised_in_its_one_form(written: int, found: bool) -> None:
    tail = b"\xa4text\xa1x\xa7written\xcf" + written.to_bytes(8, "big")
    body = b"\x83\xa4kind\xa4post" + tail
    assert parts_of_post(body) == ((*NO_PARTS[:-1], written) if found else None)
    assert (by_definition(body) is not None) == found


@pytest.mark.parametrize("bad", [b"a\0b", b"\xc3", b"\xff", b"\xa4\xc3"])
def test_one_bad_text_among_bare_posts_is_not_taken_for_one(bad: bytes) -> None:
    good = write_body(Post("x"))
    body = good[:-2] + bytes([0xA0 + len(bad)]) + bad
    assert facts_of_all([body, good, body]) == [facts_of(body), PLAIN_POST, facts_of(body)]
    assert facts_of(body) is not PLAIN_POST
    # Halves of one character at the end of one text and the start of the next.
    halves = [good[:-2] + b"\xa1" + half for half in (b"\xc3", b"\xa4")]
    assert PLAIN_POST not in facts_of_all(halves)


@given(POSTS, st.data())
@examples(500)
def test_what_is_recognised_is_what_read_body_reads(post: Post, data: st.DataObject) -> None:
    body = bytearray(write_body(post))
    for _ in range(data.draw(st.integers(1, 2))):
        place = data.draw(st.integers(0, max(len(body) - 1, 0)))
        body[place : place + data.draw(st.integers(0, 1))] = data.draw(st.binary(max_size=2))
    found = parts_of_post(bytes(body))
    assert found is None or found == by_definition(bytes(body))
    known, whole = read_body(bytes(body)), common_post(bytes(body))
    assert whole is None or (isinstance(known, Post) and whole == (parts_of(known), known.text))


@given(
    st.lists(st.sampled_from([encode(name) + encode(SOUND[name]) for name in SOUND]), max_size=8)
)
def test_any_cut_and_repeat_is_judged_as_read_body_judges(chosen: list[bytes]) -> None:
    for order in (chosen, sorted(chosen)):
        body = bytes([0x80 + len(order)]) + b"".join(order)
        found = parts_of_post(body)
        assert found is None or found == by_definition(body)


@given(st.binary(max_size=300), st.sampled_from([b"\xa4text", b"\xa4lang", b"\xa4tags"]))
def test_any_tail_is_judged_as_read_body_judges(tail: bytes, key: bytes) -> None:
    for count in (b"\x82", b"\x83"):
        body = count + b"\xa4kind\xa4post" + key + tail
        found = parts_of_post(body)
        assert found is None or found == by_definition(body)


@pytest.mark.parametrize(("size", "head"), [(30, b"\xd9\x1e"), (255, b"\xda\0\xff")])
def test_a_longer_form_than_needed_is_not_recognised(size: int, head: bytes) -> None:
    body = b"\x82\xa4kind\xa4post\xa4text" + head + b"x" * size
    assert parts_of_post(body) is None
    assert by_definition(body) is None


@pytest.mark.parametrize("tags", [b"\x91\xa1a\xa1b", b"\x92\xa1a", b"\x92\xa1a\xa2b", b"\x92"])
def test_an_array_of_another_number_of_tags_is_not_recognised(tags: bytes) -> None:
    body = b"\x83\xa4kind\xa4post\xa4tags" + tags + b"\xa4text\xa1x"
    assert parts_of_post(body) is None
    assert by_definition(body) is None


def test_a_reference_to_no_key_is_not_recognised() -> None:
    key = BERT.account.public
    for keys in ([key, bytes(32)], [bytes(32), key]):
        body = encode({"kind": "post", "reply": [*keys, 1, bytes(32)], "text": "x"})
        assert parts_of_post(body) is None
        assert by_definition(body) is None


@pytest.mark.parametrize("fields", [{"text": "a\0b"}, {"text": "a", "lang": "d\0"}])
def test_a_nul_is_not_recognised(fields: dict[str, Value]) -> None:
    body = encode({"kind": "post", **fields})
    assert parts_of_post(body) is None
    assert by_definition(body) is None


def test_a_body_beyond_the_limit_is_not_recognised() -> None:
    body = encode({"kind": "post", "text": "x" * MAX_BODY})
    assert parts_of_post(body) is None


KEY = BERT.account.public


def test_mentions_of_no_key_are_not_recognised() -> None:
    body = encode({"kind": "post", "mentions": [KEY, bytes(32)], "text": "x"})
    assert parts_of_post(body) is None
    assert facts_of(body) == IndexedFacts("")


@given(POSTS)
def test_what_names_an_entry_is_never_taken_for_what_does_not(post: Post) -> None:
    bare = post == Post(post.text)
    assert names_nothing(write_body(post)) == bare
