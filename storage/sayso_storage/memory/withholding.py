"""Entries that are withheld, in memory: the oracle of the other store."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sayso_protocol.crypto.hashing import body_hash
from sayso_protocol.ranges import Range

from ..interface.records import StoredEntry
from ..interface.withholding import (
    Decision,
    RelayRule,
    Released,
    RuleProgress,
    Withheld,
    Withholding,
    ranges_of,
)
from ..validation.feed_end import without
from .ingest import MemoryIngest


class MemoryWithholding(Withholding):
    """See `Withholding`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def rule_progress(self) -> RuleProgress | None:
        return self._held.progress

    def change_relay_rules(self, rules: bytes | None, good: Collection[bytes]) -> Released:
        with self._lock:
            kept = self._held.withheld
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
                self._held.forget_peers()
            last = self._held.entries.last_arrival()
            self._held.progress = None if rules is None else RuleProgress(rules, last, last)
            return Released(list(changed), removed)

    def withhold(self, decisions: Sequence[Decision], progress: RuleProgress) -> list[bytes]:
        with self._lock:
            now = self._held.progress
            if now is None or (now.rules, now.since) != (progress.rules, progress.since):
                return []
            self._held.progress = progress
            return list(dict.fromkeys(one.entry.feed for one in decisions if self._follow(one)))

    def withheld(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, list[Range]]:
        with self._lock:
            wanted = self._held.feeds if feeds is None else feeds
            found = {feed: self.withheld_within(feed, 1, 1 << 62) for feed in wanted}
            return {feed: kept for feed, kept in found.items() if kept}

    def withheld_within(self, feed: bytes, first: int, last: int) -> list[Range]:
        with self._lock:
            known, progress = self._held.feeds.get(feed), self._held.progress
            if known is None or known.state.account in self._held.own_accounts():
                return []
            return ranges_of(
                seq
                for seq, entry in sorted(known.entries.items())
                if first <= seq <= last
                and (
                    (feed, seq) in self._held.withheld
                    or (progress and entry.arrival > progress.judged)
                )
            )

    def withheld_entries(self, limit: int, before: int | None = None) -> list[Withheld]:
        with self._lock:
            found = [
                Withheld(self._held.feeds[feed].entries[seq], rule)
                for (feed, seq), rule in self._held.withheld.items()
            ]
            earlier = [one for one in found if before is None or one.entry.arrival < before]
            earlier.sort(key=lambda one: one.entry.arrival, reverse=True)
            return earlier[: max(limit, 0)]

    def withheld_by(self, entry: StoredEntry) -> RelayRule | None:
        return self._held.withheld.get((entry.feed, entry.seq))

    def _follow(self, decision: Decision) -> bool:
        feed, seq = decision.entry.feed, decision.entry.seq
        known = self._held.feeds.get(feed)
        entry = known.entries.get(seq) if known is not None else None
        if known is None or entry is None or entry.id != decision.entry.id or entry.body is None:
            return False
        old = self._held.withheld.pop((feed, seq), None)
        if decision.rule is None:
            if old is not None:
                self._held.forget_peers()
            return old is not None
        self._held.withheld[feed, seq] = decision.rule
        if decision.thin:
            digest = body_hash(entry.body)
            thinned = entry._replace(body=None, body_hash=digest, sort_ms=entry.signed_ms)
            known.entries[seq] = thinned
            self._held.entries.thin(thinned)
        return old is None

    def _remove(self, feed: bytes, numbers: Iterable[int]) -> None:
        known = self._held.feeds[feed]
        left = without(known.state.held, ranges_of(numbers), known)
        self._held.remove(known, left.gone)
        known.state = replace(known.state, held=left.held)
