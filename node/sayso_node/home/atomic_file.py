"""Files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final, Protocol

_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""Errors of file systems without hard links, as that of most sticks."""


STALE_SECONDS: Final = 3600
"""After this time a draft is nobody's: whoever writes one ends within seconds."""

_MARK_SIZE: Final = 4
"""Bytes of chance in the name of a draft."""


@contextmanager
def new_file(path: Path, *, mode: int, replace: bool) -> Iterator[BinaryIO]:
    """A file beside `path` that takes its name once all is written and on the disk.

    With `replace` it takes the place of what is there; else it raises `FileExistsError`.
    `mode` is narrowed by the umask. Raises `OSError`.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), str(path))
    remove_drafts(path.parent, path.name)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(_MARK_SIZE)}")
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


def remove_drafts(folder: Path, *names: str, age_seconds: float = STALE_SECONDS) -> None:
    """Remove what a crash has left of `new_file` for these names: plain files of the own user,
    which nobody has written to for so long. Where that cannot be done they stay."""
    with suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            name, _, mark = entry.name[1:].rpartition(".")
            is_draft = entry.name[0] == "." and name in names and _is_mark(mark)
            if is_draft and _is_stale(entry, age_seconds):
                Path(entry.path).unlink(missing_ok=True)


def _is_mark(text: str) -> bool:
    return len(text) == 2 * _MARK_SIZE and set(text) <= set("0123456789abcdef")


def _is_stale(entry: os.DirEntry[str], age_seconds: float) -> bool:
    found = entry.stat(follow_symlinks=False)
    is_own = stat.S_ISREG(found.st_mode) and found.st_uid == os.geteuid()
    return is_own and time.time() - found.st_mtime >= age_seconds


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
