"""Files in the home that their owner edits: read with care, and changed by one at a time."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .atomic_file import new_file
from .directory import FILE_MODE, Home


class OwnerFileError(Exception):
    """A file that cannot be read; the text says why, for a person."""


def read_owner_file(path: Path, most: int) -> bytes:
    """A file in the home, up to one byte more than `most`; empty where there is none. Raises
    `OwnerFileError`."""
    return _read(path, most, os.O_NOFOLLOW) if os.path.lexists(path) else b""


def read_any_file(path: Path, most: int) -> bytes:
    """As `read_owner_file`, of any file. Raises `OwnerFileError` where there is none, too."""
    return _read(path, most, 0)


def replace_owner_file(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises `OSError`."""
    with new_file(path, mode=FILE_MODE, replace=True) as file:
        file.write(data)


@contextmanager
def owner_files_lock(home: Home) -> Iterator[None]:
    """Be the only process that changes files of the owner."""
    home.prepare()
    descriptor = os.open(home.path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path, most: int, no_links: int) -> bytes:
    # Without waiting: what lies there might be a pipe.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | no_links
    try:
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            if not stat.S_ISREG(mode):
                raise OwnerFileError(f"{path} is no plain file: put one in its place")
            if no_links and mode & 0o022:
                raise OwnerFileError(f"others can change {path}: make it private with chmod 600")
            return file.read(most + 1)
    except OSError as error:
        raise OwnerFileError(f"cannot read {path}: {error.strerror}") from error
