"""When deleted letters are erased: what expired within the hour, what was forgotten at once."""

from __future__ import annotations

import pytest

from sayso_node.messages.erasure import (
    AGAIN_MS,
    APART_MS,
    erase_due,
    mark_deleted,
    mark_forgotten,
)
from sayso_storage.memory.sealed_records import MemorySealedRecords

NOW = 1_800_000_000_000


class Records(MemorySealedRecords):
    """Counts how often all is erased; in vain while somebody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.times = 0
        self.is_read = False

    def erase(self) -> bool:
        self.times += 1
        return not self.is_read


@pytest.fixture
def records() -> Records:
    return Records()


def test_nothing_is_erased_where_nothing_was_deleted(records: Records) -> None:
    assert erase_due(records, NOW) and records.times == 0


def test_what_expires_in_one_hour_is_erased_together(records: Records) -> None:
    for minute in range(180):
        now = NOW + minute * 60_000
        mark_deleted(records, now)
        erase_due(records, now)
    assert records.times == 3
    erase_due(records, NOW + 2 * APART_MS + APART_MS)
    assert records.times == 4


def test_what_is_forgotten_is_erased_at_once(records: Records) -> None:
    mark_deleted(records, NOW)
    assert erase_due(records, NOW)
    mark_forgotten(records)
    mark_deleted(records, NOW + 1)
    assert erase_due(records, NOW + 1)
    assert records.times == 2


def test_while_somebody_reads_it_is_tried_again_each_minute(records: Records) -> None:
    records.is_read = True
    mark_forgotten(records)
    for second in range(0, 600, 30):
        assert not erase_due(records, NOW + second * 1000) or second % 60
    assert records.times == 600_000 // AGAIN_MS
    records.is_read = False
    assert erase_due(records, NOW + 600_000) and records.times == 11
    assert erase_due(records, NOW + 700_000) and records.times == 11


def test_a_clock_that_was_wrong_delays_it_no_longer_than_an_hour(records: Records) -> None:
    mark_forgotten(records)
    erase_due(records, NOW + 365 * 24 * APART_MS)
    mark_deleted(records, NOW)
    erase_due(records, NOW)
    erase_due(records, NOW + APART_MS)
    assert records.times == 2
