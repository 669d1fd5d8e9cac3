"""A door at a carrier of the simulator: it takes what a real carrier's file takes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random

import pytest

from sayso_node.sim.knocks.door import KNOCK_SIZE, Door, Letter
from sayso_protocol.letters.admission import DEFAULT_LIMITS, lane_of
from sayso_protocol.letters.box import letter_id
from sayso_protocol.letters.letter_frames import LetterState
from sayso_protocol.letters.prices import Reach
from sayso_storage.interface.carried_letters import Offer
from sayso_storage.sqlite.carried import SqliteCarriedLetters

FREE, PAID = DEFAULT_LIMITS.free, DEFAULT_LIMITS.paid
DAY, LEAST = 20_000, 18
BOX = b"b" * 16


def letter(number: int, network: int, bits: int = 0) -> Letter:
    name = number.to_bytes(16, "big")
    return Letter(name, bits, f"net {network}", name, Reach.FARTHER, (), is_spam=False)


def opened_door() -> Door:
    return Door(bytes(32), DAY, LEAST)


def test_a_network_has_so_many_places_in_each_lane() -> None:
    door = opened_door()
    free = [door.offer(letter(n, 1)) for n in range(9)]
    paid = [door.offer(letter(100 + n, 1, LEAST)) for n in range(9)]
    carried, price, slow = LetterState.CARRIED, LetterState.PRICE, LetterState.SLOW
    assert free == [carried] * FREE.a_network + [price] * (9 - FREE.a_network)
    assert paid == [carried] * PAID.a_network + [slow] * (9 - PAID.a_network)
    assert door.offer(letter(0, 2)) is LetterState.KNOWN
    assert len({tag for _, tag in door.collect()}) == 1


def test_a_stamp_of_too_few_bits_is_none() -> None:
    door = opened_door()
    for number in range(FREE.a_network):
        door.offer(letter(number, 1, LEAST - 1))
    assert door.offer(letter(99, 1, LEAST - 1)) is LetterState.PRICE


def test_the_network_with_most_letters_loses_its_latest() -> None:
    door = opened_door()
    crowd = [letter(n, n // FREE.a_network) for n in range(FREE.places)]
    assert {door.offer(one) for one in crowd} == {LetterState.CARRIED}
    alone = letter(1000, 1000)
    assert door.offer(alone) is LetterState.CARRIED
    held = [one for one, _ in door.collect()]
    assert alone in held
    assert len(held) == len(door) == FREE.places
    [away] = set(crowd) - set(held)
    assert away.id[-1] % FREE.a_network == FREE.a_network - 1, "the latest of its network"


@pytest.mark.parametrize("seed", range(4))
def test_it_answers_and_holds_what_a_real_carrier_does(seed: int, tmp_path: Path) -> None:
    chance, file = Random(seed), tmp_path / "carried.db"
    with closing(SqliteCarriedLetters(file)) as letters:
        with closing(sqlite3.connect(file)) as db:
            (secret,) = db.execute("SELECT key FROM secret").fetchone()
        door, said = Door(secret, DAY, LEAST), set()
        networks = (20, 60, 100, 250)[seed]
        with letters.writing():
            for number in range(700):
                data = number.to_bytes(8, "big") * (KNOCK_SIZE // 8)
                bits = chance.choice((0, LEAST - 1, LEAST, 24))
                one = letter(number, min(chance.randrange(networks), chance.randrange(networks)))
                one = one._replace(id=letter_id(BOX, data), bits=bits)
                lane = lane_of(bits, LEAST)
                offer = Offer(one.network, one.network, BOX, lane, data, None)
                state = letters.take(offer, DAY, DEFAULT_LIMITS)
                assert door.offer(one) is state
                said.add(state)
        lies = {
            letter_id(BOX, row.letter.letter): row.letter.tag for row in letters.read([BOX], 0, 999)
        }
    assert {one.id: tag for one, tag in door.collect()} == lies
    assert {LetterState.CARRIED, LetterState.PRICE} <= said
