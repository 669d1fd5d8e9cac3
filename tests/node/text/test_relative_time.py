"""Times read well, and no number that a stranger chose can raise."""

from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_node.text.relative_time import for_people

NOW = 1_795_343_889_123  # Sunday, 2026-11-22T10:38:09.123Z
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


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
