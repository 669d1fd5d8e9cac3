"""What waits for a slow peer."""

from __future__ import annotations

from tests.storage.makers import author, posts

from sayso_node.sync.send_queue import PUSH_BYTES, Outbox
from sayso_protocol.feed.run import RawRun, part_of
from sayso_protocol.sync.frame_codec import LENGTH_SIZE, Bye, Heights, decode_frame, height_check

RUN = posts(author(1), 9)


def entry(seq: int) -> RawRun:
    return part_of(RUN, RUN.ids, seq, seq)


def taken(outbox: Outbox) -> object:
    item = outbox.take()
    assert isinstance(item, bytes)
    return decode_frame(item[LENGTH_SIZE:])


def full() -> Outbox:
    outbox = Outbox(lambda: None)
    outbox.push(bytes(PUSH_BYTES), entry(1))
    outbox.take()
    outbox.push(bytes(PUSH_BYTES), entry(1))
    return outbox


def test_a_slow_peer_is_told_the_newest_height_and_can_see_a_fork_by_it() -> None:
    outbox = full()
    for seq in (2, 4, 3):
        outbox.push(b"a frame", entry(seq))
    assert outbox.waiting_bytes == PUSH_BYTES
    outbox.take()
    told = Heights([(RUN.feed, 4)], [height_check(RUN.signatures[3])])
    assert taken(outbox) == told
    assert outbox.take() is None


def test_heights_go_before_what_is_said_after_them() -> None:
    outbox = full()
    outbox.push(b"a frame", entry(2))
    outbox.put(Bye("done", ""))
    outbox.take()
    assert taken(outbox) == Heights([(RUN.feed, 2)], [height_check(RUN.signatures[1])])
    assert taken(outbox) == Bye("done", "")
