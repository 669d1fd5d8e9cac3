"""Histograms: how often a duration fell between which bounds."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import accumulate


class Histogram:
    """Counts of observed values by upper bound, as Prometheus takes them. It costs a few hundred
    bytes, however much is observed."""

    def __init__(self, bounds: Sequence[float]) -> None:
        """`bounds` ascend; a value that is one of them is counted under it."""
        self.bounds = bounds
        self.total = 0.0
        """The sum of all values."""
        self._counts = [0] * (len(bounds) + 1)

    def observe(self, value: float, times: int = 1) -> None:
        """Count a value."""
        self._counts[bisect_left(self.bounds, value)] += times
        self.total += value * times

    def copy(self) -> Histogram:
        """The same, which counts nothing more by itself."""
        copied = Histogram(self.bounds)
        copied.total, copied._counts = self.total, [*self._counts]
        return copied

    @property
    def buckets(self) -> list[tuple[str, int]]:
        """The number of values up to each bound, as text; the last is ``+Inf``."""
        names = [*map(str, map(float, self.bounds)), "+Inf"]
        return list(zip(names, accumulate(self._counts), strict=True))
