"""Times for people: of this machine's zone, and relative where that says more. Those for machines
are UTC, and in `sayso_node.timestamps`.

Entries carry milliseconds since 1970-01-01T00:00Z, and strangers choose them: no number
may raise here.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from sayso_protocol.translation import _, mark

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST_MS = -62_135_596_800_000
"""0001-01-01T00:00:00.000Z, the first moment that `datetime` knows."""
_LATEST_MS = 253_402_300_799_999
"""9999-12-31T23:59:59.999Z, the last one."""

_DAY_MS = 24 * 60 * 60 * 1000
_JUST_NOW_MS = 60_000
_HOUR_MS = 60 * 60 * 1000
_MINUTE_MS = 60 * 1000

_WEEKDAYS = (
    mark("Mon {time}"),
    mark("Tue {time}"),
    mark("Wed {time}"),
    mark("Thu {time}"),
    mark("Fri {time}"),
    mark("Sat {time}"),
    mark("Sun {time}"),
)
"""By `datetime.weekday`: the system's own words would come in its language, which may be another
one than that of all messages."""


def for_people(time_ms: int, now_ms: int, zone: tzinfo | None = None) -> str:
    """Return a time as a person says it: ``5 min ago``, ``Fri 14:05``, ``2024-03-01 14:05``.

    ``zone`` is the system's own unless given. A time that is still to come by this
    clock is given in full and says so: one of two clocks is wrong.
    """
    ago = now_ms - time_ms
    if ago < -_JUST_NOW_MS:
        return _("{time} (in the future)").format(time=_date(time_ms, zone))
    if ago < _JUST_NOW_MS:
        return _("just now")
    if ago < _HOUR_MS:
        return _("{count} min ago").format(count=ago // _MINUTE_MS)
    if ago < _DAY_MS:
        return _("{count} h ago").format(count=ago // _HOUR_MS)
    if ago < 6 * _DAY_MS:
        at = _local(time_ms, zone)
        return _(_WEEKDAYS[at.weekday()]).format(time=f"{at:%H:%M}")
    return _date(time_ms, zone)


def exact_time(time_ms: int, zone: tzinfo | None = None) -> str:
    """Return a moment that must be exact, with its zone: ``2024-03-01 14:05 UTC+01:00``."""
    at = _local(time_ms, zone)
    offset = f"{at:%z}"
    zone_text = "" if offset in ("", "+0000") else f"{offset[:3]}:{offset[3:5]}"
    return f"{at:%Y-%m-%d %H:%M} UTC{zone_text}"


def _date(time_ms: int, zone: tzinfo | None) -> str:
    return f"{_local(time_ms, zone):%Y-%m-%d %H:%M}"


def _local(time_ms: int, zone: tzinfo | None) -> datetime:
    at = _EPOCH + timedelta(milliseconds=min(max(time_ms, _EARLIEST_MS), _LATEST_MS))
    try:
        return at.astimezone(zone)
    except (OverflowError, ValueError, OSError):
        # At the edge of what calendars hold, the zone's hours can lead beyond it.
        return at
