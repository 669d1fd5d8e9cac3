"""Times as networks and people write them, into Unix milliseconds UTC.

What could mean two times is none: 03/02/2011, or a zone by the letters EST. A post keeps its time
for ever, so a wrong guess could not be mended.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)

_LEAP_SECOND: Final = re.compile(r"(?<=\d\d:\d\d:)60")
# Own tables, because strptime reads names of months in the language of the machine.
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "jan january",
            "feb february",
            "mar march",
            "apr april",
            "may",
            "jun june",
            "jul july",
            "aug august",
            "sep sept september",
            "oct october",
            "nov november",
            "dec december",
        ),
        1,
    )
    for name in names.split()
}
_DAYS: Final = re.compile(
    r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?", re.ASCII
)
_NUMBERS: Final = re.compile(
    r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?:[Tt]|\s+|$)(?P<rest>.*)"
)
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(am|pm)?")
_ZONE: Final = re.compile(r"(?:utc|gmt|z)?([+-])(\d\d):?(\d\d)")
_UTC: Final = frozenset({"utc", "gmt", "z"})
_REMARK: Final = re.compile(r"\([^()]{0,60}\)\s*\Z")
_DIGITS: Final = re.compile(r"\d{9,19}(?:\.\d{1,9})?", re.ASCII)
_COMPACT: Final = re.compile(r"(?:19|20)\d{12}", re.ASCII)
_MAX_CHARS: Final = 100

_SNOWFLAKES_FROM: Final = 29_700_859_247
_SNOWFLAKE_EPOCH_MS: Final = 1_288_834_974_657

_UNITS: Final = ((10**17, 10**6), (10**14, 10**3), (10**11, 1))
"""From where on a bare number must mean nano-, micro- or milliseconds, and what a millisecond has
of them: in the next larger unit it would lie beyond the year 5138."""

_LAST_MS: Final = 253_402_300_800_000


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
    if not re.fullmatch(r"[A-Za-z0-9 :+-]{1,40}", value) or "T" in value[4:]:
        return None
    return parse_words(value)


def snowflake_ms(number: int) -> int | None:
    """The time that Twitter put into an id, from November 2010 on; None for earlier ids.

    The upper bits are milliseconds (github.com/twitter-archive/snowflake)."""
    if not _SNOWFLAKES_FROM <= number < 1 << 63:
        return None
    return (number >> 22) + _SNOWFLAKE_EPOCH_MS


def parse_words(value: str) -> int | None:
    """A date by year, month and day in figures, or with the month's name in English, a clock time
    and a zone, in any order that people and programs write them; without a zone UTC. None for
    whatever is not understood whole."""
    words = _REMARK.sub("", value.strip())
    if len(words) > _MAX_CHARS or not words.isascii():
        return None
    date = _Date()
    figures = _NUMBERS.fullmatch(words)
    if figures:
        date.put(year=int(figures["year"]), month=int(figures["month"]), day=int(figures["day"]))
        words = figures["rest"]
    for word in words.replace(",", " ").lower().split():
        if not date.take(word):
            return None
    return date.ms()


class _Date:
    """The parts of a date that were found so far, each once."""

    def __init__(self) -> None:
        self._found: dict[str, int] = {}
        self._zone: timezone | None = None

    def put(self, **parts: int) -> bool:
        """Note parts; False where one of them is there already."""
        is_new = not parts.keys() & self._found.keys()
        self._found |= parts
        return is_new

    def take(self, word: str) -> bool:
        """Note what a word says; False where it says nothing, or something again."""
        if _DAYS.fullmatch(word) or word == "at":
            return True
        if word.rstrip(".") in _MONTHS:
            return self.put(month=_MONTHS[word.rstrip(".")])
        if word.isdigit():
            return self.put(year=int(word)) if len(word) == 4 else self._day(word)
        return self._half(word) or self._clock(word) or self._offset(word)

    def _day(self, word: str) -> bool:
        return len(word) <= 2 and self.put(day=int(word))

    def _half(self, word: str) -> bool:
        """`am` or `pm` behind a time."""
        hour = self._found.get("hour")
        if word not in ("am", "pm") or hour is None or not 1 <= hour <= 12:
            return False
        self._found["hour"] = hour % 12 + (12 if word == "pm" else 0)
        return self.put(half=1)

    def _clock(self, word: str) -> bool:
        if word[-1:] == "z" and word[-2:-1].isdigit():
            return self._clock(word[:-1]) and self._offset("z")
        clock, zone = word, ""
        for sign in "+-":
            front, found, back = word.partition(sign)
            if found and ":" in front:
                clock, zone = front, sign + back
        match = _CLOCK.fullmatch(clock)
        if match is None:
            return False
        hour, minute, second, part, half = match.groups()
        micros = int((part or "0").ljust(6, "0")[:6])
        fields = {"hour": int(hour), "minute": int(minute), "second": int(second or 0)}
        is_new = self.put(**fields, microsecond=micros)
        return is_new and (not half or self._half(half)) and (not zone or self._offset(zone))

    def _offset(self, word: str) -> bool:
        if self._zone is not None:
            return word in _UTC and self._zone == UTC
        if word in _UTC:
            self._zone = UTC
            return True
        match = _ZONE.fullmatch(word)
        if match is None:
            return False
        sign, hours, minutes = match.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes))
        if offset >= timedelta(hours=24):
            return False
        self._zone = timezone(offset if sign == "+" else -offset)
        return True

    def ms(self) -> int | None:
        """Unix milliseconds; None where year, month or day is missing, or there is no such day."""
        self._found.pop("half", None)
        leap = self._found.get("second") == 60
        if leap:
            self._found["second"] = 59
        try:
            moment = datetime(**self._found, tzinfo=self._zone or UTC)
            return _to_ms(moment + timedelta(seconds=leap))
        except (ValueError, TypeError, OverflowError):
            return None


def parse_any(value: object) -> int | None:
    """A time in any form that is read here, or a number of seconds, milli-, micro- or nanoseconds
    since 1970, as such or in figures; None for all else."""
    if isinstance(value, str):
        text = value.strip()
        if _COMPACT.fullmatch(text):
            return parse_rfc3339(f"{text[:8]}T{text[8:]}")
        if _DIGITS.fullmatch(text):
            return _from_number(float(text) if "." in text else int(text))
        found = parse_rfc3339(text)
        return parse_words(text) if found is None else found
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return _from_number(value)


def _from_number(value: float) -> int | None:
    if not 0 <= value < _LAST_MS * 10**6:  # refuses NaN and both infinities, too
        return None
    for least, parts in _UNITS:
        if value >= least:
            ms = int(value // parts)
            return ms if ms < _LAST_MS else None
    return int(value * 1000)
