"""Revokes: where an account ended a feed, and nothing that resembles it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add

from sayso_protocol.accounts.envelope import DOMAIN
from sayso_protocol.accounts.statement import (
    NOTHING,
    End,
    Revoke,
    read_statement,
    sign_grant,
    sign_revoke,
)
from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import (
    BadKey,
    BadSequence,
    BadShape,
    BadSignature,
    NotCanonical,
    Refused,
    UnknownVersion,
)
from sayso_protocol.feed.entry import DOMAIN as ENTRY_DOMAIN
from sayso_protocol.limits import MAX_SEQ

from ..crypto.test_keys import SMALL_ORDER, L
from ..strategies import (
    ACCOUNT,
    FEED,
    STRANGER,
    bit_flips,
    hashes,
    keys,
    pairs,
    seqs,
    statement_wire,
)

NAME = bytes(range(32))
REVOKE = sign_revoke(ACCOUNT, FEED.public, 7, NAME)
WHOLE = sign_revoke(ACCOUNT, FEED.public, 0, None)
MIXED_ORDER = crypto_core_ed25519_add(ACCOUNT.public, SMALL_ORDER[-1])


def ends():
    return st.just((0, None)) | st.tuples(seqs, hashes)


@given(pairs, keys, ends())
def test_a_revoke_reads_back_as_it_was_signed(account, feed, end):
    revoke = sign_revoke(account, feed, *end)
    assert revoke == Revoke(account.public, feed, *end, revoke.wire)
    assert read_statement(revoke.wire) == revoke
    assert revoke.end == End(*end)


def test_a_revoke_has_the_bytes_that_it_always_had():
    statement = b"\x96\x01\xa6revoke\xc4\x20" + ACCOUNT.public + b"\xc4\x20" + FEED.public
    for revoke, tail in ((REVOKE, b"\x07\xc4\x20" + NAME), (WHOLE, b"\x00\xc0")):
        signed = statement + tail
        head = b"\x92\xc4" + bytes([len(signed)])
        signature = ACCOUNT.sign(b"sayso/1/statement\x00", signed)
        assert revoke.wire == head + signed + b"\xc4\x40" + signature


def test_a_revoke_of_a_whole_feed_leaves_nothing():
    assert WHOLE.end == NOTHING == End(0, None)


@given(st.lists(ends(), min_size=1, max_size=6))
def test_of_several_the_lowest_number_counts_and_then_the_lowest_id(found):
    revokes = [sign_revoke(ACCOUNT, FEED.public, *end) for end in found]
    counts = min(revokes, key=lambda revoke: revoke.rank)
    assert (counts.seq, counts.id) == min(found, key=lambda end: (end[0], end[1] or b""))


def test_ranks_compare_numbers_before_ids():
    low, high = bytes(32), b"\xff" * 32
    in_order = [(0, None), (1, high), (2, low), (2, high), (300, low)]
    ranks = [sign_revoke(ACCOUNT, FEED.public, *end).rank for end in in_order]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)


def test_every_flipped_bit_is_refused():
    for revoke in (REVOKE, WHOLE):
        for wire in bit_flips(revoke.wire):
            with pytest.raises(Refused):
                read_statement(wire)


def test_every_truncation_and_trailing_byte_is_refused():
    for length in range(len(REVOKE.wire)):
        with pytest.raises(NotCanonical):
            read_statement(REVOKE.wire[:length])
    with pytest.raises(NotCanonical):
        read_statement(REVOKE.wire + b"\0")


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ([2, "revoke", ACCOUNT.public, FEED.public, 7, NAME], UnknownVersion),
        ([True, "revoke", ACCOUNT.public, FEED.public, 7, NAME], UnknownVersion),
        ([1, b"revoke", ACCOUNT.public, FEED.public, 7, NAME], BadShape),
        ([1, "grant", ACCOUNT.public, FEED.public, 7, NAME], BadShape),
        ([1, "rotate", ACCOUNT.public, FEED.public, 7, NAME], BadShape),
        ([1, "revoke"], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7, NAME, None], BadShape),
        ([1, "revoke", ACCOUNT.public[:-1], FEED.public, 7, NAME], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public + b"x", 7, NAME], BadShape),
        ([1, "revoke", None, FEED.public, 7, NAME], BadShape),
        ([1, "revoke", ACCOUNT.public, "x" * 32, 7, NAME], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 0, NAME], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 0, b""], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7, None], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7, b""], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7, NAME[:-1]], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7, NAME + b"x"], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, 7, "x" * 32], BadShape),
        ([1, "revoke", ACCOUNT.public, FEED.public, -1, NAME], BadSequence),
        ([1, "revoke", ACCOUNT.public, FEED.public, MAX_SEQ + 1, NAME], BadSequence),
        ([1, "revoke", ACCOUNT.public, FEED.public, True, NAME], BadSequence),
        ([1, "revoke", ACCOUNT.public, FEED.public, False, None], BadSequence),
        ([1, "revoke", ACCOUNT.public, FEED.public, None, None], BadSequence),
        ([1, "revoke", ACCOUNT.public, FEED.public, "7", NAME], BadSequence),
        ([1, "revoke", SMALL_ORDER[0], FEED.public, 7, NAME], BadKey),
        ([1, "revoke", ACCOUNT.public, SMALL_ORDER[-1], 7, NAME], BadKey),
        ([1, "revoke", MIXED_ORDER, FEED.public, 7, NAME], BadKey),
        ([1, "revoke", ACCOUNT.public, MIXED_ORDER, 7, NAME], BadKey),
        ([1, "revoke", MIXED_ORDER, FEED.public, 0, None], BadKey),
        ([1, "revoke", ACCOUNT.public, MIXED_ORDER, 0, None], BadKey),
    ],
)
def test_signed_bytes_that_are_no_sound_revoke_are_refused(fields, refusal):
    with pytest.raises(refusal):
        read_statement(statement_wire(fields))


def test_the_highest_sequence_number_can_be_the_last():
    assert sign_revoke(ACCOUNT, FEED.public, MAX_SEQ, NAME).seq == MAX_SEQ


def test_a_revoke_that_the_account_did_not_sign_is_refused():
    for end in ((7, NAME), (0, None)):
        fields = [1, "revoke", ACCOUNT.public, FEED.public, *end]
        for signer in (FEED, STRANGER):
            with pytest.raises(BadSignature):
                read_statement(statement_wire(fields, signer=signer))
        with pytest.raises(BadSignature):
            read_statement(statement_wire(fields, domain=ENTRY_DOMAIN))


def test_a_signature_lifted_from_a_grant_is_refused():
    _, lifted, _ = decode(sign_grant(ACCOUNT, FEED, NAME).wire)
    statement, _ = decode(REVOKE.wire)
    with pytest.raises(BadSignature):
        read_statement(encode([statement, lifted]))


def test_a_malleated_signature_is_refused():
    statement, signature = decode(REVOKE.wire)
    s = int.from_bytes(signature[32:], "little") + L
    with pytest.raises(BadSignature):
        read_statement(encode([statement, signature[:32] + s.to_bytes(32, "little")]))


def test_another_encoding_of_what_was_signed_is_refused():
    statement, _ = decode(REVOKE.wire)
    longer = statement.replace(b"\x07\xc4", b"\xcc\x07\xc4", 1)
    with pytest.raises(NotCanonical):
        read_statement(encode([longer, ACCOUNT.sign(DOMAIN, longer)]))


@pytest.mark.parametrize(
    ("feed", "seq", "name", "refusal"),
    [
        (SMALL_ORDER[0], 7, NAME, BadKey),
        (FEED.public[:-1], 7, NAME, BadShape),
        (FEED.public, 0, NAME, BadShape),
        (FEED.public, 7, None, BadShape),
        (FEED.public, -1, NAME, BadSequence),
        (FEED.public, MAX_SEQ + 1, NAME, BadSequence),
    ],
)
def test_a_revoke_that_nobody_would_read_is_not_given_out(feed, seq, name, refusal):
    with pytest.raises(refusal):
        sign_revoke(ACCOUNT, feed, seq, name)


def test_the_wire_does_not_fill_a_log():
    assert "wire" not in repr(REVOKE)
