"""Carriage in the store in memory: what is counted is counted anew each time."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Collection
from dataclasses import replace

from ...interface.network.carriage import (
    COUNTED_AT_ONCE,
    ENTRY_BYTES,
    REMOVED_AT_ONCE,
    Carriage,
    CarriedAccount,
)
from ...validation.statement_rules import chain
from ..ingest import MemoryIngest
from ..tables.feed_entries import MemoryFeedEntries


class MemoryCarriage(Carriage):
    """See `Carriage`."""

    _lock: threading.RLock
    _held: MemoryIngest
    _counted: int = 0

    def carry(self, account: bytes, word: str, asker: str, network: str, now_ms: int) -> bool:
        with self._lock:
            self._held.accounts.ensure(account, now_ms)
            self._held.uncarried.pop(account, None)
            old = self._held.for_others.get(account)
            new = CarriedAccount(account, word, asker, network, now_ms, now_ms, True, 0, 0)
            if old is not None:
                new = replace(old, word=word, asker=asker, network=network)
            self._held.for_others[account] = new
            return old is None

    def carried_for_others(self) -> list[CarriedAccount]:
        with self._lock:
            sized = [self._sized(one) for one in self._held.for_others.values()]
            return sorted(sized, key=lambda one: (one.since_ms, one.account))

    def let_grow(self, accounts: Collection[bytes], *, grows: bool) -> None:
        with self._lock:
            for one in accounts:
                if one in self._held.for_others:
                    self._change(one, grows=grows)

    def note_read(self, accounts: Collection[bytes], now_ms: int) -> None:
        with self._lock:
            for one in accounts:
                if one in self._held.for_others:
                    self._change(one, read_ms=max(now_ms, self._held.for_others[one].read_ms))

    def end_carriage(self, account: bytes) -> bool:
        with self._lock:
            if self._held.for_others.pop(account, None) is None:
                return False
            self._held.uncarried[account] = None
            return True

    def remove_uncarried(self, limit: int = REMOVED_AT_ONCE) -> list[bytes]:
        with self._lock:
            kept = set(self._held.held_for_anybody())
            for root in list(self._held.uncarried):
                gone = [
                    known
                    for one in self._line(root)
                    for known in self._held.feeds.values()
                    if known.state.account == one and one not in kept and known.state.held
                ]
                for known in gone:
                    self._remove_all(known)
                if gone:
                    return [known.state.feed for known in gone]
                del self._held.uncarried[root]
            return []

    def count_carried(self, limit: int = COUNTED_AT_ONCE) -> bool:
        with self._lock:
            before, self._counted = self._counted, self._held.entries.last_arrival()
            return bool(self._held.for_others) and before != self._counted

    def _remove_all(self, known: MemoryFeedEntries) -> None:
        self._held.remove(known, [(part.first, part.last) for part in known.state.held])
        known.state = replace(known.state, held=())

    def _change(self, account: bytes, **fields: object) -> None:
        old = self._held.for_others[account]
        self._held.for_others[account] = replace(old, **fields)  # type: ignore[arg-type]

    def _sized(self, one: CarriedAccount) -> CarriedAccount:
        line = self._line(one.account)
        every = [
            entry
            for entry in self._held.entries.arrived_after(0)
            if entry.account in line and entry.arrival <= self._counted
        ]
        size = sum(len(entry.body or b"") + ENTRY_BYTES for entry in every)
        return replace(one, entries=len(every), bytes=size)

    def _line(self, account: bytes) -> list[bytes]:
        return chain(account, self._held.statements.successors())
