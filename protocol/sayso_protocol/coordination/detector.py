"""The detector: entries in, one by one as they arrive; findings out, when asked."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Collection

from ..errors import BadShape
from ..limits import COUNTED_ACCOUNTS
from .activity import Activity
from .bystanders import with_midst
from .features import cluster_of, copy_item, traces
from .findings import Finding, bursts, entry_scores, groups
from .items import Items
from .near_duplicates import CopyIndex, TextsOf
from .observation import Channel, Coincidence, Observation
from .pairs import Pairs
from .scores import account_evidence, links, permille, total
from .state import ActTable, pack_tables, unpack_tables


class Detector:
    """Remembers what accounts did in step, within the bounds of `limits`.

    What it finds depends on nothing but the observations and their order."""

    def __init__(self) -> None:
        self._copies = CopyIndex()
        self._items = {channel: Items(channel) for channel in Channel}
        self._pairs = Pairs()
        self._activity = Activity()
        self._began: OrderedDict[bytes, int] = OrderedDict()

    def add(self, seen: Observation) -> None:
        """Take in one entry, which was not given before."""
        act = seen.act
        account, _, time_ms, seen_ms = act
        if time_ms > seen_ms:  # dated ahead: nobody can have followed it
            act, time_ms = act._replace(time_ms=seen_ms), seen_ms
        self._activity.count(account, time_ms)
        if seen.began_ms is not None:
            self._note_beginning(account, seen.began_ms)
        for channel, item in traces(seen, self._copies):
            for found in self._items[channel].add(item, act):
                self._pairs.add(found)

    def evidence(self) -> dict[bytes, list[Coincidence]]:
        """For each account that is linked to another, or stands amid such, the coincidences that
        count for it."""
        linked = account_evidence(links(self._pairs, self._activity))
        return with_midst(linked, self._pairs)

    def scores(self) -> dict[bytes, int]:
        """Permille for each of these accounts; for all others it is 0. From 500 on an account
        counts as coordinated."""
        return {account: permille(total(found)) for account, found in self.evidence().items()}

    def entry_scores(self) -> dict[bytes, int]:
        """Permille for each entry by which an account acted in step, or took part in a burst; for
        all others it is 0. This is what rules and views see as `coordinated`."""
        return entry_scores(self.evidence(), bursts(self._items[Channel.COPY], self._began))

    def copies(self, text: str, account: bytes) -> int:
        """The number of other accounts that posted near-copies of a text, of the last that did."""
        cluster = self._copies.find(text)
        if cluster is None:
            return 0
        return len(self._items[Channel.COPY].accounts(copy_item(cluster)) - {account})

    def findings(self) -> list[Finding]:
        """Groups of accounts that repeatedly acted in step, then bursts of near-copies."""
        return groups(self.evidence(), self._began) + bursts(self._items[Channel.COPY], self._began)

    def forget(self, entries: Collection[bytes]) -> None:
        """Forget the texts that may be those of certain entries, by their ids: near-copies of
        them that come later begin a new cluster. Coincidences that were seen stay."""
        for item, acts in list(self._items[Channel.COPY]):
            if any(act.entry in entries for act in acts):
                self._copies.forget(cluster_of(item))

    def state(self) -> bytes:
        """All that it remembers, for `from_state` of the same version, but for texts: it names the
        entries that they are of."""
        table = ActTable()
        parts = [
            self._copies.packed(),
            [items.packed(table) for items in self._items.values()],
            self._pairs.packed(table),
            self._activity.packed(table),
            [[table.account_place(one), began] for one, began in self._began.items()],
        ]
        return pack_tables(table, parts)

    @classmethod
    def from_state(cls, data: bytes, texts_of: TextsOf) -> Detector:
        """The detector that `state` was asked of; texts that are not there any more are forgotten.
        Raises `BadShape`, and what `texts_of` raises."""
        detector, (table, parts) = cls(), unpack_tables(data)
        try:
            copies, items, pairs, activity, began = parts
            detector._copies.restore(copies, texts_of)
            for channel, packed in zip(Channel, items, strict=True):
                detector._items[channel].restore(packed, table)
            detector._pairs.restore(pairs, table)
            detector._activity.restore(activity, table)
            detector._began.update((table.accounts[place], int(ms)) for place, ms in began)
        except (TypeError, ValueError, IndexError, struct.error) as error:
            raise BadShape("no state of a detector") from error
        return detector

    def _note_beginning(self, account: bytes, began_ms: int) -> None:
        known = self._began.get(account)
        if known is None or began_ms < known:
            self._began[account] = began_ms
        self._began.move_to_end(account)
        if len(self._began) > COUNTED_ACCOUNTS:
            self._began.popitem(last=False)
