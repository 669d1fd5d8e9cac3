"""Draft files: a stream on its way to the disk, hashed as it comes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from sayso_protocol.blob.blob_limits import LEAF_SIZE, MAX_BLOB
from sayso_protocol.blob.verified_tree import VerifiedTree
from sayso_protocol.translation import _

from ..interface.errors import StoreError
from .durable_file import open_new
from .tree_file import BlockCollector


def copy_stream(source: BinaryIO, draft: Path) -> VerifiedTree:
    """Copy a stream to a new file on the disk, and hash it. Raises `OSError`, `StoreError`."""
    collector, size = BlockCollector(), 0
    with os.fdopen(open_new(draft), "wb") as file:
        while leaf := _read_leaf(source):
            size += len(leaf)
            if size > MAX_BLOB:
                raise StoreError(_("the file is longer than 4 GiB: cut it, then attach its parts"))
            file.write(leaf)
            collector.add(leaf)
        if not size:
            raise StoreError(_("there is nothing in the file: choose another"))
        file.flush()
        os.fsync(file.fileno())
    return collector.tree()


def _read_leaf(source: BinaryIO) -> bytes:
    """The next leaf: a stream may give less at a time than it is asked for."""
    parts, missing = [], LEAF_SIZE
    while missing and (part := source.read(missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)
