"""Findings: who acted in step with whom, with all that is needed to open and judge it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ..limits import (
    BURST_ACCOUNTS,
    BURST_MS,
    BURST_SCORE,
    FINDING_ENTRIES,
    HORIZON_MS,
    SHOWN_SCORE,
)
from .items import Items
from .observation import Act, Channel, Coincidence
from .scores import permille, strongest_first, total

Evidence = Mapping[bytes, list[Coincidence]]
"""For each account the coincidences that count for it, see `scores.account_evidence`."""


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of thing that was done in step."""

    channel: Channel
    items: int
    """Different things: texts, links, entries passed on, tags."""
    accounts: int
    entries: int
    within_ms: int
    """Half of the coincidences were as close as this or closer; of a burst its length."""
    burst: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """Evidence, not a verdict. Accounts by score, then key; entries by time, then id."""

    score: int
    """Permille: the highest of its accounts."""
    accounts: tuple[tuple[bytes, int], ...]
    """Each account with its own score."""
    others: tuple[bytes, ...]
    """Accounts whose entries these followed, but for which nothing counts by itself: whoever is
    copied can do nothing about it."""
    entries: tuple[Act, ...]
    """The entries of both, at most `FINDING_ENTRIES`, those of the strongest coincidences."""
    from_ms: int
    to_ms: int
    signals: tuple[Signal, ...]
    new_accounts: int = 0
    """How many of `accounts` had begun less than `HORIZON_MS` before. It adds to no score: a farm
    is often new, but so is everybody once."""


def groups(evidence: Evidence, began: Mapping[bytes, int]) -> list[Finding]:
    """One finding for each group of accounts that hang together, the highest score first."""
    scores = {account: permille(total(found)) for account, found in evidence.items()}
    shown = {it: found for it, found in evidence.items() if scores[it] >= SHOWN_SCORE}
    found = [_aged(_group(members, shown, scores), began) for members in _components(shown)]
    return sorted(found, key=_order)


def bursts(copies: Items, began: Mapping[bytes, int]) -> list[Finding]:
    """Near-copies by many accounts within `BURST_MS`, each at its densest, the largest first."""
    found = []
    for _, acts in copies:
        if len(acts) >= BURST_ACCOUNTS:
            densest = _densest(sorted(acts, key=_by_time))
            if len(densest) >= BURST_ACCOUNTS:
                found.append(_aged(_burst(densest), began))
    return sorted(found, key=_order)


def entry_scores(evidence: Evidence, shown: Iterable[Finding]) -> dict[bytes, int]:
    """Permille for each entry by which an account acted in step: the account's own score, or that
    of a burst. Entries that were only copied are not among them."""
    scores = {
        act.entry: finding.score
        for finding in shown
        if finding.signals[0].burst
        for act in finding.entries
    }
    for found in evidence.values():
        score = permille(total(found))
        for one in found:
            scores[one.own.entry] = max(score, scores.get(one.own.entry, 0))
    return scores


def _group(members: list[bytes], evidence: Evidence, scores: Mapping[bytes, int]) -> Finding:
    ordered = sorted(members, key=lambda account: (-scores[account], account))
    found = sorted((one for it in members for one in evidence[it]), key=strongest_first)
    acts = {act.entry: act for one in found for act in (one.own, one.other)}
    entries = sorted(list(acts.values())[:FINDING_ENTRIES], key=_by_time)
    return Finding(
        score=scores[ordered[0]],
        accounts=tuple((account, scores[account]) for account in ordered),
        others=tuple(sorted({act.account for act in acts.values()} - set(members))),
        entries=tuple(entries),
        from_ms=min(act.time_ms for act in acts.values()),
        to_ms=max(act.time_ms for act in acts.values()),
        signals=tuple(_signals(found)),
    )


def _signals(found: Iterable[Coincidence]) -> Iterator[Signal]:
    by_channel: dict[Channel, list[Coincidence]] = defaultdict(list)
    for one in found:
        by_channel[one.channel].append(one)
    for channel in Channel:
        if its := by_channel.get(channel):
            acts = {act for one in its for act in (one.own, one.other)}
            yield Signal(
                channel,
                items=len({one.item for one in its}),
                accounts=len({act.account for act in acts}),
                entries=len(acts),
                within_ms=sorted(one.lag_ms for one in its)[(len(its) - 1) // 2],
            )


def _burst(acts: list[Act]) -> Finding:
    score = min(BURST_SCORE, permille(1000 * len(acts)))
    first, last = acts[0].time_ms, acts[-1].time_ms
    signal = Signal(Channel.COPY, 1, len(acts), len(acts), last - first, burst=True)
    accounts = tuple((account, score) for account in sorted(act.account for act in acts))
    return Finding(score, accounts, (), tuple(acts), first, last, (signal,))


def _aged(finding: Finding, began: Mapping[bytes, int]) -> Finding:
    since = finding.from_ms - HORIZON_MS
    new = sum(began.get(account, since) > since for account, _ in finding.accounts)
    return replace(finding, new_accounts=new)


def _densest(ordered: list[Act]) -> list[Act]:
    """The most acts within `BURST_MS`; of equal stretches the first."""
    best, first = (0, 0), 0
    for last, act in enumerate(ordered):
        while act.time_ms - ordered[first].time_ms > BURST_MS:
            first += 1
        if last + 1 - first > best[1] - best[0]:
            best = first, last + 1
    return ordered[slice(*best)]


def _components(evidence: Evidence) -> list[list[bytes]]:
    """Accounts that are joined by coincidences, directly or through others."""
    joined: dict[bytes, set[bytes]] = defaultdict(set)
    for account, found in evidence.items():
        for one in found:
            # Through an account that is not shown two groups are not one.
            if one.other.account in evidence:
                joined[account].add(one.other.account)
                joined[one.other.account].add(account)
    left = dict.fromkeys(sorted(evidence))
    components = []
    while left:
        component = [left.popitem()[0]]
        for account in component:
            component += [it for it in sorted(joined[account]) if left.pop(it, it) is None]
        components.append(component)
    return components


def _by_time(act: Act) -> tuple[int, bytes]:
    return act.time_ms, act.entry


def _order(finding: Finding) -> tuple[int, int, int, bytes]:
    return -finding.score, -len(finding.accounts), finding.from_ms, finding.entries[0].entry
