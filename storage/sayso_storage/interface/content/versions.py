"""Versions of posts and polls: what edits made of them, and the role that finds them.

An edit counts if it is of the account whose entry it changes, under any of the keys that this was
rotated to and from, and if that entry is a post or a poll. Of several the one with the highest
(`time_ms`, `seq`, id) is shown. So the same version is shown in whatever order they came.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable

from ..records import StoredEntry


class Versions(ABC):
    """See the module."""

    @abstractmethod
    def shown_edits(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        """The edit that is shown in place of each of these entries, by full id; entries that are
        shown as they were first written are left out, and what is not held."""

    @abstractmethod
    def edits(self, entry_id: bytes, limit: int = 1000) -> list[StoredEntry]:
        """The edits of an entry that count, the newest `limit` of them, oldest first."""

    @abstractmethod
    def by_ids(self, ids: Iterable[bytes]) -> dict[bytes, StoredEntry]:
        """The entries with these full ids; what is not held is left out."""
