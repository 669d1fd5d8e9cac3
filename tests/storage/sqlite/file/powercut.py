"""A disk that remembers what was written and what was synced, and pictures of power cuts.

The functions of the very SQLite library that Python's sqlite3 uses are wrapped in place
(sqlite.org/vfs.html), so that the product runs unchanged. Every write, truncation, sync
and deletion is noted. A picture is what a disk may hold after a power cut at one point:
all that was synced, and of the rest any part, in sectors of 512 bytes.
"""

from __future__ import annotations

import ctypes
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import POINTER, c_char_p, c_int, c_int64, c_void_p
from ctypes.util import find_library
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SECTOR = 512


@dataclass(frozen=True)
class Write:
    """Bytes at an offset; None cuts the file there, and `sync` marks what is safe."""

    file: str
    offset: int = 0
    data: bytes | None = None
    sync: bool = False
    delete: bool = False


class _IoMethods(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        *((name, c_void_p) for name in ("close", "read", "write", "truncate", "sync")),
        ("rest", c_void_p * 13),
    )


class _File(ctypes.Structure):
    _fields_ = (("methods", POINTER(_IoMethods)),)


class _Vfs(ctypes.Structure):
    _fields_ = (
        ("version", c_int),
        ("file_size", c_int),
        ("longest_path", c_int),
        *((name, c_void_p) for name in ("next", "name", "data", "open", "delete")),
    )


_OPEN = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, POINTER(_File), c_int, c_void_p)
_DELETE = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = ctypes.CFUNCTYPE(c_int, c_void_p, c_int)


def library() -> ctypes.CDLL | None:
    """The SQLite library that Python's own module has loaded, where it can be reached."""
    found = find_library("sqlite3")
    if found is None:
        return None
    loaded = ctypes.CDLL(found)
    loaded.sqlite3_libversion.restype = c_char_p
    same = loaded.sqlite3_libversion().decode() == sqlite3.sqlite_version
    maps = Path("/proc/self/maps")
    shared = maps.exists() and "libsqlite3" in maps.read_text()
    return loaded if same and shared else None


class Recorder:
    """Notes what SQLite does to the files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.log: list[Write] = []
        self._folder = str(folder)
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []  # callbacks and tables that SQLite points to

    @contextmanager
    def installed(self, loaded: ctypes.CDLL) -> Iterator[None]:
        loaded.sqlite3_vfs_find.restype = POINTER(_Vfs)
        vfs = loaded.sqlite3_vfs_find(None).contents
        was = vfs.open, vfs.delete
        vfs.open = self._pointer(_OPEN, self._open(_OPEN(vfs.open)))
        vfs.delete = self._pointer(_DELETE, self._delete(_DELETE(vfs.delete)))
        try:
            yield
        finally:
            vfs.open, vfs.delete = was

    def _pointer(self, kind: Any, function: Any) -> int | None:
        callback = kind(function)
        self._kept.append(callback)
        return ctypes.cast(callback, c_void_p).value

    def _open(self, real: Any) -> Any:
        def opened(vfs: int, name: int | None, file: Any, flags: int, out: int) -> int:
            result: int = real(vfs, name, file, flags, out)
            path = ctypes.string_at(name).decode() if name else ""
            if result == 0 and path.startswith(self._folder):
                self._names[ctypes.addressof(file.contents)] = Path(path).name
                self._wrap(file.contents)
            return result

        return opened

    def _wrap(self, file: _File) -> None:
        table = _IoMethods.from_buffer_copy(file.methods.contents)
        write, truncate, sync = _WRITE(table.write), _TRUNCATE(table.truncate), _SYNC(table.sync)

        def on_write(at: int, data: int, size: int, offset: int) -> int:
            self._note(at, offset=offset, data=ctypes.string_at(data, size))
            return int(write(at, data, size, offset))

        def on_truncate(at: int, size: int) -> int:
            self._note(at, offset=size)
            return int(truncate(at, size))

        def on_sync(at: int, flags: int) -> int:
            result = int(sync(at, flags))
            self._note(at, sync=True)
            return result

        table.write = self._pointer(_WRITE, on_write)
        table.truncate = self._pointer(_TRUNCATE, on_truncate)
        table.sync = self._pointer(_SYNC, on_sync)
        self._kept.append(table)
        file.methods = ctypes.pointer(table)

    def _delete(self, real: Any) -> Any:
        def deleted(vfs: int, name: bytes, sync_folder: int) -> int:
            if name.decode().startswith(self._folder):
                file = Path(name.decode()).name
                self.log += [Write(file, delete=True), Write(file, sync=True)]
            return int(real(vfs, name, sync_folder))

        return deleted

    def _note(self, at: int, **what: Any) -> None:
        self.log.append(Write(self._names[at], **what))


def picture(log: list[Write], chance: random.Random) -> dict[str, bytes]:
    """The state that the disk may have when the power goes after all of `log`."""
    safe = {write.file: place for place, write in enumerate(log) if write.sync}
    files: dict[str, bytearray | None] = {}
    keep = chance.choice([0.0, 0.5, 0.9, 1.0])
    for place, write in enumerate(log):
        if place < safe.get(write.file, -1) or chance.random() < keep:
            _apply(files, write, whole=True, chance=chance)
        elif chance.random() < keep:
            _apply(files, write, whole=False, chance=chance)
    return {name: bytes(data) for name, data in files.items() if data is not None}


def _apply(
    files: dict[str, bytearray | None], write: Write, *, whole: bool, chance: random.Random
) -> None:
    if write.sync:
        return
    if write.delete:
        files[write.file] = None
        return
    data = files.setdefault(write.file, bytearray())
    if data is None:
        data = files[write.file] = bytearray()
    if write.data is None:
        del data[write.offset :]
        return
    for start in range(0, len(write.data), SECTOR):
        if whole or chance.random() < 0.5:
            piece = write.data[start : start + SECTOR]
            offset = write.offset + start
            data.extend(bytes(max(0, offset - len(data))))
            data[offset : offset + len(piece)] = piece
