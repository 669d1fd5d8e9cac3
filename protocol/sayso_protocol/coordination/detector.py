"""The detector: entries in, one by one as they arrive; findings out, when asked."""

from __future__ import annotations

from dataclasses import replace

from .activity import Activity
from .copies import CopyIndex
from .findings import Finding, bursts, groups
from .items import Items
from .observation import Channel, Coincidence, Observation
from .pairs import Pairs
from .scores import account_evidence, links, permille, total
from .traces import traces


class Detector:
    """Remembers what accounts did in step, within the bounds of `limits`.

    What it finds depends on nothing but the observations and their order."""

    def __init__(self) -> None:
        self._copies = CopyIndex()
        self._items = {channel: Items(channel) for channel in Channel}
        self._pairs = Pairs()
        self._activity = Activity()

    def add(self, seen: Observation) -> None:
        """Take in one entry, which was not given before."""
        act = seen.act
        if act.time_ms > act.seen_ms:  # dated ahead: nobody can have followed it
            act = replace(act, time_ms=act.seen_ms)
        self._activity.count(act.account, act.time_ms)
        for channel, item in traces(seen, self._copies):
            for found in self._items[channel].add(item, act):
                self._pairs.add(found)

    def evidence(self) -> dict[bytes, list[Coincidence]]:
        """For each account that is linked to another the coincidences that count for it."""
        return account_evidence(links(self._pairs, self._activity))

    def scores(self) -> dict[bytes, int]:
        """Permille for each of these accounts; for all others it is 0. From 500 on an account
        counts as coordinated."""
        return {account: permille(total(found)) for account, found in self.evidence().items()}

    def findings(self) -> list[Finding]:
        """Groups of accounts that repeatedly acted in step, then bursts of near-copies."""
        return groups(self.evidence()) + bursts(self._items[Channel.COPY])
