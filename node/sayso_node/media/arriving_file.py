"""Arriving files: the bytes of a blob that is here or on its way, as the running node verifies
them."""

from __future__ import annotations

import os
from pathlib import Path

from sayso_protocol.blob.cid import digest_of
from sayso_protocol.translation import _
from sayso_storage.blobs.blob_names import PART, path_of
from sayso_storage.interface.errors import StoreError

from ..home.directory import Home

_FLAGS = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW


class ArrivingFile:
    """Reads the beginning of a blob up to where the node says that all of it is verified. Once
    open, it stays readable when the blob is whole, or evicted."""

    def __init__(self, home: Home, cid: bytes, *, is_sealed: bool = False) -> None:
        self._folder = home.sealed if is_sealed else home.blobs
        self._digest = digest_of(cid)
        self._descriptor: int | None = None
        self.at = 0
        """Bytes that were read."""

    def read_up_to(self, end: int, most: int = 1 << 20) -> bytes:
        """The next bytes, at most up to byte `end`; empty where there are none. Raises
        `StoreError`."""
        wanted = min(end - self.at, most)
        if wanted <= 0:
            return b""
        if self._descriptor is None:
            self._descriptor = self._open()
        data = os.pread(self._descriptor, wanted, self.at)
        if not data:
            raise StoreError(_("the blob went away while it was read: fetch it again"))
        self.at += len(data)
        return data

    def close(self) -> None:
        """Let it go."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> int:
        paths: list[Path] = [path_of(self._folder, self._digest, end) for end in (PART, "")]
        # It may take its whole name between the two.
        for path in [*paths, *paths]:
            try:
                return os.open(path, _FLAGS)
            except FileNotFoundError:
                continue
            except OSError as error:
                raise StoreError(
                    _("cannot read {path}: {reason}").format(path=path, reason=error.strerror)
                ) from error
        raise StoreError(_("the blob is not here any more: fetch it again"))
