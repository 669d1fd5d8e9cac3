"""The files of an archive, in whatever holds them: a zip, a tar or a directory.

Names from inside are only ever compared, never used to write; unsafe ones (absolute,
with `..` or control characters, links) are left out of the listing as if they were not there.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Protocol

from .. import archive_limits
from ..model import ArchiveError
from .metered_stream import MeteredStream


class Container(Protocol):
    """Files by name, to be read once each from beginning to end."""

    def names(self) -> list[str]:
        """The safe names of all regular files, with `/` between parts."""

    def open(self, name: str) -> MeteredStream:
        """The unpacked bytes of a file that `names` lists."""

    def close(self) -> None:
        """Let go of the underlying file."""


def too_many_files(where: Path | str) -> ArchiveError:
    """The refusal of more files than any real archive has."""
    most = archive_limits.MAX_MEMBERS
    return ArchiveError(f"{where} holds over {most} files; give the directory of the archive alone")


def is_safe(name: str) -> bool:
    """Whether a name stays below the place where it would be unpacked."""
    parts = PurePosixPath(name).parts
    below = bool(parts) and not name.startswith("/") and "\\" not in name and ".." not in parts
    return below and name.isprintable()  # names are shown in messages
