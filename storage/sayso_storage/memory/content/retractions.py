"""Retractions in the store in memory: every query is its definition."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from sayso_protocol.absence import taken_back
from sayso_protocol.content.body import Reference
from sayso_protocol.feed.absence import AbsenceProof

from ...interface.content.retractions import Blank, Retractions
from ...interface.records import StoredEntry
from ...interface.withholding import ranges_of
from ...validation.feed_end import without
from ..ingest import MemoryIngest
from ..tables.feed_entries import as_run
from ..tables.retraction_table import BlankState


class MemoryRetractions(Retractions):
    """See `Retractions`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def blank(self, feeds: Iterable[bytes] | None = None) -> dict[bytes, Blank]:
        with self._lock:
            wanted = self._held.feeds if feeds is None else feeds
            found = {feed: self.blank_within(feed, 1, 1 << 62) for feed in wanted}
            return {feed: one for feed, one in found.items() if one.proven or one.unproven}

    def blank_within(self, feed: bytes, first: int, last: int) -> Blank:
        with self._lock:
            states = {
                seq: state
                for (of, seq), (state, _) in sorted(self._held.retractions.blank.items())
                if of == feed and first <= seq <= last
            }
            proven = [seq for seq, state in states.items() if state is BlankState.PROVEN]
            return Blank(
                ranges_of(proven), ranges_of(seq for seq in states if seq not in set(proven))
            )

    def taken_back(self, ids: Iterable[bytes]) -> set[bytes]:
        with self._lock:
            wanted = set(ids)
            named = [one for one in self._held.retractions.named() if one.id in wanted]
            found = set()
            for reference in filter(self._held.is_named, named):
                held = self._held.entries.by_id(reference.id)
                if held is None or (held.reference == reference and not taken_back(held.body)):
                    found.add(reference.id)
            return found

    def retracted(self, feed: bytes, first: int, last: int) -> set[tuple[int, bytes]]:
        with self._lock:
            known = self._held.feeds.get(feed)
            return {
                (one.seq, one.id)
                for one in self._held.retractions.named()
                if known is not None
                and (one.account, one.feed) == (known.state.account, feed)
                and first <= one.seq <= last
                and self._held.is_named(one)
            }

    def proofs(self, feed: bytes, first: int, last: int) -> dict[int, AbsenceProof]:
        with self._lock:
            known = self._held.feeds.get(feed)
            if known is None:
                return {}
            found: dict[int, AbsenceProof] = {}
            for seq in range(max(first, 1), min(last, known.state.head) + 1):
                entry = known.entries.get(seq)
                if entry is None:
                    continue
                one = self._held.family(entry.account)
                for said in self._held.retractions.showing(entry.reference):
                    if said.account in one and seq not in found:
                        found[seq] = said.proof or self._proof_of(said.feed, said.seq)
            return found

    def _proof_of(self, feed: bytes, seq: int) -> AbsenceProof:
        known = self._held.feeds[feed]
        run = as_run([known.entries[seq]], known.previous[seq])
        return AbsenceProof(known.state.grant.wire, run)

    def edits_of(self, reference: Reference) -> list[StoredEntry]:
        with self._lock:
            one = self._held.family(reference.account)
            blank = self._held.retractions.blank
            return [
                entry
                for entry, facts in self._held.entries.with_facts()
                if entry.account in one
                and (
                    facts.edits == reference
                    or blank.get((entry.feed, entry.seq), (None, None))[1] == reference.id
                )
            ]

    def same_account(self, account: bytes, other: bytes) -> bool:
        with self._lock:
            return other in self._held.family(account)

    def release_blank(self) -> list[bytes]:
        with self._lock:
            gone = sorted(
                key
                for key, (state, _) in self._held.retractions.blank.items()
                if state is BlankState.RELEASED
            )
            feeds = list(dict.fromkeys(feed for feed, _ in gone))
            for feed in feeds:
                known = self._held.feeds[feed]
                numbers = ranges_of(seq for of, seq in gone if of == feed)
                left = without(known.state.held, numbers, known)
                self._held.remove(known, left.gone)
                known.state = replace(known.state, held=left.held)
            if feeds:
                self._held.forget_peers()
            return feeds

    def let_go_blobs(self) -> list[bytes]:
        with self._lock:
            return sorted(self._held.retractions.blobs)

    def forget_blobs(self, cids: Iterable[bytes]) -> None:
        with self._lock:
            for cid in cids:
                self._held.retractions.blobs.pop(cid, None)

    @property
    def has_to_erase(self) -> bool:
        return False

    def erase(self, progress: Callable[[int], None] | None = None) -> bool:
        return True
