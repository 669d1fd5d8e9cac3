"""Bodies: known kinds come back as they were, all else is unknown, and nothing raises."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.blob.cid import RAW
from sayso_protocol.codec import decode, encode
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import (
    MALFORMED,
    Edit,
    Follow,
    Label,
    Open,
    Poll,
    Post,
    Prekey,
    Profile,
    React,
    Reference,
    Repost,
    Retract,
    Unfollow,
    Unknown,
    Unrepost,
    ViewOffer,
    Vote,
    read_body,
    write_body,
)
from sayso_protocol.errors import BadShape, TooLarge
from sayso_protocol.limits import (
    MAX_BODY,
    MAX_KIND,
)

from ..strategies import ACCOUNT, FEED, bodies, values

ID = bytes(range(32))
REFERENCE = Reference(ACCOUNT.public, FEED.public, 5, ID)
WIRE_REFERENCE = [ACCOUNT.public, FEED.public, 5, ID]
PICTURE = Attachment(RAW + ID, 7, "image/png", "a cat")
WIRE_PICTURE = [RAW + ID, 7, "image/png", "a cat"]
FULL_POST = Post(
    "hello",
    reply=REFERENCE,
    root=REFERENCE,
    quote=REFERENCE,
    mentions=(ACCOUNT.public, FEED.public),
    tags=("a", "b"),
    lang="pt-BR",
    warn="spiders",
    written=0,
    origin="at://a/b",
    reply_origin="at://c/d",
    attach=(PICTURE, PICTURE),
    reply_version=ID,
    quote_version=ID,
)
FULL_POLL = Poll(
    text="when?",
    options=("now", "later"),
    end=5,
    many=True,
    reply=REFERENCE,
    reply_version=ID,
    root=REFERENCE,
    mentions=(ACCOUNT.public,),
    tags=("a",),
    lang="de",
    warn="spiders",
    written=0,
    origin="at://a/b",
    reply_origin="at://c/d",
)
SAMPLES = [
    Open(b"grant", "laptop"),
    FULL_POST,
    Edit(REFERENCE, REFERENCE, "again", (PICTURE,), (ACCOUNT.public,), ("a",), "de", "spiders"),
    Retract((REFERENCE, REFERENCE)),
    FULL_POLL,
    Vote(REFERENCE, (0, 2), ID),
    React(REFERENCE, "👍", ID),
    Repost(REFERENCE, ID),
    Unrepost(REFERENCE),
    Profile("Ann", "writes", picture=PICTURE, domain="example.org"),
    Follow(ACCOUNT.public),
    Unfollow(ACCOUNT.public),
    Label("spam", (REFERENCE, REFERENCE), (ACCOUNT.public,), off=True),
    ViewOffer("newest", "-age", "What came last."),
    Prekey(bytes(32), bytes(range(32)), 2900),
]
KINDS = [
    *("open", "post", "edit", "retract", "poll", "vote", "react", "repost", "unrepost", "profile"),
    *("follow", "unfollow", "label", "view", "prekey"),
]


@given(bodies)
@examples(300)
def test_every_body_reads_back_as_it_was_written(body):
    try:
        data = write_body(body)
    except TooLarge:
        return
    assert read_body(data) == body
    assert len(data) <= MAX_BODY
    assert decode(data)["kind"] == body.KIND


@pytest.mark.parametrize(
    "body",
    [
        *SAMPLES,
        Post(""),
        Profile(),
        Profile(name=""),
        React(REFERENCE),
        Label("a", entries=(REFERENCE,)),
        Label("a", accounts=(ACCOUNT.public,)),
        ViewOffer("a", "b"),
    ],
)
def test_each_kind_reads_back_full_and_bare(body):
    assert read_body(write_body(body)) == body


def test_the_wire_is_a_map_of_what_is_there():
    assert [decode(write_body(body))["kind"] for body in SAMPLES] == KINDS
    assert decode(write_body(Post("x"))) == {"kind": "post", "text": "x"}
    assert decode(write_body(FULL_POST)) == {
        "kind": "post",
        "text": "hello",
        "reply": WIRE_REFERENCE,
        "root": WIRE_REFERENCE,
        "quote": WIRE_REFERENCE,
        "mentions": [ACCOUNT.public, FEED.public],
        "tags": ["a", "b"],
        "lang": "pt-BR",
        "warn": "spiders",
        "written": 0,
        "origin": "at://a/b",
        "reply_origin": "at://c/d",
        "attach": [WIRE_PICTURE, WIRE_PICTURE],
        "reply_version": ID,
        "quote_version": ID,
    }


@given(st.binary(max_size=200) | values.map(encode))
@examples(500)
def test_nothing_raises_on_arbitrary_bytes(data):
    assert isinstance(read_body(data), Unknown)


@given(bodies, st.data())
@examples(500)
def test_nothing_raises_on_changed_bodies(body, data):
    try:
        changed = bytearray(write_body(body))
    except TooLarge:
        return
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(changed)))
        changed[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    read_again(bytes(changed))


@given(st.sampled_from(SAMPLES), st.data())
@examples(500)
def test_nothing_raises_on_any_value_in_any_field(body, data):
    fields = decode(write_body(body))
    name = data.draw(st.sampled_from(sorted(fields)))
    changed = encode(fields | {name: data.draw(values)})
    assume(len(changed) <= MAX_BODY)  # what is longer is refused with its header
    read_again(changed)


def read_again(data: bytes) -> None:
    """Read; and what is known must be known again after it was written."""
    body = read_body(data)
    if not isinstance(body, Unknown):
        assert read_body(write_body(body)) == body


@pytest.mark.parametrize("value", [None, True, 1, "post", b"post", [], ["kind", "post"], {}])
def test_what_is_no_map_with_a_kind_is_malformed(value):
    assert read_body(encode(value)) == Unknown(MALFORMED)


@pytest.mark.parametrize(
    "kind",
    [
        None,
        1,
        True,
        b"post",
        ["post"],
        "",
        "po st",
        "post\n",
        "1post",
        "p\u00f6st",
        "\u043e",
        "p-t",
    ],
)
def test_a_kind_that_is_no_plain_name_is_malformed(kind):
    assert read_body(encode({"kind": kind, "text": "x"})) == Unknown(MALFORMED)


@pytest.mark.parametrize("kind", ["pole", "Post", "POST", "_x", "x" * MAX_KIND])
def test_a_kind_that_nobody_here_knows_is_kept_by_its_name(kind):
    assert read_body(encode({"kind": kind, "text": "x"})) == Unknown(kind)


def test_a_kind_over_its_limit_is_malformed():
    assert read_body(encode({"kind": "x" * (MAX_KIND + 1)})) == Unknown(MALFORMED)


def test_a_body_in_another_form_is_malformed():
    data = write_body(Post("x"))
    assert read_body(b"\xde\x00" + bytes([data[0] & 15]) + data[1:]) == Unknown(MALFORMED)
    assert read_body(data + b"\0") == Unknown(MALFORMED)
    assert read_body(b"") == Unknown(MALFORMED)


@pytest.mark.parametrize("body", SAMPLES)
@given(further=st.dictionaries(st.text(max_size=5).map("later_".__add__), values, max_size=3))
@examples(20)
def test_further_fields_are_ignored(body, further):
    assert read_body(encode(decode(write_body(body)) | further)) == body


WRONG = [None, True, 7, -1, 2**64 - 1, "x", b"x", "x" * 32, [], [1], {}, {"a": "b"}]
TYPES = {
    "device": str,
    "grant": bytes,
    "text": str,
    "lang": str,
    "warn": str,
    "origin": str,
    "reply_origin": str,
    "name": str,
    "bio": str,
    "domain": str,
    "emoji": str,
    "expression": str,
    "about": str,
    "off": bool,
    "written": int,
    "end": int,
    "many": bool,
    "week": int,
}


@pytest.mark.parametrize(
    ("body", "name"),
    [
        pytest.param(body, name, id=f"{body.KIND}-{name}")
        for body in SAMPLES
        for name in type(body).__slots__
    ],
)
def test_a_field_of_the_wrong_type_leaves_the_kind_alone(body, name):
    fields = decode(write_body(body))
    for value in WRONG:
        fits = type(value) is TYPES.get(name) and value != -1 and value != 2**64 - 1
        fits = fits or (name == "choices" and value == [1])
        if not fits:
            assert read_body(encode(fields | {name: value})) == Unknown(body.KIND), value


def test_a_label_is_on_something():
    assert read_body(encode({"kind": "label", "name": "a"})) == Unknown("label")
    with pytest.raises(BadShape):
        write_body(Label("a"))


def test_what_is_left_out_is_not_written_as_false():
    assert decode(write_body(Label("a", accounts=(FEED.public,)))) == {
        "kind": "label",
        "name": "a",
        "accounts": [FEED.public],
    }
    assert decode(write_body(Post("", written=0)))["written"] == 0


@pytest.mark.parametrize(
    ("kind", "needed"),
    [
        *(("open", "grant"), ("post", "text"), ("follow", "account"), ("unfollow", "account")),
        *(("react", "on"), ("repost", "of"), ("unrepost", "of")),
        *(("view", "name"), ("view", "expression")),
        *(("edit", "after"), ("retract", "of"), ("poll", "options"), ("vote", "on")),
    ],
)
def test_a_missing_field_leaves_the_kind_alone(kind, needed):
    assert read_body(encode({"kind": kind})) == Unknown(kind)
    assert read_body(encode({"kind": kind, "other": 1})) == Unknown(kind)
