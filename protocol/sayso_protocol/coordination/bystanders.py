"""A second look: who acted in the midst of accounts that were found, though with none of them
often enough to be linked to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from ..limits import COINCIDENCE_MILLIBITS, LINKED_ITEMS, MIDST_ACCOUNTS, SUSPICION_MILLIBITS
from .observation import Coincidence
from .pairs import Pairs
from .scores import apart, balanced, distinct, strongest_first, strongest_stretch, total

Evidence = dict[bytes, list[Coincidence]]
"""For each account the coincidences that count for it."""


def with_midst(evidence: Evidence, pairs: Pairs) -> Evidence:
    """The evidence, and that of accounts in the midst of those which it finds, where it is more.

    Who is found here makes nobody else found: one look, no chain."""
    found = {it for it, its in evidence.items() if total(its) >= SUSPICION_MILLIBITS}
    seen = {account: _midst(account, met) for account, met in _met(found, pairs).items()}
    more = {it: its for it, its in seen.items() if total(its) > total(evidence.get(it, ()))}
    return evidence | more


def _met(found: set[bytes], pairs: Pairs) -> Mapping[bytes, list[Coincidence]]:
    """For each account that was not found its coincidences with those that were."""
    met: dict[bytes, list[Coincidence]] = defaultdict(list)
    for (one, two), coincidences in pairs:
        if (one in found) != (two in found):
            met[two if one in found else one] += coincidences
    return met


def _midst(account: bytes, met: Iterable[Coincidence]) -> list[Coincidence]:
    """The evidence for an account among others, empty where it is too little: at least
    `LINKED_ITEMS` different things with `MIDST_ACCOUNTS` of them, now before and now after them.

    Whoever only follows is their reader, whoever only leads is copied: leading counts for no
    more than following, and following for no more than leading and one coincidence."""
    own = [one if one.own.account == account else one.turned() for one in met]
    followed = distinct(one for one in met if one.millibits > 0 and one.own.account == account)
    led = distinct(one.turned() for one in met if one.millibits > 0 and one.own.account != account)
    followed = list(_up_to(total(led) + COINCIDENCE_MILLIBITS, followed))
    kept = strongest_stretch(balanced(followed, led))
    if len(kept) < LINKED_ITEMS or len({one.other.account for one in kept}) < MIDST_ACCOUNTS:
        return []
    if total(kept) + total(apart(own, kept)) < SUSPICION_MILLIBITS:
        return []
    return kept


def _up_to(left: int, coincidences: Iterable[Coincidence]) -> Iterator[Coincidence]:
    for one in sorted(coincidences, key=strongest_first):
        if left >= one.millibits:
            left -= one.millibits
            yield one
