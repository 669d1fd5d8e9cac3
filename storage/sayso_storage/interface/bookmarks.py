"""Bookmarks: entries that the owner wants to find again. Nobody else learns of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Final

from sayso_protocol.content.body import Reference
from sayso_protocol.translation import _

MAX_BOOKMARKS: Final = 100_000
"""More than anybody reads again; a bound on files that are restored."""


def too_many() -> str:
    """Why no more can be made."""
    return _(
        "there are {number} bookmarks already: take one off with `sayso bookmark ID --off`"
    ).format(number=MAX_BOOKMARKS)


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A bookmark and when it was made. What it names may not be held, or not any more."""

    of: Reference
    since_ms: int


class Bookmarks(ABC):
    """See the module."""

    @abstractmethod
    def bookmarks(self) -> list[Bookmark]:
        """All of them, the newest first."""

    @abstractmethod
    def add_bookmark(self, of: Reference, now_ms: int) -> bool:
        """Mark an entry; False where it has a mark already. Raises `StoreError` above
        `MAX_BOOKMARKS`."""

    @abstractmethod
    def remove_bookmark(self, entry_id: bytes) -> bool:
        """Take a mark off; False where there is none."""
