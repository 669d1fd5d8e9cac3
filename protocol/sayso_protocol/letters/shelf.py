"""The shelf of strangers: their first words, apart from everything else, until the owner decides.

It has 200 places. `turns` says who gives way where a class is full, and who stands on the first
page. What the owner decides has effects: whoever was accepted comes free from then on; after one of
the far ones was declined, their common line rests, longer each time; a block costs the introducer
his lane. Nobody outside learns any of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final, NamedTuple, TypeVar

from .prices import DAY_MS, Reach
from .stranger import Knock, KnockRule, Line
from .turns import Lots, first_page, gives_way

PLACES: Final[Mapping[Reach, int]] = MappingProxyType(
    {Reach.NEAR: 100, Reach.THIRD: 40, Reach.FOURTH: 20, Reach.FARTHER: 40}
)
"""Places of each class: two hundred in all, more than anybody reads."""

TURNS_A_DAY: Final = 2
"""Knocks of one introducer, or from one network behind no introducer, that are in turn each day."""

MAX_OF_SENDER: Final = 4
"""Places of one account: a reply, a mention and a follow, and one to spare."""

MAX_CARRIERS: Final = 3
"""Carriers that count for one knock: as many as a profile names for letters."""

AGE_MS: Final = 30 * DAY_MS
"""How long a knock lies: as long as letters do."""

REST_MS: Final = 2 * DAY_MS
"""How long the line of the far ones rests after the first decline: it misses the owner's next look.
Each further decline doubles it, and whoever is accepted from there ends it."""

MAX_RESTS: Final = 5
"""Doublings, and so 32 days at the most."""

LANE_MS: Final = 90 * DAY_MS
"""How long an introducer has no lane after one whom he introduced was blocked."""

MAX_LANES: Final = 1024
"""Introducers without a lane that are remembered, the latest."""

MAX_DECIDED: Final = 4096
"""Ids that were decided on or gave way, and accounts that were accepted, that are remembered, the
latest: some 200 kB each."""

MAX_TURNS: Final = 4096
"""Introducers and networks whose turns are counted, the latest: some 300 kB."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Placed(NamedTuple):
    """What became of a knock, and who gave way: `rule` is None where it lies on the shelf."""

    rule: KnockRule | None
    gone: tuple[Knock, ...] = ()


@dataclass(slots=True)
class ShelfState:
    """All that a shelf remembers beside the knocks on it."""

    secret: bytes
    """Of the lots; 32 bytes, chosen at random once."""
    counts: Counter[KnockRule] = field(default_factory=Counter)
    turns: dict[tuple[int, bytes], int] = field(default_factory=dict)
    """By Unix day, and introducer or network."""
    decided: dict[bytes, None] = field(default_factory=dict)
    accepted: dict[bytes, None] = field(default_factory=dict)
    """Accounts, the latest last."""
    lanes: dict[bytes, int] = field(default_factory=dict)
    """Introducers without a lane, and until when."""
    rests: int = 0
    rest_until_ms: int = 0


class Shelf:
    """One owner's shelf; see the module. `now_ms` is Unix milliseconds."""

    def __init__(self, state: ShelfState, knocks: Iterable[Knock] = ()) -> None:
        self.state = state
        self._lots = Lots(state.secret)
        self._held: dict[Reach, dict[bytes, tuple[Knock, bytes]]] = {one: {} for one in Reach}
        self._senders = Counter[bytes]()
        self._expires_ms = 0  # nothing has lain for too long before
        for one in knocks:
            self._add(one)

    def __len__(self) -> int:
        return sum(map(len, self._held.values()))

    def __iter__(self) -> Iterator[Knock]:
        """All knocks, the nearest first."""
        for held in self._held.values():
            for knock, _ in held.values():
                yield knock

    def get(self, name: bytes) -> Knock | None:
        """The knock with this id."""
        return next((held[name][0] for held in self._held.values() if name in held), None)

    # --- what comes ---------------------------------------------------------------------

    def refuse(self, rule: KnockRule) -> Placed:
        """Count a knock that somebody else found reason to refuse."""
        self.state.counts[rule] += 1
        return Placed(rule)

    def put(self, knock: Knock, now_ms: int) -> Placed:
        """Take a knock whose proofs and price hold; `in_turn` is decided here."""
        gone = self.expire(now_ms)
        if knock.id in self.state.decided or self.get(knock.id) is not None:
            return Placed(self.refuse(KnockRule.KNOWN).rule, gone)
        if self._senders[knock.sender] >= MAX_OF_SENDER:
            return Placed(self.refuse(KnockRule.SENDER).rule, gone)
        knock = replace(knock, in_turn=self._takes_turn(knock, now_ms))
        self._add(knock)
        held = self._held[knock.reach]
        if len(held) <= PLACES[knock.reach]:
            return Placed(None, gone)
        away = gives_way([*held.values()], now_ms)
        self._remove(away)
        self.state.counts[KnockRule.TURN] += 1
        if away.id == knock.id:
            return Placed(KnockRule.TURN, gone)
        return Placed(None, (*gone, away))

    def brought_again(self, name: bytes) -> Knock | None:
        """Note that another carrier brought a knock; None where it is not on the shelf."""
        knock = self.get(name)
        if knock is None:
            return None
        knock = replace(knock, carriers=min(knock.carriers + 1, MAX_CARRIERS))
        self._add(knock)
        return knock

    def expire(self, now_ms: int) -> tuple[Knock, ...]:
        """Let go of what has lain too long; gives it."""
        if now_ms < self._expires_ms:
            return ()
        old = tuple(one for one in self if now_ms - one.arrived_ms >= AGE_MS)
        for one in old:
            self._remove(one)
        if old:
            self.state.counts[KnockRule.AGE] += len(old)
        self._expires_ms = min((one.arrived_ms for one in self), default=now_ms) + AGE_MS
        return old

    # --- what the owner sees and decides --------------------------------------------------

    def page(self, now_ms: int) -> list[Line]:
        """The first page; the same all day unless something comes or is decided."""
        return first_page(
            self, self._lots, now_ms // DAY_MS, with_farther=now_ms >= self.state.rest_until_ms
        )

    def accept(self, name: bytes) -> Knock | None:
        """Take a knock from the shelf whose sender comes free from then on; None where it is not
        there."""
        knock = self.get(name)
        if knock is None:
            return None
        self._remove(knock)
        self.note_accepted(knock.sender)
        if knock.reach is not Reach.NEAR:
            self.state.rests = self.state.rest_until_ms = 0
        return knock

    def note_accepted(self, account: bytes) -> None:
        """Let an account come free from then on, as whoever was answered does."""
        _remember(self.state.accepted, account, None, MAX_DECIDED)

    def is_accepted(self, account: bytes) -> bool:
        """Whether an account comes free."""
        return account in self.state.accepted

    def decline(self, name: bytes, now_ms: int) -> Knock | None:
        """Take a knock away, and let the line of the far ones rest where it was one of these; None
        where it is not there."""
        knock = self.get(name)
        if knock is not None:
            self._remove(knock)
            self._rest(knock, now_ms)
        return knock

    def block(self, name: bytes, now_ms: int) -> tuple[Knock, ...]:
        """Take away all knocks of the sender of one, and the lane of whoever introduced it; gives
        them, none where it is not there."""
        knock = self.get(name)
        if knock is None:
            return ()
        if knock.introducer is not None:
            _remember(self.state.lanes, knock.introducer, now_ms + LANE_MS, MAX_LANES)
            self._end_turns(knock.introducer)
        self._rest(knock, now_ms)
        return self.forget(knock.sender)

    def forget(self, sender: bytes) -> tuple[Knock, ...]:
        """Take away all knocks of an account; gives them."""
        gone = tuple(one for one in self if one.sender == sender)
        for one in gone:
            self._remove(one)
        return gone

    def without_lane(self, now_ms: int) -> frozenset[bytes]:
        """The introducers by whom nobody comes near now."""
        return frozenset(one for one, until in self.state.lanes.items() if until > now_ms)

    # --- within ---------------------------------------------------------------------------

    def _takes_turn(self, knock: Knock, now_ms: int) -> bool:
        if not self.without_lane(now_ms).isdisjoint(knock.route):
            return False
        key = knock.arrived_ms // DAY_MS, knock.introducer or knock.network
        taken = self.state.turns.pop(key, 0) + 1
        _remember(self.state.turns, key, taken, MAX_TURNS)
        return taken <= TURNS_A_DAY

    def _end_turns(self, introducer: bytes) -> None:
        for one in [one for one in self if introducer in one.route]:
            self._add(replace(one, in_turn=False))

    def _rest(self, knock: Knock, now_ms: int) -> None:
        if knock.reach is not Reach.NEAR:
            self.state.rest_until_ms = now_ms + (REST_MS << self.state.rests)
            self.state.rests = min(self.state.rests + 1, MAX_RESTS - 1)

    def _add(self, knock: Knock) -> None:
        held = self._held[knock.reach]
        self._senders[knock.sender] += knock.id not in held
        held[knock.id] = knock, self._lots.of(knock.id)
        self._expires_ms = min(self._expires_ms, knock.arrived_ms + AGE_MS)

    def _remove(self, knock: Knock) -> None:
        del self._held[knock.reach][knock.id]
        self._senders[knock.sender] -= 1
        if not self._senders[knock.sender]:
            del self._senders[knock.sender]
        _remember(self.state.decided, knock.id, None, MAX_DECIDED)


def _remember(table: dict[_Key, _Value], key: _Key, value: _Value, most: int) -> None:
    """Keep something as the latest, and the table at its bound."""
    table.pop(key, None)
    table[key] = value
    while len(table) > most:
        del table[next(iter(table))]
