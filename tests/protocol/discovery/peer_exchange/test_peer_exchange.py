"""What peers tell each other of peers: the messages, and who is told of whom."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.book_limits import DAY
from sayso_protocol.discovery.candidate import Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_exchange import exchange_limits as limits
from sayso_protocol.discovery.peer_exchange.messages import (
    PeersRequest,
    decode_answer,
    encode_answer,
)
from sayso_protocol.discovery.peer_exchange.peer_teller import PeerTeller
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.seeded_random import SeededRandom
from sayso_protocol.discovery.signed_record import read_peer_record, sign_peer_record
from sayso_protocol.errors import BadShape, Refused, TooLarge
from sayso_protocol.sync.now import Now

from ..address_book.population import NOW, public_ip


@given(st.binary(max_size=200), st.booleans(), st.booleans())
@examples(50)
def test_a_request_is_read_as_it_was_written(record: bytes, agrees: bool, asks: bool) -> None:
    request = PeersRequest(record, agrees, asks)
    assert PeersRequest.decode(request.encode()) == request


@given(st.lists(st.binary(max_size=50), max_size=limits.TOLD))
@examples(50)
def test_an_answer_is_read_as_it_was_written(records: list[bytes]) -> None:
    assert decode_answer(encode_answer(records)) == records


@given(st.binary(max_size=100))
@examples(200)
def test_any_bytes_are_read_or_refused_by_rule(data: bytes) -> None:
    for read in (PeersRequest.decode, decode_answer):
        try:
            read(data)
        except Refused:
            continue


def test_too_many_peers_in_an_answer_are_none() -> None:
    with pytest.raises(TooLarge):
        decode_answer(encode_answer([b"x"] * (limits.TOLD + 1)))
    with pytest.raises(BadShape):
        decode_answer(b"\x08\x01")


class Village:
    """A teller and the peers that showed it their records."""

    def __init__(self) -> None:
        self.book = AddressBook(b"secret")
        self.teller = PeerTeller(self.book)
        self.draw = SeededRandom(b"draw")
        self.now = Now(NOW - NOW % DAY, 0)
        self.chance = Random(1)

    def pass_time(self, ms: int) -> None:
        self.now = Now(self.now.wall_ms + ms, self.now.mono_ms + ms)

    def show(self, number: int, host: str = "", *, agrees: bool = True, works: bool = True) -> str:
        key = KeyPair.from_seed(number.to_bytes(32, "big"))
        peer_id = peer_id_of_key(key.public)
        host = host or public_ip(self.chance)
        address = Address("ip4", host, 4001, peer_id)
        data = sign_peer_record(key, self.now.wall_ms, [address])
        self.book.hear(address, Origin.CONTACT, f"{number}", self.now.wall_ms, self.draw, host)
        self.teller.learn(read_peer_record(data), data, self.now, agrees=agrees)
        if works:
            self.book.note_success(address, self.now.wall_ms)
        return peer_id

    def told(self, asker: str) -> list[str]:
        return [read_peer_record(one).peer_id for one in self.teller.answer(asker, self.now)]


def test_told_are_those_that_agree_and_were_dialled() -> None:
    village = Village()
    told = {village.show(1), village.show(2)}
    village.show(3, agrees=False)
    village.show(4, works=False)
    village.show(5, "192.168.1.5")
    assert set(village.told("asker")) == told


def test_a_peer_is_not_told_of_itself_and_asked_once_in_ten_minutes() -> None:
    village = Village()
    one, two = village.show(1), village.show(2)
    assert village.told(one) == [two]
    assert village.told(one) == []
    assert village.told(two) == [one]
    village.pass_time(limits.ANSWER_EVERY)
    assert village.told(one) == [two]


def test_all_day_all_are_told_the_same_few() -> None:
    village = Village()
    everybody = {village.show(number) for number in range(1, 101)}
    told = set(village.told("a"))
    assert len(told) == limits.TOLD
    for number in range(1000, 1050):
        everybody.add(village.show(number))
        village.pass_time(60_000)
        assert set(village.told(f"asker {number}")) == told
    village.pass_time(DAY)
    for number in range(1, 101):
        village.show(number)
    tomorrow = set(village.told("a"))
    assert len(tomorrow) == limits.TOLD
    assert tomorrow != told
    assert tomorrow <= everybody


def test_an_older_record_and_one_from_the_future_change_nothing() -> None:
    village = Village()
    peer = village.show(1)
    first = village.book.peer(peer)
    assert first is not None
    newest = first.record
    key = KeyPair.from_seed((1).to_bytes(32, "big"))
    for sequence in (1, village.now.wall_ms + limits.AHEAD + 1):
        data = sign_peer_record(key, sequence, [Address("ip4", "81.2.69.1", 4001)])
        assert not village.teller.learn(read_peer_record(data), data, village.now, agrees=True)
    assert first.record == newest


def test_requests_are_counted() -> None:
    village = Village()
    taken = sum(village.teller.takes("loud", village.now) for _ in range(100))
    assert taken == limits.REQUESTS
    assert village.teller.takes("quiet", village.now)
