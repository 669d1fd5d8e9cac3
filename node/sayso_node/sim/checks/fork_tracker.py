"""The branch of a forked feed that each node came to hold, the proof against it, and when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sayso_protocol.feed.run import RawRun

from ..event_queue import SECOND, EventQueue, microseconds
from .final_state import Component
from .ground_truth import GroundTruth

ROUND_SECONDS: Final = 1.0
"""A round of gossip: whatever waits on a node, for company or for another source, is looked at
once a second, and a frame is over the slowest line sooner."""

_Key = tuple[bytes, int]
"""A feed and a node."""


class ForkTracker:
    """Told of everything that honest nodes store."""

    def __init__(self, event_queue: EventQueue, truth: GroundTruth) -> None:
        self._event_queue = event_queue
        self._truth = truth
        self._seen_us: dict[_Key, dict[int, int]] = {}
        """When a node stored an entry of each branch first; branches are numbered."""
        self._proven_us: dict[_Key, int] = {}

    def stored(self, node: int, run: RawRun) -> None:
        """A node has stored a run."""
        if run.feed in self._truth.forks:
            for branch in self._truth.branches(run):
                self._seen_us.setdefault((run.feed, node), {}).setdefault(
                    branch, self._event_queue.now_us
                )

    def proven(self, node: int, feed: bytes) -> None:
        """A node has a proof against a feed."""
        self._proven_us.setdefault((feed, node), self._event_queue.now_us)

    def visible_us(self, component: Component) -> int | None:
        """Since when honest nodes that are joined hold two branches."""
        first: dict[int, int] = {}
        for node in component.members:
            for branch, at_us in self._seen_us.get((component.feed, node), {}).items():
                first[branch] = min(at_us, first.get(branch, at_us))
        return sorted(first.values())[1] if len(first) > 1 else None

    def without_proof(self, component: Component, rounds: float) -> Iterator[tuple[int, str]]:
        """The members that had no proof so many rounds after the fork could be seen."""
        since_us = self.visible_us(component)
        if since_us is None:
            return
        for node in component.members:
            at_us = self._proven_us.get((component.feed, node))
            if at_us is None:
                yield node, "holds no proof of a fork that honest nodes see"
            elif at_us > since_us + microseconds(rounds * ROUND_SECONDS):
                waited = (at_us - since_us) / SECOND
                yield node, f"had a proof {waited:.1f} s after the fork could be seen"
