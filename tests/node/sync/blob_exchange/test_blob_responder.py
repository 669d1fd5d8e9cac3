"""The side that is asked: what peers may do, and what it costs them."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trio.testing
from tests.protocol.blob.blobs import bytes_of, tree_of

from sayso_node.network.link import Link
from sayso_node.sync.blob_exchange import blob_responder
from sayso_node.sync.blob_exchange.blob_responder import BlobResponder
from sayso_node.sync.blob_exchange.blob_stream import BlobStream
from sayso_protocol.blob.blob_frames import (
    NOT_HELD,
    Ask,
    BlobFrame,
    Blocks,
    Cancel,
    Leaf,
    Miss,
    encode_blob_frame,
)
from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import RAW
from sayso_storage.blobs import BlobDirectory

FILM = bytes_of(3 * LEAF_SIZE + 1)
CID = tree_of(FILM).cid
UNKNOWN = RAW + bytes(32)


class Purse:
    """Notes what is paid."""

    def __init__(self) -> None:
        self.paid: list[float] = []

    def spend(self, _: str, __: float, amount: float = 1) -> bool:
        self.paid.append(amount)
        return True


@pytest.fixture
def responder(tmp_path: Path) -> BlobResponder:
    blobs = BlobDirectory(tmp_path / "blobs")
    blobs.add(io.BytesIO(FILM), 1000)
    made = BlobResponder(blobs, {}, lambda _: True, lambda peer: peer == "friend")
    made.idle_work = Purse()  # type: ignore[assignment]
    return made


@asynccontextmanager
async def asking(
    responder: BlobResponder, peer: str = "peer"
) -> AsyncIterator[tuple[BlobStream, trio.abc.Stream]]:
    here, there = trio.testing.memory_stream_pair()

    async def serve() -> None:
        await responder.answer(Link(peer, "/memory", False, there, "192.0.2.0/24"))
        await there.aclose()

    with trio.fail_after(60):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(serve)
            yield BlobStream(here), here
            await here.aclose()


async def answers(stream: BlobStream, count: int) -> list[BlobFrame | None]:
    return [await stream.receive() for _ in range(count)]


async def test_leaves_and_blocks_come_in_the_order_of_the_asks(responder: BlobResponder) -> None:
    async with asking(responder) as (stream, _):
        await stream.send(Ask(1, CID, 0, 0))
        await stream.send(Ask(2, CID, 2, 2))
        assert await answers(stream, 3) == [
            Blocks(1, tuple(tree_of(FILM).blocks)),
            Leaf(2, 2, FILM[2 * LEAF_SIZE : 3 * LEAF_SIZE]),
            Leaf(2, 3, FILM[-1:]),
        ]
    assert responder.sent == LEAF_SIZE + 1


async def test_what_is_not_there_is_a_miss_that_is_paid_for(responder: BlobResponder) -> None:
    async with asking(responder) as (stream, _):
        for number, (root, first, count) in enumerate([
            (UNKNOWN, 0, 60), (CID, 4, 2), (CID, 1, 0), (UNKNOWN, 0, 0),
        ]):  # fmt: skip
            await stream.send(Ask(number, root, first, count))
            assert await stream.receive() == Miss(number, NOT_HELD)
    assert responder.idle_work.paid == [1, 1, 1, 1]  # type: ignore[attr-defined]


async def test_taking_back_is_paid_for(responder: BlobResponder) -> None:
    async with asking(responder) as (stream, _):
        await stream.send(Cancel((5, 6, 7)))
        await stream.send(Cancel(()))
        await stream.send(Ask(9, CID, 3, 1))
        assert await stream.receive() == Leaf(9, 3, FILM[-1:])
    assert responder.idle_work.paid == [3, 1]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "data",
    [
        encode_blob_frame(Leaf(1, 0, b"x")),
        encode_blob_frame(Ask(1, CID, 0, 60)) + encode_blob_frame(Ask(1, CID, 0, 1)),
        encode_blob_frame(Ask(1, CID, 0, 60)) + encode_blob_frame(Ask(2, CID, 0, 60)),
        b"\x00\x00\x00\x02\x93\x00",
        b"\xff\xff\xff\xff",
        b"\x00\x00\x00\x00",
    ],
    ids=["answer", "number twice", "too many", "cut", "too long", "empty"],
)
async def test_who_breaks_a_rule_is_left(responder: BlobResponder, data: bytes) -> None:
    responder.is_given = lambda _: False
    async with asking(responder) as (_, raw):
        await raw.send_all(data)
        with pytest.raises((trio.BrokenResourceError, EOFError)):
            while True:
                if not await raw.receive_some():
                    raise EOFError


async def test_strangers_leave_places_to_others(
    responder: BlobResponder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_responder, "MAX_STRANGERS", 1)
    async with asking(responder, "one") as (first, _):
        await first.send(Ask(1, CID, 3, 1))
        assert await first.receive() is not None
        async with asking(responder, "two") as (second, raw):
            with pytest.raises((trio.BrokenResourceError, EOFError)):
                await second.send(Ask(1, CID, 3, 1))
                if not await raw.receive_some():
                    raise EOFError
        async with asking(responder, "friend") as (third, _):
            await third.send(Ask(1, CID, 3, 1))
            assert await third.receive() == Leaf(1, 3, FILM[-1:])


async def test_a_stream_on_which_nothing_is_asked_ends(
    responder: BlobResponder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blob_responder, "IDLE_SECONDS", 0.01)
    async with asking(responder) as (_, raw):
        assert await raw.receive_some() == b""


async def test_a_blob_that_is_being_given_is_not_evicted(responder: BlobResponder) -> None:
    responder.stores[0].pin(CID, on=False)
    async with asking(responder) as (stream, _):
        await stream.send(Ask(1, CID, 3, 1))
        await stream.receive()
        assert responder.stores[0].make_room(0) == []
    assert [one.cid for one in responder.stores[0].make_room(0)] == [CID]
