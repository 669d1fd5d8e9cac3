"""Full-text search, and the index of words that it rests on.

The index is filled behind the writers, and can be lost: it is made anew from the bodies.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from .records import StoredEntry, TimelineQuery

if TYPE_CHECKING:  # it compiles patterns, which only a search needs
    from ..search.query import SearchQuery


class Search(ABC):
    """Posts found by the words in them."""

    @abstractmethod
    def search(self, wanted: SearchQuery, query: TimelineQuery) -> list[StoredEntry]:
        """Of the posts of a timeline, in its order, those whose text has what is looked for.

        Of those that are not in the index of words yet it finds at least the 2,000 that came last:
        where `unindexed` is more, others may be missing. A damaged index is thrown away."""

    @abstractmethod
    def index_words(self) -> int:
        """Put a batch of entries that are not yet in the index of words into it, the newest first
        and in the background: others wait for some 20 ms at the most. Gives their number, 0 where
        none is left."""

    @abstractmethod
    def unindexed(self) -> int:
        """The number of entries that `index_words` still has to look at, those since removed
        included."""

    @abstractmethod
    def forget_words(self) -> None:
        """Empty the index of words, also a damaged one; it is made anew like that of a store
        that never had one."""
