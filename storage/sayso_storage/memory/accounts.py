"""Accounts in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Sequence

from sayso_protocol.accounts.statement import Grant

from ..interface.accounts import Accounts
from ..interface.errors import StoreError
from ..interface.records import Subscription
from .ingest import MemoryIngest


class MemoryAccounts(Accounts):
    """See `Accounts`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def add_own(self, grant: Grant, now_ms: int) -> None:
        with self._lock:
            own = self._held.own_accounts()
            if own and grant.account not in own:
                raise StoreError("the store already belongs to another account")
            self._held.admit(grant)
            if not own:
                self._held.accounts.set_own(grant.account, now_ms)
            self._held.own_feed = grant.feed

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._lock:
            return self._held.accounts.follow(account, petname, now_ms)

    def unfollow(self, account: bytes) -> bool:
        with self._lock:
            self._held.invites.accepted.pop(account, None)
            return self._held.accounts.unfollow(account)

    def subscriptions(self) -> list[Subscription]:
        with self._lock:
            return self._held.accounts.subscriptions()

    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        with self._lock:
            return self._held.accounts.set_labellers(wanted, now_ms)

    def labellers(self) -> list[bytes]:
        with self._lock:
            return list(self._held.accounts.labellers)

    def shown_accounts(self) -> list[bytes]:
        with self._lock:
            return self._held.shown()

    def carried_accounts(self) -> list[bytes]:
        with self._lock:
            return self._held.carried()

    def successor(self, account: bytes) -> bytes | None:
        with self._lock:
            return self._held.statements.successors().get(account)

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._lock:
            return self._held.accounts.find(prefix, limit)
