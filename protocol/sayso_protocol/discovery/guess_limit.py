"""A bound on guessing at tokens: so many wrong ones from one address, and from all together."""

from __future__ import annotations

from ..token_bucket import TokenBucket
from .invite_limits import ALL_GUESSES, ALL_GUESSES_A_SECOND, GUESSERS, GUESSES, GUESSES_A_SECOND


class GuessLimit:
    """Counts the tries of addresses, as `Link.network` names them; right ones are given back.

    Times are milliseconds of a clock that never jumps.
    """

    def __init__(self) -> None:
        self._all = TokenBucket(ALL_GUESSES, ALL_GUESSES_A_SECOND)
        self._networks: dict[str, TokenBucket] = {}
        self.refused = 0
        """Tries that came too soon, since the start."""

    def try_once(self, network: str, mono_ms: float) -> bool:
        """Take a try; False where the network, or all of them, have had too many."""
        bucket = self._networks.pop(network, None) or TokenBucket(GUESSES, GUESSES_A_SECOND)
        self._networks[network] = bucket  # the one that was heard last is the last
        if len(self._networks) > GUESSERS:
            del self._networks[next(iter(self._networks))]
        if bucket.spend(1, mono_ms):
            if self._all.spend(1, mono_ms):
                return True
            bucket.give_back(1)
        self.refused += 1
        return False

    def was_right(self, network: str) -> None:
        """Give a try back: it was no guess."""
        self._all.give_back(1)
        if network in self._networks:
            self._networks[network].give_back(1)
