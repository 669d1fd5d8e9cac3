"""Sealed blobs: a file under a key of its own, in chunks that open one by one.

The STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár, "Online Authenticated-Encryption and
its Nonce-Reuse Misuse-Resistance", 2015) over XChaCha20-Poly1305: the nonce of a chunk is 15 zero
bytes, its number from 0 (8 bytes, big-endian), and 1 for the last chunk or else 0. So no chunk
can be moved, left out or added, and the file cannot be cut off. A sealed chunk is as long as a leaf
of a blob: whoever verified a leaf can open it. A key seals one file and no other.
"""

from __future__ import annotations

from typing import Final

from ..blob.blob_limits import LEAF_SIZE, MAX_BLOB
from ..blob.cid import DAG_PB, RAW
from ..errors import BadShape, BadSignature
from .ratchet import TAG_SIZE, seal, unseal

CHUNK_SIZE: Final = LEAF_SIZE - TAG_SIZE
"""Bytes of the file in one chunk; the last may have fewer, and has at least one."""

FILE_KEY_SIZE: Final = 32

MAX_FILE: Final = MAX_BLOB // LEAF_SIZE * CHUNK_SIZE
"""Longest file: sealed it is as long as a blob may be."""

_BOUND: Final = b"sayso file 1"


def chunk_count(size: int) -> int:
    """The chunks of a file of so many bytes."""
    return -(-size // CHUNK_SIZE)


def sealed_size(size: int) -> int:
    """The bytes that a file takes when it is sealed."""
    return size + TAG_SIZE * chunk_count(size)


def check_sealed_cid(cid: bytes, size: int) -> bytes:
    """The CID, where it may be that of a sealed file of so many bytes. Raises `BadShape`."""
    if cid[: len(RAW)] != (RAW if chunk_count(size) == 1 else DAG_PB):
        raise BadShape("a sealed file whose name is for another size")
    return cid


def seal_chunk(key: bytes, number: int, data: bytes, *, is_last: bool) -> bytes:
    """A chunk, sealed: 16 bytes longer."""
    return seal(data, _BOUND, _nonce(number, is_last=is_last), key)


class SealedBlobReader:
    """Opens a file of `size` bytes as its sealed bytes come, in their order and in pieces of any
    length. Holds less than a chunk."""

    def __init__(self, key: bytes, size: int) -> None:
        self._key, self._size = key, size
        self._count = chunk_count(size)
        self._number = 0
        self._waiting = bytearray()

    def feed(self, data: bytes) -> bytes:
        """What opens now. Raises `BadSignature` at the first chunk that does not belong there, and
        for bytes behind the end."""
        self._waiting += data
        opened = bytearray()
        while self._number < self._count and len(self._waiting) >= self._chunk_size + TAG_SIZE:
            opened += self._open(bytes(self._waiting[: self._chunk_size + TAG_SIZE]))
        if self._number == self._count and self._waiting:
            raise BadSignature("bytes behind the end of a sealed file")
        return bytes(opened)

    def finish(self) -> None:
        """All has come. Raises `BadSignature` where something is missing."""
        if self._number < self._count:
            raise BadSignature("a sealed file that ends too early")

    @property
    def _chunk_size(self) -> int:
        """Bytes of the file in the chunk that is next."""
        return min(CHUNK_SIZE, self._size - self._number * CHUNK_SIZE)

    def _open(self, sealed: bytes) -> bytes:
        nonce = _nonce(self._number, is_last=self._number == self._count - 1)
        plain = unseal(sealed, _BOUND, nonce, self._key)
        if plain is None:
            raise BadSignature("a chunk of a sealed file that does not open")
        del self._waiting[: len(sealed)]
        self._number += 1
        return plain


def _nonce(number: int, *, is_last: bool) -> bytes:
    return bytes(15) + number.to_bytes(8, "big") + bytes([is_last])
