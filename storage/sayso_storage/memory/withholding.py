"""Entries that are kept back, in memory: the oracle of the other store."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.ranges import Range
from sayso_protocol.sync.resumption.resume_state import ResumeState

from ..interface.store import StoredEntry
from ..interface.withholding import (
    CarryRule,
    Decision,
    Judged,
    Released,
    Withheld,
    Withholding,
    ranges_of,
)
from ..validation.feed_end import without
from ..validation.statement_rules import chains
from .ingest import MemoryIngest


class MemoryWithholding(Withholding):
    """What `MemoryStore` knows of rules, from all that it holds."""

    _lock: threading.RLock
    _held: MemoryIngest
    _memories: dict[str, ResumeState]

    def asked(self) -> Judged | None:
        """See `Withholding`."""
        return self._held.asked

    def change_carry_rules(self, rules: bytes | None, good: Collection[bytes]) -> Released:
        """See `Withholding`."""
        with self._lock:
            kept = self._held.kept
            thinned = [
                (feed, seq)
                for (feed, seq), rule in sorted(kept.items())
                if rule.key not in good and self._held.feeds[feed].entries[seq].body is None
            ]
            removed = list(dict.fromkeys(feed for feed, _ in thinned))
            changed = dict.fromkeys(removed)
            for of in removed:
                self._remove(of, [seq for feed, seq in thinned if feed == of])
            if rules is None:
                changed |= dict.fromkeys(feed for feed, _ in kept)
                kept.clear()
            if changed:
                self._memories.clear()
            last = self._held.entries.last_arrival()
            self._held.asked = None if rules is None else Judged(rules, last, last)
            return Released(list(changed), removed)

    def keep_back(self, decisions: Sequence[Decision], asked: Judged) -> list[bytes]:
        """See `Withholding`."""
        with self._lock:
            now = self._held.asked
            if now is None or (now.rules, now.since) != (asked.rules, asked.since):
                return []
            self._held.asked = asked
            return list(dict.fromkeys(one.entry.feed for one in decisions if self._follow(one)))

    def withheld(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, list[Range]]:
        """See `Withholding`."""
        with self._lock:
            wanted = self._held.feeds if feeds is None else feeds
            found = {feed: self.kept_within(feed, 1, 1 << 62) for feed in wanted}
            return {feed: kept for feed, kept in found.items() if kept}

    def kept_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        """See `Withholding`."""
        with self._lock:
            known, asked = self._held.feeds.get(feed), self._held.asked
            if known is None or known.state.account in self._own():
                return []
            return ranges_of(
                seq
                for seq, entry in sorted(known.entries.items())
                if first <= seq <= last
                and ((feed, seq) in self._held.kept or (asked and entry.arrival > asked.judged))
            )

    def kept_entries(self, limit: int, before: int | None = None) -> list[Withheld]:
        """See `Withholding`."""
        with self._lock:
            found = [
                Withheld(self._held.feeds[feed].entries[seq], rule)
                for (feed, seq), rule in self._held.kept.items()
            ]
            earlier = [one for one in found if before is None or one.entry.arrival < before]
            earlier.sort(key=lambda one: one.entry.arrival, reverse=True)
            return earlier[: max(limit, 0)]

    def kept_by(self, entry: StoredEntry) -> CarryRule | None:
        """See `Withholding`."""
        return self._held.kept.get((entry.feed, entry.seq))

    def _own(self) -> list[bytes]:
        return chains(self._held.accounts.own(), self._held.said.successors())

    def _follow(self, decision: Decision) -> bool:
        feed, seq = decision.entry.feed, decision.entry.seq
        known = self._held.feeds.get(feed)
        entry = known.entries.get(seq) if known is not None else None
        if known is None or entry is None or entry.id != decision.entry.id or entry.body is None:
            return False
        old = self._held.kept.pop((feed, seq), None)
        if decision.rule is None:
            if old is not None:
                self._memories.clear()
            return old is not None
        self._held.kept[feed, seq] = decision.rule
        if decision.thin:
            thinned = replace(entry, body=None, body_hash=body_hash(entry.body))
            known.entries[seq] = thinned
            self._held.entries.thin(thinned)
        return old is None

    def _remove(self, feed: bytes, numbers: Iterable[int]) -> None:
        known = self._held.feeds[feed]
        left = without(known.state.held, ranges_of(numbers), known)
        self._held.remove(known, left.gone)
        known.state = replace(known.state, held=left.held)
