"""Plain files, opened without waiting for whatever else may lie in their place."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO


class NotPlainError(Exception):
    """A pipe, a device, a directory."""


@contextmanager
def plain_file(path: Path, *, follow_links: bool = False) -> Iterator[tuple[BinaryIO, int]]:
    """A file to read, and its mode. Raises `NotPlainError`, or `OSError` where it cannot be opened,
    or is a link and `follow_links` does not allow it."""
    # Without O_NONBLOCK a pipe would be waited for, for ever, until somebody writes.
    flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK
    descriptor = os.open(path, flags if follow_links else flags | os.O_NOFOLLOW)
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise NotPlainError
    with os.fdopen(descriptor, "rb") as file:
        yield file, mode
