"""An archive in a zip file."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path

from .. import archive_limits
from ..model import ArchiveError
from .container import is_safe, too_many_files
from .metered_stream import Budget, MeteredStream, too_large

_ENCRYPTED = 0x1


class ZipContainer:
    """A zip file."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        if len(infos) > archive_limits.MAX_MEMBERS:
            raise too_many_files(path)
        self._infos = {info.filename: info for info in infos if self._is_plain(info)}
        self._budget = Budget()

    @staticmethod
    def _is_plain(info: zipfile.ZipInfo) -> bool:
        mode = info.external_attr >> 16
        linked = stat.S_IFMT(mode) not in (0, stat.S_IFREG)
        return not linked and not info.is_dir() and is_safe(info.filename)

    def names(self) -> list[str]:
        """See Container."""
        return list(self._infos)

    def open(self, name: str) -> MeteredStream:
        """See Container; raises ArchiveError if it is encrypted or too large."""
        info = self._infos[name]
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveError(
                "the zip is encrypted; unpack it with its password and give the directory"
            )
        if info.file_size > archive_limits.MAX_MEMBER_BYTES:
            raise too_large(name)
        return MeteredStream(self._zip.open(info), self._budget, name)

    def close(self) -> None:
        """See Container."""
        self._zip.close()
