"""Blinded interest: an account is asked for under a name that only those who know the
account recognise, and that changes daily.

The day is the one of the asking node's clock, and it names it. Clocks are wrong by years where a
battery is empty, and nothing here depends on who is right: names of any day are found, for as
long as it is few days. So a wrong clock makes nobody deaf.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping

from ..crypto.hashing import blinded
from ..errors import WrongDay
from ..limits import DAYS_A_SESSION, MAX_DAYS

DAY_MS = 24 * 3600 * 1000


def day_of(now_ms: int) -> int:
    """Unix day, UTC."""
    return now_ms // DAY_MS


class Days:
    """The days for which one peer names its wants."""

    def __init__(self) -> None:
        self._known: set[int] = set()
        self._since_ms: int | None = None

    def note(self, day: int, wall_ms: int, mono_ms: int) -> None:
        """The peer names a day; `wall_ms` and `mono_ms` as in `Now`.

        Raises `WrongDay` for more days than pass: each may cost this node a table.
        """
        if abs(day - day_of(wall_ms)) <= 1 or day in self._known:
            return
        if self._since_ms is None:
            self._since_ms = mono_ms
        self._known.add(day)
        if len(self._known) > DAYS_A_SESSION + (mono_ms - self._since_ms) // DAY_MS:
            raise WrongDay("interest for more days than have passed")


class Directory:
    """The accounts that this node carries, under their blinded names.

    One table for each day in use, of which those that were used last are kept.
    """

    def __init__(self, accounts: Iterable[bytes] = ()) -> None:
        self._accounts = set(accounts)
        self._tables: OrderedDict[int, dict[bytes, bytes]] = OrderedDict()
        self.hashed = 0
        """Names that were made for tables, ever: what a frame costs that names another day."""

    def add(self, account: bytes) -> None:
        """Carry one more account."""
        if account not in self._accounts:
            self._accounts.add(account)
            for day, table in self._tables.items():
                table[blinded(account, day)] = account

    def remove(self, account: bytes) -> None:
        """Know an account no longer."""
        self._accounts.discard(account)
        for day, table in self._tables.items():
            table.pop(blinded(account, day), None)

    def names(self, day: int) -> Mapping[bytes, bytes]:
        """All carried accounts by their blinded names of a day; not to be kept."""
        table = self._tables.get(day)
        if table is None:
            table = self._build(day)
        self._tables.move_to_end(day)
        return table

    def find(self, day: int, blind: bytes) -> bytes | None:
        """The carried account of a blinded name, or None."""
        return self.names(day).get(blind)

    def _build(self, day: int) -> dict[bytes, bytes]:
        table = {blinded(account, day): account for account in self._accounts}
        self._tables[day] = table
        self.hashed += len(table)
        if len(self._tables) > MAX_DAYS:
            self._tables.popitem(last=False)
        return table
