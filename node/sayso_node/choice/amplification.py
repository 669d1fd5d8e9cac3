"""Facts about coordinated amplification, from what the detector makes of the newest entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sayso_protocol.body import Post
from sayso_storage.interface import Store

if TYPE_CHECKING:
    from sayso_protocol.coordination.detector import Detector

    from .facts import StoredFacts

WATCHED: Final = 20_000
"""So many of the newest entries are looked at: a second of work for whoever has such a rule, and
more than a home gets in a day."""


class Amplification:
    """Looks when a rule or view asks for the first time, and at no store where none does."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.facts: Mapping[str, Callable[[StoredFacts], int]] = {
            "coordinated": lambda facts: self._scores.get(facts.entry.id, 0),
            "copies": self._copies,
        }

    @cached_property
    def _detector(self) -> Detector:
        from ..coordinating import watched  # which imports a library that nothing else needs

        return watched(self._store, max(self._store.last_arrival() - WATCHED, 0))

    @cached_property
    def _scores(self) -> Mapping[bytes, int]:
        return self._detector.entry_scores()

    def _copies(self, facts: StoredFacts) -> int:
        body = facts.body
        if not isinstance(body, Post):
            return 0
        return self._detector.copies(body.text, facts.entry.account)
