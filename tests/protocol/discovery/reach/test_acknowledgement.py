"""Acknowledgements: true for one entry, moment, asker and peer, and for nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import encode
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.reach.acknowledgement import (
    NO_WORD,
    Acknowledgement,
    acknowledge,
    read_answer,
    read_question,
    write_question,
)
from sayso_protocol.discovery.reach.reach_limits import MAX_CLOCK_ERROR_MS, MAX_REACH_MESSAGE
from sayso_protocol.errors import Refused

NODE, OTHER, ASKER = (KeyPair.from_seed(bytes([n]) * 32) for n in range(1, 4))
NODE_ID, OTHER_ID, ASKER_ID = (peer_id_of_key(one.public) for one in (NODE, OTHER, ASKER))
ENTRY, ANOTHER = bytes(range(32)), bytes(32)
NOW = 1_800_000_000_000
WORD = acknowledge(NODE, ENTRY, ASKER_ID, NOW)


@given(entry_id=st.binary(min_size=32, max_size=32))
def test_questions_are_read_back(entry_id: bytes) -> None:
    assert read_question(write_question(entry_id)) == entry_id


def test_a_word_is_read_back_and_no_word_is_none() -> None:
    assert read_answer(WORD, ENTRY, NODE_ID, ASKER_ID, NOW + 5) == Acknowledgement(NODE_ID, NOW)
    assert read_answer(NO_WORD, ENTRY, NODE_ID, ASKER_ID, NOW) is None
    assert len(WORD) <= MAX_REACH_MESSAGE


@pytest.mark.parametrize(
    ("entry_id", "peer", "asker", "now"),
    [
        (ANOTHER, NODE_ID, ASKER_ID, NOW),
        (ENTRY, OTHER_ID, ASKER_ID, NOW),
        (ENTRY, NODE_ID, OTHER_ID, NOW),
        (ENTRY, NODE_ID, ASKER_ID, NOW + MAX_CLOCK_ERROR_MS + 1),
        (ENTRY, NODE_ID, ASKER_ID, NOW - MAX_CLOCK_ERROR_MS - 1),
        (ENTRY, "QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N", ASKER_ID, NOW),
    ],
)
def test_it_is_nobody_elses_word_about_nothing_else(
    entry_id: bytes, peer: str, asker: str, now: int
) -> None:
    with pytest.raises(Refused):
        read_answer(WORD, entry_id, peer, asker, now)


@given(at=st.integers(0, len(WORD) - 1), bit=st.integers(0, 7))
def test_no_bit_of_it_can_be_another(at: int, bit: int) -> None:
    spoilt = bytearray(WORD)
    spoilt[at] ^= 1 << bit
    with pytest.raises(Refused):
        read_answer(bytes(spoilt), ENTRY, NODE_ID, ASKER_ID, NOW)


@given(data=st.binary(max_size=200))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        read_question(data)
    if data != NO_WORD:
        with pytest.raises(Refused):
            read_answer(data, ENTRY, NODE_ID, ASKER_ID, NOW)


@pytest.mark.parametrize(
    "fields", [[], [1], [2, ENTRY], [1, b"short"], [1, ENTRY, 0], [1, "text"], [True, ENTRY]]
)
def test_what_is_no_question_is_refused(fields: list[object]) -> None:
    with pytest.raises(Refused):
        read_question(encode(fields))  # type: ignore[arg-type]
