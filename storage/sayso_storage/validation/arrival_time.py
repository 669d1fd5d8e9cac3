"""The time at which entries are taken to arrive, where the computer's clock may be wrong. Pure.

Entries that are dated later than their arrival are sorted by it. So what arrives while the clock
is behind, as on a computer without a battery before it has asked for the time, would be sorted into
the past for ever. But a store has seen times before: its clock does not go back, unless it went so
far back that it must have been ahead then.
"""

from __future__ import annotations

from typing import Final

DAY_MS: Final = 24 * 3_600_000

EARLIEST_MS: Final = 1_672_531_200_000
"""The beginning of 2023: there was no such software before, so a clock that says so is behind."""

MOST_BACK_MS: Final = 100 * DAY_MS
"""Further back than this the clock is taken to have been ahead before."""


def arrival_time(now_ms: int, latest_ms: int | None) -> int:
    """The time to note; `now_ms` by the clock, `latest_ms` the latest that was noted."""
    if latest_ms is None or now_ms >= latest_ms:
        return now_ms
    is_behind = now_ms < EARLIEST_MS or latest_ms - now_ms <= MOST_BACK_MS
    return latest_ms if is_behind else now_ms
