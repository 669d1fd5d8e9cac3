"""One file out of an export, as if it were all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import IO

from .metered_stream import Budget, MeteredStream


class FileContainer:
    """A single file, under the name that it has in the export."""

    def __init__(self, name: str, open_file: Callable[[], IO[bytes]]) -> None:
        self._name = name
        self._open = open_file
        self._budget = Budget()

    def names(self) -> list[str]:
        """See Container."""
        return [self._name]

    def has(self, name: str) -> bool:
        """See Container."""
        return name == self._name

    def open(self, name: str, budget: Budget | None = None) -> MeteredStream:
        """See Container."""
        return MeteredStream(self._open(), budget or self._budget, name)

    def close(self) -> None:
        """See Container."""
