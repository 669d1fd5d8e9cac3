"""The cost of a timeline, in steps of SQLite's virtual machine: the same on every machine."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import KnownBody, Post, React, Reference, Repost
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.queries import timeline as timeline_module
from sayso_storage.sqlite.queries.reposts import CountingReposts
from sayso_storage.sqlite.queries.timeline import _Newest, timeline
from sayso_storage.sqlite.tables.timeline import leap_rows

from ...makers import (
    EPOCH,
    NOW_MS,
    START_MS,
    STEP_MS,
    Author,
    after,
    author,
    part,
    posts,
    run_of,
)

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


@long
def test_a_page_of_long_ago_costs_as_much_as_the_newest(small: SqliteStore) -> None:
    write(small, BUSY, 16)
    assert cost(small, MIDDLE) < 2 * cost(small, TimelineQuery())


@long
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


@long
@pytest.mark.parametrize("query", LATEST)
def test_who_dates_posts_into_the_future_slows_no_timeline(
    small: SqliteStore, query: TimelineQuery
) -> None:
    write(small, BUSY, 5, late_ms=2 * NOW_MS)
    short = cost(small, query)
    write(small, BUSY, 12, late_ms=2 * NOW_MS)
    assert len(small.timeline(query)) == query.limit
    assert cost(small, query) < 2 * short


@long
@pytest.mark.usefixtures("without_places")
@pytest.mark.parametrize("query", LATEST)
def test_without_places_it_would(small: SqliteStore, query: TimelineQuery) -> None:
    write(small, BUSY, 12, late_ms=2 * NOW_MS)
    assert cost(small, query) > 4 * cost(small, TimelineQuery(account=QUIET.account.public))


# --- posts that were written earlier than they were signed --------------------------------


def write_imports(store: Store, who: Author, count: int) -> None:
    """Append a post, then an import of posts from years before, then a post."""
    run = run_of(who, [Post("before")])
    store.append([run], NOW_MS)
    for start in range(0, count, RUN):
        old: list[KnownBody] = [Post(str(n), written=1000 * n) for n in range(start, start + RUN)]
        run = after(who, run, old, step_ms=0, start_ms=START_MS + STEP_MS)
        store.append([run], NOW_MS)
    last = after(who, run, [Post("after")], step_ms=0, start_ms=START_MS + 2 * STEP_MS)
    store.append([last], NOW_MS)


PAGES = [
    TimelineQuery(),
    TimelineQuery(account=BUSY.account.public, limit=2),
    TimelineQuery(since_ms=START_MS),
    TimelineQuery(before=(START_MS + STEP_MS, 2**62, 0)),
]


@long
@pytest.mark.parametrize("query", PAGES)
def test_an_import_slows_no_timeline(small: SqliteStore, query: TimelineQuery) -> None:
    write_imports(small, BUSY, RUN)
    short, many = cost(small, query), 12 * RUN
    small.follow(author(4).account.public, None, NOW_MS)
    small.add_grant(author(4).grant)
    write_imports(small, author(4), many)
    assert cost(small, query) < 2 * short + 20


@long
@pytest.mark.parametrize("query", PAGES[1:2])
def test_without_leaps_it_would(
    small: SqliteStore, query: TimelineQuery, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_imports(small, BUSY, 12 * RUN)
    short = cost(small, query)
    monkeypatch.setattr(leap_rows, "foot_of", lambda *_: None)
    assert cost(small, query) > 10 * short


def test_an_import_is_not_among_what_is_new(small: SqliteStore) -> None:
    write_imports(small, BUSY, RUN)
    assert [
        entry.seq
        for entry in small.timeline(TimelineQuery(since_ms=START_MS + 1))
        if entry.body and b"\xa7written" in entry.body
    ] == []
    assert small.check(None, lambda _: None).errors == ()


@pytest.mark.parametrize("late_ms", [0, 10**9])
def test_who_reposts_again_and_again_asks_no_question_each(
    small: SqliteStore, late_ms: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it is dated."""
    on = Reference(QUIET.account.public, QUIET.feed.public, 1, posts(QUIET, 60).ids[0])
    reposts: list[KnownBody] = [Repost(on)] * RUN
    small.append([run_of(BUSY, reposts, start_ms=NOW_MS - 10**6 + late_ms, step_ms=1)], NOW_MS)
    asked: list[int] = []
    counts = CountingReposts.counts

    def counted(self: CountingReposts, feed: int, seq: int) -> bool:
        asked.append(seq)
        return counts(self, feed, seq)

    monkeypatch.setattr(CountingReposts, "counts", counted)
    newest = small.timeline(TimelineQuery(limit=3))[0]
    assert (newest.feed, newest.seq) == (BUSY.feed.public, RUN)
    assert asked == [RUN]


WRITTEN = st.sampled_from([None, 1000, START_MS - 1, START_MS + 2500, 2 * NOW_MS])


@long
@given(
    written=st.lists(WRITTEN | st.just("reaction"), min_size=1, max_size=12),
    cuts=st.lists(st.integers(1, 12), max_size=3),
    order=st.randoms(use_true_random=False),
    limit=st.integers(1, 5),
    near=st.integers(2, 4),
)
def test_pages_are_those_of_the_definition(
    written: list[int | str | None], cuts: list[int], order: object, limit: int, near: int
) -> None:
    """However posts are dated, whatever lies between them, and in whatever pieces they came."""
    on = Reference(BUSY.account.public, BUSY.feed.public, 1, bytes(32))
    bodies: list[KnownBody] = [
        React(on, "+") if isinstance(one, str) else Post(str(seq), tags=("t",), written=one)
        for seq, one in enumerate(written)
    ]
    whole = run_of(BUSY, bodies, step_ms=STEP_MS)
    edges = sorted({1, *(cut for cut in cuts if cut <= whole.last), whole.last + 1})
    pieces = [part(whole, low, high - 1) for low, high in pairwise(edges)]
    order.shuffle(pieces)  # type: ignore[attr-defined]
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(timeline_module, "NEAR", near)
        memory, sqlite = MemoryStore(EPOCH), open_store(Path(folder) / "store.db")
        with sqlite:
            for store in (memory, sqlite):
                store.follow(BUSY.account.public, None, NOW_MS)
                store.add_grant(BUSY.grant)
                for piece in pieces:
                    store.append([piece], START_MS + 5000)
            for tag in (None, "t"):
                assert paged(sqlite, limit, tag) == paged(memory, 99, tag)
            assert sqlite.check(None, lambda _: None).errors == ()


def paged(store: Store, limit: int, tag: str | None) -> list[bytes]:
    """The ids of a whole timeline, read page by page."""
    found: list[bytes] = []
    query = TimelineQuery(limit, tag=tag)
    while page := store.timeline(query):
        found += [entry.id for entry in page]
        query = TimelineQuery(limit, tag=tag, before=page[-1].place)
    return found


def test_a_branch_that_gives_way_takes_its_leap_along(sqlite: SqliteStore) -> None:
    """What comes in its place is on timelines."""
    sqlite.follow(BUSY.account.public, None, NOW_MS)
    sqlite.add_grant(BUSY.grant)
    first = run_of(BUSY, [Post("first")])
    old: list[KnownBody] = [Post(str(n), written=1000) for n in range(200)]
    new: list[KnownBody] = [Post(str(n)) for n in range(200)]
    imports, plain = after(BUSY, first, old), after(BUSY, first, new)
    sqlite.append([first, imports], NOW_MS)
    revoke = sign_revoke(BUSY.account, BUSY.feed.public, plain.last, plain.tip)
    sqlite.add_statements([revoke], NOW_MS)
    sqlite.append([plain], NOW_MS)
    assert len(sqlite.timeline(TimelineQuery(limit=500))) == 201
    assert sqlite.check(None, lambda _: None).errors == ()


def test_check_finds_a_leap_over_what_is_on_timelines(sqlite: SqliteStore) -> None:
    sqlite.follow(BUSY.account.public, None, NOW_MS)
    sqlite.add_grant(BUSY.grant)
    sqlite.append([posts(BUSY, 3)], NOW_MS)
    with sqlite._database.writing(durable=True) as db:
        db.execute("INSERT INTO leaps SELECT number, 2, 2 FROM feeds")
    (error,) = sqlite.check(None, lambda _: None).errors
    assert "entry 2: passed over by timelines" in error
