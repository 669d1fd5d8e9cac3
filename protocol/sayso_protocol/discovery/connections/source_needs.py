"""Which accounts have too few sources, and which peers would be some."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Set
from itertools import islice

from ..address_book.carriers import Carriers
from . import dial_limits as limits


class SourceNeeds:
    """Counts, for each wanted account, the connected peers that carry it."""

    def __init__(self, carriers: Carriers) -> None:
        self._carriers = carriers
        self._wanted: dict[bytes, None] = {}
        self._connected: dict[str, Set[bytes]] = {}
        self._count: Counter[bytes] = Counter()
        self._told: dict[bytes, dict[str, None]] = {}

    def want(self, accounts: Iterable[bytes]) -> None:
        """These accounts are wanted now, and no others."""
        self._wanted = dict.fromkeys(accounts)

    def tell(self, peer_id: str, accounts: Iterable[bytes]) -> None:
        """Somebody says that a peer carries accounts. It is worth a dial, and displaces nobody who
        was seen to."""
        for account in accounts:
            if account in self._wanted:
                told = self._told.setdefault(account, {})
                told.pop(peer_id, None)
                told[peer_id] = None
                if len(told) > limits.MAX_TOLD:
                    del told[next(iter(told))]
        while len(self._told) > limits.MAX_TOLD_ACCOUNTS:
            del self._told[next(iter(self._told))]

    def carry(self, peer_id: str, accounts: Iterable[bytes], wall_ms: int) -> bool:
        """A connected peer carries these. Whether it carries anything that is wanted."""
        carried = {account for account in accounts if account in self._wanted}
        known = self._connected.get(peer_id, frozenset())
        for account in sorted(carried - known):  # the same in every run
            self._carriers.note(account, peer_id, wall_ms)
            self._count[account] += 1
        self._connected[peer_id] = carried | known
        return bool(self._connected[peer_id])

    def lost(self, peer_id: str) -> None:
        """A peer is no longer connected."""
        for account in self._connected.pop(peer_id, ()):
            self._count[account] -= 1
            if not self._count[account]:
                del self._count[account]

    def carries(self, peer_id: str, account: bytes) -> bool:
        """Whether a connected peer carries a wanted account, as it said in this session or in the
        one that this goes on from."""
        return account in self._connected.get(peer_id, ())

    def of(self, peer_id: str) -> int:
        """How many wanted accounts a connected peer carries."""
        return len(self._connected.get(peer_id, ()))

    @property
    def lacking(self) -> list[bytes]:
        """Wanted accounts with too few sources, in the order in which they came to be wanted."""
        count = self._count.get  # a `Counter` asks a function in Python for each that it lacks
        return [one for one in self._wanted if count(one, 0) < limits.SOURCES]

    def candidates(self) -> list[tuple[str, bool]]:
        """Peers that would help, who would help most first; with each whether it was seen to carry
        what is lacking, or that was only told."""
        helps: Counter[str] = Counter()
        proven: set[str] = set()
        for account in islice(self.lacking, limits.LOOKED_AT):
            known = self._carriers.of(account)
            proven.update(known)
            helps.update(list(dict.fromkeys([*known, *self._told.get(account, ())])))
        return [(peer, peer in proven) for peer, _ in helps.most_common()]
