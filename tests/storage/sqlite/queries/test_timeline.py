"""The cost of a timeline, in steps of SQLite's virtual machine: the same on every machine."""

from __future__ import annotations

import pytest

from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.sqlite import SqliteStore
from sayso_storage.sqlite.queries.timeline import _Newest, timeline

from ...makers import NOW_MS, START_MS, STEP_MS, Author, author, posts

BUSY, QUIET = author(2), author(3)
RUN = 500
STEPS = 100
"""Between two counts."""

MIDDLE = TimelineQuery(before=(START_MS + 4 * RUN * STEP_MS, 0, 0))


@pytest.fixture
def small(sqlite: SqliteStore) -> SqliteStore:
    for who in (BUSY, QUIET):
        sqlite.follow(who.account.public, None, NOW_MS)
        sqlite.add_grant(who.grant)
    sqlite.append([posts(QUIET, 60)], NOW_MS)
    return sqlite


def write(store: Store, who: Author, runs: int, late_ms: int = 0) -> None:
    """Append some runs of posts; those after the fourth run `late_ms` later."""
    first, previous = 1, None
    for number in range(runs):
        start_ms = START_MS + (late_ms if number > 3 else 0)
        run = posts(who, RUN, first=first, previous=previous, start_ms=start_ms)
        store.append([run], NOW_MS)
        first, previous = run.last + 1, run.tip


def cost(store: SqliteStore, query: TimelineQuery) -> int:
    """Steps, in hundreds, that a timeline takes."""
    count = 0

    def note() -> int:
        nonlocal count
        count += 1
        return 0

    with store._database.reading() as db:
        db.set_progress_handler(note, STEPS)
        timeline(db, query)
        db.set_progress_handler(None, 0)
    return count


@pytest.fixture
def without_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: every walk begins at the top of its stretch."""
    monkeypatch.setattr(_Newest, "_above_top", lambda _, stretch: stretch.last)


def test_a_page_of_long_ago_costs_as_much_as_the_newest(small: SqliteStore) -> None:
    write(small, BUSY, 16)
    assert cost(small, MIDDLE) < 2 * cost(small, TimelineQuery())


@pytest.mark.usefixtures("without_places")
def test_without_places_a_page_of_long_ago_costs_all_that_came_later(small: SqliteStore) -> None:
    write(small, BUSY, 16)
    assert cost(small, MIDDLE) > 4 * cost(small, TimelineQuery())


def test_a_page_is_found_around_a_row_that_is_lost(small: SqliteStore) -> None:
    write(small, BUSY, 8)
    whole = small.timeline(MIDDLE)
    with small._database.writing(durable=True) as db:
        assert db.execute("DELETE FROM entries WHERE seq BETWEEN 2010 AND 3500").rowcount > 1000
    assert small.timeline(MIDDLE) == whole


LATEST = [TimelineQuery(), TimelineQuery(account=BUSY.account.public)]


@pytest.mark.parametrize("query", LATEST)
def test_who_dates_posts_into_the_future_slows_no_timeline(
    small: SqliteStore, query: TimelineQuery
) -> None:
    write(small, BUSY, 5, late_ms=2 * NOW_MS)
    short = cost(small, query)
    write(small, BUSY, 12, late_ms=2 * NOW_MS)
    assert len(small.timeline(query)) == query.limit
    assert cost(small, query) < 2 * short


@pytest.mark.usefixtures("without_places")
@pytest.mark.parametrize("query", LATEST)
def test_without_places_it_would(small: SqliteStore, query: TimelineQuery) -> None:
    write(small, BUSY, 12, late_ms=2 * NOW_MS)
    assert cost(small, query) > 4 * cost(small, TimelineQuery(account=QUIET.account.public))
