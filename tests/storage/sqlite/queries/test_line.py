"""The line of time: what it costs, in steps of SQLite's virtual machine, and when walks answer."""

from __future__ import annotations

import pytest
from tests.budget import long

from sayso_protocol.content.body import Post
from sayso_storage.interface.store import TimelineQuery
from sayso_storage.sqlite import SqliteStore
from sayso_storage.sqlite.ingest import line_fill
from sayso_storage.sqlite.queries import line, timeline
from sayso_storage.sqlite.tables.timeline import line_rows

from ...makers import NOW_MS, START_MS, STEP_MS, Author, author, part, posts, run_of
from .test_timeline import cost

MANY = [author(number) for number in range(10, 50)]
EACH = 50
MIDDLE = TimelineQuery(before=(START_MS + STEP_MS * EACH // 2, 0, 0))


@pytest.fixture
def busy(sqlite: SqliteStore) -> SqliteStore:
    """Forty feeds whose posts lie among each other's."""
    for who in MANY:
        sqlite.follow(who.account.public, None, NOW_MS)
        sqlite.add_grant(who.grant)
    sqlite.append([posts(who, EACH, start_ms=START_MS + n) for n, who in enumerate(MANY)], NOW_MS)
    return sqlite


def fill(store: SqliteStore) -> None:
    while store.extend_line():
        pass


def waiting(store: SqliteStore) -> int:
    with store._database.reading() as db:
        return line_rows.waiting(db)


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the line."""
    monkeypatch.setattr(line, "places", lambda *_: None)


def test_a_page_far_back_costs_what_the_newest_costs(busy: SqliteStore) -> None:
    fill(busy)
    assert cost(busy, MIDDLE) <= cost(busy, TimelineQuery()) + 1


@pytest.mark.usefixtures("walks")
def test_walks_cost_more_with_each_feed(busy: SqliteStore) -> None:
    assert cost(busy, MIDDLE) > 3 * cost(busy, TimelineQuery(limit=1))


def test_tags_of_an_author_are_found_before_and_after_they_are_filled(
    sqlite: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    whose = author(98)
    sqlite.follow(whose.account.public, None, NOW_MS)
    sqlite.add_grant(whose.grant)
    run = run_of(whose, [Post(str(n), tags=("Maps",) if n % 2 else ()) for n in range(8)])
    query = TimelineQuery(account=whose.account.public, tag="maps", limit=3)

    def found() -> list[int]:
        assert sqlite.check(None, lambda _: None).errors == ()
        return [one.seq for one in sqlite.timeline(query)]

    sqlite.append([part(run, 1, 5)], NOW_MS)
    assert found() == [4, 2]
    fill(sqlite)
    assert found() == [4, 2]
    sqlite.append([part(run, 6, 8)], NOW_MS)
    assert found() == [8, 6, 4]
    monkeypatch.setattr(line, "MOST_BEHIND", 2)
    assert found() == [8, 6, 4]
    fill(sqlite)
    with sqlite._database.reading() as db:
        (rows,) = db.execute("SELECT count(*) FROM author_tags").fetchone()
    assert (found(), rows) == ([8, 6, 4], 4)


def test_what_came_since_is_merged_in(busy: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(busy)
    late = author(99)
    busy.follow(late.account.public, None, NOW_MS)
    busy.add_grant(late.grant)
    busy.append([posts(late, EACH, start_ms=START_MS + 500)], NOW_MS)
    assert waiting(busy) == EACH
    queries = [TimelineQuery(), MIDDLE, TimelineQuery(since_ms=START_MS + STEP_MS * 30)]
    merged = [busy.places(query) for query in queries]
    monkeypatch.setattr(line, "places", lambda *_: None)
    assert merged == [busy.places(query) for query in queries]


def test_far_behind_walks_answer(busy: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "MOST_BEHIND", 10)
    with busy._database.reading() as db:
        assert line.places(db, TimelineQuery(), timeline.NEWER) is None
    assert len(busy.timeline(TimelineQuery())) == 50


@long
def test_who_follows_few_does_not_read_what_all_others_wrote(
    busy: SqliteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "ROWS_A_FEED", 20)
    quiet = author(98)
    busy.follow(quiet.account.public, None, NOW_MS)
    busy.add_grant(quiet.grant)
    busy.append([posts(quiet, 3, start_ms=START_MS - 10 * STEP_MS)], NOW_MS)
    fill(busy)
    for who in MANY:
        busy.unfollow(who.account.public)
    few = TimelineQuery(limit=2)
    assert len(busy.timeline(few)) == 2
    with busy._database.reading() as db:
        assert line.places(db, few, timeline.NEWER) is None, "its posts lie below all others"
    monkeypatch.setattr(line, "ROWS_A_FEED", 10**6)
    assert len(busy.timeline(few)) == 2
    with busy._database.reading() as db:
        assert line.places(db, few, timeline.NEWER) is not None


@long
def test_it_is_filled_in_parts(busy: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_fill, "PART", 100)
    monkeypatch.setattr(line_rows, "BATCH", 500)
    left = [waiting(busy)]
    while busy.extend_line():
        left.append(waiting(busy))
    assert left == [2000, 1500, 1000, 500]
    assert waiting(busy) == 0
    assert busy.check(None, lambda _: None).errors == ()


def test_who_waits_to_write_goes_first(busy: SqliteStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_fill, "PART", 100)
    monkeypatch.setattr("sayso_storage.sqlite.file.write_queue.TURN_SECONDS", 0.0)
    monkeypatch.setattr("sayso_storage.sqlite.file.write_queue.PATIENCE_SECONDS", 0.0)
    with busy._database.queue.announced():
        assert busy.extend_line()
    assert waiting(busy) == 1900


def rot(store: SqliteStore, change: str) -> tuple[str, ...]:
    with store._database.writing(durable=True) as db:
        assert db.execute(change).rowcount > 0
    return store.check(None, lambda _: None).errors


@long
@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM line WHERE seq = 3",
        "UPDATE line SET sort_ms = sort_ms + 1 WHERE seq = 3",
        "UPDATE line SET feed = feed + 1 WHERE seq = 3",
        "INSERT INTO line VALUES (1, 1, 1, 1)",
        "DELETE FROM shown WHERE feed = 3",
        "INSERT INTO shown VALUES (99)",
        "INSERT INTO named VALUES (1, 2, 3, 0)",
        "INSERT INTO imports VALUES (1, 2, 2, 1, 1, 1, 2, 1, 1, 1)",
    ],
)
def test_check_finds_rows_that_are_wrong(busy: SqliteStore, change: str) -> None:
    fill(busy)
    assert busy.check(None, lambda _: None).errors == ()
    [error] = rot(busy, change)
    assert error.startswith("the timelines: ")


def test_a_repaired_entry_keeps_its_place(busy: SqliteStore) -> None:
    """The time had rotted before the line was filled."""
    before = busy.timeline(TimelineQuery(limit=3))
    with busy._database.writing(durable=True) as db:
        query = "UPDATE entries SET time_ms = time_ms - 9000 WHERE arrival = ?"
        db.execute(query, (before[0].arrival,))
    fill(busy)
    busy.entry(before[0].id)
    busy.mark_damaged()
    who: Author = next(one for one in MANY if one.feed.public == before[0].feed)
    busy.append([posts(who, EACH, start_ms=START_MS + MANY.index(who))], NOW_MS)
    assert busy.timeline(TimelineQuery(limit=3)) == before
    assert busy.check(None, lambda _: None).errors == ()
