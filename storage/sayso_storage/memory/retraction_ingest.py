"""Ingest of retractions in memory: what counts as taken back is blanked, or let go again."""

from __future__ import annotations

from collections.abc import Iterable

from sayso_protocol.absence import taken_back
from sayso_protocol.content.body import Reference
from sayso_protocol.crypto.hashing import body_hash

from ..index.attachments import cids_of
from ..index.body_facts import NO_FACTS, facts_of
from ..interface.records import StoredEntry
from .holdings import MemoryHoldings
from .tables.retraction_table import BlankState


class MemoryRetractionIngest(MemoryHoldings):
    """All that is held, and what retractions do to it."""

    def is_named(self, reference: Reference) -> bool:
        """Whether an entry counts as taken back, if its reference is right."""
        by = self.retractions.by(reference)
        return not by.isdisjoint(self.family(reference.account))

    def follow_retractions(self, *, all_anew: bool = False) -> None:
        """Blank what is named and held, and the edits of what was named: what was named or came
        lately, or everything."""
        table = self.retractions
        lately, self.lately = self.lately, []
        named = table.named() if all_anew else table.take_fresh()
        if not table.named():
            return
        for entry in lately:
            edits = NO_FACTS.edits if entry.body is None else facts_of(entry.body).edits
            named += [one for one in (entry.reference, edits) if one is not None and table.by(one)]
        for reference in dict.fromkeys(named):
            if self.is_named(reference):
                self._take_back(reference)

    def _take_back(self, reference: Reference) -> None:
        entry = self._held_as(reference)
        if entry is not None and not taken_back(entry.body):
            self._blank(entry, None, proven=True)
        one = self.family(reference.account)
        for edit, facts in self.entries.with_facts():
            if facts.edits == reference and edit.account in one:
                self._blank(edit, reference.id, proven=False)

    def _held_as(self, reference: Reference) -> StoredEntry | None:
        known = self.feeds.get(reference.feed)
        entry = None if known is None else known.entries.get(reference.seq)
        return entry if entry is not None and entry.reference == reference else None

    def _blank(self, entry: StoredEntry, of: bytes | None, *, proven: bool) -> None:
        key = entry.feed, entry.seq
        if key in self.retractions.blank and not proven:
            return
        if self.retractions.blank.get(key) != (BlankState.PROVEN, None):
            self.retractions.blank[key] = (
                BlankState.PROVEN if proven else BlankState.UNPROVEN,
                of,
            )
            self.gave_way[entry.feed] = None
        self.withheld.pop(key, None)
        if entry.body is not None:
            self.retractions.blobs |= dict.fromkeys(cids_of(entry.body))
            digest = body_hash(entry.body)
            thinned = entry._replace(body=None, body_hash=digest, sort_ms=entry.signed_ms)
            self.feeds[entry.feed].entries[entry.seq] = thinned
            self.entries.thin(thinned)

    def release(self, named: Iterable[Reference]) -> None:
        """Retractions of these count no longer."""
        for reference in named:
            if self.is_named(reference):
                continue
            for key, (state, of) in list(self.retractions.blank.items()):
                is_it = key == (reference.feed, reference.seq) and state is BlankState.PROVEN
                if is_it or (of == reference.id and state is BlankState.UNPROVEN):
                    is_own = key[0] == self.own_feed
                    now = BlankState.UNPROVEN if is_own else BlankState.RELEASED
                    self.retractions.blank[key] = now, of
