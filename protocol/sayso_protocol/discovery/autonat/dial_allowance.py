"""How many dials others may have of this node, in all, and of each peer and network."""

from __future__ import annotations

from collections.abc import Iterable

from ...token_bucket import TokenBucket
from .limits import DIALS_A_MINUTE, DIALS_A_PEER, MAX_ASKERS


class DialAllowance:
    """Counts the dials of the last minute. Times are milliseconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._all = TokenBucket(DIALS_A_MINUTE, DIALS_A_MINUTE / 60)
        self._each: dict[str, TokenBucket] = {}

    def spend(self, names: Iterable[str], now_ms: float) -> bool:
        """Take one dial for all of these names, which are a peer's and its network's; False, and
        nothing is taken, where one of them has none left. Empty names are nobody's."""
        buckets = []
        for name in dict.fromkeys(one for one in names if one):
            bucket = self._bucket(name, now_ms)
            if bucket is None:
                break
            buckets.append(bucket)
        else:
            taken = [bucket for bucket in (*buckets, self._all) if bucket.spend(1, now_ms)]
            if len(taken) == len(buckets) + 1:
                return True
            for bucket in taken:
                bucket.give_back(1)
        return False

    def _bucket(self, name: str, now_ms: float) -> TokenBucket | None:
        if name not in self._each:
            if len(self._each) >= MAX_ASKERS:
                self._each = {
                    one: each for one, each in self._each.items() if not each.is_full(now_ms)
                }
            if len(self._each) >= MAX_ASKERS:
                return None
            self._each[name] = TokenBucket(DIALS_A_PEER, DIALS_A_PEER / 60)
        return self._each[name]
