"""Bucket partials: a blob on its way lies in a file of this machine until it is whole."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sayso_protocol.blob.verified_tree import VerifiedTree

from ...interface.blobs import HeldBlob, PartialBlob
from ..partial_file import PartialFile

TakeIn = Callable[[Path, VerifiedTree, int], HeldBlob]
"""Puts a file that is whole into the bucket. Raises `StoreError`."""


class BucketPartial(PartialBlob):
    """See `PartialBlob`. What could not be put into the bucket stays here, to go on later."""

    def __init__(self, part: PartialFile, take_in: TakeIn) -> None:
        self._part = part
        self._take_in = take_in

    def verified_leaves(self, tree: VerifiedTree) -> list[int]:
        return self._part.verified_leaves(tree)

    def write(self, index: int, data: bytes) -> None:
        self._part.write(index, data)

    def read(self, index: int, size: int) -> bytes:
        return self._part.read(index, size)

    def complete(self, tree: VerifiedTree, now_ms: int) -> HeldBlob:
        path = self._part.finish(tree)
        held = self._take_in(path, tree, now_ms)
        path.unlink(missing_ok=True)
        self.close()
        return held

    def close(self) -> None:
        self._part.close()
