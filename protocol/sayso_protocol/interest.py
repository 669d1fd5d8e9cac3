"""Blinded interest: an account is asked for under a name that only those who know the
account recognise, and that changes daily."""

from __future__ import annotations

from collections.abc import Iterable

from .errors import WrongDay
from .hashing import blinded

DAY_MS = 24 * 3600 * 1000


def day_of(now_ms: int) -> int:
    """Unix day, UTC."""
    return now_ms // DAY_MS


class Directory:
    """The accounts that this node carries, under their blinded names.

    One table for each day in use: at most three, since a peer may name today and, for clocks
    that are off, the days beside it.
    """

    def __init__(self, accounts: Iterable[bytes] = ()) -> None:
        self._accounts = set(accounts)
        self._tables: dict[int, dict[bytes, bytes]] = {}

    def add(self, account: bytes) -> None:
        """Carry one more account."""
        if account not in self._accounts:
            self._accounts.add(account)
            for day, table in self._tables.items():
                table[blinded(account, day)] = account

    def find(self, day: int, blind: bytes, now_ms: int) -> bytes | None:
        """The carried account of a blinded name, or None.

        Raises `WrongDay` for a day that is not around now: it would let a peer make
        this node build tables without end.
        """
        today = day_of(now_ms)
        if abs(day - today) > 1:
            raise WrongDay("interest for another day: one of the two clocks is wrong")
        table = self._tables.get(day)
        if table is None:
            table = self._build(day, today)
        return table.get(blind)

    def _build(self, day: int, today: int) -> dict[bytes, bytes]:
        self._tables = {d: t for d, t in self._tables.items() if abs(d - today) <= 1}
        table = {blinded(account, day): account for account in self._accounts}
        self._tables[day] = table
        return table
