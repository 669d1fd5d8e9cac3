"""The feeds of which a peer was told, and how it is told of new entries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ...limits import PRUNE_EVERY_MS
from ..now import Now


@dataclass(slots=True)
class PeerGossip:
    """The live end of the feeds that two nodes share, in both directions."""

    told: set[bytes] = field(default_factory=set)
    """Feeds that were offered to it, so that it knows their grants."""
    told_first: int = 0
    """So many of the feeds that are carried here it knows from earlier sessions."""
    announced: set[bytes] = field(default_factory=set)
    """Feeds whose new entries it wants announced, not pushed."""
    heights: dict[bytes, tuple[int, bytes]] = field(default_factory=dict)
    """Announcements that wait for company: heights and their checks."""
    _pruned_ms: dict[bytes, int] = field(default_factory=dict)
    """When it was told last not to push a feed."""

    def was_told(self, feed: bytes, place: int) -> bool:
        """Whether it knows the grant of a feed of a wanted account; `place` is how many feeds
        were carried here before."""
        return place < self.told_first or feed in self.told

    def take_heights(self) -> list[tuple[bytes, tuple[int, bytes]]]:
        """The announcements that wait; they do so no longer."""
        heights = list(self.heights.items())
        self.heights.clear()
        return heights

    def drop_heights(self, feeds: Iterable[bytes]) -> None:
        """Announce nothing of these feeds."""
        for feed in feeds:
            self.heights.pop(feed, None)

    def prune(self, feed: bytes, now: Now) -> bool:
        """Whether it is to be told not to push a feed, since it was not told lately; counts as
        done."""
        at = self._pruned_ms.get(feed)
        if at is not None and now.mono_ms - at < PRUNE_EVERY_MS:
            return False
        self._pruned_ms[feed] = now.mono_ms
        return True

    def graft(self, feed: bytes) -> None:
        """It may push a feed again."""
        self._pruned_ms.pop(feed, None)
