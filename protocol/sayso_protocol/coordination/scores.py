"""From coincidences of pairs to a score of each account, 0 to 999."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..limits import HORIZON_MS, LINKED_ITEMS, LINKED_MILLIBITS, SUSPICION_MILLIBITS
from .activity import Activity
from .observation import Coincidence
from .pairs import Pair, Pairs
from .significance import log2_milli


@dataclass(frozen=True, slots=True)
class PairLink:
    """A pair with enough in common to be counted, and what it is."""

    pair: Pair
    coincidences: tuple[Coincidence, ...]


def links(pairs: Pairs, activity: Activity) -> list[PairLink]:
    """The pairs that did at least `LINKED_ITEMS` different things in step, with different
    entries, all within `HORIZON_MS`, which together hold `LINKED_MILLIBITS` besides what it
    takes to be no chance among as many accounts as were there to be met. What they did apart
    in that time is taken off."""
    found = (_link(pair, its, activity) for pair, its in pairs if len(its) >= LINKED_ITEMS)
    return [link for link in found if link is not None]


def _link(pair: Pair, coincidences: list[Coincidence], activity: Activity) -> PairLink | None:
    near = [one for one in coincidences if one.millibits > 0]
    kept = strongest_stretch(distinct(near))
    if len(kept) < LINKED_ITEMS:
        return None
    if total(kept) + total(apart(coincidences, kept)) < _least(kept[-1], activity):
        return None
    first, last = kept[0].own.time_ms, kept[-1].own.time_ms
    return PairLink(pair, tuple(one for one in near if first <= one.own.time_ms <= last))


def apart(coincidences: Iterable[Coincidence], kept: Sequence[Coincidence]) -> list[Coincidence]:
    """Things that were only ever done apart, within `HORIZON_MS` of all that is `kept`."""
    given = list(coincidences)
    near = {one.item for one in given if one.millibits > 0}
    earliest, latest = kept[-1].own.time_ms - HORIZON_MS, kept[0].own.time_ms + HORIZON_MS
    return distinct(
        one for one in given if one.item not in near and earliest <= one.own.time_ms <= latest
    )


def _least(last: Coincidence, activity: Activity) -> int:
    return LINKED_MILLIBITS + log2_milli(activity.accounts(last.own.time_ms))


def account_evidence(found: Iterable[PairLink]) -> dict[bytes, list[Coincidence]]:
    """For each account the coincidences with accounts it is linked to that count for it, in
    order of time, within its strongest `HORIZON_MS`.

    Those in which it led count for no more than those in which it followed: whoever is only
    ever copied has done nothing."""
    followed: dict[bytes, list[Coincidence]] = defaultdict(list)
    led: dict[bytes, list[Coincidence]] = defaultdict(list)
    for link in found:
        for one in link.coincidences:
            followed[one.own.account].append(one)
            led[one.other.account].append(one.turned())
    return {
        account: strongest_stretch(balanced(distinct(acts), led[account]))
        for account, acts in followed.items()
    }


def balanced(followed: list[Coincidence], led: list[Coincidence]) -> list[Coincidence]:
    """The acts that followed, and of those that led no more than that, in order of time."""
    left = total(followed)
    taken = {one.own.entry for one in followed} | {one.item for one in followed}
    for one in sorted(distinct(led), key=strongest_first):
        if left >= one.millibits and not {one.own.entry, one.item} & taken:
            left -= one.millibits
            followed.append(one)
    return sorted(followed, key=_by_time)


def distinct(coincidences: Iterable[Coincidence]) -> list[Coincidence]:
    """Each entry and each item once, the strongest first served, in order of time."""
    kept: list[Coincidence] = []
    entries: set[bytes] = set()
    items: set[bytes] = set()
    for one in sorted(coincidences, key=strongest_first):
        if one.own.entry not in entries and one.item not in items:
            entries.add(one.own.entry)
            items.add(one.item)
            kept.append(one)
    return sorted(kept, key=_by_time)


def strongest_stretch(ordered: Sequence[Coincidence]) -> list[Coincidence]:
    """Those within `HORIZON_MS` that hold most; of equal stretches the first."""
    best, best_at, first, held = 0, (0, 0), 0, 0
    for last, one in enumerate(ordered):
        held += one.millibits
        while one.own.time_ms - ordered[first].own.time_ms > HORIZON_MS:
            held -= ordered[first].millibits
            first += 1
        if held > best:
            best, best_at = held, (first, last + 1)
    return list(ordered[slice(*best_at)])


def total(coincidences: Iterable[Coincidence]) -> int:
    """Their millibits together."""
    return sum(one.millibits for one in coincidences)


def permille(millibits: int) -> int:
    """A score: 500 at `SUSPICION_MILLIBITS`, nearer to 1000 with ever more."""
    return 1000 * millibits // (millibits + SUSPICION_MILLIBITS)


def strongest_first(one: Coincidence) -> tuple[int, int, bytes, bytes]:
    """Order by strength; ties by time and id, so that it is the same everywhere."""
    return -one.millibits, one.own.time_ms, one.own.entry, one.item


def _by_time(one: Coincidence) -> tuple[int, bytes]:
    return one.own.time_ms, one.own.entry
