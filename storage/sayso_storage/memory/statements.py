"""Statements in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Revoke, Rotate
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof

from ..interface.errors import StoreError
from ..interface.records import FeedState
from ..interface.statements import KeyChange, Statements
from ..validation.statement_rules import raised
from .ingest import MemoryIngest


class MemoryStatements(Statements):
    """See `Statements`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def add_statements(
        self, statements: Sequence[Attestation], now_ms: int
    ) -> list[bool | Refused | StoreError]:
        with self._lock:
            return [self._held.take_statement(statement, now_ms) for statement in statements]

    def declare(
        self, account: bytes, make: Callable[[Sequence[FeedState]], Revoke | Rotate], now_ms: int
    ) -> bool:
        with self._lock:
            statement = make(self._held.of_account(account))
            return raised(self._held.take_statement(statement, now_ms, told=False))

    def statements_of(self, account: bytes) -> list[Attestation]:
        with self._lock:
            feeds = self._held.statement_tables.feeds(account)
            return [
                one
                for one in self._held.statements.counting()
                if (one.feed in feeds if isinstance(one, ForkProof) else one.account == account)
            ]

    def statements_since(self, arrival: int) -> list[Attestation]:
        with self._lock:
            return self._held.statements.since(arrival)

    def key_changes(self, limit: int = 50, since_ms: int | None = None) -> list[KeyChange]:
        with self._lock:
            shown = self._held.shown()
            found = [
                one
                for one in reversed(self._held.key_changes.values())
                if one.account in shown and one.time_ms >= (since_ms or 0)
            ]
            newest = sorted(found, key=lambda one: one.time_ms, reverse=True)
            return newest[: max(limit, 0)]
