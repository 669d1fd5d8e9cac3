"""Times as the networks write them, into Unix milliseconds UTC."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

_LEAP_SECOND: Final = re.compile(r"(?<=\d\d:\d\d:)60")
_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
# Own tables, because strptime reads names of months in the language of the machine.
_TWITTER_2020: Final = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d\d) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d) (\d{4})"
)
_TWITTER_2013: Final = re.compile(r"(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d) ([+-]\d\d)(\d\d)")

_LARGEST_SECONDS: Final = 100_000_000_000
"""Above this (the year 5138) a bare number must mean milliseconds."""


def _to_ms(moment: datetime) -> int | None:
    """Unix milliseconds; None before 1970, when none of the networks existed."""
    ms = (moment - _EPOCH) // _MILLISECOND
    return ms if ms >= 0 else None


def parse_rfc3339(value: str) -> int | None:
    """RFC 3339 as Unix milliseconds; without a zone it counts as UTC. None if it is none.

    A leap second, which RFC 3339 allows, becomes the second after.
    """
    plain, leaps = _LEAP_SECOND.subn("59", value.strip(), count=1)
    try:
        moment = datetime.fromisoformat(plain.upper())
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return _to_ms(moment + timedelta(seconds=leaps))
    except (ValueError, OverflowError):
        return None


def parse_twitter(value: str) -> int | None:
    """`2012-03-04 05:06:07 +0000` or `Sun Mar 04 05:06:07 +0000 2012`; None if neither."""
    if old := _TWITTER_2013.fullmatch(value):
        return parse_rfc3339(f"{old[1]}T{old[2]}{old[3]}:{old[4]}")
    new = _TWITTER_2020.fullmatch(value)
    return _from_2020(new) if new else None


def _from_2020(match: re.Match[str]) -> int | None:
    month, day, hour, minute, second, sign, off_hours, off_minutes, year = match.groups()
    offset = timedelta(hours=int(off_hours), minutes=int(off_minutes))
    try:
        zone = timezone(offset if sign == "+" else -offset)
        clock = (int(hour), int(minute), int(second))
        return _to_ms(datetime(int(year), _MONTHS[month], int(day), *clock, tzinfo=zone))
    except (ValueError, KeyError, OverflowError):
        return None


def parse_any(value: object) -> int | None:
    """RFC 3339, or a number of Unix seconds or milliseconds; None if it is neither."""
    if isinstance(value, str):
        return parse_rfc3339(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    factor = 1 if value >= _LARGEST_SECONDS else 1000
    # The comparison also refuses NaN and both infinities.
    return int(value * factor) if 0 <= value * factor < 253_402_300_800_000 else None
