"""Durable files: written under another name, on the disk before they take their own."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Final

from .blob_names import NEW

_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW


def new_path(folder: Path) -> Path:
    """A path that nobody else writes to."""
    return folder / (NEW + secrets.token_hex(8))


def open_new(path: Path) -> int:
    """A new file for the owner alone. Raises `OSError`."""
    return os.open(path, _FLAGS, 0o600)


def write_file(path: Path, data: bytes) -> None:
    """Write a small file whole or not at all. The caller makes its name durable (`sync_folder`).
    Raises `OSError`."""
    draft = new_path(path.parent)
    try:
        with os.fdopen(open_new(draft), "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def set_time(path: Path, now_ms: int) -> None:
    """Note when a file was looked at, as the time of its last change. Raises `OSError`."""
    os.utime(path, ns=(now_ms * 1_000_000, now_ms * 1_000_000))


def sync_folder(folder: Path) -> None:
    """Make new names in a folder durable. Raises `OSError`."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
