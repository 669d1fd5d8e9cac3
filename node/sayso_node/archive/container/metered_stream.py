"""Streams that give a bounded number of unpacked bytes."""

from __future__ import annotations

from typing import IO, Self

from sayso_protocol.translation import _

from .. import archive_limits
from ..model import ArchiveError


class Budget:
    """The unpacked bytes that one archive may still give."""

    def __init__(self, total: int | None = None) -> None:
        self._total = archive_limits.MAX_TOTAL_BYTES if total is None else total
        self._left = self._total

    def spend(self, count: int) -> None:
        """Take `count` bytes off; raises ArchiveError when all is spent."""
        self._left -= count
        if self._left < 0:
            gib = max(self._total >> 30, 1)
            raise ArchiveError(
                _("the archive unpacks to more than {gib} GiB; split it").format(gib=gib)
            )


class MeteredStream:
    """A stream that gives at most a declared number of bytes, and counts them.

    Sizes written in an archive are claims; what counts is what comes out.
    """

    def __init__(self, inner: IO[bytes], budget: Budget, name: str) -> None:
        self._inner = inner
        self._budget = budget
        self._left = archive_limits.MAX_MEMBER_BYTES
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
    gib = archive_limits.MAX_MEMBER_BYTES >> 30
    return ArchiveError(
        _("{name} unpacks to more than {gib} GiB, which no export does; not read").format(
            name=name, gib=gib
        )
    )
