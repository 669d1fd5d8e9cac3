"""Accounts in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

from sayso_protocol.accounts.statement import Grant
from sayso_protocol.content.body import Profile, read_body
from sayso_protocol.text.skeleton import look_keys
from sayso_protocol.translation import _

from ..interface.accounts import Accounts
from ..interface.errors import StoreError
from ..interface.records import Calling, Subscription
from .ingest import MemoryIngest


class MemoryAccounts(Accounts):
    """See `Accounts`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def add_own(self, grant: Grant, now_ms: int) -> None:
        with self._lock:
            own = self._held.own_accounts()
            if own and grant.account not in own:
                raise StoreError(_("the store already belongs to another account"))
            self._held.admit(grant)
            if not own:
                self._held.accounts.set_own(grant.account, now_ms)
            self._held.own_feed = grant.feed

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        with self._lock:
            return self._held.accounts.follow(account, petname, now_ms)

    def follow_all(self, accounts: Iterable[bytes], now_ms: int) -> list[bool]:
        with self._lock:
            return [self.follow(account, None, now_ms) for account in accounts]

    def unfollow(self, account: bytes) -> bool:
        with self._lock:
            self._held.invites.accepted.pop(account, None)
            return self._held.accounts.unfollow(account)

    def subscriptions(self) -> list[Subscription]:
        with self._lock:
            return self._held.accounts.subscriptions()

    def callings(self, accounts: Iterable[bytes]) -> dict[bytes, Calling]:
        with self._lock:
            subscribed = {one.account: one for one in self._held.accounts.subscriptions()}
            found: dict[bytes, Calling] = {}
            before: Calling | None = None
            for account in self._held.shown():  # each account is followed by its successors
                if account in subscribed:
                    one = subscribed[account]
                    before = Calling(one.petname, one.own)
                assert before is not None
                found[account] = before
            return {one: found[one] for one in accounts if one in found}

    def named_alike(self, names: Iterable[str], limit: int) -> dict[str, list[bytes]]:
        with self._lock:
            known = self._held.accounts.subscriptions()
            looks = {one.account: self._looks_of(one) for one in known}
        found: dict[str, list[bytes]] = {}
        for name in names:
            wanted = look_keys(name)
            alike = [account for account, keys in looks.items() if keys & wanted][: max(limit, 0)]
            if alike:
                found[name] = alike
        return found

    def _looks_of(self, known: Subscription) -> frozenset[str]:
        entry = self._held.entries.latest(known.account, Profile.KIND)
        profile = read_body(entry.body) if entry is not None and entry.body is not None else None
        claimed = profile.name if isinstance(profile, Profile) else None
        names = [name for name in (known.petname, claimed) if name]
        return frozenset(key for name in names for key in look_keys(name))

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

    def successors(self) -> dict[bytes, bytes]:
        with self._lock:
            return dict(self._held.statements.successors())

    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        with self._lock:
            return self._held.accounts.find(prefix, limit)
