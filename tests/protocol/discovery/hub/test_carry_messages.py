"""What a node and a hub say to each other: read back as written, and nothing else is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import decode, encode
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.hub.carry_messages import (
    CARRY_CODES,
    CarryAnswer,
    CarryRequest,
    read_answer,
    read_request,
)
from sayso_protocol.discovery.hub.carry_proof import CARRY, END, CarryProof, read_proof, sign_proof
from sayso_protocol.discovery.hub.hub_limits import MAX_CARRY_ANSWER, MAX_CARRY_REQUEST
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused

ACCOUNT, FEED, OTHER, NODE, HUB = (KeyPair.from_seed(bytes([n]) * 32) for n in range(1, 6))
GRANT = sign_grant(ACCOUNT, FEED, next_key_hash(OTHER.public))
HUB_ID, NODE_ID = peer_id_of_key(HUB.public), peer_id_of_key(NODE.public)
TIME = 1_800_000_000_000
PROOF = sign_proof(FEED, GRANT, CARRY, HUB_ID, NODE_ID, TIME)


@pytest.mark.parametrize("what", ["carry", "status", "end"])
@pytest.mark.parametrize("proof", [None, PROOF, b""])
def test_requests_are_read_back(what: str, proof: bytes | None) -> None:
    request = CarryRequest(what, ACCOUNT.public, proof)
    assert read_request(request.to_bytes()) == request


@given(
    code=st.sampled_from(sorted(CARRY_CODES)),
    entries=st.integers(0, 2**40),
    size=st.integers(0, 2**50),
    most=st.none() | st.integers(0, 2**50),
)
def test_answers_are_read_back(code: int, entries: int, size: int, most: int | None) -> None:
    answer = CarryAnswer(code, entries, size, most)
    assert len(answer.to_bytes()) <= MAX_CARRY_ANSWER
    assert read_answer(answer.to_bytes()) == answer
    assert answer.words == CARRY_CODES[code]


def test_a_code_of_later_software_has_words_too() -> None:
    assert "does not know" in CarryAnswer(99).words


BAD = [
    b"", b"\x00", encode([]), encode([2, "carry", ACCOUNT.public, None]),
    encode([1, "carry", ACCOUNT.public]), encode([1, "steal", ACCOUNT.public, None]),
    encode([1, "carry", b"short", None]), encode([1, "carry", ACCOUNT.public, "text"]),
    encode([1, "carry", bytes(32), None]), encode([True, "carry", ACCOUNT.public, None]),
    encode([1, "carry", ACCOUNT.public, bytes(MAX_CARRY_REQUEST)]),
]  # fmt: skip


@pytest.mark.parametrize("data", BAD)
def test_what_is_no_request_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_request(data)


@pytest.mark.parametrize(
    "fields",
    [[], [1], [2, 0, 0, 0, 0], [1, -1, 0, 0, 0], [1, 0, -1, 0, 0], [1, 0, 0, 0, -2],
     [1, 0, 0, 0], [1, 0, 0, 0, 0, 0], [1, "x", 0, 0, 0], [1, 0, 0, 0, 2**63], [1, True, 0, 0, 0]],
)  # fmt: skip
def test_what_is_no_answer_is_refused(fields: list[object]) -> None:
    with pytest.raises(Refused):
        read_answer(encode(fields))  # type: ignore[arg-type]


@given(data=st.binary(max_size=200))
def test_noise_is_refused_and_nothing_else_is_raised(data: bytes) -> None:
    for read in (read_request, read_answer, read_proof):
        with pytest.raises(Refused):
            read(data)


@pytest.mark.parametrize("what", [CARRY, END])
def test_a_proof_says_who_asks_whom_for_what(what: str) -> None:
    wire = sign_proof(FEED, GRANT, what, HUB_ID, NODE_ID, TIME)
    wanted = CarryProof(what, ACCOUNT.public, FEED.public, HUB_ID, NODE_ID, TIME)
    assert read_proof(wire) == wanted
    request = CarryRequest("carry", ACCOUNT.public, wire).to_bytes()
    assert len(request) <= MAX_CARRY_REQUEST


@given(at=st.integers(0, len(PROOF) - 1), bit=st.integers(0, 7))
def test_no_bit_of_a_proof_can_be_another(at: int, bit: int) -> None:
    spoilt = bytearray(PROOF)
    spoilt[at] ^= 1 << bit
    with pytest.raises(Refused):
        read_proof(bytes(spoilt))


def test_the_grant_must_be_the_feeds() -> None:
    other = sign_grant(ACCOUNT, OTHER, next_key_hash(NODE.public))
    said, signature, _ = decode(PROOF)  # type: ignore[misc]
    with pytest.raises(Refused):
        read_proof(encode([said, signature, other.wire]))
    with pytest.raises(Refused):
        read_proof(encode([said, OTHER.sign(b"sayso/1/carry\x00", said), GRANT.wire]))  # type: ignore[arg-type]
