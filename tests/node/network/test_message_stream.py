"""Messages on a stream: whole, bounded, and nothing read beyond them."""

from __future__ import annotations

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.network.message_stream import receive_message, send_message
from sayso_protocol.errors import BadShape, TooLarge


@given(st.lists(st.binary(max_size=400), max_size=8), st.binary(max_size=20), st.integers(1, 50))
def test_messages_come_as_they_were_sent_and_the_rest_stays(
    messages: list[bytes], rest: bytes, piece: int
) -> None:
    async def there_and_back() -> None:
        out, back = trio.testing.memory_stream_one_way_pair()
        for message in messages:
            await send_message(out, message)
        await out.send_all(rest)
        await out.aclose()
        sent = bytes(await read_all(back))
        out, back = trio.testing.memory_stream_one_way_pair()

        async def dribble() -> None:
            for at in range(0, len(sent), piece):
                await out.send_all(sent[at : at + piece])
                await trio.lowlevel.checkpoint()
            await out.aclose()

        async with trio.open_nursery() as nursery:
            nursery.start_soon(dribble)
            for message in messages:
                assert await receive_message(back, 400) == message
            assert await read_all(back) == rest

    trio.run(there_and_back)


async def read_all(stream: trio.abc.ReceiveStream) -> bytes:
    return b"".join([bytes(data) async for data in stream])


@pytest.mark.parametrize(
    ("sent", "error"),
    [
        (b"\x05abcd", trio.BrokenResourceError),
        (b"", trio.BrokenResourceError),
        (b"\x80", trio.BrokenResourceError),
        (b"\x0b" + bytes(11), TooLarge),
        (b"\xff\xff\xff\xff\x7f", TooLarge),
        (b"\xff\xff\xff\xff\xff\x01", BadShape),
        (b"\x80" * 30, BadShape),
    ],
)
async def test_what_is_no_message_is_refused(sent: bytes, error: type[Exception]) -> None:
    out, back = trio.testing.memory_stream_one_way_pair()
    await out.send_all(sent)
    await out.aclose()
    with pytest.raises(error):
        await receive_message(back, 10)
