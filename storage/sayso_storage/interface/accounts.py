"""Accounts: whose the store is, and whom its owner follows or subscribes to for labels.

An account that was rotated is followed by its *successor*; of a line of them `MAX_ROTATIONS` are
shown and carried with the first.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from sayso_protocol.accounts.statement import Grant

from .records import Calling, Subscription


class Accounts(ABC):
    """The accounts that a store knows of."""

    @abstractmethod
    def add_own(self, grant: Grant, now_ms: int) -> None:
        """Enter the own account and this device's feed. After a rotation of the own account
        the grant may be a successor's; the own subscription stays that of the first account.
        Raises `StoreError` where the store already belongs to another account, and what
        `add_grant` raises."""

    @abstractmethod
    def follow(self, account: bytes, petname: str | None, now_ms: int) -> bool:
        """Subscribe; a given petname replaces the old one, None keeps it. True where it is
        new."""

    @abstractmethod
    def follow_all(self, accounts: Iterable[bytes], now_ms: int) -> list[bool]:
        """`follow` for many accounts in one transaction, without petnames: for each, in order,
        whether it is new."""

    @abstractmethod
    def unfollow(self, account: bytes) -> bool:
        """End a subscription and forget its petname and an invite to it; feeds and entries stay.
        True where there was one."""

    @abstractmethod
    def subscriptions(self) -> list[Subscription]:
        """The own account first, then followed ones in order of their subscription."""

    @abstractmethod
    def callings(self, accounts: Iterable[bytes]) -> dict[bytes, Calling]:
        """What the owner calls these accounts. An account that is not subscribed to goes by the
        calling of the one that was rotated to it, if that is in `shown_accounts` with it; others
        that are not subscribed to are left out."""

    @abstractmethod
    def named_alike(self, names: Iterable[str], limit: int) -> dict[str, list[bytes]]:
        """By each of these names, the accounts whose petname, or the name in whose newest profile,
        looks like it (see `look_keys`): of the own account and of those that are followed, in the
        order of `subscriptions`, at most `limit`. Names that look like none are left out."""

    @abstractmethod
    def set_labellers(self, wanted: Sequence[bytes], now_ms: int) -> bool:
        """Carry these accounts for their labels, and no others for that; their posts come on no
        timeline by it, and feeds and entries of those that are left out stay. True where it
        changed something."""

    @abstractmethod
    def labellers(self) -> list[bytes]:
        """The accounts that are carried for their labels, in the order of their bytes."""

    @abstractmethod
    def shown_accounts(self) -> list[bytes]:
        """The own account, then followed ones in order of their subscription; each followed
        by its successors, at most `MAX_ROTATIONS` of them. These are the accounts whose posts
        are on timelines. No repeats."""

    @abstractmethod
    def carried_accounts(self) -> list[bytes]:
        """`shown_accounts`, then `labellers`, then those of `carried_for_others` that grow, each
        followed by its successors. These are the accounts whose feeds are kept, asked for and
        passed on. No repeats."""

    @abstractmethod
    def successor(self, account: bytes) -> bytes | None:
        """The account that this one was rotated to."""

    @abstractmethod
    def successors(self) -> dict[bytes, bytes]:
        """The account that each was rotated to, of all that were: few."""

    @abstractmethod
    def find_accounts(self, prefix: str, limit: int = 10) -> list[bytes]:
        """Known accounts whose text form begins so, or whose petname is `prefix` after ``@``."""
