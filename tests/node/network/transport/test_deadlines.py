"""Bytes that drip below the frames of sync: every layer has its deadline."""

from __future__ import annotations

from math import ceil

import pytest
import trio
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_node.network.transport import TransportLimits
from sayso_node.network.transport.resource_manager import ResourceManager
from sayso_node.network.transport.yamux.yamux_connection import YamuxConnection
from sayso_node.network.transport.yamux.yamux_frames import (
    HEADER,
    FrameFlag,
    FrameHeader,
    FrameKind,
    FrameParser,
    Payload,
    encode,
)
from sayso_node.network.transport.yamux.yamux_stream import YamuxStream
from sayso_protocol.sync.wire.deadlines import receive_ms

from .support import data, node, open_socket, raw_peer, syn

LIMITS = TransportLimits()
PAUSE = 8.0
"""Seconds between pieces: less than a peer may take to be heard again after a ping."""


class Channel:
    """The near end of a secure channel whose far end is a test."""

    peer_id = "dripping"
    is_initiator = False

    def __init__(self) -> None:
        self.write, self._read = trio.open_memory_channel[bytes](100)
        self.closed = trio.Event()

    async def receive(self) -> bytes:
        return await self._read.receive()

    async def send(self, pieces: list[bytes]) -> None:
        await trio.lowlevel.checkpoint()

    async def send_eof(self) -> None:
        await trio.lowlevel.checkpoint()

    def close(self) -> None:
        self.closed.set()


async def seconds_until_left(pieces: list[bytes], pause: float) -> float:
    """How long a connection bears pieces that come so slowly; the last is said for ever."""
    channel = Channel()
    streams: list[YamuxStream] = []
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        connection = YamuxConnection(channel, LIMITS, ResourceManager(LIMITS))  # type: ignore[arg-type]
        nursery.start_soon(connection.run, streams.append)

        async def say() -> None:
            for piece in pieces:
                await channel.write.send(piece)
                await trio.sleep(pause)

        nursery.start_soon(say)
        with trio.move_on_after(3600):
            await channel.closed.wait()
        nursery.cancel_scope.cancel()
    return trio.current_time() - began


def each_byte(frame: bytes) -> list[bytes]:
    return [frame[at : at + 1] for at in range(len(frame))]


PAYLOAD = data(1, bytes(4000))


@pytest.mark.parametrize(
    ("whole", "dripping"),
    [
        (syn(1), PAYLOAD),
        (syn(1) + PAYLOAD[:7], PAYLOAD[7:]),
        (syn(1) + PAYLOAD[:12], PAYLOAD[12:]),
        (syn(1) + PAYLOAD + PAYLOAD[:99], PAYLOAD[99:]),
        (syn(1) + data(3, bytes(4000))[:12], bytes(4000)),  # for a stream that is not there
        (syn(1), encode(FrameKind.PING, FrameFlag.SYN, 0, 7)),
        (syn(1), encode(FrameKind.WINDOW_UPDATE, FrameFlag.NONE, 1, 7)),
        (syn(1), encode(FrameKind.GO_AWAY, FrameFlag.NONE, 0, 0)),
    ],
)
async def test_a_frame_that_drips_ends_its_connection(
    whole: bytes, dripping: bytes, autojump_clock: object
) -> None:
    seconds = await seconds_until_left([whole, *each_byte(dripping)], PAUSE)
    least = receive_ms(HEADER.size) / 1000
    assert least <= seconds <= receive_ms(len(PAYLOAD)) / 1000 + PAUSE + LIMITS.pong_timeout


async def test_whole_frames_may_come_as_slowly_as_they_like(autojump_clock: object) -> None:
    pieces = [syn(1), *[data(1, b"x")] * 300]
    assert await seconds_until_left(pieces, PAUSE) >= 300 * PAUSE


async def test_a_stream_of_frames_cut_anywhere_is_never_late(autojump_clock: object) -> None:
    whole = b"".join([syn(1), *[data(1, b"x" * 20)] * 300])
    pieces = [whole[at : at + 31] for at in range(0, len(whole), 31)]
    assert len(pieces) * PAUSE > 10 * receive_ms(20) / 1000
    assert await seconds_until_left(pieces, PAUSE) >= (len(pieces) - 1) * PAUSE


frames = st.one_of(
    st.binary(max_size=40).map(lambda payload: data(1, payload)),
    st.sampled_from([syn(3), encode(FrameKind.PING, FrameFlag.SYN, 0, 5)]),
)


@given(st.lists(frames, min_size=1, max_size=6), st.lists(st.integers(1, 30), min_size=1))
def test_the_parser_knows_what_has_begun_and_what_is_lacking(
    sent: list[bytes], sizes: list[int]
) -> None:
    """However the bytes are cut."""
    parser, whole, done, turn = FrameParser(), b"".join(sent), 0, 0
    starts = [sum(map(len, sent[:number])) for number in range(len(sent) + 1)]
    while done < len(whole):
        size = sizes[turn % len(sizes)]
        turn += 1
        for part in parser.feed(whole[done : done + size]):
            assert isinstance(part, FrameHeader | Payload)
        done = min(len(whole), done + size)
        assert parser.begun == sum(start < done for start in starts[:-1])
        under_way = max(start for start in starts if start <= done)
        end = min((start for start in starts if start >= done), default=0)
        if under_way == done:
            assert parser.awaited == 0
        elif done - under_way < HEADER.size:
            assert parser.awaited == HEADER.size
        else:
            assert parser.awaited == end - done


@long
@pytest.mark.parametrize("begin", [0, 1, 5, 20])
async def test_a_noise_message_that_drips_is_silence(begin: int) -> None:
    """A peer that says the bytes of one message, one at a time, says nothing that is whole."""
    limits = TransportLimits(keepalive=0.3, pong_timeout=0.3)
    async with node(limits=limits) as server, raw_peer(server) as peer:
        await peer.open_sync()
        message = peer.channel._noise.encrypt(bytes(1000))
        sealed = len(message).to_bytes(2, "big") + message
        socket = peer.channel._stream
        await socket.send_all(sealed[:begin])
        with trio.fail_after(60), pytest.raises(trio.BrokenResourceError):
            for byte in sealed[begin:]:
                await socket.send_all(bytes([byte]))
                await trio.sleep(0.05)


@long
@pytest.mark.parametrize("step", [1, 3, 7])
async def test_every_step_of_a_handshake_is_in_one_deadline(step: int) -> None:
    async with node(limits=TransportLimits(handshake_timeout=0.5)) as server:
        stream = await open_socket(server)
        said = b"\x13/multistream/1.0.0\n\x07/noise\n" + bytes(ceil(100 / step))
        with trio.fail_after(60), pytest.raises(trio.BrokenResourceError):
            for at in range(0, len(said), step):
                await stream.send_all(said[at : at + step])
                await trio.sleep(0.1)
        stream.socket.close()
