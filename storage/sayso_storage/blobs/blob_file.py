"""Blob files: a whole blob that is open. A shared lock keeps others from evicting it."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import errno
import fcntl
import os
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from sayso_protocol.blob.blob_limits import LEAF_SIZE
from sayso_protocol.blob.tree_shape import leaf_count
from sayso_protocol.translation import _

from ..interface.blobs import BlobReader
from ..interface.errors import StoreDamaged
from .blob_names import TREE, cid_of, path_of
from .durable_file import write_file
from .file_errors import as_store_errors
from .tree_file import BlockCollector, decode_blocks, encode_blocks

# Without O_NONBLOCK a pipe in the place of a blob would be waited for.
OPEN_FLAGS: Final = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK


class BlobFile(BlobReader):
    """See `BlobReader`. Threads may read from one at once."""

    def __init__(self, folder: Path, digest: bytes) -> None:
        """Raises `FileNotFoundError`, `StoreError`."""
        self._folder = folder
        self._digest = digest
        self._descriptor: int | None = os.open(path_of(folder, digest), OPEN_FLAGS)
        try:
            self.size = _locked_size(self._descriptor)
        except OSError:
            self.close()
            raise

    def read(self, start: int, size: int) -> bytes:
        if self._descriptor is None:
            raise ValueError(_("the blob is closed"))
        with as_store_errors(self._folder):
            return os.pread(self._descriptor, size, start)

    def inner_blocks(self) -> Sequence[bytes]:
        if self.size <= LEAF_SIZE:
            return ()
        path = path_of(self._folder, self._digest, TREE)
        with suppress(OSError):
            kept = decode_blocks(path.read_bytes(), self._cid, self.size)
            if kept is not None:
                return kept
        blocks = self._hash()
        with suppress(OSError):  # they are made anew next time
            write_file(path, encode_blocks(blocks))
        return blocks

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    @property
    def _cid(self) -> bytes:
        return cid_of(self._digest, self.size)

    def _hash(self) -> Sequence[bytes]:
        """The blocks from the bytes. Raises `StoreDamaged` where these are others by now."""
        collector = BlockCollector()
        for index in range(leaf_count(self.size)):
            collector.add(self.read(index * LEAF_SIZE, LEAF_SIZE))
        tree = collector.tree()
        if tree.cid != self._cid:
            name = path_of(self._folder, self._digest)
            raise StoreDamaged(
                _("{name} is damaged: remove it, then fetch it again").format(name=name)
            )
        return tree.blocks


def _locked_size(descriptor: int) -> int:
    """The size of a file, which is locked for reading from then on. Raises `OSError`."""
    fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    return state.st_size
