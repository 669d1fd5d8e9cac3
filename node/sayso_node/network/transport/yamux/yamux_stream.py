"""One yamux stream as a `trio.abc.Stream`: what the node gets as a link's stream.

What libp2p 0.8.1's own stream does otherwise, each covered by a test:

- a reset, and the loss of the connection, read as an orderly end
  (`stream_muxer/yamux/yamux.py:1060`);
- bytes that arrived before the loss are thrown away (`_cleanup_on_error`, `close`);
- a cancelled read loses the bytes it took (`yamux.py:580-582`);
- a writer is given up after 5 s without window, and the peer not told (`yamux.py:280`).
"""

from __future__ import annotations

from operator import index

import trio

from ..raw_stream import close_now
from .multiplexer import Multiplexer
from .yamux_frames import MAX_WINDOW, STARTING_WINDOW, FrameFlag, ProtocolError

MAX_READ = 1 << 20
"""Bytes that `receive_some` returns at most where the caller names no limit."""


class YamuxStream(trio.abc.HalfCloseableStream):
    """A stream of a `Multiplexer`, which calls the methods named ``on_…``.

    All state changes are synchronous: a cancelled call has either done its step or not.
    """

    def __init__(self, connection: Multiplexer, stream_id: int, *, inbound: bool) -> None:
        self.stream_id = stream_id
        self.inbound = inbound
        self._connection = connection
        self._buffer = bytearray()
        self._arrived = trio.lowlevel.ParkingLot()
        self._send_window = STARTING_WINDOW
        self._receive_window = STARTING_WINDOW
        self._full_window = STARTING_WINDOW
        self._failure: str | None = None
        self._peer_ended = False
        self._ended = False
        self._closed = False
        self._sending = False
        self._receiving = False

    # Reading

    async def receive_some(self, max_bytes: int | None = None) -> bytes:
        """Up to `max_bytes` that arrived; empty where the peer ended its side on purpose.

        Raises `trio.BrokenResourceError` on a reset or lost connection, once what had
        arrived before a loss is read, and `trio.ClosedResourceError` after `aclose`.
        """
        if max_bytes is not None and index(max_bytes) < 1:
            raise ValueError("max_bytes must be at least 1")
        if self._receiving:
            raise trio.BusyResourceError("another task reads from this stream")
        self._receiving = True
        try:
            await trio.lowlevel.checkpoint()
            while self._must_wait_for_data():
                await self._arrived.park()
        finally:
            self._receiving = False
        return self._take(max_bytes or MAX_READ)

    def _must_wait_for_data(self) -> bool:
        if self._closed:
            raise trio.ClosedResourceError("this side closed the stream")
        if self._buffer or self._peer_ended:
            return False
        if self._failure is not None:
            raise trio.BrokenResourceError(self._failure)
        return True

    def _take(self, size: int) -> bytes:
        if size >= len(self._buffer):
            taken = bytes(self._buffer)
            # A fresh one: bytearray.clear() may keep the memory of a burst.
            self._buffer = bytearray()
        else:
            taken = bytes(memoryview(self._buffer)[:size])
            del self._buffer[:size]
        self._connection.unread_changed(-len(taken))
        self._grant()
        return taken

    def _grant(self) -> None:
        """Let the peer send more, once half of its window is used up and read.

        A reader that reads gets the full window from then on; one that does not costs no
        more than the starting one.
        """
        if self._peer_ended or self._failure is not None:
            return
        room = self._full_window - len(self._buffer) - self._receive_window
        if room >= self._full_window // 2:
            room += self._connection.limits.window - self._full_window
            self._full_window = self._connection.limits.window
            self._receive_window += room
            self._connection.send_window_update(self.stream_id, FrameFlag.NONE, room)

    # Writing

    async def send_all(self, data: bytes | bytearray | memoryview) -> None:
        """Send all of `data`; returns when it is queued, which waits for the peer's window.

        Raises `trio.BrokenResourceError` where the peer reset or lost the connection, or
        took nothing for `TransportLimits.stall_timeout`; `trio.ClosedResourceError` after the
        own end.
        """
        if self._sending:
            raise trio.BusyResourceError("another task writes to this stream")
        self._sending = True
        try:
            # The others run after this is queued, the writing task among them: a live post would
            # wait for a round of them.
            await trio.lowlevel.checkpoint_if_cancelled()
            with memoryview(data) as view, view.cast("B") as left:
                await self._send(left)
            await trio.lowlevel.cancel_shielded_checkpoint()
        finally:
            self._sending = False

    async def _send(self, data: memoryview) -> None:
        sent = 0
        self._check_sendable()
        while sent < len(data):
            await self._wait_until_sendable()
            size = min(len(data) - sent, self._send_window, self._connection.MAX_PAYLOAD)
            self._send_window -= size
            self._connection.send_data(self.stream_id, data[sent : sent + size])
            sent += size

    def _check_sendable(self) -> None:
        if self._closed or self._ended:
            raise trio.ClosedResourceError("this side ended the stream")
        if self._failure is not None:
            raise trio.BrokenResourceError(self._failure)

    def _must_wait_to_send(self) -> bool:
        self._check_sendable()
        return self._send_window == 0 or not self._connection.has_room(self.stream_id)

    async def wait_send_all_might_not_block(self) -> None:
        """Wait until `send_all` would take at least a byte. Raises as `send_all` does."""
        await trio.lowlevel.checkpoint()
        await self._wait_until_sendable()

    async def _wait_until_sendable(self) -> None:
        if not self._must_wait_to_send():
            return
        limit = self._connection.limits.stall_timeout
        with trio.move_on_after(limit) as scope:
            while self._must_wait_to_send():
                await self._connection.progress.park()
        if scope.cancelled_caught:
            self.reset(f"the peer took nothing for {limit:g} s")
            raise trio.BrokenResourceError(self._failure)

    # Ending

    async def send_eof(self) -> None:
        """End the own side; the peer reads an orderly end after all that was sent.

        Raises as `send_all` does, and nothing where the own side has ended already.
        """
        await trio.lowlevel.checkpoint()
        if not self._ended:
            self._check_sendable()
            self._end()

    def _end(self) -> None:
        self._ended = True
        self._connection.send_window_update(self.stream_id, FrameFlag.FIN, 0)

    async def aclose(self) -> None:
        """End the own side, wait up to `TransportLimits.linger` for the peer's end, then let go.

        What the peer sends meanwhile is dropped. In a cancelled context the stream is
        reset, and the connection dropped where nothing else uses it, at once.
        """
        if self._closed:
            await trio.lowlevel.checkpoint()
            return
        self._closed = True
        self._drop_buffer()
        self._arrived.unpark_all()
        self._connection.progress.unpark_all()
        try:
            # Before the end is sent: one who is cancelled has not said all, and must not
            # seem to have.
            await trio.lowlevel.checkpoint_if_cancelled()
            if not self._ended and self._failure is None:
                self._end()
            await trio.lowlevel.checkpoint()
            with trio.move_on_after(self._connection.limits.linger):
                while not self._peer_ended and self._failure is None:
                    await self._arrived.park()
        finally:
            in_order = self._peer_ended and self._failure is None
            self.reset("this side closed the stream")
            self._connection.release(self.stream_id, in_order=in_order)

    def close_now(self) -> None:
        """Let go at once; what was sent goes out, and where the peer has not ended its side it
        learns of a reset."""
        if self._closed:
            return
        self._closed = True
        self._drop_buffer()
        self.reset("this side closed the stream")
        # A whole connection that still says goodbye tells the peer of the reset.
        self._connection.release(self.stream_id, in_order=True)

    def reset(self, reason: str) -> None:
        """Break the stream off now, on both sides. Does nothing where both have ended."""
        if self._failure is None and not (self._ended and self._peer_ended):
            self._connection.send_window_update(self.stream_id, FrameFlag.RST, 0)
        self.on_failure(reason)

    # Called by the connection

    def on_data_announced(self, size: int) -> None:
        """A DATA header came. Raises `ProtocolError` where it is beyond the window."""
        if self._peer_ended:
            raise ProtocolError("data after the end of a stream")
        if size > self._receive_window:
            raise ProtocolError(f"{size} bytes in a window of {self._receive_window}")
        self._receive_window -= size

    def on_data(self, data: bytes) -> None:
        """Some payload came."""
        if self._closed or self._failure is not None:
            return
        self._buffer += data
        self._connection.unread_changed(len(data))
        self._arrived.unpark_all()

    def on_window_update(self, increment: int) -> None:
        """The peer lets this side send more. Raises `ProtocolError` on an absurd window."""
        self._send_window += increment
        if self._send_window > MAX_WINDOW:
            raise ProtocolError("a window of more than 4 GiB")
        self._connection.progress.unpark_all()

    def on_end(self) -> None:
        """The peer ended its side."""
        self._peer_ended = True
        self._arrived.unpark_all()

    def on_reset(self) -> None:
        """The peer broke the stream off: what is unread is void."""
        self._peer_ended = False
        self._drop_buffer()
        self.on_failure("the peer reset the stream")

    def on_failure(self, reason: str) -> None:
        """The stream will carry no more; what arrived can still be read."""
        if self._failure is None:
            self._failure = reason
        self._arrived.unpark_all()
        self._connection.progress.unpark_all()

    def drop_unread(self, reason: str) -> None:
        """Give up what is unread: this node has no memory left for it."""
        self._peer_ended = False
        self._drop_buffer()
        self.on_failure(reason)

    def _drop_buffer(self) -> None:
        self._connection.unread_changed(-len(self._buffer))
        self._buffer = bytearray()


@close_now.register
def _(stream: YamuxStream) -> None:
    stream.close_now()
