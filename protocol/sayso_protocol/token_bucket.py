"""How much of something one peer may cause: so much at once, and more as time passes."""

from __future__ import annotations


class TokenBucket:
    """Begins full. All amounts are of one kind, which the owner knows."""

    def __init__(self, most: int, a_second: int) -> None:
        self._most = most
        self._a_second = a_second
        self._spent = 0
        self._at_ms: int | None = None

    def spend(self, amount: int, mono_ms: int) -> bool:
        """Take an amount at a time of `Now.mono_ms`; False, and nothing is taken, where it is not
        there."""
        self._recover(mono_ms)
        if self._spent + amount > self._most:
            return False
        self._spent += amount
        return True

    def give_back(self, amount: int) -> None:
        """What was taken has turned out to be worth it."""
        self._spent = max(0, self._spent - amount)

    def _recover(self, mono_ms: int) -> None:
        if self._at_ms is None:
            self._at_ms = mono_ms
        gained = (mono_ms - self._at_ms) * self._a_second // 1000
        if gained:
            self._at_ms = mono_ms
            self.give_back(gained)
