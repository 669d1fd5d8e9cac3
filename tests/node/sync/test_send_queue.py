"""What waits for a slow peer."""

from __future__ import annotations

import pytest
from tests.storage.makers import author, posts

from sayso_node.sync.send_queue import ITEM_BYTES, MAX_BYTES, PUSH_BYTES, SendQueue, SendQueueFull
from sayso_protocol.feed.run import RawRun, part_of
from sayso_protocol.sync.wire.frame_codec import LENGTH_SIZE, decode_frame
from sayso_protocol.sync.wire.frames import (
    SYNC_2,
    Ask,
    Bye,
    Entries,
    Heights,
    Mark,
    Synced,
    height_check,
)

RUN = posts(author(1), 9)


def entry(seq: int) -> RawRun:
    return part_of(RUN, RUN.ids, seq, seq)


def taken(send_queue: SendQueue) -> object:
    item = send_queue.take()
    assert isinstance(item, bytes)
    return decode_frame(item[LENGTH_SIZE:])


def full() -> SendQueue:
    send_queue = SendQueue(lambda: None)
    send_queue.push(bytes(PUSH_BYTES), entry(1))
    send_queue.take()
    send_queue.push(bytes(PUSH_BYTES), entry(1))
    return send_queue


def test_a_slow_peer_is_told_the_newest_height_and_can_see_a_fork_by_it() -> None:
    send_queue = full()
    for seq in (2, 4, 3):
        send_queue.push(b"a frame", entry(seq))
    assert send_queue.waiting_bytes == PUSH_BYTES + ITEM_BYTES
    send_queue.take()
    told = Heights([(RUN.feed, 4)], [height_check(RUN.signatures[3])])
    assert taken(send_queue) == told
    assert send_queue.take() is None


def test_heights_go_before_frames_after_them() -> None:
    send_queue = full()
    send_queue.push(b"a frame", entry(2))
    send_queue.put(Bye("done", ""))
    send_queue.take()
    assert taken(send_queue) == Heights([(RUN.feed, 2)], [height_check(RUN.signatures[1])])
    assert taken(send_queue) == Bye("done", "")


def test_answers_and_frames_take_turns_and_each_keep_their_order() -> None:
    send_queue = SendQueue(lambda: None)
    asks = [[Ask(number, RUN.feed, number, number)] for number in (1, 2, 3)]
    frames = [Mark(number, bytes(8)) for number in (1, 2)]
    for frame in frames:
        send_queue.put(frame)
    for some in asks:
        send_queue.answer(some)
    assert send_queue.take() == asks[0]
    assert taken(send_queue) == frames[0]
    assert send_queue.take() == asks[1]
    assert taken(send_queue) == frames[1]
    assert send_queue.take() == asks[2]
    assert send_queue.take() is None


def test_nothing_follows_a_goodbye() -> None:
    send_queue = SendQueue(lambda: None)
    asks = [Ask(1, RUN.feed, 1, 1)]
    send_queue.put(Synced())
    send_queue.answer(asks)
    send_queue.put(Bye("done", ""))
    send_queue.answer(asks)
    assert send_queue.take() == asks
    assert taken(send_queue) == Synced()
    assert send_queue.take() == asks
    assert taken(send_queue) == Bye("done", "")
    assert send_queue.take() is None


def test_heights_have_their_turn_beside_answers() -> None:
    send_queue = full()
    send_queue.push(b"a frame", entry(2))
    send_queue.take()
    for number in (1, 2):
        send_queue.answer([Ask(number, RUN.feed, 1, 1)])
    assert not isinstance(send_queue.take(), bytes)
    assert isinstance(taken(send_queue), Heights)


def test_many_small_frames_fill_it_too() -> None:
    """Each takes more room in memory than on the wire."""
    send_queue = SendQueue(lambda: None)
    put = 0
    with pytest.raises(SendQueueFull):
        while True:
            send_queue.put(Synced())
            put += 1
    assert put <= MAX_BYTES / ITEM_BYTES
    while send_queue.take():
        put -= 1
    assert (put, send_queue.waiting_bytes) == (0, 0)


def test_what_is_urgent_goes_before_answers_and_where_much_waits_too() -> None:
    send_queue = SendQueue(lambda: None)
    send_queue.answer([Ask(1, RUN.feed, 1, 1)])
    send_queue.push(b"in turn", entry(1))
    assert not isinstance(send_queue.take(), bytes)  # the control: answers and frames take turns
    send_queue.answer([Ask(2, RUN.feed, 1, 1)])
    send_queue.take()
    send_queue.push(b"urgent", entry(2), urgent=True)
    assert send_queue.take() == b"urgent"
    send_queue = full()
    send_queue.push(b"urgent", entry(2), urgent=True)
    send_queue.push(b"too much", entry(3))
    send_queue.take()
    assert send_queue.take() == b"urgent"
    assert taken(send_queue) == Heights([(RUN.feed, 3)], [height_check(RUN.signatures[2])])


def test_the_frames_are_of_its_version() -> None:
    send_queue = SendQueue(lambda: None, SYNC_2)
    send_queue.put(Entries(1, RUN))
    item = send_queue.take()
    assert isinstance(item, bytes)
    assert decode_frame(item[LENGTH_SIZE:], SYNC_2) is not None
