"""Distance: how many public follows lead from a reader to a stranger, and by whom he comes.

The sender looks for the shortest way that he can show, the reader checks each step of it. Whoever
can show none pays what everybody pays who is farther away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from .prices import MAX_HOPS, Reach, reach_of

MAX_LOOKED_AT: Final = 20_000
"""Accounts whose follows one search looks at: a tenth of a second. Beyond, everybody is farther."""

MAX_FOLLOWS: Final = 5_000
"""Follows of one account that a search takes, the first: whoever follows more introduces nobody."""

Followees = Callable[[bytes], Iterable[bytes]]
"""The accounts that an account publicly follows, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Route:
    """A way from a reader to a stranger: the accounts between them, nearest to the reader first.
    Each follows the next, the reader the first, and the last one the stranger; none where the
    reader follows the stranger."""

    between: tuple[bytes, ...] = ()

    @property
    def hops(self) -> int:
        """Number of follows."""
        return len(self.between) + 1

    @property
    def reach(self) -> Reach:
        """The class of the distance."""
        return reach_of(self.hops)

    @property
    def introducer(self) -> bytes | None:
        """The account that follows the stranger, by which he comes."""
        return self.between[-1] if self.between else None


def find_route(
    followees: Followees,
    reader: bytes,
    stranger: bytes,
    *,
    without: Collection[bytes] = frozenset(),
    most: int = MAX_LOOKED_AT,
) -> Route | None:
    """The shortest way of at most `MAX_HOPS` follows, on which none of `without` stands; None where
    there is none, or where more than `most` accounts would have to be looked at. Of equal ways the
    same is found each time that the same is asked in the same order."""
    came_by: dict[bytes, bytes] = {reader: reader}
    layer, looked_at = [reader], 0
    for _ in range(MAX_HOPS):
        following: list[bytes] = []
        for account in layer:
            looked_at += 1
            if looked_at > most:
                return None
            for one in islice(followees(account), MAX_FOLLOWS):
                if one == stranger:
                    return Route(_between(came_by, account, reader))
                if one not in came_by and one not in without:
                    came_by[one] = account
                    following.append(one)
        layer = following
    return None


class Neighbourhood:
    """The ways from one reader to everybody within `MAX_HOPS` follows, looked for once."""

    def __init__(
        self,
        followees: Followees,
        reader: bytes,
        *,
        without: Collection[bytes] = frozenset(),
        most: int = MAX_LOOKED_AT,
    ) -> None:
        self.reader = reader
        self._came_by: dict[bytes, bytes] = {reader: reader}
        self.is_whole = True
        """Whether no more than `most` accounts were to be looked at."""
        layer, looked_at = [reader], 0
        for _ in range(MAX_HOPS):
            following: list[bytes] = []
            for account in layer:
                if looked_at == most:
                    self.is_whole = False
                    return
                looked_at += 1
                for one in islice(followees(account), MAX_FOLLOWS):
                    if one not in self._came_by and one not in without:
                        self._came_by[one] = account
                        following.append(one)
            layer = following

    def route_to(self, stranger: bytes) -> Route | None:
        """A shortest way to somebody; None where none was found."""
        if stranger == self.reader or stranger not in self._came_by:
            return None
        return Route(_between(self._came_by, self._came_by[stranger], self.reader))


def is_route(
    is_follow: Callable[[bytes, bytes], bool], reader: bytes, stranger: bytes, route: Route
) -> bool:
    """Whether each step of a way that somebody claims is a follow, and it is no longer than one may
    be. `is_follow` says whether the first publicly follows the second."""
    steps: Sequence[bytes] = (reader, *route.between, stranger)
    if route.hops > MAX_HOPS or len(set(steps)) < len(steps):
        return False
    return all(map(is_follow, steps, steps[1:]))


def _between(came_by: dict[bytes, bytes], last: bytes, reader: bytes) -> tuple[bytes, ...]:
    way: list[bytes] = []
    while last != reader:
        way.append(last)
        last = came_by[last]
    return tuple(reversed(way))
