"""Revokes, rotations and fork proofs on one wire: what each is said to be, and what it is."""

import pytest

from sayso_protocol.accounts.attestation import Claim, claim_of, read_attestation
from sayso_protocol.accounts.envelope import DOMAIN
from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadShape, BadSignature, NotCanonical, UnknownVersion

from ..feed.test_fork import PROOF
from ..strategies import ACCOUNT, FEED, STRANGER, statement_wire
from .test_statement import GRANT

REVOKE = sign_revoke(ACCOUNT, FEED.public, 0, None)
ROTATE = sign_rotate(STRANGER, ACCOUNT.public, [])


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        (REVOKE, Claim(ACCOUNT.public, None, REVOKE.wire)),
        (ROTATE, Claim(ACCOUNT.public, None, ROTATE.wire)),
        (PROOF, Claim(None, FEED.public, PROOF.wire)),
    ],
)
def test_each_is_known_by_its_bytes(said, claim):
    assert read_attestation(said.wire) == said
    assert claim_of(said.wire) == claim


def test_a_claim_is_made_without_any_check_of_signatures():
    for wire, claim in [
        (statement_wire([1, "revoke", ACCOUNT.public], signer=STRANGER), ACCOUNT.public),
        (encode([1, "fork", FEED.public, None, None]), FEED.public),
    ]:
        assert claim in (claim_of(wire).account, claim_of(wire).feed)


FIELDS = [1, "revoke", ACCOUNT.public, FEED.public, 0, None]


@pytest.mark.parametrize(
    ("wire", "refusal"),
    [
        (b"", NotCanonical),
        (b"\x95", NotCanonical),
        (GRANT.wire, BadShape),
        (statement_wire(FIELDS, signer=STRANGER), BadSignature),
        (encode([1, "fork", FEED.public, None, None]), BadShape),
        (encode([1, "fork", FEED.public[:-1], None, None]), BadShape),
    ],
)
def test_what_is_none_of_them_is_refused(wire, refusal):
    with pytest.raises(refusal) as refused:
        read_attestation(wire)
    assert refused.type is refusal


@pytest.mark.parametrize(
    ("wire", "refusal"),
    [
        (b"", NotCanonical),
        (GRANT.wire, BadShape),
        (statement_wire([1, "revoke"]), BadShape),
        (statement_wire([1, "revoke", ACCOUNT.public[:-1]]), BadShape),
        (encode([*decode(REVOKE.wire), bytes(64), bytes(64)]), BadShape),
        (statement_wire([1, "later", ACCOUNT.public]), UnknownVersion),
        (statement_wire([2, "revoke", ACCOUNT.public]), UnknownVersion),
        (encode([2, "fork", FEED.public, None, None]), UnknownVersion),
        (encode([1, "knife", FEED.public, None, None]), BadShape),
        (encode([1, "fork", FEED.public[:-1], None, None]), BadShape),
        (encode([1, "fork", FEED.public + b"x", None, None]), BadShape),
        (encode([1, "fork", "x" * 32, None, None]), BadShape),
    ],
)
def test_a_claim_in_no_known_form_is_refused(wire, refusal):
    with pytest.raises(refusal) as refused:
        claim_of(wire)
    assert refused.type is refusal


def test_a_statement_and_a_proof_cannot_be_taken_for_each_other():
    """Their first byte tells them apart, and neither reader takes what the other would."""
    assert PROOF.wire[:1] == b"\x95"
    for wire in (REVOKE.wire, ROTATE.wire, GRANT.wire):
        assert wire[:1] in (b"\x92", b"\x93")
    inside = encode([1, "fork", FEED.public, None, None])
    with pytest.raises(BadShape):
        read_attestation(encode([inside, ACCOUNT.sign(DOMAIN, inside)]))
