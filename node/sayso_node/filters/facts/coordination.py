"""Facts about accounts that act in step, as the detector finds them in the newest entries."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sayso_protocol.codec import pack_array, unpack
from sayso_protocol.content.body import Post
from sayso_protocol.limits import MAX_RANKED
from sayso_storage.interface.store import Store, TimelineQuery

from ...coordination.version import VERSION
from ...entries.body import body_of
from ...home.cache import cached, digest_of
from ...home.directory import Home

if TYPE_CHECKING:
    from sayso_protocol.coordination.detector import Detector

    from .record import StoredFacts

WATCHED: Final = 20_000
"""So many of the newest entries are looked at: a second of work for whoever has such a rule, and
more than a home gets in a day."""


Numbers = Mapping[bytes, int]
"""By the ids of entries."""


class CoordinationFacts:
    """Looks when a rule or view asks for the first time, and at no store where none does. With a
    home what was found is remembered there until the store has other entries."""

    def __init__(self, store: Store, home: Home | None = None) -> None:
        self._store = store
        self._home = home
        self._texts: list[tuple[bytes, bytes, str]] = []
        """Of each post that is watched the id, the author and the text."""
        self.facts: Mapping[str, Callable[[StoredFacts], int]] = {
            "coordinated": lambda facts: self._scores.get(facts.entry.id, 0),
            "copies": self._copies,
        }

    @cached_property
    def _start(self) -> int:
        """Entries that came after this place are watched."""
        return max(self._store.last_arrival() - WATCHED, 0)

    @cached_property
    def _detector(self) -> Detector:
        # These import a library that nothing else needs.
        from sayso_protocol.coordination.detector import Detector

        from ...coordination.scan import entries_after, observed

        detector = Detector()
        for entry in entries_after(self._store, self._start):
            body = body_of(entry)
            seen = observed(entry, body)
            if seen is not None:
                detector.add(seen)
            if isinstance(body, Post):
                self._texts.append((entry.id, entry.account, body.text))
        return detector

    @cached_property
    def _scores(self) -> Numbers:
        return self._remembered("coordinated.cache", lambda: self._detector.entry_scores())

    def _copies(self, facts: StoredFacts) -> int:
        body = facts.body
        if not isinstance(body, Post):
            return 0
        if self._home is not None:
            known = self._known_copies.get(facts.entry.id)
            if known is not None or facts.entry.arrival > self._start:
                return known or 0
        return self._detector.copies(body.text, facts.entry.account)

    @cached_property
    def _known_copies(self) -> Numbers:
        return self._remembered("copies.cache", self._count_copies)

    def _count_copies(self) -> Numbers:
        """Of what is watched, 0 left out, and of what else views rank."""
        copies = self._detector.copies
        watched = ((one, copies(text, account)) for one, account, text in self._texts)
        found = {one: count for one, count in watched if count}
        for entry in self._store.timeline(TimelineQuery(MAX_RANKED)):
            body = body_of(entry)
            if entry.arrival <= self._start and isinstance(body, Post):
                found[entry.id] = copies(body.text, entry.account)
        return found

    def _remembered(self, name: str, find: Callable[[], Numbers]) -> Numbers:
        if self._home is None:
            return find()
        return cached(
            self._home.path / name,
            self._made,
            find,
            lambda found: pack_array(list(found.items())),
            lambda packed: dict(unpack(packed)),
            is_current=lambda: self._made_of() == self._made,  # nothing came meanwhile
        )

    @cached_property
    def _made(self) -> bytes:
        """The digest of all that this is made of; known before any of it is."""
        return self._made_of()

    def _made_of(self) -> bytes:
        return digest_of(self._store.digest_after(self._start), VERSION)
