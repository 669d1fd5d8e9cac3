"""The frames and answers that wait for one peer: bounded, and cheap while they wait.

Answers from the store wait as questions and are read when their turn comes, which is every other
one: who is being offered ten thousand feeds has the first entries while the rest is offered, and
who is being sent a long past hears of what is new. Frames keep their order, answers theirs. Live
entries are pushed while the peer keeps up; where it does not, only the height of their feed is
kept, however many there are, and the peer asks when it can.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.gossip.gossip import HEIGHTS_A_FRAME
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import SYNC_1, Ask, Bye, Frame, Heights, height_check

MAX_BYTES = 8 << 20
"""Bytes of frames that may wait. Only a peer that makes us talk and does not listen gets
there: the longest honest list of offers is 2.5 MB."""

PUSH_BYTES = 512 * 1024
"""Beyond this many waiting bytes live entries are announced instead of pushed."""


ITEM_BYTES = 64
"""What a frame takes besides its bytes while it waits: many small ones fill the queue too."""


class SendQueueFull(Exception):
    """The peer does not read what it makes this side send."""


class SendQueue:
    """Filled without blocking; `take` empties it. `wake` is called when something came in."""

    def __init__(self, wake: Callable[[], None], version: int = SYNC_1) -> None:
        """`version` is that of the protocol."""
        self._wake = wake
        self._version = version
        self._frames: deque[bytes] = deque()
        self._asks: deque[Sequence[Ask]] = deque()
        self._answers_next = True
        self._farewell: bytes | None = None
        """A `Bye`: nothing follows it."""
        self._heights: dict[bytes, tuple[int, bytes]] = {}
        """By feed: the height to be announced, and its check."""
        self._size = 0

    def put(self, frame: Frame) -> None:
        """Queue a frame. Raises `SendQueueFull`."""
        # In order: a frame may say that everything before it has been told.
        while self._heights:
            self._put(encode_frame(self._some_heights()))
        data = encode_frame(frame, self._version)
        if self._size + len(data) + ITEM_BYTES > MAX_BYTES:
            raise SendQueueFull
        if isinstance(frame, Bye):
            self._farewell = data
            self._wake()
        else:
            self._put(data)

    def push(self, data: bytes, run: RawRun, *, urgent: bool = False) -> None:
        """Queue a live run, encoded as `data`, or remember its height where too much waits. What is
        `urgent` goes before answers that wait, and where more waits, too."""
        if urgent:
            self._answers_next = False
        most = MAX_BYTES // 2 if urgent else PUSH_BYTES
        if (self._heights and not urgent) or self._size + len(data) > most:
            height = run.last, height_check(run.signatures[-1])
            self._heights[run.feed] = max(height, self._heights.get(run.feed, height))
            self._wake()
        else:
            self._put(data)

    def answer(self, asks: Sequence[Ask]) -> None:
        """Queue asks to be answered from the store."""
        self._asks.append(asks)
        self._wake()

    @property
    def waiting_bytes(self) -> int:
        """Bytes not yet taken."""
        return self._size

    def take(self) -> bytes | Sequence[Ask] | None:
        """The next to send: frames as bytes, or asks to answer; None where nothing waits."""
        if self._asks and (self._answers_next or not (self._frames or self._heights)):
            self._answers_next = False
            return self._asks.popleft()
        self._answers_next = True
        if self._frames:
            item = self._frames.popleft()
            self._size -= len(item) + ITEM_BYTES
            return item
        if self._heights:
            return encode_frame(self._some_heights())
        farewell, self._farewell = self._farewell, None
        return farewell

    def _put(self, data: bytes) -> None:
        self._frames.append(data)
        self._size += len(data) + ITEM_BYTES
        self._wake()

    def _some_heights(self) -> Heights:
        feeds = list(self._heights)[:HEIGHTS_A_FRAME]
        told = [self._heights.pop(feed) for feed in feeds]
        heights = [(feed, height) for feed, (height, _) in zip(feeds, told, strict=True)]
        return Heights(heights, [check for _, check in told])
