"""Times as people type them and as they are written."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.timestamps import parse_time, time_text
from sayso_protocol.limits import MAX_TIME_MS


@pytest.mark.parametrize(
    ("text", "time_ms"),
    [
        ("1970-01-01T00:00:01Z", 1000),
        ("2024-05-01T12:00:00.250+02:00", 1_714_557_600_250),
        ("1950-01-01T00:00:00Z", 0),
        ("90s", 1_000_000_000 - 90_000),
        ("2h", 1_000_000_000 - 7_200_000),
        ("4w", 0),
    ],
)
def test_times_are_read(text: str, time_ms: int) -> None:
    assert parse_time(text, 1_000_000_000) == time_ms


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize(
    "day", ["2024-05-01", "2024-02-28", "2024-12-31", "2024-03-31", "20240501"]
)
def test_a_day_ends_where_the_next_begins(
    day: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import date, timedelta

    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        after = date.fromisoformat(day) + timedelta(days=1)
        assert parse_time(day, 0, end=True) == parse_time(after.isoformat(), 0)
        assert parse_time(f"{day}T12:00", 0, end=True) == parse_time(f"{day}T12:00", 0)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert parse_time("2h", 10_000_000, end=True) == 2_800_000


@pytest.mark.parametrize("text", ["", "x", "2024-13-01", "5", "-1h", "9" * 5000 + "h", "h", "٣h"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_time(text, 0)


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (1_795_343_889_123, "2026-11-22T10:38:09.123Z"),
        (MAX_TIME_MS, "9999-12-31T23:59:59.999Z"),
    ],
)
def test_times_are_written(time_ms: int, text: str) -> None:
    assert time_text(time_ms) == text


@given(st.integers(0, MAX_TIME_MS))
def test_times_are_read_back(time_ms: int) -> None:
    assert parse_time(time_text(time_ms), 0) == time_ms


SAME_TIMES = [
    ("2026-11-29T10:00:00z", "2026-11-29T10:00:00Z"),
    ("2026-11-29t10:00:00z", "2026-11-29T10:00:00Z"),
    (" 2026-11-29T10:00:00+00:00\n", "2026-11-29T10:00:00Z"),
    ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
    ("2016-12-31T23:59:60.5z", "2017-01-01T00:00:00.5Z"),
    ("2017-01-01T01:59:60+02:00", "2017-01-01T00:00:00Z"),
]


@pytest.mark.parametrize(("one", "other"), SAME_TIMES)
def test_forms_of_one_time(one: str, other: str) -> None:
    assert parse_time(one, 0) == parse_time(other, 0)


@pytest.mark.parametrize("text", ["2026-11-29T10:60:00Z", "2026-11-29T10:00:61Z", "60", "z", ":60"])
def test_what_is_no_time(text: str) -> None:
    with pytest.raises(ValueError, match="is no time"):
        parse_time(text, 0)
