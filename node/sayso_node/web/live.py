"""Streams to open pages and apps, which hear that something has come."""

from __future__ import annotations

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio

from sayso_storage.interface.store import Store, StoreError

MAX_STREAMS = 256
BUFFER = 16
"""Events that wait for a client; one that does not read them has to connect anew."""
LOOK_SECONDS = 0.1
"""Between two looks at the store while anybody listens; a look takes some 20 µs."""


class TooManyStreams(Exception):
    """`MAX_STREAMS` are open already."""


class LiveStreams:
    """Tells each open stream the newest arrival, whoever wrote it to the store: the sync, a command
    or this server. What arrived is read by whoever shows it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._open: set[trio.MemorySendChannel[int]] = set()
        self._wake = trio.Event()

    @property
    def count(self) -> int:
        """How many streams are open."""
        return len(self._open)

    @property
    def is_full(self) -> bool:
        """Whether no further stream can be opened."""
        return len(self._open) >= MAX_STREAMS

    @asynccontextmanager
    async def open(self) -> AsyncIterator[trio.MemoryReceiveChannel[int]]:
        """A stream of the newest arrivals, as numbers that grow; it ends when the server stops or
        the client is too slow. Raises `TooManyStreams`."""
        if len(self._open) >= MAX_STREAMS:
            raise TooManyStreams
        send, receive = trio.open_memory_channel[int](BUFFER)
        self._open.add(send)
        self.wake()
        try:
            with receive:
                yield receive
        finally:
            self._open.discard(send)
            send.close()

    def wake(self) -> None:
        """Look at once: something was written here."""
        self._wake.set()

    def close(self) -> None:
        """End all streams, so that a server that stops need not wait for them."""
        while self._open:
            self._open.pop().close()

    async def run(self) -> None:
        """Look for what has come, until cancelled. Sleeps while nobody listens."""
        last = self._store.last_arrival()
        while True:
            with trio.move_on_after(LOOK_SECONDS if self._open else math.inf):
                await self._wake.wait()
            self._wake = trio.Event()
            try:
                newest = self._store.last_arrival()
            except StoreError:
                continue  # a busy or full disk: the next look may see more
            if newest != last:
                last = newest
                self._tell(newest)

    def _tell(self, arrival: int) -> None:
        for send in list(self._open):
            try:
                send.send_nowait(arrival)
            except trio.WouldBlock:
                self._open.discard(send)
                send.close()
