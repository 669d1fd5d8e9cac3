"""The epoch of a router: seconds by its own clock since it last lost what it knew."""

from __future__ import annotations


class EpochWatch:
    """Compares what a router's clock says with how time passes here: RFC 6887, section 8.5."""

    def __init__(self) -> None:
        self._before: tuple[int, float] | None = None

    def note(self, epoch_s: int | None, now_ms: float) -> bool:
        """Take note of an epoch; False where the router has lost its mappings since the last one.
        A router without a clock never says so."""
        if epoch_s is None:
            return True
        before, self._before = self._before, (epoch_s, now_ms)
        if before is None:
            return True
        there = epoch_s - before[0]
        here = (now_ms - before[1]) / 1000
        if there < -1:
            return False
        # Clocks may differ by a sixteenth, and each is cut to whole seconds.
        return here + 2 >= there - there / 16 and there + 2 >= here - here / 16
