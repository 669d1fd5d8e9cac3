"""Rotations: the promised key follows, and says where the old account's feeds end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.bindings import crypto_core_ed25519_add

from sayso_protocol.accounts.envelope import DOMAIN
from sayso_protocol.accounts.statement import (
    NOTHING,
    End,
    Rotate,
    read_statement,
    sign_grant,
    sign_revoke,
    sign_rotate,
)
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import (
    BadKey,
    BadSequence,
    BadShape,
    BadSignature,
    NotCanonical,
    Refused,
    TooLarge,
    UnknownVersion,
)
from sayso_protocol.feed.entry import DOMAIN as ENTRY_DOMAIN
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT, MAX_SEQ, MAX_STATEMENT

from ..crypto.test_keys import SMALL_ORDER, L
from ..strategies import ACCOUNT, FEED, STRANGER, bit_flips, hashes, seqs, statement_wire

NEXT = KeyPair.from_seed(bytes([4]) * 32)
NAME = bytes(range(32))
MIXED_ORDER = crypto_core_ed25519_add(ACCOUNT.public, SMALL_ORDER[-1])
DEVICES = sorted(
    KeyPair.from_seed(number.to_bytes(32, "big")).public
    for number in range(100, 101 + MAX_FEEDS_AN_ACCOUNT)
)
FIRST, SECOND = DEVICES[:2]
ENDS = [(FIRST, 7, NAME), (SECOND, 300, bytes(32))]
ROTATE = sign_rotate(NEXT, ACCOUNT.public, ENDS)


def ends(most: int = 5):
    end = st.tuples(st.sampled_from(DEVICES), seqs, hashes)
    return st.lists(end, max_size=most, unique_by=lambda end: end[0])


@given(ends(), st.randoms())
def test_a_rotation_reads_back_in_order_as_it_was_signed_in_any(ends, random):
    shuffled = random.sample(ends, len(ends))
    rotate = sign_rotate(NEXT, ACCOUNT.public, shuffled)
    assert rotate == Rotate(ACCOUNT.public, NEXT.public, tuple(sorted(ends)), rotate.wire)
    assert read_statement(rotate.wire) == rotate


def test_a_rotation_has_the_bytes_that_it_always_had():
    signed = (
        b"\x95\x01\xa6rotate\xc4\x20" + ACCOUNT.public + b"\xc4\x20" + NEXT.public + b"\x92"
        b"\x93\xc4\x20" + FIRST + b"\x07\xc4\x20" + NAME + b"\x93\xc4\x20" + SECOND
    ) + (b"\xcd\x01\x2c\xc4\x20" + bytes(32))
    signature = NEXT.sign(b"sayso/1/statement\x00", signed)
    assert ROTATE.wire == b"\x92\xc4" + bytes([len(signed)]) + signed + b"\xc4\x40" + signature
    assert ROTATE.rank == signed


def test_a_feed_that_is_not_named_does_not_count():
    assert ROTATE.end_of(FIRST) == End(7, NAME)
    assert ROTATE.end_of(SECOND) == End(300, bytes(32))
    assert ROTATE.end_of(FEED.public) == NOTHING
    assert sign_rotate(NEXT, ACCOUNT.public, []).end_of(FIRST) == NOTHING


def test_only_the_promised_key_keeps_the_promise():
    assert ROTATE.keeps(next_key_hash(NEXT.public))
    assert not ROTATE.keeps(next_key_hash(STRANGER.public))
    assert not ROTATE.keeps(next_key_hash(ACCOUNT.public))
    assert not ROTATE.keeps(NEXT.public)


def test_ranks_are_those_of_the_signed_bytes():
    others = [
        sign_rotate(NEXT, ACCOUNT.public, some)
        for some in ([], ENDS[:1], ENDS[1:], ENDS, [(FIRST, 8, NAME), ENDS[1]])
    ]
    by_rank = sorted(others, key=lambda one: one.rank)
    assert by_rank == sorted(others, key=lambda one: decode(one.wire)[0])
    assert len({one.rank for one in others}) == len(others)


def test_the_most_ends_fit_a_statement_and_one_more_is_refused():
    most = [(device, MAX_SEQ, NAME) for device in DEVICES[:MAX_FEEDS_AN_ACCOUNT]]
    rotate = sign_rotate(NEXT, ACCOUNT.public, most)
    assert len(rotate.wire) == 5142 <= MAX_STATEMENT
    assert read_statement(rotate.wire).ends == tuple(most)
    with pytest.raises(TooLarge, match="more feeds"):
        sign_rotate(NEXT, ACCOUNT.public, [*most, (DEVICES[-1], 1, NAME)])


def test_every_flipped_bit_is_refused():
    for wire in bit_flips(ROTATE.wire):
        with pytest.raises(Refused):
            read_statement(wire)


def test_every_truncation_and_trailing_byte_is_refused():
    for length in range(len(ROTATE.wire)):
        with pytest.raises(NotCanonical):
            read_statement(ROTATE.wire[:length])
    with pytest.raises(NotCanonical):
        read_statement(ROTATE.wire + b"\0")


def fields(*, account=ACCOUNT.public, successor=NEXT.public, ends=ENDS):
    return [1, "rotate", account, successor, ends]


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        ([2, *fields()[1:]], UnknownVersion),
        ([True, *fields()[1:]], UnknownVersion),
        ([1, "grant", *fields()[2:]], BadShape),
        ([1, "revoke", *fields()[2:]], BadShape),
        (fields()[:-1], BadShape),
        ([*fields(), None], BadShape),
        (fields(account=ACCOUNT.public[:-1]), BadShape),
        (fields(account="x" * 32), BadShape),
        (fields(successor=NEXT.public + b"x"), BadShape),
        (fields(successor=None), BadShape),
        (fields(ends=None), BadShape),
        (fields(ends={}), BadShape),
        (fields(ends=b""), BadShape),
        (fields(ends=[None]), BadShape),
        (fields(ends=[{}]), BadShape),
        (fields(ends=[b"abc"]), BadShape),
        (fields(ends=[[]]), BadShape),
        (fields(ends=[ENDS[0][:2]]), BadShape),
        (fields(ends=[[*ENDS[0], None]]), BadShape),
        (fields(ends=[[FIRST[:-1], 7, NAME]]), BadShape),
        (fields(ends=[[None, 7, NAME]]), BadShape),
        (fields(ends=[[FIRST, 7, NAME[:-1]]]), BadShape),
        (fields(ends=[[FIRST, 7, None]]), BadShape),
        (fields(ends=[[FIRST, 0, NAME]]), BadSequence),
        (fields(ends=[[FIRST, 0, None]]), BadSequence),
        (fields(ends=[[FIRST, True, NAME]]), BadSequence),
        (fields(ends=[[FIRST, MAX_SEQ + 1, NAME]]), BadSequence),
        (fields(ends=ENDS[::-1]), BadShape),
        (fields(ends=[ENDS[0], ENDS[0]]), BadShape),
        (fields(ends=[ENDS[0], [FIRST, 8, NAME]]), BadShape),
        (fields(ends=[*ENDS, ENDS[0]]), BadShape),
        (fields(account=SMALL_ORDER[0]), BadKey),
        (fields(account=MIXED_ORDER), BadKey),
        (fields(successor=SMALL_ORDER[-1]), BadKey),
        (fields(successor=MIXED_ORDER), BadKey),
        (fields(ends=[[SMALL_ORDER[0], 7, NAME]]), BadKey),
        (fields(ends=[ENDS[0], [MIXED_ORDER, 7, NAME]]), BadKey),
        (fields(account=NEXT.public), BadShape),
    ],
)
def test_signed_bytes_that_are_no_sound_rotation_are_refused(fields, refusal):
    with pytest.raises(refusal):
        read_statement(statement_wire(fields, signer=NEXT))


def test_the_control_of_these_vectors_is_sound():
    assert read_statement(statement_wire(fields(), signer=NEXT)) == ROTATE


def test_a_rotation_that_the_successor_did_not_sign_is_refused():
    for signer in (ACCOUNT, FEED, STRANGER):
        with pytest.raises(BadSignature):
            read_statement(statement_wire(fields(), signer=signer))
    with pytest.raises(BadSignature):
        read_statement(statement_wire(fields(), signer=NEXT, domain=ENTRY_DOMAIN))


def test_signatures_lifted_from_other_statements_are_refused():
    statement, _ = decode(ROTATE.wire)
    for other in (
        sign_grant(NEXT, FEED, NAME),
        sign_revoke(NEXT, FIRST, 7, NAME),
        sign_rotate(NEXT, ACCOUNT.public, []),
    ):
        with pytest.raises(BadSignature):
            read_statement(encode([statement, decode(other.wire)[1]]))


def test_a_malleated_signature_is_refused():
    statement, signature = decode(ROTATE.wire)
    s = int.from_bytes(signature[32:], "little") + L
    with pytest.raises(BadSignature):
        read_statement(encode([statement, signature[:32] + s.to_bytes(32, "little")]))


def test_another_encoding_of_what_was_signed_is_refused():
    statement, _ = decode(ROTATE.wire)
    longer = statement.replace(b"\xcd\x01\x2c", b"\xce\0\0\x01\x2c", 1)
    assert longer != statement
    with pytest.raises(NotCanonical):
        read_statement(encode([longer, NEXT.sign(DOMAIN, longer)]))


def test_a_rotation_that_nobody_would_read_is_not_given_out():
    for account, some, refusal in (
        (NEXT.public, [], BadShape),
        (SMALL_ORDER[0], [], BadKey),
        (ACCOUNT.public, [ENDS[0], ENDS[0]], BadShape),
        (ACCOUNT.public, [(FIRST, 0, NAME)], BadSequence),
    ):
        with pytest.raises(refusal):
            sign_rotate(NEXT, account, some)


def test_the_wire_does_not_fill_a_log():
    assert "wire" not in repr(ROTATE)
