"""Bucket reader: a whole blob in a bucket that is open. Every leaf is verified on each read."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of
from sayso_protocol.blob.tree_shape import leaf_count
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.errors import WrongBlock
from sayso_protocol.translation import _

from ...interface.blobs import BlobReader, HeldBlob
from ...interface.errors import StoreDamaged
from ..tree_file import BlockCollector, decode_blocks, encode_blocks
from .bucket import Bucket, ObjectGone
from .object_names import BYTES, DAMAGED, TREE, key_of

LEAVES_AT_ONCE: Final = 16
"""Leaves of one request: 4 MiB in memory for each reader."""

MOST_TREE: Final = 4 << 20
"""Bytes of the largest object of inner blocks that is looked at: that of 4 GiB has 0.7 MB."""

_TRIES: Final = 2
"""How often bytes are asked for until they count as damaged: a line may have harmed them."""


class OpenBlobs:
    """Counts what is open in this process, so that it is not evicted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: Counter[tuple[str, bytes]] = Counter()

    def change(self, place: str, digest: bytes, by: int) -> None:
        """One more, or one less."""
        with self._lock:
            self._open[place, digest] += by
            if not self._open[place, digest]:
                del self._open[place, digest]

    def has(self, place: str, digest: bytes) -> bool:
        """Whether somebody has it open."""
        with self._lock:
            return (place, digest) in self._open


OPEN: Final = OpenBlobs()
"""Of all objects that read the same bucket."""


class BucketReader(BlobReader):
    """See `BlobReader`. Threads may read from one at once. What is removed meanwhile, or evicted by
    another front-end, raises `StoreError`; bytes that are others raise `StoreDamaged`, and the blob
    counts as not held from then on."""

    def __init__(self, bucket: Bucket, held: HeldBlob, on_damage: Callable[[bytes], None]) -> None:
        self.size = held.size
        self._bucket = bucket
        self._cid = held.cid
        self._digest = digest_of(held.cid)
        self._on_damage = on_damage
        self._tree: VerifiedTree | None = None
        self._is_open = True
        OPEN.change(str(bucket.place), self._digest, 1)

    def read(self, start: int, size: int) -> bytes:
        if not self._is_open:
            raise ValueError(_("the blob is closed"))
        end = min(start + size, self.size)
        if start >= end:
            return b""
        first, last = start // LEAF_SIZE, (end - 1) // LEAF_SIZE
        parts = []
        for at in range(first, last + 1, LEAVES_AT_ONCE):
            data = self._leaves(at, min(at + LEAVES_AT_ONCE, last + 1))
            begin = at * LEAF_SIZE
            parts.append(data[max(0, start - begin) : end - begin])
        return b"".join(parts)

    def inner_blocks(self) -> Sequence[bytes]:
        return self._proven().blocks

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            OPEN.change(str(self._bucket.place), self._digest, -1)

    def _leaves(self, first: int, end: int) -> bytes:
        """Some leaves, verified. Raises `StoreDamaged`."""
        tree = self._proven()
        for attempt in range(_TRIES):
            data = self._range(first, end)
            try:
                for index, leaf in _cut(data, first, end):
                    tree.check_leaf(index, leaf)
            except WrongBlock:
                if attempt + 1 == _TRIES:
                    raise self._damaged() from None
            else:
                return data
        raise AssertionError("unreachable")

    def _range(self, first: int, end: int) -> bytes:
        size = min(end * LEAF_SIZE, self.size) - first * LEAF_SIZE
        return self._bucket.get(key_of(self._digest, BYTES), first * LEAF_SIZE, size)

    def _proven(self) -> VerifiedTree:
        """The tree, from the bucket or from the bytes."""
        if self._tree is None:
            tree = VerifiedTree(self._cid, self.size)
            for block in self._blocks() if self.size > LEAF_SIZE else ():
                tree.add(block)
            self._tree = tree
        return self._tree

    def _blocks(self) -> Sequence[bytes]:
        key = key_of(self._digest, TREE)
        try:
            kept = decode_blocks(self._bucket.get(key, 0, MOST_TREE), self._cid, self.size)
            if kept is not None:
                return kept
        except ObjectGone:
            pass
        for _attempt in range(_TRIES):
            collector = BlockCollector()
            for index in range(leaf_count(self.size)):
                collector.add(self._range(index, index + 1) or b"\0")
            tree = collector.tree()
            if tree.cid == self._cid:
                self._bucket.put(key, encode_blocks(tree.blocks))
                return tree.blocks
        raise self._damaged()

    def _damaged(self) -> StoreDamaged:
        self._bucket.put(key_of(self._digest, DAMAGED), b"")
        self._on_damage(self._digest)
        return StoreDamaged(
            _("{name} in {place} is damaged, and is passed on to nobody: fetch it again").format(
                name=key_of(self._digest, BYTES), place=self._bucket.place
            )
        )


def _cut(data: bytes, first: int, end: int) -> Iterator[tuple[int, memoryview]]:
    view = memoryview(data)
    for index in range(first, end):
        at = (index - first) * LEAF_SIZE
        yield index, view[at : at + LEAF_SIZE]
