"""Who calls: that every signature of an introduction holds, and that it is of one device."""

from __future__ import annotations

import pytest
from tests.vectors.cases import ACCOUNT, AT, FEED, flipped
from tests.vectors.subjects.first_words import GRANT, OTHERS, entry
from tests.vectors.subjects.private_letters import CALLER, introduction
from tests.vectors.subjects.private_session import public_of

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadShape, BadSignature, NotGranted, Refused, TooLarge, WrongBody
from sayso_protocol.private.agreement import Device
from sayso_protocol.private.contents import content_kind
from sayso_protocol.private.contents.introduction import (
    FURTHER,
    KIND,
    MAX_FIRST,
    read_introduction,
    with_first_word,
    write_introduction,
)
from sayso_protocol.private.private_limits import MAX_CALL_CONTENT

PREKEY, _ = entry(
    FEED,
    kind="prekey",
    week=2_900,
    identity=public_of(CALLER.identity),
    key=public_of(CALLER.week),
)


def test_what_is_written_is_read() -> None:
    header, signature, body = (bytes(one) for one in PREKEY)
    data = write_introduction(GRANT.wire, header, signature, body, b"a word")
    assert data == introduction(first=b"a word")
    found = read_introduction(data)
    week, identity = public_of(CALLER.week), public_of(CALLER.identity)
    assert found.known.device == Device(ACCOUNT.public, FEED.public, identity, week)
    assert (found.known.since_ms, found.grant, found.first) == (AT, GRANT, b"a word")
    assert found.is_call
    assert read_introduction(write_introduction(GRANT.wire, header, signature, body)).first == b""
    with pytest.raises(BadSignature):
        write_introduction(GRANT.wire, header, bytes(64), body)


def test_another_first_word_changes_nothing_else() -> None:
    data = introduction()
    again = with_first_word(data, b"a word")
    assert again == introduction(first=b"a word") and content_kind(again) == KIND
    further = with_first_word(again, b"more", is_call=False)
    assert further == introduction(FURTHER, first=b"more")
    found = read_introduction(further)
    assert (found.is_call, found.first) == (False, b"more")
    assert found.known == read_introduction(data).known
    with pytest.raises(Refused):
        with_first_word(further, b"")  # the own introduction is none of those


def test_lengths() -> None:
    longest = introduction(first=bytes(MAX_FIRST))
    assert read_introduction(longest).first == bytes(MAX_FIRST)
    with pytest.raises(BadShape):
        read_introduction(introduction(first=bytes(MAX_FIRST + 1)))
    room = MAX_CALL_CONTENT - len(introduction(first=bytes(300))) + 300
    data = introduction(first=bytes(room))
    assert len(data) == MAX_CALL_CONTENT
    assert with_first_word(introduction(), bytes(room)) == data
    with pytest.raises(BadShape):  # for the length of the first word alone
        read_introduction(data)
    for act in (
        lambda: read_introduction(data + b"\0"),
        lambda: with_first_word(introduction(), bytes(room + 1)),
        lambda: with_first_word(data + b"\0", b""),
        lambda: write_introduction(*map(bytes, (GRANT.wire, *PREKEY)), bytes(room + 1)),
    ):
        with pytest.raises(TooLarge):
            act()


POST, _ = entry(FEED, kind="post", text="a word")
LONG_POST, _ = entry(FEED, kind="post", text="x" * 300)


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (introduction(grant=OTHERS.wire), NotGranted),
        (introduction(entry=[PREKEY[0], bytes(64), PREKEY[2]]), BadSignature),
        (introduction(entry=[*PREKEY[:2], POST[2]]), WrongBody),
        (introduction(entry=POST), BadShape),
        (introduction(entry=LONG_POST), BadShape),
        (introduction(entry=[PREKEY[0], bytes(63), PREKEY[2]]), BadShape),
        (introduction(entry=[bytes(257), *PREKEY[1:]]), BadShape),
        (introduction(entry=[*PREKEY[:2], None]), BadShape),
        (introduction(grant=None), BadShape),
        (introduction(grant=bytes(513)), BadShape),
        (introduction(first=None), BadShape),
        (introduction("invitation"), BadShape),
        (encode([*decode(introduction()), None]), BadShape),
        (encode(decode(introduction())[:-1]), BadShape),
    ],
)
def test_what_is_refused(data: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        read_introduction(data)


def test_a_bit_turned_over_is_noticed() -> None:
    data = introduction()
    for bit in range(0, len(data) * 8, 11):
        with pytest.raises(Refused):
            read_introduction(flipped(data, bit))
