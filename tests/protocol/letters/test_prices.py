"""Prices: what counts on the day of a stamp, and for how long."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.letters.prices import (
    CLOSED,
    DAY_MS,
    DEFAULT,
    KEPT_MS,
    MAX_STAMP_BITS,
    MAX_TABLES,
    RISE_MS,
    PriceHistory,
    Prices,
    Reach,
    published_prices,
    reach_of,
)

DAY = 20_000
NOON = DAY * DAY_MS + DAY_MS // 2
DEARER = Prices(0, 20, 22, 26)


def test_the_class_of_each_distance() -> None:
    classes = [reach_of(hops) for hops in (1, 2, 3, 4, 5, 6, None)]
    near, third, fourth, farther = Reach
    assert classes == [near, near, third, fourth, fourth, farther, farther]


def test_who_says_nothing_has_the_default_prices() -> None:
    assert published_prices(()) == DEFAULT == (0, 18, 21, 24)
    assert published_prices((0, 1, None, None)).of(Reach.FOURTH) is None
    assert PriceHistory().due(Reach.THIRD, DAY) == 18


def test_a_rise_binds_after_two_days() -> None:
    history = PriceHistory()
    assert history.publish(DEFAULT, NOON - 10 * DAY_MS)
    assert history.publish(DEARER, NOON)
    assert not history.publish(DEARER, NOON + 5)
    dues = [history.due(Reach.FARTHER, DAY + later) for later in range(-1, 5)]
    assert dues == [24, 24, 24, 24, 26, 26]


def test_a_fall_binds_on_its_day() -> None:
    history = PriceHistory()
    history.publish(DEARER, NOON - 10 * DAY_MS)
    history.publish(DEFAULT, NOON)
    assert [history.due(Reach.FARTHER, DAY + later) for later in (-1, 0, 1)] == [26, 24, 24]


def test_whoever_closes_the_door_is_open_for_two_days() -> None:
    history = PriceHistory()
    history.publish(DEFAULT, NOON - 10 * DAY_MS)
    history.publish(CLOSED, NOON)
    assert history.due(Reach.NEAR, DAY + 2) == 0
    assert history.due(Reach.NEAR, DAY + 3) is None
    assert history.least(DAY + 2) == 18
    assert history.least(DAY + 3) is None


def test_a_carrier_asks_for_the_lowest_price_above_nothing() -> None:
    history = PriceHistory()
    history.publish(Prices(0, 0, 21, 24), NOON - 10 * DAY_MS)
    assert history.least(DAY) == 21


def test_tables_that_no_letter_can_be_about_are_forgotten() -> None:
    history = PriceHistory()
    history.publish(DEFAULT, NOON)
    history.publish(DEARER, NOON + 1)
    history.publish(CLOSED, NOON + KEPT_MS + RISE_MS)
    assert [one.prices for one in history.tables] == [DEFAULT, DEARER, CLOSED]
    history.publish(DEFAULT, NOON + KEPT_MS + RISE_MS + 2)
    assert [one.prices for one in history.tables] == [DEARER, CLOSED, DEFAULT]
    for number in range(3 * MAX_TABLES):
        history.publish(Prices(0, 1, 2, 3 + number % 2), NOON + KEPT_MS + RISE_MS + 3)
    assert len(history.tables) == MAX_TABLES


def test_a_clock_that_was_put_back_changes_no_order() -> None:
    history = PriceHistory()
    history.publish(DEFAULT, NOON)
    history.publish(DEARER, NOON - 30 * DAY_MS)
    assert [one.since_ms for one in history.tables] == [NOON, NOON]
    assert history.due(Reach.FARTHER, DAY + 9) == 26


prices = st.lists(st.none() | st.integers(0, MAX_STAMP_BITS), min_size=4, max_size=4).map(
    lambda values: Prices(*sorted(values, key=lambda one: 99 if one is None else one))
)


@given(st.lists(st.tuples(st.integers(0, 20 * 24), prices), max_size=12), st.integers(0, 22))
def test_nobody_pays_more_than_the_cheapest_table_that_held(
    changes: list[tuple[int, Prices]], day: int
) -> None:
    """Against the plain definition: the table of each hour, and the cheapest of them."""
    changes.sort(key=lambda one: one[0])
    history = PriceHistory()
    for hour, table in changes:
        history.publish(table, hour * 3600 * 1000)

    def at(hour: int) -> Prices:
        return ([DEFAULT] + [table for since, table in changes if since <= hour])[-1]

    hours = range(day * 24 - 48, day * 24 + 24)
    for reach in Reach:
        wanted = min((at(hour).of(reach) for hour in hours), key=lambda p: 99 if p is None else p)
        due = history.due(reach, day)
        # A table that held for less than an hour may be cheaper still.
        assert (99 if due is None else due) <= (99 if wanted is None else wanted)
        assert due in [table.of(reach) for table in [DEFAULT, *(table for _, table in changes)]]
