"""The activity of each account about some time, in one channel and in bounded memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from ..limits import COUNTED_ACCOUNTS, HORIZON_MS

if TYPE_CHECKING:
    from .state import ActTable, Packed

_NONE: Final[Mapping[bytes, int]] = {}


class Activity:
    """Acts by account, counted for each stretch of `HORIZON_MS`; entries may come in any order.
    Of too many counts those of the oldest stretch are forgotten."""

    def __init__(self, most: int = COUNTED_ACCOUNTS) -> None:
        self._most = most
        self._stretches: dict[int, dict[bytes, int]] = {}
        self._totals: dict[int, int] = {}
        self._held = 0

    def count(self, account: bytes, time_ms: int) -> None:
        """Note one act."""
        stretch = time_ms // HORIZON_MS
        counts = self._stretches.get(stretch)
        if counts is None:
            counts = self._stretches[stretch] = {}
            self._totals[stretch] = 0
        self._totals[stretch] += 1
        known = counts.get(account, 0)
        counts[account] = known + 1
        if known:
            return
        self._held += 1
        while self._held > self._most:
            oldest = min(self._stretches)
            self._held -= len(self._stretches.pop(oldest))
            del self._totals[oldest]

    def packed(self, table: ActTable) -> Packed:
        """The counts as plain values, by stretch."""
        return [
            [stretch, [[table.account_place(account), count] for account, count in counts.items()]]
            for stretch, counts in self._stretches.items()
        ]

    def restore(self, packed: Packed, table: ActTable) -> None:
        """Take over what was packed. Raises `ValueError`, `TypeError`, `IndexError`."""
        for stretch, counts in packed:
            held = {table.accounts[account]: int(count) for account, count in counts}
            self._stretches[int(stretch)] = held
            self._totals[stretch] = sum(held.values())
            self._held += len(held)

    def of(self, account: bytes, time_ms: int) -> int:
        """Acts of one account in the stretch of this time and the one before, at least 1."""
        return self.about(time_ms)(account)

    def about(self, time_ms: int) -> Callable[[bytes], int]:
        """`of` at one time, to ask for many accounts."""
        stretch = time_ms // HORIZON_MS
        now = self._stretches.get(stretch, _NONE).get
        before = self._stretches.get(stretch - 1)
        if before is None:
            return lambda account: now(account, 0) or 1
        earlier = before.get
        return lambda account: now(account, 0) + earlier(account, 0) or 1

    def all(self, time_ms: int) -> int:
        """Acts of all accounts in these two stretches."""
        stretch = time_ms // HORIZON_MS
        return self._totals.get(stretch, 0) + self._totals.get(stretch - 1, 0)

    def accounts(self, time_ms: int) -> int:
        """At most so many accounts did anything in these two stretches, at least 1; who did in
        both counts twice, which is one bit where it matters."""
        stretch = time_ms // HORIZON_MS
        return sum(len(self._stretches.get(it, ())) for it in (stretch, stretch - 1)) or 1
