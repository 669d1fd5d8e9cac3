"""The files of an archive, in whatever holds them: a zip, a tar or a directory.

Names from inside are only ever compared, never used to write; unsafe ones (absolute,
with `..` or control characters, links) are left out of the listing as if they were not there.
"""

from __future__ import annotations

from pathlib import Path, PurePosixPath
from typing import Protocol

from sayso_protocol.translation import _

from .. import archive_limits
from ..model import ArchiveError
from .metered_stream import Budget, MeteredStream


class Container(Protocol):
    """Files by name, to be read once each from beginning to end."""

    def names(self) -> list[str]:
        """The safe names of all regular files, with `/` between parts."""

    def has(self, name: str) -> bool:
        """Whether there is such a file; also one among the media, which `names` may leave out."""

    def open(self, name: str, budget: Budget | None = None) -> MeteredStream:
        """The unpacked bytes of a file that is there, counted in one budget or another."""

    def close(self) -> None:
        """Let go of the underlying file."""


def too_many_files(where: Path | str) -> ArchiveError:
    """The refusal of more files than any real archive has."""
    most = archive_limits.MAX_MEMBERS
    return ArchiveError(
        _("{where} holds over {most} files; give the directory of the archive alone").format(
            where=where, most=most
        )
    )


def safe_name(name: str) -> str | None:
    """A name with `/` between its parts, also where Windows PowerShell put backslashes; None where
    it leads out of the place where it would be unpacked."""
    plain = name.replace("\\", "/")
    parts = PurePosixPath(plain).parts
    below = bool(parts) and not plain.startswith("/") and ".." not in parts
    is_drive = below and parts[0].endswith(":")
    # Names are shown in messages.
    return plain if below and not is_drive and plain.isprintable() else None
