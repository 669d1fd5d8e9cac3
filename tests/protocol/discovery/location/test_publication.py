"""When announcements are made: twice a day by their node, and by a few followers in its place."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import pytest
from tests.budget import long

from sayso_protocol.discovery.location.announcement_book import AnnouncementBook
from sayso_protocol.discovery.location.announcement_limits import (
    ANNOUNCE_MS,
    CHECKS_A_DAY,
    DAY_MS,
    ENOUGH_PLACES,
    FIRST_SEARCH_MS,
    FRESH_MS,
    MAX_AGE_MS,
    MOVED_MS,
    SEARCH_MS,
    UNHEARD_MS,
)
from sayso_protocol.discovery.location.publication import OwnPublication, Republication, Searches

from .support import ANN, AT, BEN

MIDNIGHT = AT // DAY_MS * DAY_MS
TODAY = AT // DAY_MS
MINUTE = 60_000


def days_said(publication: OwnPublication, begin_ms: int, days: int, places: int = 20):
    """When a node that looks every minute announces under which days."""
    said = []
    for now in range(begin_ms, begin_ms + days * DAY_MS, MINUTE):
        while (day := publication.due(now)) is not None:
            publication.done(day, places, now)
            said.append((day, now))
    return said


def test_each_day_is_announced_before_it_begins_and_no_gap_is_longer_than_eleven_hours() -> None:
    said = days_said(OwnPublication(), MIDNIGHT, 6)
    for day in range(TODAY + 1, TODAY + 5):
        times = [at for of, at in said if of == day]
        assert times[0] == day * DAY_MS - DAY_MS // 2
        gaps = [b - a for a, b in zip(times, [*times[1:], (day + 1) * DAY_MS], strict=True)]
        assert max(gaps) <= ANNOUNCE_MS
    assert max(Counter(at // DAY_MS for _, at in said).values()) <= 5


def test_where_few_heard_it_is_said_again_soon() -> None:
    publication = OwnPublication()
    publication.done(TODAY, ENOUGH_PLACES - 1, MIDNIGHT)
    assert publication.due(MIDNIGHT + UNHEARD_MS - 1) is None
    assert publication.due(MIDNIGHT + UNHEARD_MS) == TODAY


def test_a_move_is_told_soon_and_once() -> None:
    publication = OwnPublication()
    publication.done(TODAY, 20, MIDNIGHT)
    for second in range(5):
        publication.moved(MIDNIGHT + MINUTE + second * 1000)
    assert publication.due(MIDNIGHT + MINUTE + MOVED_MS - 1) is None
    assert publication.due(MIDNIGHT + MINUTE + MOVED_MS) == TODAY
    publication.done(TODAY, 20, MIDNIGHT + MINUTE + MOVED_MS)
    assert publication.due(MIDNIGHT + 2 * MINUTE + MOVED_MS) is None


@pytest.mark.parametrize("years", [-10, -1, 1, 10])
def test_a_clock_that_jumps_stops_nothing(years: int) -> None:
    publication = OwnPublication()
    publication.done(TODAY, 20, MIDNIGHT)
    there = MIDNIGHT + years * 365 * DAY_MS
    assert publication.due(there) == there // DAY_MS


# --- followers ----------------------------------------------------------------------------


def known(time_ms: int) -> AnnouncementBook:
    book = AnnouncementBook()
    book.learn(ANN.says(time_ms), time_ms)
    return book


def turns(followers: int, book: AnnouncementBook, begin_ms: int, days: int, step: int = MINUTE):
    """By day, when each of these followers looks after an account."""
    found: dict[int, list[int]] = {}
    each = [Republication(b"%d" % n, begin_ms - DAY_MS) for n in range(followers)]
    for now in range(begin_ms, begin_ms + days * DAY_MS, step):
        for one in each:
            while (due := one.due([ANN.account, BEN.account], book, now)) is not None:
                assert due[0] == ANN.account  # of Ben nothing is known
                one.done(*due)
                found.setdefault(due[1], []).append(now)
    return found


@long
def test_each_follower_looks_after_each_day_once_and_some_before_it_begins() -> None:
    found = turns(40, known(MIDNIGHT - 2 * DAY_MS), MIDNIGHT, 3, 10 * MINUTE)
    for day in (TODAY + 1,):
        assert len(found[day]) == 40
        noon = day * DAY_MS - DAY_MS // 2
        assert noon <= min(found[day]) < noon + DAY_MS // 5
        assert max(found[day]) < noon + DAY_MS + 10 * MINUTE
        before = sum(at < day * DAY_MS for at in found[day])
        assert 8 < before < 32
        assert len(set(found[day])) > 25


def test_nobody_looks_after_whose_node_is_on_nor_after_what_is_too_old() -> None:
    fresh = known(MIDNIGHT)
    assert turns(5, fresh, MIDNIGHT, 1, 10 * MINUTE) == {}
    one = Republication(b"one", MIDNIGHT - DAY_MS)
    noon = MIDNIGHT + DAY_MS // 2
    assert one.due([ANN.account], fresh, noon + FRESH_MS - DAY_MS // 2 - 1) is None
    assert one.due([ANN.account], fresh, noon + FRESH_MS) is not None
    assert one.due([ANN.account], fresh, MIDNIGHT + MAX_AGE_MS + 1) is None


def test_who_was_off_catches_up_within_minutes_and_not_all_at_once() -> None:
    now = MIDNIGHT + DAY_MS // 2 - MINUTE
    book = known(MIDNIGHT - 3 * DAY_MS)
    waited = []
    for number in range(20):
        one = Republication(b"%d" % number, now)
        waited += [
            later
            for later in range(0, 11 * MINUTE, 5000)
            if one.due([ANN.account], book, now + later) is not None
        ][:1]
    assert len(waited) == 20
    assert len({wait // MINUTE for wait in waited}) > 4


def test_a_follower_has_only_so_many_checks_a_day() -> None:
    one = Republication(b"one", 0)
    for number in range(CHECKS_A_DAY):
        one.done(number.to_bytes(32, "big"), TODAY)
    assert one.due([ANN.account], known(MIDNIGHT - 2 * DAY_MS), MIDNIGHT + DAY_MS // 3) is None


# --- searches -----------------------------------------------------------------------------


def test_an_account_that_is_not_found_is_looked_up_less_and_less_often() -> None:
    searches, when = Searches(), []
    for now in range(AT, AT + 2 * DAY_MS, MINUTE):
        if searches.due([ANN.account], now) is not None:
            searches.done(ANN.account, found=False, now_ms=now)
            when.append(now - AT)
    gaps = [b - a for a, b in pairwise(when)]
    assert gaps[:3] == [FIRST_SEARCH_MS, 2 * FIRST_SEARCH_MS, 4 * FIRST_SEARCH_MS]
    assert gaps[-1] == SEARCH_MS
    searches.done(ANN.account, found=True, now_ms=AT)
    assert searches.due([ANN.account], AT + SEARCH_MS - 1) is None
    assert searches.due([ANN.account], AT + SEARCH_MS) == ANN.account


def test_who_waited_longest_comes_first_and_a_clock_set_back_stops_nothing() -> None:
    searches = Searches()
    searches.done(ANN.account, found=True, now_ms=AT)
    assert searches.due([ANN.account, BEN.account], AT) == BEN.account
    assert searches.due([], AT) is None
    assert searches.due([ANN.account], AT - 365 * DAY_MS) == ANN.account
    searches.retain([BEN.account])
    assert searches.due([ANN.account], AT) == ANN.account
