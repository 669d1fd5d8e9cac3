"""An owner of the scenario `spam`: collects, shelves by his prices, looks once a day, and
decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sayso_protocol.letters.distance import Neighbourhood, Route, is_route
from sayso_protocol.letters.prices import DAY_MS, PriceHistory, Reach
from sayso_protocol.letters.shelf import Shelf, ShelfState
from sayso_protocol.letters.stranger import Knock, KnockRule
from sayso_protocol.letters.turns import FIRST_PAGE

from .door import Letter

IsFollow = Callable[[bytes, bytes], bool]


@dataclass(slots=True)
class Look:
    """What an owner saw at one look: lines of the first page, and lines of it that were spam."""

    lines: int
    spam: int
    heard: int
    """First words of newcomers that came today and lie on the shelf, or were accepted."""


@dataclass(slots=True)
class SimOwner:
    """One owner with default prices; `newcomers` are those who will write to him."""

    account: bytes
    around: Neighbourhood
    newcomers: list[bytes]
    shelf: Shelf = field(init=False)
    prices: PriceHistory = field(default_factory=PriceHistory)
    _spam: set[bytes] = field(default_factory=set)
    _honest: set[bytes] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.shelf = Shelf(ShelfState(self.account.ljust(32, b"\0")[:32]))

    def collect(
        self, letters: Iterable[tuple[Letter, bytes]], now_ms: int, is_follow: IsFollow
    ) -> None:
        """Shelve what carriers hold, as the running node does."""
        for letter, network in letters:
            (self._spam if letter.is_spam else self._honest).add(letter.id)
            if self.shelf.brought_again(letter.id) is not None:
                continue
            rule = self._refusal(letter, now_ms, is_follow)
            if rule is not None:
                self.shelf.refuse(rule)
                continue
            knock = Knock(letter.id, letter.sender, letter.reach, letter.route, network, now_ms)
            self.shelf.put(knock, now_ms)

    def look(self, now_ms: int) -> Look:
        """Look at the first page once, and decide: newcomers are accepted, spam from near is
        blocked, and other spam declined."""
        held = {one.id for one in self.shelf}
        page = self.shelf.page(now_ms)
        assert len(page) <= FIRST_PAGE
        spam = 0
        for line in page:
            if line.knock.id not in self._spam:
                self.shelf.accept(line.knock.id)
                continue
            spam += 1
            if line.knock.reach is Reach.NEAR:
                self.shelf.block(line.knock.id, now_ms)
            else:
                self.shelf.decline(line.knock.id, now_ms)
        heard = len(self._honest & held)
        self._spam.intersection_update(one.id for one in self.shelf)
        self._honest.clear()
        return Look(len(page), spam, heard)

    def _refusal(self, letter: Letter, now_ms: int, is_follow: IsFollow) -> KnockRule | None:
        """The rule by which a letter is refused, whose sender says how near he is."""
        reach, lost = letter.reach, self.shelf.without_lane(now_ms)
        if letter.route:
            route = Route(letter.route)
            shown = is_route(is_follow, self.account, letter.sender, route)
            reach = route.reach if shown and lost.isdisjoint(letter.route) else Reach.FARTHER
        due = self.prices.due(reach, now_ms // DAY_MS)
        if due is None:
            return KnockRule.NOBODY
        return KnockRule.PRICE if letter.bits < due else None
