"""Grants: the account's signed word, and nothing that resembles it."""

from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.accounts.envelope import DOMAIN, FEED_DOMAIN
from sayso_protocol.accounts.statement import (
    Grant,
    accept_grant,
    claim_of,
    grant_for,
    offer_grant,
    read_grant,
    read_offer,
    read_statement,
    sign_grant,
    sign_revoke,
    sign_rotate,
)
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto import keys
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.errors import (
    BadKey,
    BadShape,
    BadSignature,
    NotCanonical,
    NotGranted,
    Refused,
    TooLarge,
    UnknownVersion,
)
from sayso_protocol.feed.entry import DOMAIN as ENTRY_DOMAIN
from sayso_protocol.limits import MAX_STATEMENT

from ..strategies import ACCOUNT, FEED, STRANGER, bit_flips, hashes, pairs, statement_wire

NEXT = bytes(range(32))
GRANT = sign_grant(ACCOUNT, FEED, NEXT)
SMALL_ORDER_KEY = bytes(32)
NEXT_KEY = KeyPair.from_seed(bytes([4]) * 32).public


@given(pairs, hashes, hashes)
def test_a_grant_reads_back_as_it_was_signed(account, seed, next_key_hash):
    feed = KeyPair.from_seed(seed)
    grant = sign_grant(account, feed, next_key_hash)
    assert grant == Grant(account.public, feed.public, next_key_hash, grant.wire)
    assert read_grant(grant.wire) == read_statement(grant.wire) == grant
    assert claim_of(grant.wire).verified(account_is_valid=True) == grant
    assert grant_for(grant.wire, account.public, feed.public) == grant
    offer = offer_grant(account, feed.public, next_key_hash)
    assert accept_grant(read_offer(offer.wire), feed) == grant


def test_a_grant_has_the_bytes_that_it_always_had():
    statement = encode([1, "grant", ACCOUNT.public, FEED.public, NEXT])
    signature = ACCOUNT.sign(b"sayso/1/statement\x00", statement)
    accepted = FEED.sign(b"sayso/1/grant feed\x00", statement)
    signatures = b"\xc4\x40" + signature + b"\xc4\x40" + accepted
    assert GRANT.wire == b"\x93\xc4\x6e" + statement + signatures
    assert len(GRANT.wire) == 245
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
    assert read_grant(statement_wire(fields, feed=FEED)) == GRANT
    for signer in (FEED, STRANGER):
        with pytest.raises(BadSignature):
            read_grant(statement_wire(fields, signer=signer, feed=FEED))
    for domain in (ENTRY_DOMAIN, FEED_DOMAIN):
        with pytest.raises(BadSignature):
            read_grant(statement_wire(fields, domain=domain, feed=FEED))


def test_a_grant_that_the_feed_did_not_sign_is_refused():
    """Or anybody could claim a stranger's feed."""
    fields = [1, "grant", ACCOUNT.public, FEED.public, NEXT]
    for feed in (ACCOUNT, STRANGER):
        with pytest.raises(BadSignature):
            read_grant(statement_wire(fields, feed=feed))
    for domain in (DOMAIN, ENTRY_DOMAIN):
        with pytest.raises(BadSignature):
            read_grant(statement_wire(fields, feed=FEED, feed_domain=domain))
    with pytest.raises(BadShape, match="too few"):
        read_grant(offer_grant(ACCOUNT, FEED.public, NEXT).wire)


def test_signatures_of_a_grant_cannot_be_swapped_or_lifted_from_another():
    statement, signature, accepted = decode(GRANT.wire)
    _, other, other_accepted = decode(sign_grant(ACCOUNT, FEED, bytes(32)).wire)
    for pair in ((accepted, signature), (other, accepted), (signature, other_accepted)):
        with pytest.raises(BadSignature):
            read_grant(encode([statement, *pair]))


def test_a_feed_accepts_what_was_offered_to_it_alone():
    offer = offer_grant(ACCOUNT, FEED.public, NEXT)
    with pytest.raises(NotGranted):
        accept_grant(offer, STRANGER)
    with pytest.raises(BadSignature):
        read_offer(statement_wire([1, "grant", ACCOUNT.public, FEED.public, NEXT], signer=FEED))
    for wire in (
        GRANT.wire,
        statement_wire([1, "grant", ACCOUNT.public, FEED.public, NEXT + b"x"]),
        statement_wire([1, "grant", ACCOUNT.public, FEED.public, "x" * 32]),
    ):
        with pytest.raises(BadShape):
            read_offer(wire)


def test_a_claim_is_looked_at_without_any_check_of_keys_and_signatures():
    fields = [1, "grant", SMALL_ORDER_KEY, SMALL_ORDER_KEY, NEXT]
    claim = claim_of(statement_wire(fields, signer=STRANGER, feed=STRANGER))
    assert (claim.account, claim.feed) == (SMALL_ORDER_KEY, SMALL_ORDER_KEY)
    for known in (False, True):
        with pytest.raises(BadKey):
            claim.verified(account_is_valid=known)
    forged = claim_of(statement_wire([1, "grant", ACCOUNT.public, FEED.public, NEXT], feed=ACCOUNT))
    with pytest.raises(BadSignature):
        forged.verified(account_is_valid=True)


@pytest.mark.parametrize(
    ("fields", "refusal"),
    [
        (None, BadShape),
        ({}, BadShape),
        ([], BadShape),
        ([1], BadShape),
        ([1, "grant"], BadShape),
        ([2, "grant"], UnknownVersion),
        ([2, "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        ([0, "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        ([True, "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        (["1", "grant", ACCOUNT.public, FEED.public, NEXT], UnknownVersion),
        ([1, "revoke", ACCOUNT.public, FEED.public, NEXT], BadShape),
        ([1, b"grant", ACCOUNT.public, FEED.public, NEXT], BadShape),
        ([1, ["grant"], ACCOUNT.public, FEED.public, NEXT], BadShape),
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
@pytest.mark.parametrize("read", [read_grant, read_statement])
def test_signed_bytes_that_are_no_sound_grant_are_refused(fields, refusal, read):
    with pytest.raises(refusal):
        read(statement_wire(fields, feed=FEED))


@pytest.mark.parametrize("kind", ["", "Grant", "grants", "open", "\x00"])
def test_a_type_that_is_not_known_is_refused(kind):
    fields = [1, kind, ACCOUNT.public, FEED.public, NEXT]
    with pytest.raises(BadShape, match="unknown type"):
        read_statement(statement_wire(fields))


def test_where_a_grant_is_wanted_no_other_statement_is_taken():
    for other in (sign_revoke(ACCOUNT, FEED.public, 0, None), sign_rotate(STRANGER, NEXT_KEY, [])):
        assert read_statement(other.wire) == other
        with pytest.raises(BadShape, match="not a grant"):
            read_grant(other.wire)


def test_a_statement_over_its_limit_is_not_even_decoded():
    for wire in (bytes(MAX_STATEMENT + 1), GRANT.wire.ljust(MAX_STATEMENT + 1, b"\0")):
        with pytest.raises(TooLarge):
            read_statement(wire)
    with pytest.raises(NotCanonical):
        read_statement(GRANT.wire.ljust(MAX_STATEMENT, b"\0"))


def test_a_signed_statement_in_another_form_is_refused():
    statement = b"\xdc\x00\x05" + encode([1, "grant", ACCOUNT.public, FEED.public, NEXT])[1:]
    with pytest.raises(NotCanonical):
        read_grant(encode([statement, ACCOUNT.sign(DOMAIN, statement), ACCEPTED]))


STATEMENT = encode([1, "grant", ACCOUNT.public, FEED.public, NEXT])
SIGNATURE = ACCOUNT.sign(DOMAIN, STATEMENT)
ACCEPTED = FEED.sign(FEED_DOMAIN, STATEMENT)


@pytest.mark.parametrize(
    "outer",
    [
        None,
        {"a": STATEMENT, "b": SIGNATURE, "c": ACCEPTED},
        [],
        [STATEMENT],
        [STATEMENT, SIGNATURE],
        [STATEMENT, SIGNATURE, None],
        [STATEMENT, SIGNATURE, ACCEPTED, None],
        [STATEMENT, SIGNATURE[:-1], ACCEPTED],
        [STATEMENT, SIGNATURE + b"x", ACCEPTED],
        [STATEMENT, SIGNATURE, ACCEPTED[:-1]],
        [STATEMENT, SIGNATURE, ACCEPTED + b"x"],
        [STATEMENT, None, ACCEPTED],
        [STATEMENT, SIGNATURE, "x" * 64],
        ["x", SIGNATURE, ACCEPTED],
        [[1, "grant", ACCOUNT.public, FEED.public, NEXT], SIGNATURE, ACCEPTED],
    ],
)
def test_anything_but_bytes_and_two_signatures_is_refused(outer):
    with pytest.raises(BadShape):
        read_grant(encode(outer))


def test_a_grant_that_nobody_would_read_is_not_signed():
    with pytest.raises(BadKey):
        offer_grant(ACCOUNT, SMALL_ORDER_KEY, NEXT)
    with pytest.raises(BadShape):
        offer_grant(ACCOUNT, FEED.public[:-1], NEXT)
    with pytest.raises(BadShape):
        sign_grant(ACCOUNT, FEED, NEXT + b"x")


def test_the_wire_does_not_fill_a_log():
    assert "wire" not in repr(GRANT)


def test_what_was_verified_cannot_be_changed():
    revoke, rotate = sign_revoke(ACCOUNT, FEED.public, 7, NEXT), sign_rotate(STRANGER, NEXT_KEY, [])
    for statement in (GRANT, revoke, rotate, revoke.end):
        for name in statement.__slots__:
            with pytest.raises(FrozenInstanceError):
                setattr(statement, name, None)


def test_the_account_of_a_grant_is_known_as_valid_once_its_signatures_are_good(monkeypatch):
    """Its followers checked it, and posts name it: it is not checked again for each of them."""
    monkeypatch.setattr(keys, "_checked", set())
    forged = GRANT.wire[:-1] + bytes([GRANT.wire[-1] ^ 1])
    with pytest.raises(BadSignature):
        claim_of(forged).verified(account_is_valid=True)
    assert ACCOUNT.public not in keys._checked
    claim_of(GRANT.wire).verified(account_is_valid=True)
    assert {ACCOUNT.public, FEED.public} <= keys._checked
