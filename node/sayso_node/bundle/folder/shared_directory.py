"""Directories that others may write too, and that may be gone at any moment.

Everything goes through descriptors, and no link is followed: whoever can write in the folder makes
this program neither read nor write anywhere else, nor wait for a pipe.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final

from .folder_limits import MAX_NAMES, STALE_SECONDS

_DIRECTORY: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_DRAFT: Final = ".draft"
_GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ELOOP})
"""Errors of a name that is not there, or is not what was looked for."""
_NOT_SYNCED: Final = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF, errno.EACCES})
"""Errors of file systems on which a directory cannot be synced by itself."""


class SharedDirectory:
    """An open directory; names in it are single ones. All methods raise `OSError`."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self.path = path
        self._descriptor = descriptor
        self._is_changed = False
        """Whether there are names in it that may not be durable yet."""

    @contextmanager
    def inside(self, name: str, *, make: bool = False) -> Iterator[SharedDirectory | None]:
        """A directory in this one, with `make` a new one where there is none; else None."""
        descriptor = self._open(name, make=make)
        if descriptor is None:
            yield None
            return
        try:
            directory = SharedDirectory(descriptor, self.path / name)
            yield directory
            directory.sync()
        finally:
            os.close(descriptor)

    def _open(self, name: str, *, make: bool) -> int | None:
        flags = _DIRECTORY | os.O_NOFOLLOW
        try:
            return os.open(name, flags, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno not in _GONE or (make and error.errno != errno.ENOENT):
                raise
            if not make:
                return None
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=self._descriptor)
            self._is_changed = True
        return os.open(name, flags, dir_fd=self._descriptor)

    def names(self) -> list[str]:
        """What is in it, in order; of more than `MAX_NAMES` some."""
        with os.scandir(self._descriptor) as found:
            return sorted(entry.name for entry in islice(found, MAX_NAMES))

    def size_of(self, name: str) -> int | None:
        """The size of a plain file; None where there is none."""
        try:
            found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except OSError as error:
            if error.errno not in _GONE:
                raise
            return None
        return found.st_size if stat.S_ISREG(found.st_mode) else None

    def read(self, name: str, most: int) -> bytes | None:
        """A plain file of `most` bytes at the most; None where there is none."""
        # Without O_NONBLOCK a pipe would be waited for, for ever, until somebody writes.
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOFOLLOW
        try:
            descriptor = os.open(name, flags, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno not in (*_GONE, errno.ENXIO, errno.EACCES, errno.EPERM):
                raise
            return None
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_size > most:
                return None
            data = file.read(most + 1)
        return data if len(data) <= most else None

    def write(self, name: str, data: bytes) -> None:
        """A new file, whole and on the disk, or none. Its name is durable with the next `sync`."""
        draft = f"{name[:40]}-{secrets.token_hex(4)}{_DRAFT}"
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(draft, flags, 0o666, dir_fd=self._descriptor)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.rename(draft, name, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)
        except BaseException:
            self.remove(draft)
            raise
        self._is_changed = True

    def remove(self, name: str) -> None:
        """Remove a file, where that can be done."""
        with suppress(OSError):
            os.unlink(name, dir_fd=self._descriptor)

    def remove_drafts(self, names: list[str]) -> None:
        """Remove those of `names` that are what a stick that was pulled out has left."""
        for name in names:
            if name.endswith(_DRAFT):
                with suppress(OSError):
                    found = os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
                    if time.time() - found.st_mtime > STALE_SECONDS:
                        self.remove(name)

    def sync(self) -> None:
        """Make new names in it durable, as also happens when it is left."""
        if not self._is_changed:
            return
        self._is_changed = False
        try:
            os.fsync(self._descriptor)
        except OSError as error:
            if error.errno not in _NOT_SYNCED:
                raise


@contextmanager
def opened_directory(path: Path) -> Iterator[SharedDirectory]:
    """The directory that the owner named; it may be a link to one. Raises `OSError`."""
    descriptor = os.open(path, _DIRECTORY)
    try:
        directory = SharedDirectory(descriptor, path)
        yield directory
        directory.sync()
    finally:
        os.close(descriptor)
