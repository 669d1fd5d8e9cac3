"""Blobs that tests of stores of blobs put in."""

from __future__ import annotations

import io

from tests.protocol.blob.blobs import bytes_of, tree_of

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of
from sayso_storage.interface.blobs import Blobs

PICTURE = bytes_of(1000, 2)
FILM = bytes_of(3 * LEAF_SIZE + 9)
TREE = tree_of(FILM)
DIGEST = digest_of(TREE.cid)


def added(blobs: Blobs, data: bytes, now_ms: int = 1000, *, pin: bool = False) -> bytes:
    return blobs.add(io.BytesIO(data), now_ms, pin=pin).cid


def all_of(blobs: Blobs, cid: bytes) -> bytes:
    reader = blobs.open(cid)
    assert reader is not None
    data = reader.read(0, reader.size)
    reader.close()
    return data


class Dribble(io.RawIOBase):
    """Gives a few bytes at a time, as a pipe does."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._data.read(min(size, 70_000))
