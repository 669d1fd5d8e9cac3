"""The queue of a connection's frames: order within a stream, turns between streams, bounds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_node.network.transport.yamux.frame_queue import BATCH_MESSAGES, FrameQueue

MESSAGE = 100


def queue_of(*frames: tuple[int, bytes], capacity: int = 10 * MESSAGE) -> FrameQueue:
    queue = FrameQueue(capacity, MESSAGE)
    for stream_id, frame in frames:
        queue.put(stream_id, frame)
    return queue


def drained(queue: FrameQueue) -> list[bytes]:
    messages: list[bytes] = []
    while queue:
        batch = queue.take_batch()
        assert len(batch) <= BATCH_MESSAGES
        messages += batch
    return messages


def test_a_small_frame_does_not_wait_for_all_of_a_film() -> None:
    film = [(1, bytes([n]) * MESSAGE) for n in range(8)]
    messages = drained(queue_of(*film, (3, b"small")))
    assert messages.index(b"small") == 1
    assert [one for one in messages if one != b"small"] == [frame for _, frame in film]


def test_streams_take_turns() -> None:
    frames = [(n, bytes([n, m]) * 50) for n in (1, 3, 5) for m in range(3)]
    order = [(one[0], one[1]) for one in drained(queue_of(*frames))]
    assert order == [(n, m) for m in range(3) for n in (1, 3, 5)]


def test_short_frames_share_a_message() -> None:
    frames = [(n, bytes([n]) * 30) for n in range(1, 5)]
    assert [len(one) for one in drained(queue_of(*frames))] == [90, 30]


def test_new_streams_begin_in_the_order_of_their_numbers() -> None:
    queue = queue_of(*[(1, b"a" * MESSAGE)] * 3)
    for number in (3, 5, 7):
        queue.put(number, b"SYN %d" % number)
        queue.put(number, b"x" * 90)
    text = b"".join(drained(queue))
    places = [text.index(b"SYN %d" % number) for number in (3, 5, 7)]
    assert places == sorted(places)


def test_a_full_queue_has_room_for_a_stream_that_waits_with_nothing() -> None:
    queue = queue_of((1, bytes(MESSAGE)), capacity=MESSAGE)
    assert not queue.has_room(1)
    assert queue.has_room(3)
    queue.put(3, bytes(MESSAGE))
    assert not queue.has_room(3)
    assert not queue.has_room(5), "it is bounded whatever the number of streams"
    drained(queue)
    assert queue.has_room(1)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, MESSAGE)), max_size=40))
def test_nothing_is_lost_split_or_out_of_order_within_a_stream(
    sizes: list[tuple[int, int]],
) -> None:
    frames = [
        (stream, b"%d:%d." % (stream, at) + b"-" * (size - 8))
        for at, (stream, size) in enumerate(sizes)
    ]
    queue = queue_of(*frames)
    messages = drained(queue)
    assert all(len(one) <= MESSAGE for one in messages)
    said = [one.strip(b"-") for one in b"".join(messages).split(b".")]
    for number in range(4):
        begin = b"%d:" % number
        expected = [frame.partition(b".")[0] for stream, frame in frames if stream == number]
        assert [one for one in said if one.startswith(begin)] == expected
    assert queue.has_room(0)
