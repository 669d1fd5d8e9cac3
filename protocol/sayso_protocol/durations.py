"""Durations as people write them: ``90s``, ``30m``, ``2h``, ``7d``, ``4w``."""

from __future__ import annotations

import re

_DURATION = re.compile(r"([0-9]{1,9})([smhdw])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def seconds_of(text: str) -> int | None:
    """Read a duration; None where it is none."""
    found = _DURATION.fullmatch(text)
    return None if found is None else int(found[1]) * _UNITS[found[2]]
