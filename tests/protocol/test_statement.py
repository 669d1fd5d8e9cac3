"""Grants: the account's signed word, and nothing that resembles it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import encode
from sayso_protocol.entry import DOMAIN as ENTRY_DOMAIN
from sayso_protocol.errors import (
    BadKey,
    BadShape,
    BadSignature,
    NotCanonical,
    NotGranted,
    Refused,
    UnknownVersion,
)
from sayso_protocol.keys import KeyPair
from sayso_protocol.statement import DOMAIN, Grant, grant_for, read_grant, sign_grant

from .strategies import ACCOUNT, FEED, STRANGER, bit_flips, hashes, pairs

NEXT = bytes(range(32))
GRANT = sign_grant(ACCOUNT, FEED.public, NEXT)
SMALL_ORDER_KEY = bytes(32)


def wire_of(fields: object, *, signer: KeyPair = ACCOUNT, domain: bytes = DOMAIN) -> bytes:
    """A statement of any content, properly signed."""
    statement = encode(fields)
    return encode([statement, signer.sign(domain, statement)])


@given(pairs, hashes, hashes)
def test_a_grant_reads_back_as_it_was_signed(account, seed, next_key_hash):
    feed = KeyPair.from_seed(seed).public
    grant = sign_grant(account, feed, next_key_hash)
    assert grant == Grant(account.public, feed, next_key_hash, grant.wire)
    assert read_grant(grant.wire) == grant
    assert grant_for(grant.wire, account.public, feed) == grant


def test_a_grant_has_the_bytes_that_it_always_had():
    statement = encode([1, "grant", ACCOUNT.public, FEED.public, NEXT])
    signature = ACCOUNT.sign(b"sayso/1/statement\x00", statement)
    assert GRANT.wire == b"\x92\xc4\x6e" + statement + b"\xc4\x40" + signature
    assert statement.startswith(b"\x95\x01\xa5grant\xc4\x20")


def test_the_received_bytes_are_kept():
    assert read_grant(GRANT.wire).wire is GRANT.wire


def test_every_flipped_bit_is_refused():
    for wire in bit_flips(GRANT.wire):
        with pytest.raises(Refused):
            read_grant(wire)


def test_every_truncation_and_trailing_byte_is_refused():
    for length in range(len(GRANT.wire)):
        with pytest.raises(NotCanonical):
            read_grant(GRANT.wire[:length])
    with pytest.raises(NotCanonical):
        read_grant(GRANT.wire + b"\0")


@given(st.binary(max_size=300))
def test_arbitrary_bytes_are_refused(data):
    with pytest.raises(Refused):
        read_grant(data)


def test_a_grant_for_another_account_or_feed_is_refused():
    for account, feed in [
        (STRANGER.public, FEED.public),
        (ACCOUNT.public, STRANGER.public),
        (FEED.public, ACCOUNT.public),
    ]:
        with pytest.raises(NotGranted):
            grant_for(GRANT.wire, account, feed)


def test_a_grant_that_the_account_did_not_sign_is_refused():
    fields = [1, "grant", ACCOUNT.public, FEED.public, NEXT]
    for signer in (FEED, STRANGER):
        with pytest.raises(BadSignature):
            read_grant(wire_of(fields, signer=signer))
    with pytest.raises(BadSignature):
        read_grant(wire_of(fields, domain=ENTRY_DOMAIN))


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        (None, BadShape),
        ({}, BadShape),
        ([], BadShape),
        ([1], BadShape),
        ([2, "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        ([0, "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        ([True, "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        (["1", "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        ([1, "revoke", ACCOUNT.public, FEED.public, NEXT], BadShape),
        ([1, b"grant", ACCOUNT.public, FEED.public, NEXT], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public, NEXT, None], BadShape),
        ([1, "grant", ACCOUNT.public[:-1], FEED.public, NEXT], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public + b"x", NEXT], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public, NEXT[:-1]], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public, NEXT + b"x"], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public, None], BadShape),
        ([1, "grant", "x" * 32, FEED.public, NEXT], BadShape),
        ([1, "grant", ACCOUNT.public, "x" * 32, NEXT], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public, "x" * 32], BadShape),
        ([1, "grant", SMALL_ORDER_KEY, FEED.public, NEXT], BadKey),
        ([1, "grant", ACCOUNT.public, SMALL_ORDER_KEY, NEXT], BadKey),
    ],
)
def test_signed_bytes_that_are_no_sound_grant_are_refused(fields, refusal):
    with pytest.raises(refusal):
        read_grant(wire_of(fields))


def test_a_signed_statement_in_another_form_is_refused():
    statement = b"\xdc\x00\x05" + encode([1, "grant", ACCOUNT.public, FEED.public, NEXT])[1:]
    with pytest.raises(NotCanonical):
        read_grant(encode([statement, ACCOUNT.sign(DOMAIN, statement)]))


STATEMENT = encode([1, "grant", ACCOUNT.public, FEED.public, NEXT])
SIGNATURE = ACCOUNT.sign(DOMAIN, STATEMENT)


@pytest.mark.parametrize(
    "outer",
    [
        None,
        {"a": STATEMENT, "b": SIGNATURE},
        [],
        [STATEMENT],
        [STATEMENT, SIGNATURE, None],
        [STATEMENT, SIGNATURE[:-1]],
        [STATEMENT, SIGNATURE + b"x"],
        [STATEMENT, None],
        [STATEMENT, "x" * 64],
        ["x", SIGNATURE],
        [[1, "grant", ACCOUNT.public, FEED.public, NEXT], SIGNATURE],
    ],
)
def test_anything_but_a_pair_of_bytes_and_signature_is_refused(outer):
    with pytest.raises(BadShape):
        read_grant(encode(outer))


def test_a_grant_that_nobody_would_read_is_not_signed():
    with pytest.raises(BadKey):
        sign_grant(ACCOUNT, SMALL_ORDER_KEY, NEXT)
    with pytest.raises(BadShape):
        sign_grant(ACCOUNT, FEED.public[:-1], NEXT)
    with pytest.raises(BadShape):
        sign_grant(ACCOUNT, FEED.public, NEXT + b"x")


def test_the_wire_does_not_fill_a_log():
    assert "wire" not in repr(GRANT)
