"""What holds the files of an archive: a zip, a tar or a directory.

Names from inside are only ever compared, never used to write; unsafe ones (absolute,
with `..` or control characters, links) are left out of the listing as if they were not there.
"""

import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Protocol, Self

from . import limits
from .model import ArchiveError

_ENCRYPTED = 0x1
_MEDIA_SUFFIXES = ("media", "media_attachments", "assets", "node_modules", ".git")


class Container(Protocol):
    """Files by name, to be read once each from beginning to end."""

    def names(self) -> list[str]:
        """The safe names of all regular files, with `/` between parts."""

    def open(self, name: str) -> "MeteredStream":
        """The unpacked bytes of a file that `names` lists."""

    def close(self) -> None:
        """Let go of the underlying file."""


class Budget:
    """How many unpacked bytes one archive may still give."""

    def __init__(self) -> None:
        self._left = limits.MAX_TOTAL_BYTES

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises ArchiveError when all is spent."""
        self._left -= count
        if self._left < 0:
            gib = limits.MAX_TOTAL_BYTES >> 30
            raise ArchiveError(f"the archive unpacks to more than {gib} GiB of posts; split it")


class MeteredStream:
    """A stream that gives at most a declared number of bytes, and counts them.

    Sizes written in an archive are claims; what counts is what comes out.
    """

    def __init__(self, inner: IO[bytes], budget: Budget, name: str) -> None:
        self._inner = inner
        self._budget = budget
        self._left = limits.MAX_MEMBER_BYTES
        self._name = name

    def read(self, size: int) -> bytes:
        """At most `size` bytes; raises ArchiveError when there are too many in all."""
        return self._count(self._inner.read(size))

    def readline(self, size: int) -> bytes:
        """A line of at most `size` bytes; raises as `read`."""
        return self._count(self._inner.readline(size))

    def _count(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise too_large(self._name)
        self._budget.spend(len(data))
        return data

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._inner.close()


def too_large(name: str) -> ArchiveError:
    """The refusal of a file that unpacks to more than any real one."""
    gib = limits.MAX_MEMBER_BYTES >> 30
    return ArchiveError(f"{name} unpacks to more than {gib} GiB, which no export does; not read")


def too_many_files(where: Path | str) -> ArchiveError:
    """The refusal of more files than any real archive has."""
    msg = f"{where} holds over {limits.MAX_MEMBERS} files; give the directory of the archive alone"
    return ArchiveError(msg)


def is_safe(name: str) -> bool:
    """Whether a name stays below the place where it would be unpacked."""
    parts = PurePosixPath(name).parts
    below = bool(parts) and not name.startswith("/") and "\\" not in name and ".." not in parts
    return below and name.isprintable()  # names are shown in messages


class ZipContainer:
    """A zip file."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path)
        infos = self._zip.infolist()
        if len(infos) > limits.MAX_MEMBERS:
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
        if info.file_size > limits.MAX_MEMBER_BYTES:
            raise too_large(name)
        return MeteredStream(self._zip.open(info), self._budget, name)

    def close(self) -> None:
        """See Container."""
        self._zip.close()


class DirectoryContainer:
    """An unpacked archive. Links in it are not followed: it may be a stranger's."""

    def __init__(self, path: Path) -> None:
        self._root = path
        self._budget = Budget()
        self._names = list(self._walk())

    def _walk(self) -> Iterator[str]:
        count = 0
        for directory, folders, files in os.walk(self._root, onerror=_raise):
            below = Path(directory).relative_to(self._root)
            deep = len(below.parts) + 1 >= limits.MAX_DEPTH
            # Attachments are many and hold no posts.
            folders[:] = [] if deep else [f for f in folders if not f.endswith(_MEDIA_SUFFIXES)]
            count += len(files) + len(folders)
            if count > limits.MAX_MEMBERS:
                raise too_many_files(self._root)
            yield from ((below / name).as_posix() for name in files)

    def names(self) -> list[str]:
        """See Container."""
        return self._names

    def open(self, name: str) -> MeteredStream:
        """See Container; raises ArchiveError for what is not a regular file."""
        path = self._root / name
        if not stat.S_ISREG(path.lstat().st_mode):
            raise ArchiveError(f"{path} is a link or no regular file; put the file itself there")
        return MeteredStream(path.open("rb"), self._budget, name)

    def close(self) -> None:
        """See Container."""


def _raise(error: OSError) -> None:
    raise error
