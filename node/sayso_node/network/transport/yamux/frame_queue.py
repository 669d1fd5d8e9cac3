"""Frames waiting for a connection's writing task."""

from __future__ import annotations

from collections import deque

import trio

BATCH_MESSAGES = 2
"""Noise messages handed to the socket at once, where so much is waiting."""


class FrameQueue:
    """A queue of whole frames, so that whoever is cancelled never leaves half of one."""

    def __init__(self, capacity: int, message_size: int) -> None:
        """`capacity` is what writers may fill; a message holds up to `message_size` bytes."""
        self._capacity = capacity
        self._message_size = message_size
        self._frames: deque[bytes] = deque()
        self._size = 0
        self._filled = trio.Event()

    def __bool__(self) -> bool:
        return bool(self._frames)

    @property
    def has_room(self) -> bool:
        """Whether a writer may add more. Control frames are added in any case."""
        return self._size < self._capacity

    def put(self, frame: bytes) -> None:
        """Add a frame of at most a message's size."""
        self._frames.append(frame)
        self._size += len(frame)
        self._filled.set()

    async def wait_filled(self) -> None:
        """Wait for a frame to be added to the empty queue."""
        self._filled = trio.Event()
        await self._filled.wait()

    def take_batch(self) -> list[bytes]:
        """Take frames off, joined to messages."""
        messages: list[bytes] = []
        while self._frames and len(messages) < BATCH_MESSAGES:
            messages.append(self._take_message())
        return messages

    def _take_message(self) -> bytes:
        frames = [self._frames.popleft()]
        size = len(frames[0])
        while self._frames and size + len(self._frames[0]) <= self._message_size:
            frames.append(self._frames.popleft())
            size += len(frames[-1])
        self._size -= size
        return frames[0] if len(frames) == 1 else b"".join(frames)
