"""Introductions say who took an invite, to one node, from one node, and to nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.introduction import (
    DOMAIN,
    Introduction,
    InviteReply,
    read_introduction,
    read_reply,
    sign_introduction,
    token_of,
    write_reply,
)
from sayso_protocol.discovery.invite_limits import MAX_INTRODUCTION
from sayso_protocol.errors import (
    BadShape,
    BadSignature,
    NotCanonical,
    Refused,
    TooLarge,
    UnknownVersion,
)

ACCOUNT, FEED, OTHER = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2, 3))
NEWCOMER, INVITER, STRANGER = (KeyPair.from_seed(bytes([n]) * 32).public for n in (4, 5, 6))
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
TOKEN = b"token!"
SAID = sign_introduction(FEED, GRANT, TOKEN, NEWCOMER, INVITER)


@given(st.binary(min_size=6, max_size=32))
def test_what_is_said_is_understood(token: bytes) -> None:
    said = sign_introduction(FEED, GRANT, token, NEWCOMER, INVITER)
    assert len(said) <= MAX_INTRODUCTION
    assert token_of(said) == token
    assert read_introduction(said, NEWCOMER, INVITER) == Introduction(token, GRANT)


@pytest.mark.parametrize(
    "nodes",
    [(STRANGER, INVITER), (NEWCOMER, STRANGER), (INVITER, NEWCOMER), (INVITER, INVITER)],
)
def test_nobody_else_can_say_it_and_to_no_other(nodes: tuple[bytes, bytes]) -> None:
    with pytest.raises(BadSignature):
        read_introduction(SAID, *nodes)


def test_every_flipped_bit_is_refused() -> None:
    for bit in range(len(SAID) * 8):
        changed = bytearray(SAID)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Refused):
            read_introduction(bytes(changed), NEWCOMER, INVITER)


@pytest.mark.parametrize("domain", [b"", b"sayso/1/entry\0", DOMAIN[:-1]])
def test_a_signature_for_something_else_is_none(domain: bytes) -> None:
    fields = encode([1, "invite", TOKEN, ACCOUNT.public, FEED.public, NEWCOMER, INVITER])
    forged = encode([1, TOKEN, GRANT.wire, FEED.sign(domain, fields)])
    with pytest.raises(BadSignature):
        read_introduction(forged, NEWCOMER, INVITER)


def test_who_holds_another_feed_cannot_speak_for_an_account() -> None:
    with pytest.raises(BadSignature):
        read_introduction(
            sign_introduction(OTHER, GRANT, TOKEN, NEWCOMER, INVITER), NEWCOMER, INVITER
        )


@pytest.mark.parametrize(
    ("said", "error"),
    [
        (b"", NotCanonical),
        (encode([]), BadShape),
        (encode({}), BadShape),
        (encode([2, TOKEN, GRANT.wire, bytes(64)]), UnknownVersion),
        (encode([True, TOKEN, GRANT.wire, bytes(64)]), UnknownVersion),
        (encode([1, TOKEN, GRANT.wire]), BadShape),
        (encode([1, "token!", GRANT.wire, bytes(64)]), BadShape),
        (encode([1, b"five!", GRANT.wire, bytes(64)]), BadShape),
        (encode([1, bytes(33), GRANT.wire, bytes(64)]), BadShape),
        (encode([1, TOKEN, GRANT.wire, bytes(63)]), BadSignature),
        (encode([1, TOKEN, b"", bytes(64)]), Refused),
        (bytes(MAX_INTRODUCTION + 1), TooLarge),
    ],
)
def test_anything_else_is_refused(said: bytes, error: type[Refused]) -> None:
    with pytest.raises(error):
        read_introduction(said, NEWCOMER, INVITER)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (token_of, read_reply, lambda said: read_introduction(said, NEWCOMER, INVITER)):
        try:
            read(data)
        except Refused:
            pass


@pytest.mark.parametrize("reply", InviteReply)
def test_replies_are_understood(reply: InviteReply) -> None:
    assert read_reply(write_reply(reply)) is reply
    assert decode(write_reply(reply)) == [1, reply.value]


@pytest.mark.parametrize(
    "said", [encode([1, "sure"]), encode([1, 7]), encode([1]), encode([2, "welcome"])]
)
def test_other_replies_are_refused(said: bytes) -> None:
    with pytest.raises(Refused):
        read_reply(said)
