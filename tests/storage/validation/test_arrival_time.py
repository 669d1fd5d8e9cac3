"""What arrives while the clock is wrong is sorted as if it were right, where that can be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.content.body import Post
from sayso_protocol.limits import MAX_TIME_MS
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.validation.arrival_time import (
    DAY_MS,
    EARLIEST_MS,
    MOST_BACK_MS,
    arrival_time,
)

from ..makers import NOW_MS, author, run_of

BERT, CARA = author(2), author(3)
times = st.integers(0, MAX_TIME_MS)


@given(times, st.none() | times)
def test_it_is_one_of_both_and_never_one_that_cannot_be(now: int, latest: int | None) -> None:
    found = arrival_time(now, latest)
    assert found in (now, latest)
    assert found >= min(now, latest or 0)
    if now >= EARLIEST_MS:
        assert found - now <= MOST_BACK_MS
    if latest is not None:
        assert found >= min(latest, EARLIEST_MS) or found == now
        assert arrival_time(found, latest) == found


@pytest.mark.parametrize("back", [1, 60 * DAY_MS, MOST_BACK_MS, NOW_MS, NOW_MS - 5 * DAY_MS])
def test_news_that_comes_while_the_clock_is_behind_is_found(store: Store, back: int) -> None:
    for who in (BERT, CARA):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    store.append([run_of(BERT, [Post("before")], start_ms=NOW_MS - 1000)], NOW_MS)
    assert store.latest_arrival_ms() == NOW_MS
    store.append([run_of(CARA, [Post("news")], start_ms=NOW_MS + 500)], NOW_MS - back)
    week = TimelineQuery(since_ms=NOW_MS - 7 * DAY_MS)
    assert len(store.timeline(week)) == 2
    assert store.latest_arrival_ms() == NOW_MS
    assert store.check(None, lambda _: None).errors == ()


def test_a_clock_that_was_ahead_is_not_believed_for_ever(store: Store) -> None:
    ahead = NOW_MS + 3650 * DAY_MS
    for who in (BERT, CARA):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    assert store.latest_arrival_ms() is None
    store.append([run_of(BERT, [Post("while ahead")], start_ms=NOW_MS)], ahead)
    store.append([run_of(CARA, [Post("dated ahead")], start_ms=NOW_MS + 5 * DAY_MS)], NOW_MS + 5000)
    newest = store.timeline(TimelineQuery())[0]
    assert (newest.sort_ms, newest.arrived_ms) == (NOW_MS + 5000, NOW_MS + 5000)
    assert store.check(None, lambda _: None).errors == ()
