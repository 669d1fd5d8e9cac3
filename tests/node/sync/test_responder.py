"""Answers: a stranger that asks for the same again and again waits, a first sync does not."""

from __future__ import annotations

import trio
import trio.testing
from tests.budget import long, rounds

from sayso_node.clock import now_ms
from sayso_node.network.link import Link
from sayso_node.sync.engine import Engine
from sayso_protocol.crypto.hashing import blinded
from sayso_protocol.limits import REPEATED_BYTES, REPEATED_BYTES_A_SECOND
from sayso_protocol.sync.interest import day_of
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import Ask, Entries, Get, Hello, Miss, Want

from ..support import Person, in_sync, join, running

OPEN = 60
"""Asks that are open at a time."""


async def ask_again(
    engine: Engine, author: Person, seconds: float, *, outbound: bool = False
) -> tuple[int, int]:
    """Bytes sent to and got from an engine by a peer that asks for one range without end."""
    here, there = trio.testing.memory_stream_pair()
    day = day_of(now_ms())
    sent, got, number = 0, 0, 1
    async with running(engine) as nursery:
        nursery.start_soon(engine.serve, Link("greedy", "/memory", outbound, here))
        hello = encode_frame(Hello(1, "greedy", bytes(16)))
        await there.send_all(
            hello + encode_frame(Want(day, [blinded(author.account, day)], False, bytes(16)))
        )
        data, due = b"", OPEN
        with trio.move_on_after(seconds):
            while True:
                asks = [Ask(number + n, author.feed, 1, 400) for n in range(due)]
                if asks:
                    request = encode_frame(Get(asks))
                    number, sent = number + due, sent + len(request)
                    await there.send_all(request)
                part = await there.receive_some()
                got, data, due = got + len(part), data + part, 0
                while len(data) >= LENGTH_SIZE:
                    end = LENGTH_SIZE + int.from_bytes(data[:LENGTH_SIZE], "big")
                    if len(data) < end:
                        break
                    due += isinstance(decode_frame(data[LENGTH_SIZE:end]), Entries)
                    data = data[end:]
    return sent, got


@long
async def test_the_same_range_again_and_again_brings_a_bounded_amount(autojump_clock) -> None:
    autojump_clock.autojump_threshold = 0.02  # the store's threads need real time
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(400, "x" * 300)
    ben.follow(ann)
    one, two = ann.engine(), ben.engine()
    async with running(one, two) as nursery:
        join(nursery, two, one)
        await in_sync(two, one)
    seconds = rounds(30, 10)
    _, got = await ask_again(ben.engine(), ann, seconds)
    assert got < 2 * (REPEATED_BYTES + seconds * REPEATED_BYTES_A_SECOND)
    # The own feed, and a peer that this side has called, have more of it.
    _, of_the_author = await ask_again(ann.engine(), ann, seconds)
    _, invited = await ask_again(ben.engine(), ann, seconds, outbound=True)
    assert min(of_the_author, invited) > 2 * got


class Pieces(trio.abc.Stream):
    """One end of a line, which notes what is written to it at a time."""

    def __init__(self, end: trio.StapledStream) -> None:
        self._end = end
        self.written: list[bytes] = []

    async def send_all(self, data: bytes) -> None:
        self.written.append(bytes(data))
        await self._end.send_all(data)

    async def wait_send_all_might_not_block(self) -> None:
        await self._end.wait_send_all_might_not_block()

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        return await self._end.receive_some(max_bytes)

    async def aclose(self) -> None:
        await self._end.aclose()


async def test_short_answers_are_sent_in_one_piece_and_in_order() -> None:
    """In a first sync of many short feeds a piece for each would cost as much as its posts."""
    ann = Person("ann")
    ann.post_many(20)
    engine = ann.engine()
    here, there = trio.testing.memory_stream_pair()
    line = Pieces(here)
    day = day_of(now_ms())
    asks = [Ask(n, ann.feed, n, n) for n in (7, 3, 20, 1, 99, 12)]
    async with running(engine) as nursery:
        nursery.start_soon(engine.serve, Link("reader", "/memory", False, line))
        want = Want(day, [blinded(ann.account, day)], False, bytes(16))
        for frame in (Hello(1, "reader", bytes(16)), want, Get(asks)):
            await there.send_all(encode_frame(frame))
        frames: list[object] = []
        data = b""
        while sum(isinstance(one, Entries | Miss) for one in frames) < len(asks):
            data += await there.receive_some()
            while len(data) >= LENGTH_SIZE:
                end = LENGTH_SIZE + int.from_bytes(data[:LENGTH_SIZE], "big")
                if len(data) < end:
                    break
                frames.append(decode_frame(data[LENGTH_SIZE:end]))
                data = data[end:]
    given = [
        (one.number, one.run.first) if isinstance(one, Entries) else (one.numbers[0], None)
        for one in frames
        if isinstance(one, Entries | Miss)
    ]
    assert given == [(ask.number, ask.first if ask.first <= 20 else None) for ask in asks]
    kinds = [_kinds_of(piece) for piece in line.written]
    assert [Entries] * 4 + [Miss, Entries] in kinds


def _kinds_of(piece: bytes) -> list[type]:
    kinds: list[type] = []
    while piece:
        end = LENGTH_SIZE + int.from_bytes(piece[:LENGTH_SIZE], "big")
        kinds.append(type(decode_frame(piece[LENGTH_SIZE:end])))
        piece = piece[end:]
    return kinds


async def test_a_first_sync_waits_for_nothing() -> None:
    ann, ben = Person("ann"), Person("ben")
    ann.post_many(5000)
    ben.follow(ann)
    one, two = ann.engine(), ben.engine()
    pauses: list[float | None] = []
    budget = one._responder._budget
    give = budget.give

    def noted(*args) -> float | None:
        pauses.append(give(*args))
        return pauses[-1]

    budget.give = noted
    async with running(one, two) as nursery:
        join(nursery, two, one)
        await in_sync(two, one)
    assert ben.held_of(ann) == 5001
    assert pauses
    assert set(pauses) == {None}
