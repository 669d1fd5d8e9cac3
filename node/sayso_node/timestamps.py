"""Times as people and scripts read and write them; inside they are Unix milliseconds UTC."""

from __future__ import annotations

import re
import time

from sayso_protocol.durations import seconds_of
from sayso_protocol.translation import _

_LEAP_SECOND = re.compile(r"(?<=\d\d:\d\d:)60")


def time_text(time_ms: int) -> str:
    """RFC 3339 in UTC with milliseconds, as ``2024-05-01T12:00:00.000Z``, of a time that an entry
    can have."""
    seconds, rest = divmod(time_ms, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


def year_of(time_ms: int) -> int:
    """The year in UTC of a time that an entry can have."""
    return time.gmtime(time_ms // 1000).tm_year


def parse_time(text: str, now_ms: int, *, end: bool = False) -> int:
    """Read a date, a date and time (RFC 3339; without zone: this machine's), or how long
    ago: ``90s``, ``30m``, ``2h``, ``7d``, ``4w``. A date is its beginning, or with `end` that of
    the day after. Raises `ValueError`.

    Letters may be small, and a leap second is the second after (RFC 3339, sections 5.6 and 5.7).
    """
    text = text.strip()
    ago = seconds_of(text)
    if ago is not None:
        return max(now_ms - ago * 1000, 0)
    from datetime import UTC, datetime, timedelta

    try:
        plain, leaps = _LEAP_SECOND.subn("59", text, count=1)
        moment = datetime.fromisoformat(plain.upper())
        if end and "T" not in plain.upper() and " " not in plain:
            moment += timedelta(days=1)  # before the zone: days of a changed clock are longer
        moment = moment.astimezone(UTC) + timedelta(seconds=leaps)
    except (ValueError, OverflowError, OSError) as error:
        raise ValueError(
            _("{text} is no time: write 2024-05-01, 2024-05-01T12:00:00Z, 7d or 2h").format(
                text=text
            )
        ) from error
    return max((moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1), 0)
