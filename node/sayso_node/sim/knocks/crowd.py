"""The attacker: what he sends to one owner on one day, who knows the graph, the prices and the
rules.

He follows the shortest ways that gullible people opened for him, takes the cheapest class that he
can show, and shares what is left of his stamps among the dearer ones. Each letter is another
identity's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import count, cycle
from random import Random
from typing import Final

from sayso_protocol.letters.admission import DEFAULT_LIMITS
from sayso_protocol.letters.distance import Neighbourhood, Route
from sayso_protocol.letters.prices import DEFAULT, MAX_HOPS, Reach

from .door import Letter
from .spam_scenario import SpamScenario

SPAM: Final = b"spam "
"""The beginning of the names of identities."""

Ways = dict[Reach, list[tuple[bytes, ...]]]


class Crowd:
    """All identities of one attacker."""

    def __init__(self, scenario: SpamScenario, gullible: Collection[bytes], chance: Random) -> None:
        self._scenario = scenario
        self._gullible = frozenset(gullible)
        self._chance = chance
        self._numbers = count()
        self.networks = [f"attacker {number}" for number in range(scenario.addresses)]

    def follows(self, one: bytes, other: bytes) -> bool:
        """Whether somebody follows an identity of his: gullible people do, and all identities."""
        return other.startswith(SPAM) and (one in self._gullible or one.startswith(SPAM))

    def letters_to(self, around: Neighbourhood, day: int) -> Iterator[tuple[int, Letter]]:
        """What he sends to an owner today: the carrier, and the letter. On even days each letter
        goes to all carriers, as those of honest people do, on odd ones another to each."""
        ways = self._ways(around)
        left = self._scenario.hashes_a_day // self._scenario.owners
        carriers = range(self._scenario.carriers)
        for places in [[*carriers]] if day % 2 == 0 else [[one] for one in carriers]:
            for letter, cost in self._batch(ways):
                if cost <= left:
                    left -= cost
                    for carrier in places:
                        yield carrier, letter

    def _batch(self, ways: Ways) -> Iterator[tuple[Letter, int]]:
        """As many letters as one carrier takes, and the hashes that each costs."""
        dear = [reach for reach in Reach if reach is not Reach.NEAR and ways[reach]]
        for network in self.networks:
            if ways[Reach.NEAR]:
                for _ in range(DEFAULT_LIMITS.free.a_network):
                    yield self._letter(Reach.NEAR, ways, network), 0
            turns = cycle(self._chance.sample(dear, len(dear)))
            for _ in range(DEFAULT_LIMITS.paid.a_network):
                letter = self._letter(next(turns), ways, network)
                yield letter, 1 << letter.bits

    def free_letters(self) -> Iterator[Letter]:
        """What he sends to an owner where nothing costs anything: each identity twenty a day."""
        each = 20 * self._scenario.identities // self._scenario.owners
        for number in range(each):
            network = self.networks[number % len(self.networks)]
            yield self._letter(Reach.FARTHER, {Reach.FARTHER: [()]}, network)

    def _ways(self, around: Neighbourhood) -> Ways:
        """The ways on which his identities come to an owner. Behind one whom somebody follows stand
        all others in a row, so that a farther class can be shown where a nearer one can."""
        ways: Ways = {reach: [] for reach in Reach}
        ways[Reach.FARTHER].append(())
        for person in sorted(self._gullible):
            route = around.route_to(person)
            if route is None:
                continue
            way = (*route.between, person)
            while len(way) < MAX_HOPS:
                ways[Route(way).reach].append(way)
                way = (*way, self._identity(self._chance.randrange(self._scenario.identities)))
        return ways

    def _identity(self, number: int) -> bytes:
        return SPAM + b"%d" % (number % self._scenario.identities)

    def _letter(self, reach: Reach, ways: Ways, network: str) -> Letter:
        number = next(self._numbers)
        bits = DEFAULT.of(reach) or 0
        route = self._chance.choice(ways[reach])
        return Letter(
            number.to_bytes(16, "big"), bits, network, self._identity(number), reach, route, True
        )
