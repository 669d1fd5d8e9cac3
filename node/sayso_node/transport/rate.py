"""Token buckets: a rate with a burst."""

from __future__ import annotations


class Bucket:
    """Holds up to `burst` tokens and gains `rate` a second; starts full."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = float(burst)
        self._filled_at: float | None = None

    def take(self, tokens: float, now: float) -> bool:
        """Take tokens if there are as many; `now` is in seconds and never decreases."""
        self._fill(now)
        if tokens > self._tokens:
            return False
        self._tokens -= tokens
        return True

    def reserve(self, now: float) -> float:
        """Take a token, on credit if need be; gives the seconds to wait until it is earned."""
        self._fill(now)
        self._tokens -= 1
        return max(0.0, -self._tokens / self._rate)

    def is_full(self, now: float) -> bool:
        """Whether nothing would be lost by forgetting this bucket."""
        self._fill(now)
        return self._tokens >= self._burst

    def _fill(self, now: float) -> None:
        if self._filled_at is not None:
            gained = (now - self._filled_at) * self._rate
            self._tokens = min(self._burst, self._tokens + gained)
        self._filled_at = now
