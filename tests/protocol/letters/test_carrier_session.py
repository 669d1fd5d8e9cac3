"""What a carrier does for whoever is connected, and what it refuses."""

from __future__ import annotations

import pytest
from tests.vectors.cases import ACCOUNT, FEED

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import BadSignature, ProtocolViolation, TooLarge
from sayso_protocol.letters.box import letter_id, pair_key, secret_box
from sayso_protocol.letters.box_proof import prove_box, prove_doors
from sayso_protocol.letters.carrier_session import (
    CarrierSession,
    EraseLetters,
    FindFilled,
    FindStates,
    GiveBoxes,
    GiveDoors,
    TakeLetter,
)
from sayso_protocol.letters.letter_frames import (
    Answer,
    Ask,
    CarriedLetter,
    Collect,
    Deliver,
    Erase,
    Filled,
    LetterState,
    Peek,
)

CARRIER, OTHER = peer_id_of_key(bytes(32)), peer_id_of_key(b"o" * 32)
CHALLENGE = b"c" * 32
KEY = pair_key(b"s" * 32, 20_000, 0)
BOX = secret_box(KEY.public)
LETTER = CarriedLetter(BOX, 20_000, bytes(512), bytes(4))
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))


@pytest.fixture
def session() -> CarrierSession:
    return CarrierSession(CARRIER, CHALLENGE)


def test_letters_are_taken_with_rising_numbers(session: CarrierSession) -> None:
    deliver = Deliver(0, BOX, None, bytes(512))
    assert session.receive(deliver) == TakeLetter(deliver)
    assert session.answered(0, LetterState.CARRIED) == Answer(0, LetterState.CARRIED)
    with pytest.raises(ProtocolViolation):
        session.receive(deliver)


def test_what_was_peeked_is_collected_and_erased(session: CarrierSession) -> None:
    assert session.receive(Peek((BOX,))) == FindFilled((BOX,))
    assert session.found((BOX,)) == Filled((BOX,))
    collect = Collect((prove_box(KEY, CHALLENGE, CARRIER),))
    assert session.receive(collect) == GiveBoxes((BOX,))
    session.give((LETTER,), more=False)
    name = letter_id(BOX, LETTER.letter)
    assert session.receive(Erase((name,))) == EraseLetters((name,), (None,))


def test_nothing_is_collected_before_a_peek_or_by_another_connection_s_proof(
    session: CarrierSession,
) -> None:
    with pytest.raises(ProtocolViolation):
        session.receive(Collect((prove_box(KEY, CHALLENGE, CARRIER),)))
    session.found((BOX,))
    for challenge, carrier in ((b"d" * 32, CARRIER), (CHALLENGE, OTHER)):
        with pytest.raises(BadSignature):
            session.receive(Collect((prove_box(KEY, challenge, carrier),)))


def test_only_what_was_given_here_is_erased(session: CarrierSession) -> None:
    with pytest.raises(ProtocolViolation):
        session.receive(Erase((letter_id(BOX, LETTER.letter),)))


def test_doors_are_given_to_a_feed_of_the_account(session: CarrierSession) -> None:
    frame = prove_doors(FEED, GRANT, 10, 12, CHALLENGE, CARRIER)
    door = GiveDoors(ACCOUNT.public, FEED.public, 10, 12)
    assert session.receive(frame) == door
    session.give((LETTER,), more=False, door=door)
    name = letter_id(BOX, LETTER.letter)
    assert session.receive(Erase((name,))) == EraseLetters((name,), (door,))
    with pytest.raises(BadSignature):
        session.receive(prove_doors(FEED, GRANT, 10, 12, CHALLENGE, OTHER))


def test_proofs_questions_and_peeks_are_bounded(session: CarrierSession) -> None:
    session.found((BOX,))
    sixteen = Collect((prove_box(KEY, CHALLENGE, CARRIER),) * 64)
    for _ in range(16):
        session.receive(sixteen)
    with pytest.raises(TooLarge):
        session.receive(sixteen)
    ids = tuple(bytes([n]) * 16 for n in range(64))
    for _ in range(64):
        assert session.receive(Ask(ids)) == FindStates(ids)
        session.receive(Peek(()))
    with pytest.raises(TooLarge):
        session.receive(Ask(ids))
    with pytest.raises(TooLarge):
        session.receive(Peek(()))


def test_frames_of_carriers_are_refused(session: CarrierSession) -> None:
    with pytest.raises(ProtocolViolation):
        session.receive(Filled(()))
