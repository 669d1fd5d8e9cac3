"""An archive in a zip file."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _, mark

from .. import archive_limits
from ..model import ArchiveError
from .container import safe_name, too_many_files
from .metered_stream import Budget, MeteredStream, too_large

_ENCRYPTED: Final = 0x1

_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2})
"""Ways of packing that are read: of the others, LZMA lets a header ask for 4 GiB of memory."""

_NAMES: Final = {
    1: "Shrink",
    6: "Implode",
    9: mark("Deflate64, as Windows does with large ones"),
    14: "LZMA",
    93: "Zstandard",
    20: "Zstandard",
    95: "xz",
    98: "PPMd",
    99: mark("AES encryption"),
}
"""APPNOTE.TXT of PKWARE, section 4.4.5."""


class ZipContainer:
    """A zip file."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        if len(infos) > archive_limits.MAX_MEMBERS:
            raise too_many_files(path)
        named = ((safe_name(info.filename), info) for info in infos if self._is_plain(info))
        self._infos = {name: info for name, info in named if name is not None}
        self._path = path
        self._budget = Budget()

    @staticmethod
    def _is_plain(info: zipfile.ZipInfo) -> bool:
        mode = info.external_attr >> 16
        linked = stat.S_IFMT(mode) not in (0, stat.S_IFREG)
        return not linked and not info.is_dir()

    def names(self) -> list[str]:
        """See Container."""
        return list(self._infos)

    def has(self, name: str) -> bool:
        """See Container."""
        return name in self._infos

    def open(self, name: str, budget: Budget | None = None) -> MeteredStream:
        """See Container; raises ArchiveError if it is encrypted, too large, or packed in a way that
        is not known here."""
        info = self._infos[name]
        if info.flag_bits & _ENCRYPTED:
            raise ArchiveError(
                _("the zip is encrypted; unpack it with its password and give the directory")
            )
        if info.compress_type not in _METHODS:
            number = info.compress_type
            way = (
                _(_NAMES[number])
                if number in _NAMES
                else _("method {number}").format(number=number)
            )
            raise ArchiveError(
                _(
                    "{path} is packed with {way}, which is not read here: unpack it and give "
                    "the directory"
                ).format(path=self._path, way=way)
            )
        if info.file_size > archive_limits.MAX_MEMBER_BYTES:
            raise too_large(name)
        return MeteredStream(self._zip.open(info), budget or self._budget, name)

    def close(self) -> None:
        """See Container."""
        self._zip.close()
