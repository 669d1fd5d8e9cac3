"""One yamux connection: a reading, a writing and a watching task over a secure channel.

Takes the place of libp2p 0.8.1's `Yamux`, whose class cannot be chosen
(`stream_muxer/muxer_multistream.py:143` builds its own whatever one passes), and whose
defects lie in the middle of its 500-line receive loop:

- a peer that ignores its window is logged, and its bytes kept (`yamux.py:1315, 1433, 1546`);
- streams without number, each with buffers and tasks (`yamux.py:1245`);
- a frame is written by whichever task sends it; where that is cancelled half-way, the
  connection is dead (`yamux.py:874-875`);
- a write to a peer that does not read never ends, and neither does closing;
- a missing pong is not missed (`_measure_rtt_loop`);
- control frames are answered at any rate.

Here tasks that send only queue frames, synchronously, and the writing task alone
touches the socket. On the wire it is yamux 1.0.0; a test speaks to libp2p's own.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from math import inf
from typing import Protocol

import trio

from sayso_protocol.sync.wire.deadlines import receive_ms
from sayso_protocol.token_bucket import TokenBucket

from ..limits import TransportLimits
from ..noise import MAX_PLAINTEXT, SecureChannel, SecurityError
from .frame_queue import FrameQueue
from .yamux_frames import (
    HEADER,
    FrameFlag,
    FrameHeader,
    FrameKind,
    FrameParser,
    Payload,
    ProtocolError,
    encode,
)
from .yamux_stream import YamuxStream

logger = logging.getLogger(__name__)

WATCH_INTERVAL = 0.2
"""How often the watcher looks, as a share of the shortest time that it watches."""
_NORMAL_GOODBYE = 0


class ResourceScope(Protocol):
    """The share of the node's resources that connections take: what they ask of its manager."""

    def unread_changed(self, connection: YamuxConnection, change: int) -> None:
        """Count unread bytes; may drop the connection that holds most."""

    def reserve_stream(self, peer_id: str) -> bool:
        """Count an inbound stream of a peer; False where it has its share already."""

    def release_stream(self, peer_id: str) -> None:
        """An inbound stream of a peer is over."""


class _LostError(Exception):
    """The connection is over; the text says why, for a person."""


class YamuxConnection:
    """The `Multiplexer` of one peer. `run` carries it, everything else is synchronous."""

    MAX_PAYLOAD = MAX_PLAINTEXT - HEADER.size
    """Payload of one frame: a full one is exactly one Noise message."""

    def __init__(
        self, channel: SecureChannel, limits: TransportLimits, resources: ResourceScope
    ) -> None:
        self.peer_id = channel.peer_id
        self.limits = limits
        self.unread = 0
        self.progress = trio.lowlevel.ParkingLot()
        """Woken whenever a waiting writer should look again."""
        self.outbound = channel.is_initiator
        self._channel = channel
        self._resources = resources
        self._parser = FrameParser()
        self._streams: dict[int, YamuxStream] = {}
        self._next_id = 1 if self.outbound else 2
        self._last_peer_id = 0
        self._payload_of: tuple[YamuxStream | None, int, int] | None = None
        self._send_queue = FrameQueue(limits.queued, MAX_PLAINTEXT)
        self._scope = trio.CancelScope()
        self._finishing = False
        self._said_goodbye = False
        self._failure: str | None = None
        self._served = False
        self._held = False
        self._control = TokenBucket(limits.control_burst, limits.control_rate)
        self._last_heard = self._unused_since = trio.current_time()
        self._asked_at, self._answer_due = -inf, inf
        """When a ping was sent last, and until when something has to be heard after it."""
        self._accept: Callable[[YamuxStream], None] | None = None
        self._frame, self._frame_due = 0, inf
        """The number of the last frame that has begun, and until when the rest of it must come."""

    # Life

    async def run(self, accept: Callable[[YamuxStream], None]) -> None:
        """Carry the connection until it ends, whatever ends it; `accept` gets inbound streams.

        Raises nothing but `trio.Cancelled`. Closes the socket in any case.
        """
        self._accept = accept
        try:
            with self._scope:
                async with trio.open_nursery() as nursery:
                    for part in (self._read, self._write, self._watch):
                        nursery.start_soon(self._guard, part)
        finally:
            self._end("the connection was closed")

    async def _guard(self, part: Callable[[], Awaitable[None]]) -> None:
        """Run one of the tasks; its end by error is the connection's end."""
        try:
            await part()
        except (trio.BrokenResourceError, trio.ClosedResourceError):
            self.abort("the connection was lost")
        except (_LostError, ProtocolError, SecurityError) as error:
            self.abort(str(error))
        except Exception:
            logger.exception("connection to %s failed", self.peer_id)
            self.abort("internal error")

    def abort(self, reason: str, *, drop_unread: bool = False) -> None:
        """End the connection now; readers still get what has arrived, unless dropped."""
        self._end(reason)
        self._scope.cancel()
        if drop_unread:
            for stream in list(self._streams.values()):
                stream.drop_unread(reason)

    def finish(self) -> None:
        """Say goodbye, send what is queued, and end; in `TransportLimits.linger` at most."""
        if self._finishing or self._failure is not None:
            return
        self._finishing = True
        self._send_queue.wake()
        self._scope.deadline = trio.current_time() + self.limits.linger

    def _end(self, reason: str) -> None:
        if self._failure is not None:
            return
        logger.debug("connection to %s: %s", self.peer_id, reason)
        self._failure = reason
        self._channel.close()
        for stream in list(self._streams.values()):
            stream.on_failure(reason)
        self.progress.unpark_all()

    @property
    def is_unused(self) -> bool:
        """Whether no stream is open on it, and nobody holds it."""
        return not (self._streams or self._held)

    @property
    def is_open(self) -> bool:
        """Whether streams can be opened on it."""
        return self._failure is None and not self._finishing

    # Streams

    def open_stream(self) -> YamuxStream:
        """Open a stream to the peer. Raises `trio.BrokenResourceError` on a dead connection."""
        if not self.is_open:
            raise trio.BrokenResourceError(self._failure or "the connection is closing")
        stream = YamuxStream(self, self._next_id, inbound=False)
        self._next_id += 2
        self._streams[stream.stream_id] = stream
        self.send_window_update(stream.stream_id, FrameFlag.SYN, 0)
        return stream

    def mark_served(self) -> None:
        """A link is served here: when the last stream goes, the connection goes."""
        self._served = True

    def release(self, stream_id: int, *, in_order: bool) -> None:
        """A stream is over; so is the connection where that was its use."""
        stream = self._streams.pop(stream_id, None)
        if stream is None:
            return
        if stream.inbound:
            self._resources.release_stream(self.peer_id)
        self._end_unused(in_order=in_order)

    def set_held(self, held: bool) -> None:
        """Whether the connection stays although no stream is open on it."""
        self._held = held
        self._end_unused(in_order=True)

    def _end_unused(self, *, in_order: bool) -> None:
        """End the connection where it has no use any more: at once if this side began it or has
        served a link on it, else more may come until `TransportLimits.idle_timeout`."""
        if not self.is_unused:
            return
        self._unused_since = trio.current_time()
        if not (self.outbound or self._served):
            return
        if in_order:
            self.finish()
        else:
            self.abort("its last stream was closed")

    def unread_changed(self, change: int) -> None:
        """Streams hold `change` more bytes that nobody has read."""
        self.unread += change
        self._resources.unread_changed(self, change)

    # Sending: only ever queues

    def has_room(self, stream_id: int) -> bool:
        """Whether a stream's writer may queue more."""
        return self._send_queue.has_room(stream_id)

    def send_data(self, stream_id: int, payload: memoryview) -> None:
        """Queue a DATA frame of up to `MAX_PAYLOAD` bytes."""
        frame = encode(FrameKind.DATA, FrameFlag.NONE, stream_id, len(payload)) + payload
        self._send(stream_id, frame)

    def send_window_update(self, stream_id: int, flags: FrameFlag, increment: int) -> None:
        """Queue a WINDOW_UPDATE frame, which also carries flags."""
        self._send(stream_id, encode(FrameKind.WINDOW_UPDATE, flags, stream_id, increment))

    def _send(self, stream_id: int, frame: bytes) -> None:
        if self._failure is None:
            self._send_queue.put(stream_id, frame)

    async def _write(self) -> None:
        """Send what is queued; at the end of a finished connection, end the own side."""
        while True:
            while not self._send_queue:
                if not self._finishing:
                    await self._send_queue.wait_filled()
                elif not self._said_goodbye:  # behind all else: some let go where they hear it
                    self._said_goodbye = True
                    self._send(0, encode(FrameKind.GO_AWAY, FrameFlag.NONE, 0, _NORMAL_GOODBYE))
                else:
                    await self._channel.send_eof()
                    return
            with trio.move_on_after(self.limits.write_timeout) as scope:
                await self._channel.send(self._send_queue.take_batch())
            if scope.cancelled_caught:
                raise _LostError(f"the peer took nothing for {self.limits.write_timeout:g} s")
            self.progress.unpark_all()

    # Receiving

    async def _read(self) -> None:
        while True:
            data = await self._channel.receive()
            if not data:
                raise _LostError("the peer closed the connection")
            self._last_heard = trio.current_time()
            for part in self._parser.feed(data):
                self._handle(part)
            self._expect_rest()

    def _expect_rest(self) -> None:
        """Set the deadline of a frame of which not all has come."""
        if not self._parser.awaited:
            self._frame_due = inf
        elif self._frame_due == inf or self._parser.begun != self._frame:
            self._frame_due = trio.current_time() + receive_ms(self._parser.awaited) / 1000
        self._frame = self._parser.begun

    def _handle(self, part: FrameHeader | Payload) -> None:
        if isinstance(part, Payload):
            self._handle_payload(part.data)
            return
        if part.kind != FrameKind.DATA or not part.length:
            self._charge(1)
        if part.kind == FrameKind.PING:
            self._handle_ping(part)
        elif part.kind in (FrameKind.DATA, FrameKind.WINDOW_UPDATE):
            self._handle_stream_frame(part)
        # GO_AWAY: the peer opens no more streams and will close; those open go on until then.

    def charge_refused_stream(self) -> None:
        """Count a stream that this side refused after it was open; who goes on is left."""
        try:
            self._charge(self.limits.refused_stream_cost)
        except ProtocolError as error:
            self.abort(str(error))

    def _charge(self, frames: int) -> None:
        if not self._control.spend(frames, trio.current_time() * 1000):
            raise ProtocolError("too many control frames")

    def _handle_ping(self, ping: FrameHeader) -> None:
        # An answer needs no handling: that something was heard is what counts.
        if ping.flags & FrameFlag.SYN:
            self._send(0, encode(FrameKind.PING, FrameFlag.ACK, 0, ping.length))

    def _handle_stream_frame(self, header: FrameHeader) -> None:
        if header.flags & FrameFlag.SYN:
            self._handle_new_stream(header.stream_id)
        stream = self._streams.get(header.stream_id)
        if header.kind == FrameKind.DATA:
            self._announce(stream, header)
            return
        if stream is not None:
            stream.on_window_update(header.length)
            self._handle_end_flags(stream, header.flags)

    def _announce(self, stream: YamuxStream | None, header: FrameHeader) -> None:
        """Ready the next payload's way; of streams that are gone it is dropped."""
        if stream is None:
            self._charge(1)
            # A stream that is gone had at most its window under way.
            if header.length > self.limits.window:
                raise ProtocolError("data for no stream")
        elif header.length:
            stream.on_data_announced(header.length)
        if header.length:
            self._payload_of = (stream, header.length, header.flags)
        elif stream is not None:
            self._handle_end_flags(stream, header.flags)

    def _handle_payload(self, data: bytes) -> None:
        if self._payload_of is None:
            raise ProtocolError("payload without a header")
        stream, left, flags = self._payload_of
        left -= len(data)
        self._payload_of = (stream, left, flags)
        if stream is None:
            return
        if self.unread + len(data) > self.limits.unread_per_connection:
            raise ProtocolError("too much unread data on one connection")
        stream.on_data(data)
        if not left:
            self._handle_end_flags(stream, flags)

    def _handle_end_flags(self, stream: YamuxStream, flags: int) -> None:
        if flags & FrameFlag.RST:
            stream.on_reset()
        elif flags & FrameFlag.FIN:
            stream.on_end()

    def _handle_new_stream(self, stream_id: int) -> None:
        is_theirs = stream_id % 2 == (0 if self.outbound else 1)
        if not is_theirs or stream_id <= self._last_peer_id:
            raise ProtocolError(f"stream id {stream_id} is not a new one of the peer's")
        self._last_peer_id = stream_id
        if self._finishing or not self._resources.reserve_stream(self.peer_id):
            self._charge(self.limits.refused_stream_cost)
            self.send_window_update(stream_id, FrameFlag.RST, 0)
            return
        stream = YamuxStream(self, stream_id, inbound=True)
        self._streams[stream_id] = stream
        self.send_window_update(stream_id, FrameFlag.ACK, 0)
        assert self._accept is not None, "frames are only read while the connection runs"
        self._accept(stream)

    # Watching

    def probe(self, seconds: float) -> None:
        """Ask whether the peer is still there; it is lost where nothing comes within the time."""
        if self.is_open:
            self._ask(seconds)

    def _ask(self, seconds: float) -> None:
        self._send(0, encode(FrameKind.PING, FrameFlag.SYN, 0, 0))
        self._asked_at = trio.current_time()
        self._answer_due = self._asked_at + seconds

    async def _watch(self) -> None:
        """Notice a silent peer and a connection without use."""
        limits = self.limits
        pause = WATCH_INTERVAL * min(limits.keepalive, limits.pong_timeout, limits.idle_timeout)
        while True:
            await trio.sleep(pause)
            now = trio.current_time()
            if self._last_heard > self._asked_at and now - self._last_heard >= limits.keepalive:
                self._ask(limits.pong_timeout)
            elif self._last_heard <= self._asked_at and now >= self._answer_due:
                raise _LostError("the peer does not answer")
            if now >= self._frame_due:
                raise _LostError("a frame did not come in time")
            if self.is_unused and now - self._unused_since >= limits.idle_timeout:
                self.finish()
