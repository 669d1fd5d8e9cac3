"""The coincidences of each pair of accounts, the evidence itself, in bounded memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator

from ..limits import COINCIDENCES, PAIR_COINCIDENCES
from .observation import Coincidence
from .state import ActTable, Packed, pack_coincidence, read_coincidence

Pair = tuple[bytes, bytes]
"""Two accounts, in the order of their bytes."""

Kept = dict[tuple[bytes, bytes], Coincidence]
"""By item and the account that followed, so that one moment counts for both."""


class Pairs:
    """For each pair the strongest coincidence in each item and direction, of the last ones. Of
    too many the pair that did not meet for longest is forgotten."""

    def __init__(self, most: int = COINCIDENCES) -> None:
        self._most = most
        self._pairs: OrderedDict[Pair, Kept] = OrderedDict()
        self._held = 0

    def __len__(self) -> int:
        """The number of coincidences that are remembered."""
        return self._held

    def __iter__(self) -> Iterator[tuple[Pair, list[Coincidence]]]:
        for pair, kept in self._pairs.items():
            yield pair, list(kept.values())

    def packed(self, table: ActTable) -> Packed:
        """The coincidences of each pair as plain values."""
        return [[pack_coincidence(one, table) for one in found] for _, found in self]

    def restore(self, packed: Packed, table: ActTable) -> None:
        """Take over what was packed. Raises `ValueError`, `TypeError`, `IndexError`."""
        for found in packed:
            kept = [read_coincidence(one, table) for one in found]
            pair = _pair(kept[0])
            self._pairs[pair] = {(one.item, one.own.account): one for one in kept}
            self._held += len(kept)

    def add(self, found: Coincidence) -> None:
        """Keep one."""
        one, pair = found.own.account, _pair(found)
        kept = self._pairs.setdefault(pair, {})
        self._pairs.move_to_end(pair)
        before = len(kept)
        self._keep(kept, (found.item, one), found)
        self._held += len(kept) - before
        while self._held > self._most:
            _, forgotten = self._pairs.popitem(last=False)
            self._held -= len(forgotten)

    def _keep(self, kept: Kept, key: tuple[bytes, bytes], new: Coincidence) -> None:
        old = kept.get(key)
        if old is not None and old.millibits >= new.millibits:
            return
        kept.pop(key, None)
        kept[key] = new
        if len(kept) > PAIR_COINCIDENCES:
            del kept[next(iter(kept))]


def _pair(found: Coincidence) -> Pair:
    one, two = found.own.account, found.other.account
    return (one, two) if one < two else (two, one)
