"""First words: what they may say, that every signature in them holds, and why they concern one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.accounts.statement import Grant, sign_grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.content.body import Edit, Follow, Poll, Post, Profile, Reference, write_body
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import (
    BadShape,
    BadSignature,
    NotCanonical,
    NotGranted,
    Refused,
    TooLarge,
    UnknownVersion,
    WrongBody,
)
from sayso_protocol.feed.run import sign_run
from sayso_protocol.limits import MAX_GRANT
from sayso_protocol.private.contents.first_word import (
    MAX_FIRST_WORD,
    MAX_INVITE_TOKEN,
    MIN_INVITE_TOKEN,
    FirstWord,
    FollowsWay,
    InviteWay,
    LabelWay,
    Reason,
    SignedEntry,
    fits,
    read_first_word,
    reason_of,
    write_first_word,
)


def keys(number: int) -> KeyPair:
    return KeyPair.from_seed(bytes([number]) * 32)


READER, SENDER, FEED, OTHER, OTHER_FEED = map(keys, range(1, 6))
GRANT = sign_grant(SENDER, FEED, bytes(32))
OTHERS_GRANT = sign_grant(OTHER, OTHER_FEED, bytes(32))
REFERENCE = Reference(READER.public, keys(9).public, 7, b"i" * 32)


def entry(body: object, feed: KeyPair = FEED, grant: Grant = GRANT) -> SignedEntry:
    data = write_body(body)  # type: ignore[arg-type]
    return SignedEntry(grant, sign_run(feed, 3, b"p" * 32, [1_790_000_000_000], [data]))


REPLY = entry(Post("a word", reply=REFERENCE, root=REFERENCE))
WORD = FirstWord(Reason.REPLY, GRANT, REPLY, None, "Sam")
STEP = entry(Follow(SENDER.public), OTHER_FEED, OTHERS_GRANT)
WAY = FollowsWay((keys(7).public, OTHER.public), (STEP,))


def same(one: FirstWord, other: FirstWord) -> bool:
    """Runs compare by identity: what they say, and the rest."""
    return write_first_word(one) == write_first_word(other) and one.way == other.way


@pytest.mark.parametrize(
    "word",
    [
        WORD,
        replace(WORD, name=None),
        replace(WORD, way=InviteWay(b"t" * 16)),
        replace(WORD, way=LabelWay(OTHER.public)),
        replace(WORD, way=FollowsWay((OTHER.public,))),
        FirstWord(Reason.MESSAGE, GRANT, None, "hello there"),
    ],
)
def test_what_was_written_is_read(word: FirstWord) -> None:
    again = read_first_word(write_first_word(word))
    assert same(again, word)
    assert (again.reason, again.text, again.name) == (word.reason, word.text, word.name)
    assert again.grant == GRANT
    if word.entry is not None and again.entry is not None:
        assert again.entry.run.ids == word.entry.run.ids
        assert again.entry.body == word.entry.body


def test_a_way_proves_its_steps() -> None:
    again = read_first_word(write_first_word(replace(WORD, way=WAY)))
    assert isinstance(again.way, FollowsWay)
    assert again.way.between == WAY.between
    assert again.way.proven() == {(OTHER.public, SENDER.public)}


def test_the_longest_has_no_body() -> None:
    long = entry(Post("x" * 5000, reply=REFERENCE))
    data = write_first_word(replace(WORD, entry=long))
    again = read_first_word(data)
    assert len(data) < MAX_FIRST_WORD
    assert again.entry is not None
    assert again.entry.body is None
    assert again.entry.run.ids == long.run.ids


def test_an_entry_of_2600_letters_with_the_longest_way_fits() -> None:
    three = FollowsWay(WAY.between * 2, (STEP, STEP))
    word = replace(WORD, entry=entry(Post("x" * 1900, reply=REFERENCE)), way=three)
    again = read_first_word(write_first_word(word))
    assert again.entry is not None
    assert again.entry.body is not None


def fields(word: FirstWord = WORD) -> list[object]:
    found = decode(write_first_word(word))
    assert isinstance(found, list)
    return found  # type: ignore[return-value]


def changed(at: int, value: object, word: FirstWord = WORD) -> bytes:
    found = fields(word)
    found[at] = value
    return encode(found)  # type: ignore[arg-type]


def spoilt(part: int, value: object) -> list[object]:
    found = list(fields()[4])  # type: ignore[call-overload]
    found[part] = value
    return found


FORGED = sign_grant(OTHER, FEED, bytes(32)).wire
BODY = write_body(Post("another"))


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", Refused),
        (encode([]), BadShape),
        (encode({}), BadShape),
        (encode([1]), BadShape),
        (changed(0, 2), UnknownVersion),
        (changed(0, True), UnknownVersion),
        (changed(1, "last word"), BadShape),
        (changed(2, "shout"), BadShape),
        (changed(2, None), BadShape),
        (changed(2, b"reply"), BadShape),
        (changed(2, "message"), BadShape),
        (changed(3, b"x"), Refused),
        (changed(3, "x"), BadShape),
        (changed(3, b"x" * 513), BadShape),
        (changed(3, OTHERS_GRANT.wire), NotGranted),
        (changed(4, None), BadShape),
        (changed(4, [b"", b""]), BadShape),
        (changed(4, spoilt(1, bytes(64))), BadSignature),
        (changed(4, spoilt(1, bytes(63))), BadShape),
        (changed(4, spoilt(0, b"")), Refused),
        (changed(4, spoilt(0, "x")), BadShape),
        (changed(4, spoilt(2, BODY)), WrongBody),
        (changed(4, spoilt(2, "a")), BadShape),
        (changed(5, "text beside an entry"), BadShape),
        (changed(6, ""), BadShape),
        (changed(6, "x" * 257), TooLarge),
        (changed(6, 5), BadShape),
        (changed(7, []), BadShape),
        (changed(7, "free"), BadShape),
        (changed(7, ["invite"]), BadShape),
        (changed(7, ["invite", b"short"]), BadShape),
        (changed(7, ["invite", b"x" * 33]), BadShape),
        (changed(7, ["label", b"x" * 32]), Refused),
        (changed(7, ["label", 5]), BadShape),
        (changed(7, ["follows", [], []]), BadShape),
        (changed(7, ["follows", [OTHER.public] * 5, []]), BadShape),
        (changed(7, ["follows", [b""], []]), BadShape),
        (changed(7, ["follows", [OTHER.public], [[]]]), BadShape),
        (changed(7, ["follows", [OTHER.public], [[GRANT.wire, *spoilt(2, None)]]]), BadShape),
        (changed(7, ["follows", [OTHER.public], [[OTHERS_GRANT.wire, *spoilt(2, None)]]]), Refused),
        (write_first_word(WORD) + b"\0", Refused),
        (write_first_word(WORD)[:-1], Refused),
        (bytes(MAX_FIRST_WORD + 1), TooLarge),
    ],
)
def test_what_is_refused(data: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        read_first_word(data)


def test_a_grant_of_another_account_is_no_better() -> None:
    """Whoever claims a stranger's feed needs that feed's signature."""
    grant = bytearray(GRANT.wire)
    grant[-1] ^= 1
    with pytest.raises(BadSignature):
        read_first_word(changed(3, bytes(grant)))


def test_what_cannot_be_read_is_not_written() -> None:
    with pytest.raises(BadShape):
        write_first_word(replace(WORD, text="beside"))
    with pytest.raises(TooLarge):
        write_first_word(FirstWord(Reason.MESSAGE, GRANT, None, "x" * MAX_FIRST_WORD))


def test_whether_it_fits_is_known_before() -> None:
    room = MAX_FIRST_WORD - len(write_first_word(FirstWord(Reason.MESSAGE, GRANT, None, "x" * 300)))
    for size, is_short in ((room + 300, True), (room + 301, False)):
        word = FirstWord(Reason.MESSAGE, GRANT, None, "x" * size)
        assert fits(word) == is_short
    assert fits(WORD)


def test_the_longest_that_there_may_be() -> None:
    alone = len(write_first_word(FirstWord(Reason.MESSAGE, GRANT, None, "x" * 300))) - 300
    text = "x" * (MAX_FIRST_WORD - alone)
    data = write_first_word(FirstWord(Reason.MESSAGE, GRANT, None, text))
    assert len(data) == MAX_FIRST_WORD and read_first_word(data).text == text
    room = MAX_FIRST_WORD - len(write_first_word(replace(WORD, entry=_long(300)))) + 300
    for more, has_body in ((0, True), (1, False)):
        written = write_first_word(replace(WORD, entry=_long(room + more)))
        found = read_first_word(written).entry
        assert found is not None and (found.body is not None) == has_body
        assert (len(written) == MAX_FIRST_WORD) == has_body


def _long(size: int) -> SignedEntry:
    return entry(Post("x" * size, reply=REFERENCE))


@pytest.mark.parametrize(
    "word",
    [
        replace(WORD, name="S"),
        FirstWord(Reason.MESSAGE, GRANT, None, "x"),
        replace(WORD, way=InviteWay(b"t" * MIN_INVITE_TOKEN)),
        replace(WORD, way=InviteWay(b"t" * MAX_INVITE_TOKEN)),
        replace(WORD, entry=None, reason=Reason.MESSAGE, text="a", way=FollowsWay(
            (keys(7).public, keys(8).public, keys(9).public, OTHER.public), (STEP,) * 4
        )),
    ],
)  # fmt: skip
def test_what_lies_just_within_the_limits(word: FirstWord) -> None:
    again = read_first_word(write_first_word(word))
    assert write_first_word(again) == write_first_word(word)
    assert (again.text, again.name) == (word.text, word.name)


def test_what_is_just_no_more_allowed() -> None:
    fields = decode(write_first_word(FirstWord(Reason.MESSAGE, GRANT, None, "a word")))
    for place, value in ((5, ""), (6, "")):
        with pytest.raises(BadShape):
            read_first_word(encode([*fields[:place], value, *fields[place + 1 :]]))
    for size, error in ((MAX_GRANT, NotCanonical), (MAX_GRANT + 1, BadShape)):
        with pytest.raises(error):
            read_first_word(encode([*fields[:3], bytes(size), *fields[4:]]))


def test_why_an_entry_concerns_somebody() -> None:
    reader = frozenset({READER.public})
    elsewhere = replace(REFERENCE, account=OTHER.public)
    me = (OTHER.public, READER.public)
    assert reason_of(Post("a", reply=REFERENCE, mentions=me), reader) is Reason.REPLY
    assert reason_of(Post("a", reply=elsewhere, mentions=me), reader) is Reason.MENTION
    assert reason_of(Post("a", reply=elsewhere, quote=REFERENCE), reader) is Reason.QUOTE
    assert reason_of(Poll("a", ("b", "c"), 5, mentions=me), reader) is Reason.MENTION
    assert reason_of(Poll("a", ("b", "c"), 5, reply=REFERENCE), reader) is Reason.REPLY
    assert reason_of(Edit(REFERENCE, REFERENCE, "a", mentions=me), reader) is Reason.MENTION
    assert reason_of(Follow(READER.public), reader) is Reason.FOLLOW
    for none in (Post("a"), Follow(OTHER.public), Profile("Sam"), Post("a", reply=elsewhere)):
        assert reason_of(none, reader) is None


@given(st.integers(0, 1200), st.integers(1, 255))
def test_one_changed_byte_is_refused_or_says_another_name_or_way(at: int, flip: int) -> None:
    data = bytearray(write_first_word(WORD))
    data[at % len(data)] ^= flip
    try:
        again = read_first_word(bytes(data))
    except Refused:
        return
    assert again.entry is not None
    assert again.entry.run.ids == REPLY.run.ids
    assert again.grant == GRANT


@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_first_word(data)
