"""Prices: what a stranger pays to knock, in bits of a stamp, by his distance from the reader.

The reader publishes a table in the profile. A stamp is made for one day, and the cheapest table
that held on that day, or within `RISE_MS` before it, counts: so whoever paid what he could know of
is never turned away, and a lower price counts at once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple

from ..content.profile import MAX_STAMP_BITS as MAX_STAMP_BITS

DAY_MS: Final = 24 * 3600 * 1000

RISE_MS: Final = 2 * DAY_MS
"""How long after a rise the old price is enough: a profile reaches most within minutes, but a
sender may be off line for a day, and a letter lies with him until he is back."""

KEPT_MS: Final = 31 * DAY_MS
"""How long tables are kept: letters lie with carriers for 30 days."""

MAX_TABLES: Final = 64
"""Tables that are kept, the newest: two changes a day."""

Price = int | None
"""Bits of the stamp; 0 for none, None where nobody of this distance may knock."""


class Reach(IntEnum):
    """How far a stranger is from a reader, by public follows; the order of `Prices`."""

    NEAR = 0
    """Followed by the reader, or by somebody whom he follows. Bearers of an own invite and whoever
    a labeller of the reader vouches for are as near."""
    THIRD = 1
    FOURTH = 2
    """Four or five follows away."""
    FARTHER = 3
    """Farther, or without a proof."""


MAX_HOPS: Final = 5
"""Follows in a row that are looked at: beyond, everybody is as far."""


def reach_of(hops: int | None) -> Reach:
    """The class of a distance in follows; None for one that cannot be shown."""
    if hops is None or hops > MAX_HOPS:
        return Reach.FARTHER
    if hops <= 2:
        return Reach.NEAR
    return Reach.THIRD if hops == 3 else Reach.FOURTH


class Prices(NamedTuple):
    """One table; see `Price`. A farther distance never costs less than a nearer one."""

    near: Price = 0
    third: Price = 18
    fourth: Price = 21
    farther: Price = 24

    def of(self, reach: Reach) -> Price:
        """The price of a distance."""
        return self[reach]

    @property
    def is_rising(self) -> bool:
        """Whether no farther distance costs less than a nearer one."""
        ranks = [_rank(one) for one in self]
        return ranks == sorted(ranks)


DEFAULT: Final = Prices()
"""Of an owner who chose nothing, and of an account whose profile names no prices."""

CLOSED: Final = Prices(None, None, None, None)
"""Nobody knocks."""


def published_prices(field_value: Iterable[Price]) -> Prices:
    """The table of a profile's field `knock`; the defaults where it has none."""
    values = tuple(field_value)
    return Prices(*values) if values else DEFAULT


class Published(NamedTuple):
    """A table, and when it was published, in Unix milliseconds."""

    since_ms: int
    prices: Prices


@dataclass(slots=True)
class PriceHistory:
    """The tables of one account that may still count, oldest first; at most `MAX_TABLES`."""

    tables: list[Published] = field(default_factory=list)

    def publish(self, prices: Prices, now_ms: int) -> bool:
        """Note the table that holds from now on. True where it is another one than before. A clock
        that was put back changes no order."""
        if self.tables and self.tables[-1].prices == prices:
            return False
        since_ms = max(now_ms, self.tables[-1].since_ms) if self.tables else now_ms
        self.tables.append(Published(since_ms, prices))
        self._forget(now_ms)
        return True

    def due(self, reach: Reach, day: int) -> Price:
        """The bits that a stamp for a box of this Unix day must have: the lowest price that held at
        some time of that day, or within `RISE_MS` before it."""
        first, last = day * DAY_MS - RISE_MS, (day + 1) * DAY_MS - 1
        held = self._held(first, last)
        return min((one.of(reach) for one in held), key=_rank)

    def least(self, day: int) -> Price:
        """The lowest price above 0 that a stamp of this day may be worth: all that a carrier can
        ask, who does not know the sender; None where nobody may pay."""
        dues = (self.due(reach, day) for reach in Reach)
        return min((one for one in dues if one), default=None)

    def _held(self, first_ms: int, last_ms: int) -> list[Prices]:
        """The tables that held at some time between these, both included."""
        found = [DEFAULT] if not self.tables or self.tables[0].since_ms > first_ms else []
        for number, one in enumerate(self.tables):
            behind = self.tables[number + 1 :]
            ends_ms = behind[0].since_ms if behind else None
            if one.since_ms <= last_ms and (ends_ms is None or ends_ms > first_ms):
                found.append(one.prices)
        return found or [self.tables[0].prices]

    def _forget(self, now_ms: int) -> None:
        """Let go of tables that were replaced before any letter that can still come."""
        oldest_ms = now_ms - KEPT_MS - RISE_MS
        while len(self.tables) > 1 and self.tables[1].since_ms <= oldest_ms:
            del self.tables[0]
        del self.tables[:-MAX_TABLES]


def _rank(price: Price) -> int:
    return MAX_STAMP_BITS + 1 if price is None else price
