"""Files that may be packed with gzip, bzip2 or xz, opened as what is in them."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from pathlib import Path
from typing import IO, Final, cast

from sayso_protocol.translation import _

from .. import archive_limits
from ..model import ArchiveError

_GZIP: Final = b"\x1f\x8b"
_BZIP2: Final = b"BZh"
_XZ: Final = b"\xfd7zXZ\0"
_FOREIGN: Final = {
    b"7z\xbc\xaf'\x1c": "7-Zip",
    b"Rar!\x1a\x07": "RAR",
    b"\x28\xb5\x2f\xfd": "Zstandard",
    b"\x04\x22\x4d\x18": "LZ4",
}
_CHUNK: Final = 1 << 16


def open_packed(path: Path) -> IO[bytes]:
    """The unpacked bytes of a file; those of one that is not packed as they are. The stream can be
    sought in. Raises ArchiveError for a packing that is not known here."""
    with path.open("rb") as file:
        start = file.read(8)
    for mark, name in _FOREIGN.items():
        if start.startswith(mark):
            raise ArchiveError(
                _(
                    "{path} is packed with {name}, which is not read here: unpack it and give the "
                    "directory"
                ).format(path=path, name=name)
            )
    if start.startswith(_GZIP):
        return cast("IO[bytes]", gzip.open(path, "rb"))
    if start.startswith(_BZIP2):
        return cast("IO[bytes]", bz2.open(path, "rb"))
    if start.startswith(_XZ):
        return cast("IO[bytes]", io.BufferedReader(_XzFile(path), _CHUNK))
    return path.open("rb")


class _XzFile(io.RawIOBase):
    """An xz file unpacked in bounded memory, which `lzma.LZMAFile` cannot be told to do."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("rb")
        self._start()

    def _start(self) -> None:
        self._file.seek(0)
        self._position = 0
        self._ended = False
        self._unpacker = lzma.LZMADecompressor(memlimit=archive_limits.MAX_XZ_MEMORY)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        target = offset + (self._position if whence == io.SEEK_CUR else 0)
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a packed file is not known")
        if target < self._position:
            self._start()
        while self._position < target and self._next(min(_CHUNK, target - self._position)):
            pass
        return self._position

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        data = self._next(len(view))
        view[: len(data)] = data
        return len(data)

    def _next(self, most: int) -> bytes:
        """Up to `most` bytes further; none at the end. Raises EOFError on a file cut off."""
        while not self._ended:
            if self._unpacker.eof:
                self._next_part(self._unpacker.unused_data)
                continue
            data = self._file.read(_CHUNK) if self._unpacker.needs_input else b""
            if self._unpacker.needs_input and not data:
                raise EOFError(_("the file ends within a packed part"))
            unpacked = self._unpack(data, most)
            if unpacked:
                self._position += len(unpacked)
                return unpacked
        return b""

    def _unpack(self, data: bytes, most: int) -> bytes:
        try:
            return self._unpacker.decompress(data, most)
        except lzma.LZMAError as error:
            if "memory" in str(error).lower():
                raise ArchiveError(
                    _("the xz file asks for too much memory: unpack it and give what is in it")
                ) from error
            raise

    def _next_part(self, rest: bytes) -> None:
        """Go on with the part behind the one that has ended; parts may be padded with zeros."""
        while not (rest := rest.lstrip(b"\0")):
            rest = self._file.read(_CHUNK)
            if not rest:
                self._ended = True
                return
        self._unpacker = lzma.LZMADecompressor(memlimit=archive_limits.MAX_XZ_MEMORY)
        self._file.seek(-len(rest), io.SEEK_CUR)

    def close(self) -> None:
        self._file.close()
        super().close()
