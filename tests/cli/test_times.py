"""Times read well, and no number that a stranger chose can raise."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_cli.times import for_people, rfc3339

NOW = 1_795_343_889_123  # Sunday, 2026-11-22T10:38:09.123Z
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


@pytest.mark.parametrize(
    ("time_ms", "text"),
    [
        (0, "1970-01-01T00:00:00.000Z"),
        (NOW, "2026-11-22T10:38:09.123Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
        (2**63, "9999-12-31T23:59:59.999Z"),
        (-(2**63), "0001-01-01T00:00:00.000Z"),
    ],
)
def test_rfc3339(time_ms: int, text: str) -> None:
    assert rfc3339(time_ms) == text


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_rfc3339_reads_back(time_ms: int) -> None:
    gone = datetime.fromisoformat(rfc3339(time_ms)) - datetime(1970, 1, 1, tzinfo=UTC)
    assert gone == timedelta(milliseconds=time_ms)


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (0, "just now"),
        (-30_000, "just now"),
        (MINUTE, "1 min ago"),
        (59 * MINUTE, "59 min ago"),
        (HOUR, "1 h ago"),
        (DAY - 1, "23 h ago"),
        (2 * DAY, "Fri 12:38"),
        (30 * DAY, "2026-10-23 12:38"),
        (-HOUR, "2026-11-22 13:38 (in the future)"),
    ],
)
def test_for_people(ago: int, text: str) -> None:
    assert for_people(NOW - ago, NOW, timezone(timedelta(hours=2))) == text


@given(st.integers(-(2**70), 2**70), st.sampled_from([None, UTC, timezone(timedelta(hours=14))]))
def test_no_time_raises(time_ms: int, zone: timezone | None) -> None:
    assert for_people(time_ms, NOW, zone)
    assert rfc3339(time_ms).endswith("Z")
