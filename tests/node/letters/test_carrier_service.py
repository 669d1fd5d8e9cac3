"""Letters over streams: delivered, collected, and refused to whoever has no right to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.vectors.cases import ACCOUNT, FEED, STRANGER

from sayso_node.clock import now_ms
from sayso_node.letters.carrier_service import CarrierService
from sayso_node.letters.letter_client import Delivery, DoorKey, LetterClient
from sayso_node.letters.letter_stream import LetterStream
from sayso_node.network.link import Link
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused
from sayso_protocol.letters.box import day_at, door_box, letter_id, pair_key, secret_box
from sayso_protocol.letters.letter_frames import (
    Answer,
    Ask,
    CarriedLetter,
    Deliver,
    Erase,
    Filled,
    Hello,
    LetterState,
    Peek,
    States,
    encode_letter_frame,
)
from sayso_protocol.letters.stamp import Mint
from sayso_storage.sqlite.carried import SqliteCarriedLetters

CARRIER, SENDER = peer_id_of_key(ACCOUNT.public), peer_id_of_key(STRANGER.public)
TODAY = day_at(now_ms())
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
KEYS = [pair_key(b"s" * 32, TODAY, direction) for direction in (0, 1)] + [
    pair_key(b"t" * 32, TODAY, 0)
]


class Carrier:
    """One carrier with a real file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.letters = SqliteCarriedLetters(file)
        self.ended: set[bytes] = set()
        self.service = CarrierService(
            CARRIER,
            self.letters,
            doors=lambda: {ACCOUNT.public: lambda _: 8},
            may_collect=lambda _, feed: feed not in self.ended,
            ended=lambda _: self.ended,
        )

    @asynccontextmanager
    async def stream(self, network: str = "") -> AsyncIterator[trio.abc.Stream]:
        ours, theirs = trio.testing.memory_stream_pair()
        link = Link(SENDER, "/ip4/127.0.0.1/tcp/1", outbound=False, stream=theirs, network=network)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self.service.answer, link)
            async with ours:
                yield ours

    @asynccontextmanager
    async def client(self, network: str = "") -> AsyncIterator[LetterClient]:
        async with self.stream(network) as stream:
            yield LetterClient(Link(CARRIER, "/", outbound=True, stream=stream))


@pytest.fixture
def carrier(tmp_path: Path) -> Carrier:
    return Carrier(tmp_path / "home" / "carried.db")


def letter(number: int) -> bytes:
    return (1000 + number).to_bytes(4, "big") * 128


async def test_each_letter_is_collected_once_and_leaves_nothing(carrier: Carrier) -> None:
    box = secret_box(KEYS[0].public)
    sent = [Delivery(box, letter(n)) for n in range(40)]
    async with carrier.client() as client:
        assert {one.state for one in await client.deliver(sent)} == {LetterState.CARRIED}
        assert [one.state for one in await client.deliver(sent[:1])] == [LetterState.KNOWN]
    kept: list[CarriedLetter] = []

    async def keep(letters: Sequence[CarriedLetter]) -> None:
        assert carrier.letters.held().letters == 40, "nothing is erased before it is kept"
        kept.extend(letters)

    async with carrier.client() as client:
        assert await client.collect_boxes(KEYS, keep) == 40
        assert await client.collect_boxes(KEYS, keep) == 0
    assert [one.letter for one in kept] == [letter(n) for n in range(40)]
    async with carrier.client() as client:
        states = await client.states([letter_id(box, one.letter) for one in sent])
        assert set(states) == {LetterState.DELIVERED}
        assert [one.state for one in await client.deliver(sent[:1])] == [LetterState.KNOWN]
    raw = b"".join(one.read_bytes() for one in carrier.file.parent.iterdir())
    assert box not in raw
    assert not any(one.letter in raw for one in sent)


async def test_what_was_not_kept_comes_again(carrier: Carrier) -> None:
    box = secret_box(KEYS[0].public)

    async def fail(_: Sequence[CarriedLetter]) -> None:
        raise ZeroDivisionError

    async with carrier.client() as client:
        await client.deliver([Delivery(box, letter(1))])
    with pytest.raises(BaseExceptionGroup):
        async with carrier.client() as client:
            await client.collect_boxes(KEYS, fail)
    assert carrier.letters.held().letters == 1


async def test_doors_have_prices_and_open_to_a_feed_of_the_account(carrier: Carrier) -> None:
    box = door_box(ACCOUNT.public, TODAY)
    async with carrier.client("192.0.2.0/24") as client:
        free = await client.deliver([Delivery(box, letter(n)) for n in range(4)])
        assert [one.state for one in free] == [LetterState.CARRIED] * 3 + [LetterState.PRICE]
        assert free[-1].detail == 8
        stamp = Mint(box, letter_id(box, letter(4)), 8).run(10**6)
        (paid,) = await client.deliver([Delivery(box, letter(4), stamp)])
        assert paid.state is LetterState.CARRIED
    kept: list[CarriedLetter] = []

    async def keep(letters: Sequence[CarriedLetter]) -> None:
        kept.extend(letters)

    async with carrier.client() as client:
        door = DoorKey(FEED, GRANT, TODAY - 1, TODAY)
        assert await client.collect_doors(door, keep) == 4
        assert await client.collect_doors(door, keep) == 0
    assert len(kept) == 4
    assert {one.tag for one in kept} == {kept[0].tag}


async def test_each_device_that_collects_has_each_knock_and_an_ended_one_keeps_none(
    carrier: Carrier,
) -> None:
    box = door_box(ACCOUNT.public, TODAY)
    days = TODAY - 1, TODAY
    phone, tablet = (
        DoorKey(feed, sign_grant(ACCOUNT, feed, bytes(32)), *days)
        for feed in (KeyPair.from_seed(bytes([n]) * 32) for n in (77, 78))
    )

    async def lay(number: int) -> None:
        async with carrier.client(f"192.0.2.{number}/32") as client:
            (said,) = await client.deliver([Delivery(box, letter(number))])
            assert said.state is LetterState.CARRIED

    async def collect(door: DoorKey) -> list[bytes]:
        found: list[bytes] = []

        async def keep(letters: Sequence[CarriedLetter]) -> None:
            found.extend(one.letter for one in letters)

        async with carrier.client() as client:
            await client.collect_doors(door, keep)
        return found

    async def state(number: int) -> LetterState:
        async with carrier.client() as client:
            (said,) = await client.states([letter_id(box, letter(number))])
        return said

    for door in (phone, tablet):
        assert await collect(door) == []
    await lay(1)
    assert await collect(phone) == [letter(1)]
    assert await collect(phone) == []
    assert await state(1) is LetterState.DELIVERED, "somebody has it"
    assert carrier.letters.held().letters == 1
    assert await collect(tablet) == [letter(1)]
    assert carrier.letters.held().letters == 0
    raw = b"".join(one.read_bytes() for one in carrier.file.parent.iterdir())
    assert letter(1) not in raw

    await lay(2)
    carrier.ended = {tablet.feed.public}
    assert await collect(phone) == [letter(2)]
    assert carrier.letters.held().letters == 0, "it waits for no device that has ended"


@pytest.mark.parametrize("case", ["revoked", "forged"])
async def test_doors_stay_closed_to_others(carrier: Carrier, case: str) -> None:
    async def keep(_: Sequence[CarriedLetter]) -> None:
        raise AssertionError("nothing is given")

    carrier.ended = {FEED.public} if case == "revoked" else set()
    feed = FEED if case == "revoked" else STRANGER
    async with carrier.client() as client:
        with pytest.raises((Refused, trio.BrokenResourceError)):
            await client.collect_doors(DoorKey(feed, GRANT, TODAY, TODAY), keep)
    assert carrier.service.refused.total() == 1


@pytest.mark.parametrize(
    "data", [b"\xff" * 64, b"\0\0\0\1\xc0", encode_letter_frame(Erase((bytes(16),)))]
)
async def test_whoever_sends_what_is_wrong_is_left_and_counted(
    carrier: Carrier, data: bytes
) -> None:
    async with carrier.stream() as stream:
        await stream.send_all(data)
        while True:
            try:
                if not await stream.receive_some(4096):
                    break
            except trio.BrokenResourceError:
                break
    assert carrier.service.refused.total() == 1
    assert carrier.letters.held().letters == 0


async def test_whoever_asks_nothing_or_sends_half_a_frame_is_left(
    carrier: Carrier, autojump_clock: trio.testing.MockClock
) -> None:
    for data in (b"", b"\0\0\1"):
        async with carrier.stream() as stream:
            if data:
                await stream.send_all(data)
            with trio.fail_after(120):
                while True:
                    try:
                        if not await stream.receive_some(4096):
                            break
                    except trio.BrokenResourceError:
                        break
    assert carrier.service.refused["too-slow"] == 2


async def test_letters_that_come_together_are_answered_in_order_with_what_follows(
    carrier: Carrier,
) -> None:
    box = secret_box(KEYS[0].public)
    sent = [Deliver(number, box, None, letter(number)) for number in range(40)]
    names = tuple(letter_id(box, one.letter) for one in sent[:2])
    async with carrier.stream() as stream:
        frames = [*sent, Peek((box,)), Ask(names), Deliver(40, box, None, letter(0))]
        heard = LetterStream(stream)
        await stream.send_all(b"".join(map(encode_letter_frame, frames)))
        assert isinstance(await heard.receive(), Hello)
        for one in sent:
            assert await heard.receive() == Answer(one.number, LetterState.CARRIED, 0)
        assert await heard.receive() == Filled((box,))
        assert await heard.receive() == States((LetterState.CARRIED,) * 2)
        assert await heard.receive() == Answer(40, LetterState.KNOWN, 0)
