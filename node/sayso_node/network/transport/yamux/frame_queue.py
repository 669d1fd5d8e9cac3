"""Frames waiting for a connection's writing task, of which each stream sends one in turn."""

from __future__ import annotations

from collections import deque

import trio

BATCH_MESSAGES = 2
"""Noise messages handed to the socket at once, where so much is waiting."""


class FrameQueue:
    """A queue of whole frames, so that whoever is cancelled never leaves half of one.

    The frames of one stream stay in order. Streams take turns, in the order in which they came to
    wait: what is short does not stand behind all of a film. A new stream's first frame keeps its
    place among those of other new ones, whose numbers have to come in order.
    """

    def __init__(self, capacity: int, message_size: int) -> None:
        """`capacity` is what writers may fill; a message holds up to `message_size` bytes."""
        self._capacity = capacity
        self._message_size = message_size
        self._frames: dict[int, deque[bytes]] = {}
        """By stream, that whose turn it is first; none of them is empty."""
        self._size = 0
        self._filled = trio.Event()

    def __bool__(self) -> bool:
        return bool(self._frames)

    def has_room(self, stream_id: int) -> bool:
        """Whether a stream may add more: one that waits with nothing has some room of its own.
        Control frames are added in any case."""
        if self._size < self._capacity:
            return True
        return self._size < 2 * self._capacity and stream_id not in self._frames

    def put(self, stream_id: int, frame: bytes) -> None:
        """Add a frame of at most a message's size; those of the connection itself are of stream
        0."""
        waiting = self._frames.get(stream_id)
        if waiting is None:
            waiting = self._frames[stream_id] = deque()
        waiting.append(frame)
        self._size += len(frame)
        self.wake()

    def wake(self) -> None:
        """Let the writing task look again."""
        self._filled.set()

    async def wait_filled(self) -> None:
        """Wait for a frame to be added to the empty queue, or for `wake`."""
        self._filled = trio.Event()
        await self._filled.wait()

    def take_batch(self) -> list[bytes]:
        """Take frames off, joined to messages."""
        messages: list[bytes] = []
        while self._frames and len(messages) < BATCH_MESSAGES:
            messages.append(self._take_message())
        return messages

    def _take_message(self) -> bytes:
        frames = [self._take_frame()]
        size = len(frames[0])
        while self._frames and size + self._next_size() <= self._message_size:
            frames.append(self._take_frame())
            size += len(frames[-1])
        self._size -= size
        return frames[0] if len(frames) == 1 else b"".join(frames)

    def _next_size(self) -> int:
        return len(next(iter(self._frames.values()))[0])

    def _take_frame(self) -> bytes:
        """The next frame of the stream whose turn it is, which then is the last one."""
        stream_id = next(iter(self._frames))
        waiting = self._frames[stream_id]
        frame = waiting.popleft()
        if not waiting:
            del self._frames[stream_id]
        elif len(self._frames) > 1:
            self._frames[stream_id] = self._frames.pop(stream_id)
        return frame
