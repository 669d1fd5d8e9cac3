"""The marks that a peer was given: how far it knows this store."""

from __future__ import annotations

from dataclasses import dataclass

from ...limits import MARK_ENTRIES, MARK_EVERY_MS
from ..now import Now
from ..wire.frames import Mark


@dataclass(slots=True)
class PeerMarks:
    """The newest mark, and what has come in since."""

    given: Mark | None = None
    """The newest `Mark` it was given."""
    owed: bool = False
    """It is to be told a `Mark` when the store has been looked through."""
    in_vain: bool = False
    """The store could not be looked through for the one that it is owed."""
    _arrived: int = 0
    """Arrivals here, of this run, that the mark it was given last covers."""
    _more_since: int | None = None
    """Since when there are more of them."""

    @property
    def is_awaited(self) -> bool:
        """Whether it is about to be told a `Mark`."""
        return self.owed and not self.in_vain

    def grow_old(self, arrived: int, now: Now, *, busy: bool) -> None:
        """Owe a new mark where the last has grown old; while much is coming in (`busy`) only time
        counts, not how much."""
        self.owed = self.owed or self._is_old(arrived, now, busy=busy)

    def _is_old(self, arrived: int, now: Now, *, busy: bool) -> bool:
        if self.given is None or self._arrived == arrived:
            return False
        if self._more_since is None:
            self._more_since = now.mono_ms
        if now.mono_ms - self._more_since >= MARK_EVERY_MS:
            return True
        return not busy and arrived - self._arrived >= MARK_ENTRIES

    def settle(self, mark: Mark, arrived: int) -> bool:
        """It is told a mark that covers so many arrivals. True where it does not know that yet."""
        self.owed = self.in_vain = False
        self._arrived, self._more_since = arrived, None
        if self.given == mark:
            return False
        self.given = mark
        return True
