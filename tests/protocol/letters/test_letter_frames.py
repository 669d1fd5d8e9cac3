"""Frames of letters, and the proofs in them."""

from __future__ import annotations

import msgpack
import pytest
from tests.vectors.cases import ACCOUNT, FEED, STRANGER

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import BadSignature, NotGranted, Refused
from sayso_protocol.letters.box import pair_key
from sayso_protocol.letters.box_proof import check_box, check_doors, prove_box, prove_doors
from sayso_protocol.letters.letter_frames import (
    MAX_LETTER_FRAME,
    Answer,
    Ask,
    BoxProof,
    CarriedLetter,
    Collect,
    Deliver,
    Doors,
    Erase,
    Filled,
    Hello,
    LetterFrame,
    Letters,
    LetterState,
    Peek,
    States,
    decode_letter_frame,
    encode_letter_frame,
    letter_frame_length,
)

BOX, CHALLENGE, GRANT = b"b" * 16, b"c" * 32, sign_grant(ACCOUNT, FEED, bytes(32))
CARRIER, OTHER = peer_id_of_key(bytes(32)), peer_id_of_key(b"o" * 32)
KEY = pair_key(b"s" * 32, 20_000, 0)

FRAMES: list[tuple[LetterFrame, int]] = [
    (Hello(CHALLENGE, 18, 1 << 30, 64, 256), 52),
    (Deliver(70_000, BOX, None, bytes(512)), 545),
    (Deliver(70_000, BOX, 2**40, bytes(2048)), 2_089),
    (Deliver(70_000, BOX, None, bytes(32_768)), 32_801),
    (Answer(70_000, LetterState.PRICE, 24), 13),
    (Peek((BOX,) * 400), 6_409),
    (Filled((BOX,) * 10), 168),
    (Collect((prove_box(KEY, CHALLENGE, CARRIER),)), 126),
    (Letters((CarriedLetter(BOX, 20_000, bytes(2048), bytes(4)),), False), 2_087),
    (Erase((BOX,) * 64), 1_033),
    (Ask((BOX,) * 64), 1_033),
    (States((LetterState.DELIVERED,) * 64), 72),
    (prove_doors(FEED, GRANT, 20_000, 20_030, CHALLENGE, CARRIER), 0),
]


@pytest.mark.parametrize(("frame", "size"), FRAMES)
def test_a_frame_comes_back_and_has_its_size(frame: LetterFrame, size: int) -> None:
    data = encode_letter_frame(frame)
    assert len(data) == 4 + letter_frame_length(data[:4])
    assert decode_letter_frame(data[4:]) == frame
    assert not size or len(data) == size


@pytest.mark.parametrize(
    "items",
    [
        7,
        [],
        [11],
        [0, 1, bytes(31), 0, [1, 2, 3]],
        [0, 1, bytes(32), 0, [1, 2]],
        [1, 1, BOX, None, bytes(513)],
        [1, 1, BOX, 2**63 * 2 - 1, b""],
        [1, 1, BOX, -1, bytes(512)],
        [1, 2**32, BOX, None, bytes(512)],
        [1, True, BOX, None, bytes(512)],
        [2, 1, 8, 0],
        [3, bytes(17)],
        [3, bytes(16 * 4097)],
        [5, [[BOX, bytes(32)]]],
        [5, [[BOX, bytes(32), bytes(64)]] * 65],
        [6, bytes(300), 10, 9, bytes(64)],
        [6, bytes(300), 0, 32, bytes(64)],
        [6, b"", 0, 0, bytes(64)],
        [7, [[BOX, 1, bytes(512), bytes(4)]] * 17, False],
        [7, [], 0],
        [8, bytes(16 * 65)],
        [10, bytes(65)],
        [10, b"\x08"],
    ],
)
def test_what_is_out_of_bounds_is_refused(items: object) -> None:
    with pytest.raises(Refused):
        decode_letter_frame(msgpack.packb(items))


def test_lengths_are_bounded_before_anything_is_read() -> None:
    assert letter_frame_length(MAX_LETTER_FRAME.to_bytes(4, "big")) == MAX_LETTER_FRAME
    for length in (0, MAX_LETTER_FRAME + 1):
        with pytest.raises(Refused):
            letter_frame_length(length.to_bytes(4, "big"))


def test_a_proof_of_a_box_holds_here_and_now_alone() -> None:
    proof = prove_box(KEY, CHALLENGE, CARRIER)
    assert check_box(proof, CHALLENGE, CARRIER) == proof.box
    for challenge, carrier in ((CHALLENGE, OTHER), (b"d" * 32, CARRIER)):
        with pytest.raises(BadSignature):
            check_box(proof, challenge, carrier)
    foreign = KeyPair.from_seed(b"f" * 32)
    with pytest.raises(NotGranted):
        check_box(BoxProof(proof.box, foreign.public, proof.signature), CHALLENGE, CARRIER)


def test_a_proof_of_doors_holds_for_its_account_carrier_and_days_alone() -> None:
    proof = prove_doors(FEED, GRANT, 10, 12, CHALLENGE, CARRIER)
    assert check_doors(proof, CHALLENGE, CARRIER) == GRANT
    with pytest.raises(BadSignature):
        check_doors(proof, CHALLENGE, OTHER)
    with pytest.raises(BadSignature):
        check_doors(Doors(proof.grant, 9, 12, proof.signature), CHALLENGE, CARRIER)
    with pytest.raises(BadSignature):  # the grant is public, so anybody has it
        check_doors(prove_doors(STRANGER, GRANT, 10, 12, CHALLENGE, CARRIER), CHALLENGE, CARRIER)
