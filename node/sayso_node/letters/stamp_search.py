"""Stamp search: finds stamps for letters that wait, beside all else that a node does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import trio
from nacl.utils import random

from sayso_protocol.letters.stamp import Mint

from .letter_source import WaitingLetter

MAX_BITS: Final = 30
"""Stamps of more are not searched: this one takes some ten minutes of a core."""

REST_SECONDS: Final = 0.01
"""Between slices of as much: half of a core is left to the node."""


TURN_SLICES: Final = 400
"""Slices before it is looked again what waits: some eight seconds."""


class StampSearch:
    """See the module. A search goes on where it was left, in the same process."""

    def __init__(self) -> None:
        self._letter: bytes = b""
        self._mint: Mint | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether a search has begun and found nothing yet."""
        return self._mint is not None

    async def find(self, letters: Sequence[WaitingLetter]) -> tuple[WaitingLetter, int] | None:
        """Search for a while, for the cheapest of the letters that lack a stamp; the stamp, or None
        where none was found yet or none is lacking."""
        lacking = [one for one in letters if 0 < one.bits <= MAX_BITS and one.stamp is None]
        if not lacking:
            self._letter, self._mint = b"", None
            return None
        letter = min(lacking, key=lambda one: (one.id != self._letter, one.bits))
        if self._mint is None or self._letter != letter.id:
            start = int.from_bytes(random(8), "big")
            self._letter = letter.id
            self._mint = Mint(letter.box, letter.id, letter.bits, start)
        for _ in range(TURN_SLICES):
            stamp = await trio.to_thread.run_sync(self._mint.run)
            if stamp is not None:
                self._letter, self._mint = b"", None
                return letter, stamp
            await trio.sleep(REST_SECONDS)
        return None
