"""Partial files: a blob on its way. Which leaves lie in one is never noted: they are hashed."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import os
from pathlib import Path

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.cid import digest_of
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.errors import WrongBlock

from ..interface.blobs import HeldBlob, PartialBlob
from .blob_names import PART, PIN, TREE, path_of
from .durable_file import set_time, sync_folder, write_file
from .file_errors import as_store_errors
from .tree_file import encode_blocks

_FLAGS = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW


class PartialFile(PartialBlob):
    """See `PartialBlob`. Not to be used by two threads at once but for `read`."""

    def __init__(self, folder: Path, cid: bytes) -> None:
        self._folder = folder
        self._cid = cid
        self._path = path_of(folder, digest_of(cid), PART)
        with as_store_errors(folder):
            self._descriptor: int | None = os.open(self._path, _FLAGS, 0o600)

    def verified_leaves(self, tree: VerifiedTree) -> list[int]:
        found = []
        for index in range(self._leaves_there()):
            data = self.read(index, LEAF_SIZE)
            try:
                if index < tree.leaf_count:
                    tree.check_leaf(index, data)
                    found.append(index)
            except WrongBlock:
                continue
        return found

    def write(self, index: int, data: bytes) -> None:
        with as_store_errors(self._folder):
            written = os.pwrite(self._file, data, index * LEAF_SIZE)
            while written < len(data):  # a signal, or the last of the disk
                written += os.pwrite(self._file, data[written:], index * LEAF_SIZE + written)

    def read(self, index: int, size: int) -> bytes:
        with as_store_errors(self._folder):
            return os.pread(self._file, size, index * LEAF_SIZE)

    def complete(self, tree: VerifiedTree, now_ms: int) -> HeldBlob:
        assert tree.size is not None
        digest, size = digest_of(self._cid), tree.size
        self.finish(tree)
        with as_store_errors(self._folder):
            if tree.blocks:
                write_file(path_of(self._folder, digest, TREE), encode_blocks(tree.blocks))
            final = path_of(self._folder, digest)
            self._path.rename(final)
            set_time(final, now_ms)
            sync_folder(self._folder)
        self.close()
        is_pinned = path_of(self._folder, digest, PIN).exists()
        return HeldBlob(self._cid, size, now_ms, is_pinned)

    def finish(self, tree: VerifiedTree) -> Path:
        """All of it was written: the file, which is on the disk and has the size of the blob."""
        assert tree.size is not None
        with as_store_errors(self._folder):
            os.ftruncate(self._file, tree.size)  # where an earlier one was wrongly longer
            os.fsync(self._file)
        return self._path

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @property
    def _file(self) -> int:
        if self._descriptor is None:
            raise ValueError("the partial blob is closed")
        return self._descriptor

    def _leaves_there(self) -> int:
        with as_store_errors(self._folder):
            return -(-os.fstat(self._file).st_size // LEAF_SIZE)
