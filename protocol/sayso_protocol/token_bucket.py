"""A limit on what one peer or address may cause: so much at once, and more as time passes."""

from __future__ import annotations


class TokenBucket:
    """Holds up to `burst` tokens and gains `a_second` of them; begins with `tokens`, or full.

    All times are milliseconds of a clock that never jumps, as `Now.mono_ms`. What a token stands
    for, the owner knows.
    """

    def __init__(self, burst: float, a_second: float, tokens: float | None = None) -> None:
        self._burst = burst
        self._a_second = a_second
        self._tokens = float(burst if tokens is None else tokens)
        self._filled_ms: float | None = None

    def spend(self, amount: float, mono_ms: float) -> bool:
        """Take tokens; False, and nothing is taken, where there are not as many."""
        self._fill(mono_ms)
        if amount > self._tokens:
            return False
        self._tokens -= amount
        return True

    def reserve(self, mono_ms: float, amount: float = 1) -> float:
        """Take tokens, on credit if need be; gives the milliseconds until they are earned."""
        self._fill(mono_ms)
        self._tokens -= amount
        return max(0.0, -self._tokens * 1000 / self._a_second)

    def give_back(self, amount: float) -> None:
        """Put tokens back: what they were spent on has turned out to be worth it."""
        self._tokens = min(self._burst, self._tokens + amount)

    def is_full(self, mono_ms: float) -> bool:
        """Whether nothing would be lost by forgetting this bucket."""
        self._fill(mono_ms)
        return self._tokens >= self._burst

    def _fill(self, mono_ms: float) -> None:
        if self._filled_ms is not None:
            gained = (mono_ms - self._filled_ms) * self._a_second / 1000
            self._tokens = min(self._burst, self._tokens + gained)
        self._filled_ms = mono_ms
