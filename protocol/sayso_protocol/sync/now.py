"""The time, from outside."""

from __future__ import annotations

from typing import NamedTuple


class Now(NamedTuple):
    """The time, from outside: Unix milliseconds UTC, and milliseconds of a clock that never
    jumps, for time-outs."""

    wall_ms: int
    mono_ms: int
