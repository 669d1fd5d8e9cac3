"""Contests for tested places: who stands there is dialled before anybody takes it.

So an attacker cannot push out addresses that work by having many that work too (Heilman et al.,
"Eclipse Attacks on Bitcoin's Peer-to-Peer Network", 2015, countermeasure "test before evict").
"""

from __future__ import annotations

from dataclasses import dataclass

from . import book_limits as limits
from .known_peer import KnownAddress


@dataclass(slots=True)
class _Contest:
    standing: KnownAddress
    newcomer: KnownAddress
    since_ms: int


class Contests:
    """One newcomer at a time for each tested address."""

    def __init__(self) -> None:
        self._by_standing: dict[int, _Contest] = {}

    def begin(self, standing: KnownAddress, newcomer: KnownAddress, now_ms: int) -> None:
        """A newcomer answered, in whose place another one stands."""
        self._by_standing.setdefault(id(standing), _Contest(standing, newcomer, now_ms))

    @property
    def standing(self) -> list[KnownAddress]:
        """Those to be dialled, the longest contested first."""
        return [one.standing for one in self._by_standing.values()]

    def answered(self, known: KnownAddress) -> None:
        """A dial reached it: it stays where it is."""
        self._by_standing.pop(id(known), None)

    def lost_by(self, known: KnownAddress) -> list[KnownAddress]:
        """A dial did not reach it: who takes its place, if anybody wants it."""
        contest = self._by_standing.pop(id(known), None)
        return [] if contest is None else [contest.newcomer]

    def overdue(self, now_ms: int) -> list[tuple[KnownAddress, KnownAddress]]:
        """Those that nobody has dialled for too long, with who takes their places."""
        late = [one for one in self._by_standing.values() if _is_late(one, now_ms)]
        for one in late:
            del self._by_standing[id(one.standing)]
        return [(one.standing, one.newcomer) for one in late]

    def renew(self, now_ms: int) -> None:
        """Count the time of each from now on: until now nobody could be dialled."""
        for one in self._by_standing.values():
            one.since_ms = now_ms

    def forget(self, known: KnownAddress) -> None:
        """An address is known no longer, or needs no place."""
        self._by_standing.pop(id(known), None)
        for key in [k for k, one in self._by_standing.items() if one.newcomer is known]:
            del self._by_standing[key]


def _is_late(contest: _Contest, now_ms: int) -> bool:
    return not 0 <= now_ms - contest.since_ms <= limits.CONTEST
