"""Noise: libp2p's handshake, and a record layer of our own on what it agreed.

The handshake (XX, identity keys signed into it) is libp2p's. Its record layer is not
used, because of what 0.8.1 does there: a frame is encrypted, which uses up a nonce,
before a send that may be cancelled (`security/noise/io.py:57-79`, `io/trio.py:34-37`),
after which the peer can decrypt nothing more; and each read costs three awaits and two
system calls. `SecureChannel` has one reading and one writing task, which nobody else
cancels, and moves some 100 kB a step.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, cast

import trio

from .libp2p_imports import (
    ID,
    NOISE_PROTOCOL,
    BaseLibp2pError,
    ConnectionClosedError,
    IRawConnection,
    ISecureConn,
    KeyPair,
    NoiseTransport,
    new_ed25519_key_pair,
    new_x25519_key_pair,
)
from .multistream import MAX_READ, StreamPipe, answer, offer
from .raw_stream import close_now, local_end

MAX_PLAINTEXT = 65535 - 16
"""Payload of one Noise message: 2 length bytes allow 65535, the tag takes 16."""
RECEIVE_SIZE = 128 << 10
"""Bytes asked of the stream below at once: two full messages."""
_LENGTH_SIZE = 2


Turn = Callable[[], Awaitable[None]]
"""Waits until a handshake may spend processor time."""


class _NoiseState(Protocol):
    """The part of `noise.connection.NoiseConnection` that stands after a handshake."""

    handshake_finished: bool

    def encrypt(self, data: bytes) -> bytes: ...

    def decrypt(self, data: bytes) -> bytes: ...


class SecurityError(Exception):
    """The peer broke the Noise protocol, or is not whom it has to be."""


@contextmanager
def _peers_fault() -> Iterator[None]:
    """Whatever a peer's bytes raise in the handshake is the peer's fault.

    libp2p lets through what the libraries below it raise: of the cipher, of protobuf,
    of key parsers. Its own errors stay as they are.
    """
    try:
        yield
    except BaseLibp2pError:
        raise
    except Exception as error:
        raise SecurityError(f"the Noise handshake failed: {error!r}") from error


class NoiseIdentity:
    """A node's key for Noise handshakes. Makes nothing but Noise possible."""

    def __init__(self, node_seed: bytes) -> None:
        """Raises `ValueError` where the seed is no Ed25519 seed."""
        key_pair: KeyPair = new_ed25519_key_pair(node_seed)
        self.peer_id = ID.from_pubkey(key_pair.public_key).to_base58()
        # A static key of its own for this run, signed by the node's key in each handshake.
        self._noise = NoiseTransport(key_pair, new_x25519_key_pair().private_key)

    async def accept(self, stream: trio.abc.HalfCloseableStream, turn: Turn) -> SecureChannel:
        """Answer a handshake; `turn` is awaited before the part that costs processor time.

        Raises `SecurityError`, and libp2p's own errors where negotiation fails.
        """
        pipe = StreamPipe(stream)
        await answer(pipe, NOISE_PROTOCOL)
        await turn()
        with _peers_fault():
            session = await self._noise.secure_inbound(cast("IRawConnection", pipe))
        return SecureChannel(stream, session)

    async def dial(self, stream: trio.abc.HalfCloseableStream, peer_id: str) -> SecureChannel:
        """Begin a handshake with the peer that has to be `peer_id`.

        Raises `SecurityError`, libp2p's `PeerIDMismatchesPubkey` where it is another, and
        libp2p's own errors where negotiation fails.
        """
        pipe = StreamPipe(stream)
        await offer(pipe, NOISE_PROTOCOL)
        expected = ID.from_string(peer_id)
        with _peers_fault():
            session = await self._noise.secure_outbound(cast("IRawConnection", pipe), expected)
        return SecureChannel(stream, session)


class SecureChannel:
    """Encrypted byte channel to one authenticated peer. One reading, one writing task."""

    def __init__(self, stream: trio.abc.HalfCloseableStream, session: ISecureConn) -> None:
        self._stream = stream
        self._noise = cast("_NoiseState", session.conn.noise_state)  # type: ignore[attr-defined]
        if not self._noise.handshake_finished:
            raise SecurityError("the handshake did not finish")
        self.peer_id = session.get_remote_peer().to_base58()
        self.is_initiator = bool(session.is_initiator)
        self.local_end = local_end(stream)
        self._sealed = bytearray()
        self._opened = b""

    async def receive(self) -> bytes:
        """Some bytes that the peer sent; empty where it closed the connection.

        Raises `trio.BrokenResourceError` on a lost connection, `SecurityError` on bytes
        that do not decrypt.
        """
        if self._opened:
            opened, self._opened = self._opened, b""
            return opened
        while not (opened := self._open_whole_messages()):
            data = await self._stream.receive_some(RECEIVE_SIZE)
            if not data:
                return b""
            self._sealed += data
        return opened

    def _open_whole_messages(self) -> bytes:
        """Decrypt all messages that have arrived in full."""
        opened: list[bytes] = []
        start, end = 0, len(self._sealed)
        with memoryview(self._sealed) as sealed:
            while end - start >= _LENGTH_SIZE:
                body = start + _LENGTH_SIZE
                after = body + int.from_bytes(sealed[start:body], "big")
                if after > end:
                    break
                opened.append(self._open(bytes(sealed[body:after])))
                start = after
        del self._sealed[:start]
        return opened[0] if len(opened) == 1 else b"".join(opened)

    def _open(self, message: bytes) -> bytes:
        try:
            return self._noise.decrypt(message)
        # The cipher's error type is a matter of the library below the library.
        except Exception as error:
            raise SecurityError("a message does not decrypt") from error

    async def send(self, pieces: list[bytes]) -> None:
        """Send pieces of up to `MAX_PLAINTEXT` bytes, each as one Noise message.

        After a cancelled call the channel is unusable, as the peer may have received
        half a message; only the writing task of a connection calls it.
        Raises `trio.BrokenResourceError` on a lost connection.
        """
        sealed: list[bytes] = []
        for piece in pieces:
            message = self._noise.encrypt(piece)
            sealed.append(len(message).to_bytes(_LENGTH_SIZE, "big"))
            sealed.append(message)
        await self._stream.send_all(b"".join(sealed))

    async def read(self, n: int | None = None) -> bytes:
        """At most `n` bytes, for libp2p's negotiation. Raises `ConnectionClosedError`."""
        try:
            data = await self.receive()
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionClosedError("connection lost") from error
        if not data:
            raise ConnectionClosedError("connection closed")
        size = min(n or 1, MAX_READ)
        self._opened = data[size:]
        return data[:size]

    async def write(self, data: bytes) -> None:
        """Send a short message, for libp2p's negotiation. Raises `ConnectionClosedError`."""
        try:
            await self.send([data])
        except (trio.BrokenResourceError, trio.ClosedResourceError) as error:
            raise ConnectionClosedError("connection lost") from error

    async def send_eof(self) -> None:
        """End the own side of the stream below, after all that was sent.

        Raises `trio.BrokenResourceError` on a lost connection.
        """
        await self._stream.send_eof()

    def close(self) -> None:
        """Close the stream below at once; what it has taken is still delivered."""
        close_now(self._stream)
