"""Arriving files: the bytes of a blob that is here or on its way, as the running node verifies
them."""

from __future__ import annotations

import os
from pathlib import Path

from sayso_protocol.blob.cid import digest_of
from sayso_protocol.translation import _
from sayso_storage.blobs.blob_names import PART, path_of
from sayso_storage.interface.blobs import BlobReader
from sayso_storage.interface.errors import StoreError

from ..home.directory import Home
from .blob_store import open_blobs

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class ArrivingFile:
    """Reads the beginning of a blob up to where the node says that all of it is verified. Once
    open, it stays readable when the blob is whole, or evicted."""

    def __init__(self, home: Home, cid: bytes, *, is_sealed: bool = False) -> None:
        self._folder = home.sealed if is_sealed else home.blobs
        self._digest = digest_of(cid)
        self._home = None if is_sealed else home
        self._cid = cid
        self._descriptor: int | None = None
        self._reader: BlobReader | None = None
        self.at = 0
        """Bytes that were read."""

    def read_up_to(self, end: int, most: int = 1 << 20) -> bytes:
        """The next bytes, at most up to byte `end`; empty where there are none. Raises
        `StoreError`."""
        wanted = min(end - self.at, most)
        if wanted <= 0:
            return b""
        if self._descriptor is None and self._reader is None:
            self._open()
        if self._descriptor is not None:
            data = os.pread(self._descriptor, wanted, self.at)
        else:
            assert self._reader is not None
            data = self._reader.read(self.at, wanted)
        if not data:
            raise StoreError(_("the blob went away while it was read: fetch it again"))
        self.at += len(data)
        return data

    def close(self) -> None:
        """Let it go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def _open(self) -> None:
        paths: list[Path] = [path_of(self._folder, self._digest, end) for end in (PART, "")]
        # It may take its whole name between the two.
        for path in [*paths, *paths]:
            try:
                self._descriptor = os.open(path, _FLAGS)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(
                    _("cannot read {path}: {reason}").format(path=path, reason=error.strerror)
                ) from error
            return
        # Of a hub it may lie in a bucket.
        self._reader = None if self._home is None else open_blobs(self._home).open(self._cid)
        if self._reader is None:
            raise StoreError(_("the blob is not here any more: fetch it again"))
