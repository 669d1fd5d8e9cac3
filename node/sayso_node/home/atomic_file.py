"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Protocol

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""Errors of file systems without hard links, as that of most sticks."""


@contextmanager
def new_file(path: Path, *, mode: int, replace: bool) -> Iterator[BinaryIO]:
    """A file beside `path` that takes its name once all is written and on the disk.

    With `replace` it takes the place of what is there; else it raises `FileExistsError`.
    `mode` is narrowed by the umask. Raises `OSError`.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(draft, flags, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if replace or not _linked(draft, path):
            draft.rename(path)
        sync_directory(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def new_file_or(
    output: BinaryIO | None, path: Path, *, mode: int, replace: bool
) -> Iterator[BinaryIO]:
    """A stream that is there, flushed at the end, or else a `new_file`. Raises `OSError`."""
    if output is None:
        with new_file(path, mode=mode, replace=replace) as file:
            yield file
        return
    yield output
    output.flush()


def _linked(draft: Path, path: Path) -> bool:
    """Give a file a further name, which must be new; False where there are no hard links."""
    try:
        path.hardlink_to(draft)
    except OSError as error:
        if error.errno in _NO_LINKS:
            return False
        raise
    return True


class FileSource(Protocol):
    """A source of bytes, read in order."""

    def read(self, size: int, /) -> bytes:
        """The next bytes, `size` of them or all that there are."""
        ...


def sync_directory(path: Path) -> None:
    """Make new names in a directory durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
