"""A tar, packed or not, read without trusting what it says about itself."""

import io
import tarfile
from pathlib import Path
from typing import IO, cast

from sayso_protocol.translation import _

from .. import archive_limits
from ..model import ArchiveError
from .container import safe_name, too_many_files
from .metered_stream import Budget, MeteredStream, too_large
from .packed_file import open_packed


class _Guard(io.RawIOBase):
    """Bounds what the tar reader takes: at once, and in all."""

    def __init__(self, inner: IO[bytes]) -> None:
        self._inner = inner

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= archive_limits.MAX_TAR_READ:
            raise ArchiveError(_("the tar has a header of absurd size; get a new copy of it"))
        data = self._inner.read(size)
        _check_end(self._inner.tell())
        return data

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        # Going there means unpacking all before it, so what a header claims is checked first.
        _check_end(offset)
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()


def _check_end(position: int) -> None:
    if position > archive_limits.MAX_TAR_BYTES:
        gib = archive_limits.MAX_TAR_BYTES >> 30
        msg = _("the tar unpacks to more than {gib} GiB; unpack it and give the directory").format(
            gib=gib
        )
        raise ArchiveError(msg)


class TarContainer:
    """A tar file, packed or plain.

    Opening walks over all of it once, to find what it holds.
    """

    def __init__(self, path: Path) -> None:
        inner = open_packed(path)
        self._inner = inner
        try:
            guard = cast("IO[bytes]", _Guard(inner))
            self._tar = tarfile.open(fileobj=guard, mode="r:", errorlevel=1)  # noqa: SIM115
            self._members = self._scan(path)
        except BaseException:
            inner.close()
            raise
        self._budget = Budget()

    def _scan(self, path: Path) -> dict[str, tarfile.TarInfo]:
        found: dict[str, tarfile.TarInfo] = {}
        for count, member in enumerate(self._tar, 1):
            if count > archive_limits.MAX_MEMBERS:
                raise too_many_files(path)
            name = safe_name(member.name.removeprefix("./"))
            # A sparse file can claim any size from a few bytes; no export has one.
            if name is not None and member.isreg() and not member.issparse():
                found[name] = member
        return found

    def names(self) -> list[str]:
        """See Container."""
        return list(self._members)

    def has(self, name: str) -> bool:
        """See Container."""
        return name in self._members

    def open(self, name: str, budget: Budget | None = None) -> MeteredStream:
        """See Container; raises ArchiveError if it is too large."""
        member = self._members[name]
        if member.size > archive_limits.MAX_MEMBER_BYTES:
            raise too_large(name)
        inner = self._tar.extractfile(member)
        assert inner is not None, "only regular files are listed"
        return MeteredStream(inner, budget or self._budget, name)

    def close(self) -> None:
        """See Container."""
        self._tar.close()
        self._inner.close()
