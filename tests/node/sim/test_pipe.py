"""One direction of a connection."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from sayso_node.sim.event_queue import EventQueue
from sayso_node.sim.pipe import WINDOW, Pipe, Quality


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=40))
def test_a_pipe_keeps_order_and_pace(sizes: list[int]) -> None:
    event_queue, arrived = EventQueue(), []
    pipe = Pipe(event_queue, Quality(20_000, 9_000, 100_000, 0.2), Random(1))
    pipe.deliver = lambda data: arrived.append((event_queue.now_us, data))
    frames = [bytes([at % 256]) * size for at, size in enumerate(sizes)]
    for frame in frames:
        pipe.send(frame)
    event_queue.run_until(10**9)
    assert [data for _, data in arrived] == frames
    assert arrived[-1][0] >= 20_000 + sum(size * 10 for size in sizes)


def test_a_pipe_takes_no_more_than_its_window_until_it_is_read() -> None:
    event_queue, calls = EventQueue(), []
    pipe = Pipe(event_queue, Quality(1, 0, 10**9, 0.0), Random(1))
    pipe.writable = lambda: calls.append(pipe.has_room)
    pipe.send(bytes(WINDOW))
    assert not pipe.has_room
    pipe.consumed(10)
    assert calls == [True]
