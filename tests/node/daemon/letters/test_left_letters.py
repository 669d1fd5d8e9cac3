"""Knocks that stay at the door for other devices."""

from __future__ import annotations

from sayso_node.daemon.letters.left_letters import LEFT_MS, MAX_LEFT, LeftLetters
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_storage.memory.sealed_records import MemorySealedRecords

NOW = 1_750_000_000_000


def letter(number: int, tag: bytes = b"net1") -> CarriedLetter:
    return CarriedLetter(bytes(16), 20_000, number.to_bytes(512, "big"), tag, None)


def test_a_letter_stays_for_a_week_and_is_tried_once_of_each_carrier() -> None:
    left = LeftLetters(MemorySealedRecords())
    assert not left.knows(letter(1))
    assert left.leave(letter(1), NOW)
    assert left.knows(letter(1))
    assert not left.knows(letter(1, b"net2"))
    assert left.leave(letter(1), NOW + LEFT_MS - 1)
    assert not left.leave(letter(1), NOW + LEFT_MS)


def test_only_some_stay_and_those_make_room_after_their_time() -> None:
    left = LeftLetters(MemorySealedRecords())
    assert all(left.leave(letter(number), NOW) for number in range(MAX_LEFT))
    assert not left.leave(letter(MAX_LEFT), NOW)
    assert left.leave(letter(MAX_LEFT), NOW + LEFT_MS)
