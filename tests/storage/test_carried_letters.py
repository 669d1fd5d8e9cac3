"""Carried letters: what both backends do, and what of them lies on the disk."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.letters.admission import CarrierLimits, Lane, LaneBounds
from sayso_protocol.letters.box import letter_id
from sayso_protocol.letters.letter_frames import LetterState
from sayso_storage.interface.carried_letters import CarriedLetters, Held, Offer
from sayso_storage.memory.carried_letters import MemoryCarriedLetters
from sayso_storage.sqlite.carried import SqliteCarriedLetters

TODAY = 20_000
LIMITS = CarrierLimits(free=LaneBounds(6, 3), paid=LaneBounds(6, 3))
A, B = b"a" * 16, b"b" * 16
CARRIED, KNOWN, NOT_HERE = LetterState.CARRIED, LetterState.KNOWN, LetterState.NOT_HERE


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "carried.db"


@pytest.fixture(params=["memory", "sqlite"])
def letters(request: pytest.FixtureRequest, file: Path) -> Iterator[CarriedLetters]:
    made: CarriedLetters = (
        MemoryCarriedLetters() if request.param == "memory" else SqliteCarriedLetters(file)
    )
    yield made
    made.close()


def sealed(number: int, size: int = 512) -> bytes:
    return random.Random(number).randbytes(size)


def take(
    letters: CarriedLetters,
    number: int,
    *,
    box: bytes = A,
    lane: Lane = Lane.SECRET,
    peer: str = "peer",
    network: str = "",
    today: int = TODAY,
    limits: CarrierLimits = LIMITS,
) -> LetterState:
    return letters.take(Offer(peer, network, box, lane, sealed(number)), today, limits)


def name(number: int, box: bytes = A) -> bytes:
    return letter_id(box, sealed(number))


def test_what_is_taken_is_read_in_order_page_by_page(letters: CarriedLetters) -> None:
    assert [take(letters, n, box=box) for n, box in ((3, A), (1, B), (2, A))] == [CARRIED] * 3
    assert letters.filled([B, b"c" * 16, A]) == (B, A)
    assert letters.held() == Held(3, 3 * 512, 3 * 512)
    (first,) = letters.read([A, B], 0, 1)
    rest = letters.read([A, B], first.place, 9)
    found = [(one.letter.box, one.letter.letter) for one in (first, *rest)]
    assert found == [(A, sealed(3)), (B, sealed(1)), (A, sealed(2))]
    assert (first.letter.day, len(first.letter.tag)) == (TODAY, 4)


def test_four_thousand_boxes_are_looked_for_at_once(letters: CarriedLetters) -> None:
    take(letters, 1)
    others = [number.to_bytes(16, "big") for number in range(4095)]
    assert letters.filled([*others, A]) == (A,)


def test_what_lies_there_or_was_collected_is_not_taken_again(letters: CarriedLetters) -> None:
    take(letters, 1)
    assert take(letters, 1) is KNOWN
    assert letters.states([name(1), name(2)]) == (CARRIED, NOT_HERE)
    assert letters.erase([name(1), name(2)], TODAY) == (LetterState.DELIVERED, NOT_HERE)
    assert letters.erase([name(1)], TODAY) == (LetterState.DELIVERED,)
    assert take(letters, 1) is KNOWN
    assert letters.held() == Held(0, 0, 0)
    assert letters.filled([A]) == ()


def test_letters_expire_and_marks_after_them(letters: CarriedLetters) -> None:
    take(letters, 1)
    take(letters, 2)
    letters.erase([name(2)], TODAY + 1)
    assert letters.expire(TODAY + 30) == 0
    assert letters.expire(TODAY + 31) == 1
    assert letters.states([name(1), name(2)]) == (NOT_HERE, LetterState.DELIVERED)
    letters.expire(TODAY + 34)
    assert letters.states([name(2)]) == (NOT_HERE,)
    assert letters.held() == Held(0, 0, 0)


def test_a_box_a_peer_and_a_network_have_bounds(letters: CarriedLetters) -> None:
    few = CarrierLimits(box_letters=2, peer_letters=4, network_letters=5)
    states = [take(letters, n, limits=few) for n in range(3)]
    assert states == [CARRIED, CARRIED, LetterState.FULL]
    assert [take(letters, n, box=B, limits=few) for n in (3, 4)] == [CARRIED, CARRIED]
    assert take(letters, 5, box=b"c" * 16, limits=few) is LetterState.SLOW
    assert take(letters, 5, box=b"c" * 16, limits=few, today=TODAY + 1) is CARRIED
    for n in range(10, 15):
        box = bytes([n]) * 16
        assert take(letters, n, box=box, peer=f"{n}", network="n", limits=few) is CARRIED
    last = take(letters, 15, box=b"d" * 16, peer="15", network="n", limits=few)
    assert last is LetterState.SLOW


def test_secret_boxes_leave_half_of_the_room_to_doors(letters: CarriedLetters) -> None:
    small = CarrierLimits(room=4 * 512)
    states = [take(letters, n, limits=small) for n in range(3)]
    assert states == [CARRIED, CARRIED, LetterState.FULL]
    states = [take(letters, n, box=B, lane=Lane.PAID, limits=small) for n in (3, 4, 5)]
    assert states == [CARRIED, CARRIED, LetterState.FULL]


def test_a_network_brings_no_more_to_a_lane_though_its_letters_are_collected(
    letters: CarriedLetters,
) -> None:
    for n in range(3):
        assert take(letters, n, lane=Lane.FREE, network="n") is CARRIED
        letters.erase([name(n)], TODAY)
    assert take(letters, 4, lane=Lane.FREE, network="n") is LetterState.PRICE
    assert take(letters, 4, lane=Lane.FREE, network="n", today=TODAY + 1) is LetterState.PRICE
    assert take(letters, 4, lane=Lane.FREE, network="m") is CARRIED
    assert take(letters, 5, lane=Lane.PAID, network="n") is CARRIED


def test_the_network_with_most_gives_way_at_a_full_door(letters: CarriedLetters) -> None:
    for n, network in enumerate("ababab"):
        assert take(letters, n, lane=Lane.PAID, network=network, peer=network) is CARRIED
    assert take(letters, 10, lane=Lane.PAID, network="c") is CARRIED
    gone = [n for n in range(6) if letters.states([name(n)]) == (LetterState.DISPLACED,)]
    assert gone in ([4], [5]), "the latest of one of both"
    assert letters.held().letters == 6
    take(letters, 11, lane=Lane.PAID, network="d")
    assert [n for n in range(6) if letters.states([name(n)]) == (LetterState.DISPLACED,)] == [4, 5]
    assert take(letters, 12, lane=Lane.PAID, network="c") is LetterState.FULL


def test_a_transaction_that_fails_leaves_nothing(letters: CarriedLetters) -> None:
    def fail() -> None:
        with letters.writing():
            take(letters, 1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert letters.held() == Held(0, 0, 0)
    assert letters.states([name(1)]) == (NOT_HERE,)
    assert take(letters, 1) is CARRIED


def test_a_file_that_is_opened_again_has_its_letters_marks_and_counts(file: Path) -> None:
    first = SqliteCarriedLetters(file)
    for n in range(3):
        take(first, n, lane=Lane.FREE, network="n")
    first.erase([name(0)], TODAY)
    first.close()
    second = SqliteCarriedLetters(file)
    assert second.states([name(0), name(1)]) == (LetterState.DELIVERED, CARRIED)
    assert take(second, 4, lane=Lane.FREE, network="n") is LetterState.PRICE
    second.close()


def test_nothing_of_an_erased_letter_is_in_a_file(file: Path) -> None:
    letters = SqliteCarriedLetters(file)
    boxes = [bytes([n]) + b"box name of 15." for n in range(40)]
    with letters.writing():
        for n, box in enumerate(boxes):
            assert take(letters, n, box=box, network="203.0.113.0/24") is CARRIED

    def found() -> list[bool]:
        raw = b"".join(one.read_bytes() for one in file.parent.iterdir())
        return [
            part in raw
            for n, box in enumerate(boxes)
            for part in (box, name(n, box), sealed(n)[:64], sealed(n)[-64:])
        ]

    assert all(found()), "the search finds what is there"
    letters.erase([name(n, box) for n, box in enumerate(boxes)], TODAY)
    assert letters.clear_log()
    assert not any(found())
    letters.close()


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.integers(0, 30), st.sampled_from("abc")),
        st.tuples(st.just("collect"), st.booleans(), st.just("")),
        st.tuples(st.just("later"), st.integers(1, 9), st.just("")),
    ),
    max_size=50,
)


@long
@settings(max_examples=25, deadline=None)
@given(STEPS, st.sampled_from(list(Lane)))
def test_each_carried_letter_is_collected_once_gives_way_or_expires(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int, str]], lane: Lane
) -> None:
    sqlite = SqliteCarriedLetters(tmp_path_factory.mktemp("carried") / "carried.db")
    both: list[CarriedLetters] = [MemoryCarriedLetters(), sqlite]
    today, carried, collected = TODAY, dict[int, int](), Counter[int]()
    for what, value, network in steps:
        match what:
            case "take":
                said = {take(one, value, lane=lane, network=network, today=today) for one in both}
                # Ties between networks are broken by tags, which each carrier has its own of.
                if said == {CARRIED}:
                    carried[value] = today
            case "collect":
                rows = sqlite.read([A], 0, 1000)
                ids = [letter_id(A, one.letter.letter) for one in rows]
                if value:  # else the line broke before they were kept
                    for one in both:
                        one.erase(ids, today)
                    collected.update(n for n in carried if name(n) in ids)
            case "later":
                today += value
                for one in both:
                    one.expire(today)
    held = sqlite.read([A], 0, 1000)
    assert sqlite.held() == Held(
        len(held), 512 * len(held), 512 * len(held) * (lane is Lane.SECRET)
    )
    (*states,) = sqlite.states([name(n) for n in carried])
    for (number, day), state in zip(carried.items(), states, strict=True):
        if state is CARRIED:
            assert any(one.letter.letter == sealed(number) for one in held)
        elif state is NOT_HERE:
            assert today - day > 30
        elif state is LetterState.DELIVERED:
            assert collected[number]
        else:
            assert lane is not Lane.SECRET
    sqlite.close()
