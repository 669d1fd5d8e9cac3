"""The owner of the store in memory, and the accounts that he follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sayso_protocol.crypto.keys import key_text

from ...interface.records import Subscription


class AccountTable:
    """Every account that was ever subscribed to or that a rotation named."""

    def __init__(self) -> None:
        self._known: dict[bytes, Subscription] = {}
        self.labellers: list[bytes] = []
        """Accounts whose labels the owner subscribes to, in order of their keys."""

    def __len__(self) -> int:
        return len(self._known)

    def ensure(self, account: bytes, now_ms: int) -> None:
        """Know an account, without a subscription."""
        self._known.setdefault(account, self._of(account, now_ms))

    def own(self) -> list[bytes]:
        """The own account, if there is one."""
        return [one.account for one in self._known.values() if one.own]

    def set_own(self, account: bytes, now_ms: int) -> None:
        """Make an account the own one."""
        self._known[account] = replace(self._of(account, now_ms), own=True)

    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        """See `Store.follow`."""
        old = self._of(account, now_ms)
        new = replace(old, followed=True, petname=petname or old.petname)
        if not old.followed:
            # Taken out first, so that a dict's order is the order of subscription.
            self._known.pop(account, None)
            new = replace(new, since_ms=now_ms)
        self._known[account] = new
        return not old.followed

    def unfollow(self, account: bytes) -> bool:
        """See `Store.unfollow`."""
        old = self._known.get(account)
        if old is None or not old.followed:
            return False
        self._known[account] = replace(old, followed=False, petname=None)
        return True

    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        """See `Store.set_labellers`."""
        old, self.labellers = self.labellers, sorted(set(wanted))
        for account in wanted:
            self.ensure(account, now_ms)
        return old != self.labellers

    def subscriptions(self) -> list[Subscription]:
        """See `Store.subscriptions`."""
        wanted = [one for one in self._known.values() if one.own or one.followed]
        return sorted(wanted, key=lambda one: not one.own)

    def find(self, prefix: str, limit: int) -> list[bytes]:
        """See `Store.find_accounts`."""
        found = [
            account
            for account, one in self._known.items()
            if key_text(account).startswith(prefix)
            or (one.petname is not None and prefix == "@" + one.petname)
        ]
        return sorted(found, key=key_text)[:limit]

    def _of(self, account: bytes, now_ms: int) -> Subscription:
        new = Subscription(account, petname=None, own=False, followed=False, since_ms=now_ms)
        return self._known.get(account, new)
