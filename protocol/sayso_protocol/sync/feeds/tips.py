"""The newest live runs of each feed, by which a copy is told from another branch.

The eager tree brings some runs twice, and each copy must cost next to nothing. But a run whose
numbers are held is not a copy for that: it may be the proof that its author signed a number
twice. The signature of the last entry tells them apart: it covers all that comes before, so
where it is the same, the run is the same, or no valid one.
"""

from __future__ import annotations

from ...feed.run import RawRun
from ...limits import TIPS
from ..wire.frames import height_check


class Tips:
    """Signatures of the last entries of runs that are held or being stored."""

    def __init__(self) -> None:
        self._tips: dict[bytes, dict[int, bytes]] = {}

    def note(self, run: RawRun) -> None:
        """A run is being stored; of one feed the `TIPS` highest are kept."""
        tips = self._tips.get(run.feed)
        if tips is None:
            tips = self._tips[run.feed] = {}
        tips[run.last] = run.signatures[-1]
        if len(tips) > TIPS:
            del tips[min(tips)]

    def forget(self, run: RawRun) -> None:
        """It was refused: what comes with this signature may yet be sound."""
        tips = self._tips.get(run.feed, {})
        if tips.get(run.last) == run.signatures[-1]:
            del tips[run.last]

    def contradicts(self, feed: bytes, seq: int, check: bytes) -> bool:
        """Whether another entry is here than the one with this `frames.height_check`."""
        tip = self._tips.get(feed, {}).get(seq)
        return tip is not None and height_check(tip) != check

    def knows(self, run: RawRun) -> bool:
        """Whether a run that ends so has come before."""
        return self._tips.get(run.feed, {}).get(run.last) == run.signatures[-1]
