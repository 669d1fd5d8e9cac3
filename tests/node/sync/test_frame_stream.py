"""Frames come in their time, or their peer is left; between frames there is all the time."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import trio
import trio.testing
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import examples
from tests.protocol.sync.wire.frame_strategies import frames

from sayso_node.network.link import Link
from sayso_node.sync.frame_stream import FrameStream
from sayso_protocol.errors import TooSlow
from sayso_protocol.limits import FRAME_MS, MAX_FRAME, SLOW_LINE
from sayso_protocol.sync.wire.deadlines import receive_ms, send_ms
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame, encode_frame
from sayso_protocol.sync.wire.frames import Frame, Hello, Say

from ..support import Person, running

HELLO = encode_frame(Hello(1, "test/1", bytes(16)))
LONG = encode_frame(Say([bytes(4000)] * 64))
HOUR = 3600.0


async def drip(stream: trio.abc.SendStream, data: bytes, pause: float, step: int = 1) -> None:
    for at in range(0, len(data), step):
        await stream.send_all(data[at : at + step])
        await trio.sleep(pause)


async def next_frame(stream: FrameStream) -> Frame | None:
    data = await stream.receive()
    return None if data is None else decode_frame(data)


async def receive(data: bytes, pause: float, step: int = 1) -> tuple[Frame | str | None, float]:
    """What comes of bytes that drip, and after how many seconds."""
    near, far = trio.testing.memory_stream_pair()
    began = trio.current_time()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(drip, far, data, pause, step)
        try:
            outcome: Frame | str | None = await next_frame(FrameStream(near))
        except TooSlow as error:
            outcome = error.code
        nursery.cancel_scope.cancel()
    return outcome, trio.current_time() - began


def mocked() -> trio.testing.MockClock:
    return trio.testing.MockClock(autojump_threshold=0)


@examples(60, deadline=None)
@given(frames, st.integers(1, 300), st.sampled_from([0.0, 0.4, 1.0, 7.0, 31.0]))
def test_each_frame_comes_in_its_time_or_its_peer_is_late(
    frame: Frame, step: int, pause: float
) -> None:
    data = encode_frame(frame)
    outcome, seconds = trio.run(receive, data, pause, step, clock=mocked())
    takes = (len(data) - 1) // step * pause
    if takes < FRAME_MS / 1000:
        assert (outcome, round(seconds, 3)) == (decode_frame(data[LENGTH_SIZE:]), round(takes, 3))
    elif takes > receive_ms(len(data)) / 1000:
        assert outcome == "too-slow"
        assert seconds <= receive_ms(len(data)) / 1000 + 0.001


async def test_a_slow_line_is_waited_for(autojump_clock: object) -> None:
    outcome, seconds = await receive(LONG, pause=1.0, step=SLOW_LINE)
    assert isinstance(outcome, Say)
    assert seconds > len(LONG) / SLOW_LINE - 1


async def test_the_longest_frame_is_not_waited_for_longer_than_ten_minutes(
    autojump_clock: object,
) -> None:
    outcome, seconds = await receive(MAX_FRAME.to_bytes(4, "big") + bytes(1000), pause=1.0)
    assert outcome == "too-slow"
    assert 500 < seconds < 600


async def test_between_frames_there_is_all_the_time(autojump_clock: object) -> None:
    near, far = trio.testing.memory_stream_pair()
    frames = FrameStream(near)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(drip, far, HELLO * 3, HOUR, len(HELLO))
        for _ in range(3):
            assert isinstance(await next_frame(frames), Hello)


async def test_the_time_of_a_frame_begins_with_its_own_first_byte(autojump_clock: object) -> None:
    """Most of the second comes with the first, and the reader has other things to do."""
    near, far = trio.testing.memory_stream_pair()
    frames = FrameStream(near)
    await far.send_all(HELLO + HELLO[:-1])
    await frames.receive()
    await trio.sleep(HOUR)
    await far.send_all(HELLO[-1:])
    assert isinstance(await next_frame(frames), Hello)


async def test_who_takes_a_byte_a_second_is_left(
    autojump_clock: object, threads_at_once: None
) -> None:
    ann, events = Person("ann"), list[dict]()
    for number in range(3000):
        ann.store.follow(number.to_bytes(32, "big"), None, 1)  # so that there is much to say
    near, far = trio.testing.lockstep_stream_pair()
    async with running(engine := ann.engine(events)) as nursery:
        began = trio.current_time()
        nursery.start_soon(engine.serve, Link("slow", "/memory", False, near))

        async def sip() -> None:
            await far.send_all(HELLO)
            while await far.receive_some(1):
                await trio.sleep(1.0)

        nursery.start_soon(sip)
        with trio.fail_after(2 * send_ms(3000 * 8) / 1000):
            while not any(event["event"] == "disconnected" for event in events):
                await trio.sleep(1)
        assert trio.current_time() - began >= send_ms(3000 * 8) / 1000
        assert events[-1]["reason"] == "it takes too long to read"
        nursery.cancel_scope.cancel()


@pytest.fixture
def threads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that jumps would not wait for a thread."""

    async def at_once(work: Callable[..., object], *arguments: object) -> object:
        return work(*arguments)

    monkeypatch.setattr("trio.to_thread.run_sync", at_once)


@pytest.mark.parametrize("begin", [1, 3, 4, 5, 100, 10_000])
async def test_a_session_in_which_a_byte_a_second_comes_ends(
    begin: int, autojump_clock: object, threads_at_once: None
) -> None:
    ann = Person("ann")
    events: list[dict] = []
    near, far = trio.testing.memory_stream_pair()
    engine = ann.engine(events)
    async with running(engine) as nursery:
        nursery.start_soon(engine.serve, Link("slow", "/memory", False, near))
        await far.send_all(HELLO + LONG[:begin])
        nursery.start_soon(drip, far, LONG[begin:], 1.0)
        began = trio.current_time()
        heard = FrameStream(far)
        last: Frame | None = None
        with trio.fail_after(receive_ms(len(LONG)) / 1000 + 5):
            while (frame := await next_frame(heard)) is not None:
                last = frame
        assert trio.current_time() - began > FRAME_MS / 1000 - 1
        assert getattr(last, "code", None) == "too-slow"
        await trio.testing.wait_all_tasks_blocked()
        assert engine.sessions == {}
        nursery.cancel_scope.cancel()
