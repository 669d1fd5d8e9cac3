"""An archive that was unpacked into a directory."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from sayso_protocol.translation import _

from .. import archive_limits
from ..model import ArchiveError
from .container import safe_name, too_many_files
from .metered_stream import Budget, MeteredStream

_MEDIA_SUFFIXES = ("media", "media_attachments", "assets", "node_modules", ".git")


class DirectoryContainer:
    """An unpacked archive. Links in it are not followed: it may be a stranger's."""

    def __init__(self, path: Path) -> None:
        self._root = path
        self._budget = Budget()
        # Unpacked on Linux, a zip of Windows PowerShell has backslashes in the names of its files.
        self._files = {name.replace("\\", "/"): name for name in self._walk()}

    def _walk(self) -> Iterator[str]:
        count = 0
        for directory, folders, files in os.walk(self._root, onerror=_raise):
            below = Path(directory).relative_to(self._root)
            deep = len(below.parts) + 1 >= archive_limits.MAX_DEPTH
            # Attachments are many and hold no posts.
            folders[:] = [] if deep else [f for f in folders if not f.endswith(_MEDIA_SUFFIXES)]
            count += len(files) + len(folders)
            if count > archive_limits.MAX_MEMBERS:
                raise too_many_files(self._root)
            yield from ((below / name).as_posix() for name in files)

    def names(self) -> list[str]:
        """See Container."""
        return list(self._files)

    def has(self, name: str) -> bool:
        """See Container. Folders on the way that are links are not followed either."""
        if name in self._files:
            return True
        safe = safe_name(name)
        if safe is None:
            return False
        path = self._root / safe
        ways = [path, *path.parents][: len(Path(safe).parts)]
        with suppress(OSError):
            return not any(way.is_symlink() for way in ways) and path.is_file()
        return False

    def open(self, name: str, budget: Budget | None = None) -> MeteredStream:
        """See Container; raises ArchiveError for what is not a regular file."""
        path = self._root / self._files.get(name, name)
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArchiveError(
                _("{path} is a link or no regular file; put the file itself there").format(
                    path=path
                )
            )
        return MeteredStream(path.open("rb"), budget or self._budget, name)

    def close(self) -> None:
        """See Container."""


def _raise(error: OSError) -> None:
    raise error
