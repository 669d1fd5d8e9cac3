"""Turns: who gives way where a class of the shelf is full, and who stands on the first page.

Each knock is in groups: those from its network, those who come by the same first account from the
reader, by the same two, and so on. Whoever is in the largest groups gives way, so a crowd behind
one account or one network takes the places of each other, and not of those who come another way.
What is equal is decided by lot. The lot is a keyed hash: nobody but the reader can know it, so
nobody gains by trying ids or by being early.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from math import prod
from typing import Final

from .prices import DAY_MS, MAX_HOPS, Reach
from .stranger import Knock, Line

FIRST_PAGE: Final = 20
"""Lines of the first page: what one screen shows."""

FRESH_MS: Final = DAY_MS
"""How long a knock keeps its place against newer ones: owners look once a day."""

_PERSON: Final = b"sayso turn 1"


class Lots:
    """Lots drawn with a secret of 32 bytes."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def of(self, *parts: bytes) -> bytes:
        """The lot of something: 8 bytes."""
        state = blake2b(key=self._secret, digest_size=8, person=_PERSON)
        for part in parts:
            state.update(len(part).to_bytes(2, "big") + part)
        return state.digest()


def gives_way(held: Sequence[tuple[Knock, bytes]], now_ms: int) -> Knock:
    """The knock that gives way, of those of one class, each with its lot: first whoever came beyond
    his introducer's turns, then whoever has lain for a day, then anybody; of these whoever fewest
    carriers brought, and of these one of the largest groups: the product of their sizes counts."""
    late = [one for one in held if not one[0].in_turn]
    old = [one for one in held if now_ms - one[0].arrived_ms >= FRESH_MS]
    among = late or old or held
    fewest = min(knock.carriers for knock, _ in among)
    among = [one for one in among if one[0].carriers == fewest]
    groups = Counter(group for knock, _ in among for group in _groups(knock))

    def rank(one: tuple[Knock, bytes]) -> tuple[int, bytes, bytes]:
        knock, lot = one
        return prod(groups[group] for group in _groups(knock)), lot, knock.id

    return max(among, key=rank)[0]


def first_page(held: Iterable[Knock], lots: Lots, day: int, *, with_farther: bool) -> list[Line]:
    """At most `FIRST_PAGE` lines: one for each introducer near the reader, and, `with_farther`, one
    for all who come from farther. Nobody beyond his introducer's turns stands there."""
    near: dict[bytes, list[Knock]] = {}
    farther: dict[Reach, list[Knock]] = {}
    for one in held:
        if not one.in_turn:
            continue
        if one.reach is Reach.NEAR:
            near.setdefault(one.introducer or b"", []).append(one)
        else:
            farther.setdefault(one.reach, []).append(one)
    today = day.to_bytes(8, "big", signed=True)
    order = sorted(near, key=lambda introducer: lots.of(b"introducer", today, introducer))
    lines = [_line(near[introducer], lots) for introducer in order[: FIRST_PAGE - 1]]
    if farther and with_farther:
        nearest = farther[min(farther)]
        chosen = _by_steps(nearest, lots, today)
        lines.append(Line(chosen, sum(map(len, farther.values())) - 1))
    return lines


def _line(knocks: list[Knock], lots: Lots) -> Line:
    return Line(min(knocks, key=lambda one: lots.of(one.id)), len(knocks) - 1)


def _by_steps(knocks: list[Knock], lots: Lots, today: bytes) -> Knock:
    """One of them: each first account on the way has the same chance, then each second behind it,
    and so on, then each network."""
    for step in range(MAX_HOPS + 1):
        lucky = min(
            {_step(one, step) for one in knocks},
            key=lambda group: lots.of(b"step", today, *group),
        )
        knocks = [one for one in knocks if _step(one, step) == lucky]
    return min(knocks, key=lambda one: lots.of(one.id))


def _step(knock: Knock, step: int) -> tuple[bytes, ...]:
    return (*knock.route, knock.network) if step == MAX_HOPS else knock.route[: step + 1]


def _groups(knock: Knock) -> tuple[tuple[bytes, ...], ...]:
    """The groups that it is one of."""
    route = knock.route
    return (b"", knock.network), *(route[:length] for length in range(1, len(route) + 1))
