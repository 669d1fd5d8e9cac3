"""Bodies at their limits and past them: texts, tags, times, references, whole bodies."""

import pytest
from hypothesis import given

from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    Label,
    Open,
    Post,
    Profile,
    React,
    Reference,
    Repost,
    Unfollow,
    Unknown,
    Unrepost,
    ViewOffer,
    read_body,
    write_body,
)
from sayso_protocol.content.label import MAX_LABEL, MAX_LABELLED_ACCOUNTS, MAX_LABELLED_ENTRIES
from sayso_protocol.content.post import (
    MAX_LANG,
    MAX_MENTIONS,
    MAX_ORIGIN,
    MAX_TAG,
    MAX_TAGS,
    MAX_WARNING,
)
from sayso_protocol.content.profile import MAX_BIO, MAX_NAME
from sayso_protocol.content.reaction import MAX_REACTION
from sayso_protocol.content.view import MAX_ABOUT, MAX_EXPRESSION, MAX_VIEW
from sayso_protocol.errors import BadKey, BadSequence, BadShape, Refused, TooLarge
from sayso_protocol.limits import MAX_BODY, MAX_SEQ, MAX_TIME_MS

from ..strategies import ACCOUNT, FEED, values

ID = bytes(range(32))
REFERENCE = Reference(ACCOUNT.public, FEED.public, 5, ID)
WIRE_REFERENCE = [ACCOUNT.public, FEED.public, 5, ID]


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (lambda text: Post("", lang=text), MAX_LANG),
        (lambda text: Post("", warn=text), MAX_WARNING),
        (lambda text: Post("", origin=text), MAX_ORIGIN),
        (lambda text: Post("", reply_origin=text), MAX_ORIGIN),
        (lambda text: Post("", tags=(text,)), MAX_TAG),
        (lambda text: React(REFERENCE, text), MAX_REACTION),
        (lambda text: Label(text, (REFERENCE,)), MAX_LABEL),
        (lambda text: ViewOffer(text, "b"), MAX_VIEW),
        (lambda text: ViewOffer("a", text), MAX_EXPRESSION),
        (lambda text: ViewOffer("a", "b", text), MAX_ABOUT),
        (lambda text: Profile(name=text), MAX_NAME),
        (lambda text: Profile(bio=text), MAX_BIO),
        (lambda text: Post(text), MAX_BODY - len(write_body(Post(""))) - 2),
    ],
)
def test_a_text_at_its_limit_is_known_and_one_byte_over_is_not(make, limit):
    wide = "\U0001f600" * (limit // 4) + "x" * (limit % 4)
    for text in ("x" * limit, wide):
        assert read_body(write_body(make(text))) == make(text)
        with pytest.raises(TooLarge):
            write_body(make(text + "x"))


def test_a_text_over_its_limit_is_unknown_when_it_arrives():
    name = "x" * (MAX_NAME + 1)
    assert read_body(encode({"kind": "profile", "name": name})) == Unknown("profile")
    assert read_body(encode({"kind": "post", "text": "x" * (MAX_BODY + 1)})) == Unknown("post")


def test_the_number_of_tags_has_a_limit():
    assert len(read_body(write_body(Post("", tags=("t",) * MAX_TAGS))).tags) == MAX_TAGS
    with pytest.raises(BadShape):
        write_body(Post("", tags=("t",) * (MAX_TAGS + 1)))
    for tags in ([], ["t"] * (MAX_TAGS + 1), ["t", 1], [b"t"], [["t"]], "t", {"t": "t"}):
        assert read_body(encode({"kind": "post", "text": "", "tags": tags})) == Unknown("post")


@pytest.mark.parametrize(
    ("make", "most"),
    [
        (lambda count: Post("", mentions=(ACCOUNT.public,) * count), MAX_MENTIONS),
        (lambda count: Label("a", (REFERENCE,) * count), MAX_LABELLED_ENTRIES),
        (lambda count: Label("a", (), (FEED.public,) * count), MAX_LABELLED_ACCOUNTS),
    ],
)
def test_the_number_of_what_is_named_has_a_limit(make, most):
    assert read_body(write_body(make(most))) == make(most)
    with pytest.raises(BadShape):
        write_body(make(most + 1))


def test_the_longest_label_fits_into_a_body():
    references = (Reference(ACCOUNT.public, FEED.public, MAX_SEQ, ID),) * MAX_LABELLED_ENTRIES
    accounts = (ACCOUNT.public,) * MAX_LABELLED_ACCOUNTS
    longest = Label("x" * MAX_LABEL, references, accounts, off=True)
    assert len(write_body(longest)) <= MAX_BODY


@pytest.mark.parametrize("written", [-1, MAX_TIME_MS + 1, True])
def test_a_time_outside_its_range_is_unknown(written):
    assert read_body(encode({"kind": "post", "text": "", "written": written})) == Unknown("post")
    with pytest.raises(BadShape):
        write_body(Post("", written=written))
    assert read_body(write_body(Post("", written=MAX_TIME_MS))).written == MAX_TIME_MS


@pytest.mark.parametrize(
    "make",
    [
        lambda text: Post(text),
        lambda text: Post("", tags=("a", text)),
        lambda text: Post("", lang=text),
        lambda text: Post("", warn=text),
        lambda text: Profile(name=text),
        lambda text: Profile(bio=text),
        lambda text: React(REFERENCE, text),
        lambda text: Label(text, (REFERENCE,)),
        lambda text: ViewOffer("a", text),
    ],
)
@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud800"])
def test_a_nul_or_a_lone_surrogate_is_never_written(make, text):
    with pytest.raises(BadShape):
        write_body(make(text))


def test_a_nul_that_arrives_is_unknown():
    assert read_body(encode({"kind": "post", "text": "a\0b"})) == Unknown("post")


@pytest.mark.parametrize("field", ["reply", "root", "quote"])
@pytest.mark.parametrize(
    "reference",
    [
        WIRE_REFERENCE[:3],
        [*WIRE_REFERENCE, None],
        [ACCOUNT.public[1:], *WIRE_REFERENCE[1:]],
        ["x" * 32, *WIRE_REFERENCE[1:]],
        [bytes(32), *WIRE_REFERENCE[1:]],
        [ACCOUNT.public, bytes(32), 5, ID],
        [ACCOUNT.public, FEED.public, 0, ID],
        [ACCOUNT.public, FEED.public, MAX_SEQ + 1, ID],
        [ACCOUNT.public, FEED.public, True, ID],
        [ACCOUNT.public, FEED.public, "5", ID],
        [ACCOUNT.public, FEED.public, 5, ID[1:]],
        [ACCOUNT.public, FEED.public, 5, "x" * 32],
        [ACCOUNT.public, FEED.public, 5, None],
        dict(zip("abcd", WIRE_REFERENCE, strict=True)),
    ],
)
def test_an_unsound_reference_is_unknown(field, reference):
    assert read_body(encode({"kind": "post", "text": "", field: reference})) == Unknown("post")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (Post(5), BadShape),
        (Post(b"x"), BadShape),
        (Post(None), BadShape),
        (Post("", lang=5), BadShape),
        (Post("", tags=(5,)), BadShape),
        (Post("", tags=(None,)), BadShape),
        (Post("", reply=Reference(ACCOUNT.public, FEED.public, 0, ID)), BadSequence),
        (Post("", reply=Reference(ACCOUNT.public, bytes(32), 1, ID)), BadKey),
        (Post("", reply=Reference(ACCOUNT.public, FEED.public, 1, ID[1:])), BadShape),
        (Post("", quote=("a", "b")), BadShape),
        (Profile(name=5), BadShape),
        (Open("text"), BadShape),
        (Open(None), BadShape),
        (Open(b"x" * MAX_BODY), TooLarge),
        (Open(b"grant", "x" * 65), TooLarge),
        (Open(b"grant", b"x"), BadShape),
        (Follow(ACCOUNT.public[1:]), BadShape),
        (Follow(bytes(32)), BadKey),
        (Unfollow("x" * 32), BadShape),
        (React(REFERENCE, ""), BadShape),
        (React(None, "x"), BadShape),
        (Repost("x"), BadShape),
        (Unrepost("x"), BadShape),
        (Post("", mentions=(ACCOUNT.public[1:],)), BadShape),
        (Post("", mentions=(bytes(32),)), BadKey),
        (Label("", (REFERENCE,)), BadShape),
        (Label("a", off=True), BadShape),
        (Label("a", (REFERENCE,), off="yes"), BadShape),
        (ViewOffer("", "b"), BadShape),
        (ViewOffer("a", ""), BadShape),
    ],
)
def test_a_body_that_would_be_unknown_is_never_written(body, refusal):
    with pytest.raises(refusal):
        write_body(body)


def test_a_body_at_the_limit_is_written_and_one_byte_over_refused():
    room = MAX_BODY - len(write_body(Open(b"x" * 1000))) + 1000
    assert len(write_body(Open(b"x" * room))) == MAX_BODY
    with pytest.raises(TooLarge):
        write_body(Open(b"x" * (room + 1)))


@given(values)
def test_any_value_as_text_is_written_as_it_is_or_refused(value):
    if isinstance(value, list | dict):
        return
    try:
        assert read_body(write_body(Post(value))) == Post(value)
    except Refused:
        return
