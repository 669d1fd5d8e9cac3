"""Whoever means harm with letters: carriers that flood, forge and say nothing, peers that do not
read, and proofs that are shown to somebody else."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.vectors.cases import ACCOUNT, FEED, STRANGER

from sayso_node.clock import now_ms
from sayso_node.letters.carrier_service import CarrierService
from sayso_node.letters.letter_client import DoorKey, LetterClient
from sayso_node.letters.letter_stream import LetterStream
from sayso_node.network.link import Link
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused
from sayso_protocol.letters.admission import DEFAULT_LIMITS, Lane
from sayso_protocol.letters.box import day_at, door_box, pair_key, secret_box
from sayso_protocol.letters.box_proof import prove_box, prove_doors
from sayso_protocol.letters.letter_frames import (
    Answer,
    CarriedLetter,
    Collect,
    Filled,
    Hello,
    LetterFrame,
    Letters,
    LetterState,
    Peek,
)
from sayso_protocol.letters.letter_limits import MAX_HANDED_OUT
from sayso_storage.interface.carried_letters import Offer
from sayso_storage.sqlite.carried import SqliteCarriedLetters

HONEST, FALSE = (peer_id_of_key(one.public) for one in (ACCOUNT, STRANGER))
TODAY = day_at(now_ms())
GRANT = sign_grant(ACCOUNT, FEED, bytes(32))
KEY = pair_key(b"s" * 32, TODAY, 0)
BOX = secret_box(KEY.public)
DOOR = door_box(ACCOUNT.public, TODAY)
HELLO = Hello(bytes(32), 0, 1 << 30, 64, 256)

Play = Callable[[LetterStream], Awaitable[None]]


def letter(number: int, size: int = 512) -> bytes:
    return number.to_bytes(8, "big") * (size // 8)


@pytest.fixture
def service(tmp_path: Path) -> CarrierService:
    return CarrierService(
        HONEST,
        SqliteCarriedLetters(tmp_path / "carried.db"),
        doors=lambda: {ACCOUNT.public: lambda _: 8},
        may_collect=lambda _account, _feed: True,
    )


@asynccontextmanager
async def stream_to(service: CarrierService) -> AsyncIterator[LetterStream]:
    ours, theirs = trio.testing.lockstep_stream_pair()
    link = Link(
        FALSE, "/ip4/192.0.2.1/tcp/1", outbound=False, stream=theirs, network="192.0.2.0/24"
    )
    async with trio.open_nursery() as nursery:
        nursery.start_soon(service.answer, link)
        async with ours:
            yield LetterStream(ours)


@asynccontextmanager
async def client_of(play: Play) -> AsyncIterator[LetterClient]:
    """A client whose carrier plays something."""
    ours, theirs = trio.testing.memory_stream_pair()
    async with trio.open_nursery() as nursery:

        async def carrier() -> None:
            try:
                await play(LetterStream(theirs))
            except (trio.BrokenResourceError, trio.ClosedResourceError):
                pass
            finally:
                await theirs.aclose()

        nursery.start_soon(carrier)
        async with ours:
            yield LetterClient(Link(HONEST, "/", outbound=True, stream=ours))


async def test_a_proof_is_worth_nothing_at_another_carrier(service: CarrierService) -> None:
    """A false carrier asks the honest one with the proofs that its own visitor makes for it."""
    offer = Offer(FALSE, "", BOX, Lane.SECRET, letter(1))
    service.letters.take(offer, TODAY, DEFAULT_LIMITS)
    for replayed in ("box", "doors"):
        async with stream_to(service) as stream:
            hello = await stream.receive()
            assert isinstance(hello, Hello)
            # The visitor believes to speak with `FALSE`, who hands on the challenge.
            if replayed == "box":
                await stream.send(Peek((BOX,)))
                assert await stream.receive() == Filled((BOX,))
                await stream.send(Collect((prove_box(KEY, hello.challenge, FALSE),)))
            else:
                await stream.send(prove_doors(FEED, GRANT, TODAY, TODAY, hello.challenge, FALSE))
            with pytest.raises((trio.BrokenResourceError, trio.EndOfChannel)):
                assert await stream.receive() is None
                raise trio.EndOfChannel
    assert service.refused == {"bad-signature": 2}
    assert service.letters.held().letters == 1


async def test_a_proof_of_an_earlier_stream_is_worth_nothing(service: CarrierService) -> None:
    service.letters.take(Offer(FALSE, "", BOX, Lane.SECRET, letter(1)), TODAY, DEFAULT_LIMITS)
    async with stream_to(service) as stream:
        hello = await stream.receive()
        assert isinstance(hello, Hello)
        seen = Collect((prove_box(KEY, hello.challenge, HONEST),))
    async with stream_to(service) as stream:
        await stream.receive()
        await stream.send(Peek((BOX,)))
        await stream.receive()
        await stream.send(seen)
        with pytest.raises((trio.BrokenResourceError, trio.EndOfChannel)):
            assert await stream.receive() is None
            raise trio.EndOfChannel
    assert service.refused["bad-signature"] == 1


async def test_who_takes_nothing_of_what_he_asked_for_is_left(
    service: CarrierService, autojump_clock: trio.testing.MockClock
) -> None:
    """The stream holds one write: whoever does not read it blocks the carrier, and no longer than
    a slow line takes."""
    autojump_clock.autojump_threshold = 0.3  # while threads read the file, no time passes
    for number in range(32):
        offer = Offer(FALSE, "", BOX, Lane.SECRET, letter(number, 32_768))
        service.letters.take(offer, TODAY, DEFAULT_LIMITS)
    ours, theirs = trio.testing.lockstep_stream_pair()
    link = Link(FALSE, "/ip4/192.0.2.1/tcp/1", outbound=False, stream=theirs)

    async def ask() -> None:
        stream = LetterStream(ours)
        hello = await stream.receive()
        assert isinstance(hello, Hello)
        await stream.send(Peek((BOX,)))
        await stream.receive()
        await stream.send(Collect((prove_box(KEY, hello.challenge, HONEST),)))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask)
        await service.answer(link)
    assert service.refused == {"lost": 1}
    assert service.letters.held().letters == 32, "nothing is erased that was not taken"


async def endless(stream: LetterStream) -> None:
    """Letters of the right door, without an end."""
    await stream.send(HELLO)
    await stream.receive()
    number = 0
    while True:
        some = [CarriedLetter(DOOR, TODAY, letter(number + at), bytes(4)) for at in range(16)]
        number += 16
        await stream.send(Letters(tuple(some), True))


async def of_others(stream: LetterStream) -> None:
    await stream.send(HELLO)
    await stream.receive()
    await stream.send(Letters((CarriedLetter(bytes(16), TODAY, letter(1), bytes(4)),), False))


def saying(*frames: LetterFrame) -> Play:
    async def play(stream: LetterStream) -> None:
        for frame in frames:
            await stream.send(frame)
        while await stream.receive() is not None:
            pass

    return play


@pytest.mark.parametrize(
    "play",
    [
        endless,
        of_others,
        saying(Answer(0, LetterState.CARRIED, 0)),
        saying(HELLO, Letters((), True)),
        saying(HELLO, Filled((BOX,))),
        saying(HELLO, HELLO),
    ],
    ids=["endless", "of others", "no hello", "more after none", "filled", "hello twice"],
)
async def test_a_carrier_that_breaks_the_rules_is_left(play: Play) -> None:
    kept: list[bytes] = []

    async def note(letters: Sequence[CarriedLetter]) -> None:
        kept.extend(one.letter for one in letters)

    door = DoorKey(FEED, GRANT, TODAY, TODAY)
    with pytest.RaisesGroup(Refused):
        async with client_of(play) as client:
            await client.collect_doors(door, note)
    assert len(kept) <= MAX_HANDED_OUT
