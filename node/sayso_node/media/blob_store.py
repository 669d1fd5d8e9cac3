"""The store of blobs of a home."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sayso_storage.interface.blobs import Blobs, HeldBlob

from ..clock import now_ms
from ..home.blob_place import open_blobs_of
from ..home.directory import Home


def open_blobs(home: Home) -> Blobs:
    """The blobs of a home. Touches nothing yet. Raises `StoreError` where they lie in a bucket that
    cannot be used."""
    return open_blobs_of(home)


def add_blob(home: Home, file: Path | BinaryIO) -> HeldBlob:
    """Take a file of the owner into the store of blobs, pinned: `cid` and `size` are the first two
    parts of an attachment. It is on the disk when this returns, so a post may be signed that names
    it. Raises `StoreError`, `OSError` where the file cannot be read."""
    home.prepare()
    if isinstance(file, Path):
        with file.open("rb") as source:
            return open_blobs(home).add(source, now_ms())
    return open_blobs(home).add(file, now_ms())
