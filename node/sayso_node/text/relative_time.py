"""Times for people: of this machine's zone, and relative where that says more. Those for machines
are UTC, and in `sayso_node.timestamps`.

Entries carry milliseconds since 1970-01-01T00:00Z, and strangers choose them: no number
may raise here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_MS = -62_135_596_800_000
"""0001-01-01T00:00:00.000Z, the first moment that `datetime` knows."""
_LATEST_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last one."""

_DAY_MS = 24 * 60 * 60 * 1000
_JUST_NOW_MS = 60 * 1000
_STEPS = ((60 * 60 * 1000, 60 * 1000, "min"), (_DAY_MS, 60 * 60 * 1000, "h"))


def for_people(time_ms: int, now_ms: int, zone: tzinfo | None = None) -> str:
    """Return a time as a person says it: ``5 min ago``, ``Fri 14:05``, ``2024-03-01 14:05``.

    ``zone`` is the system's own unless given. A time that is still to come by this
    clock is given in full and says so: one of two clocks is wrong.
    """
    ago = now_ms - time_ms
    if ago < -_JUST_NOW_MS:
        return _local(time_ms, zone, "%Y-%m-%d %H:%M") + " (in the future)"
    if ago < _JUST_NOW_MS:
        return "just now"
    for below, unit, name in _STEPS:
        if ago < below:
            return f"{ago // unit} {name} ago"
    return _local(time_ms, zone, "%a %H:%M" if ago < 6 * _DAY_MS else "%Y-%m-%d %H:%M")


def exact_time(time_ms: int, zone: tzinfo | None = None) -> str:
    """Return a moment that must be exact, with its zone: ``2024-03-01 14:05 UTC+01:00``."""
    pattern = "%Y-%m-%d %H:%M UTC%z"
    text, _, offset = _local(time_ms, zone, pattern).partition("UTC")
    return f"{text}UTC" + ("" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}")


def _local(time_ms: int, zone: tzinfo | None, pattern: str) -> str:
    at = _EPOCH + timedelta(milliseconds=min(max(time_ms, _EARLIEST_MS), _LATEST_MS))
    try:
        return at.astimezone(zone).strftime(pattern)
    except (OverflowError, ValueError, OSError):
        # At the edge of what calendars hold, the zone's hours can lead beyond it.
        return at.strftime(pattern)
