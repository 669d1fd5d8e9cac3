"""Rates of many: how often each address or peer may cause something, in bounded memory."""

from __future__ import annotations

from ..token_bucket import TokenBucket


class Rates:
    """A token bucket for each name. All times are milliseconds of a clock that never jumps."""

    def __init__(self, burst: float, a_second: float, tracked: int) -> None:
        """`burst` at once and `a_second` as time passes; at most `tracked` names are remembered."""
        self._burst = burst
        self._a_second = a_second
        self._tracked = tracked
        self._buckets: dict[str, TokenBucket] = {}

    def __len__(self) -> int:
        return len(self._buckets)

    def spend(self, name: str, mono_ms: float, amount: float = 1) -> bool:
        """Whether it may happen once more for this name; then it is counted."""
        if name not in self._buckets and len(self._buckets) >= self._tracked:
            self._forget(mono_ms)
        bucket = self._buckets.setdefault(name, TokenBucket(self._burst, self._a_second))
        return bucket.spend(amount, mono_ms)

    def _forget(self, mono_ms: float) -> None:
        kept = {name: each for name, each in self._buckets.items() if not each.is_full(mono_ms)}
        # Where thousands are busy at once, remembering them helps no one.
        self._buckets = kept if len(kept) < self._tracked else {}
