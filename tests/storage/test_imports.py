"""Imports as lines of timelines, in both stores."""

from __future__ import annotations

import pytest

from sayso_protocol.content.body import KnownBody, Poll, Post, Repost, Retract
from sayso_protocol.feed.run import Run
from sayso_storage.index.body_facts import DAY_MS
from sayso_storage.interface.store import Store, TimelineQuery

from .makers import NOW_MS, START_MS, STEP_MS, after, author, part, reference, run_of

ANNA, BERT = author(1), author(2)
HOUR_MS = 3_600_000
OLD_MS = START_MS - 4000 * DAY_MS


@pytest.fixture
def following(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def imported() -> tuple[Run, Run, Run]:
    """A live post, an import of forty old ones with a live one among them, and a live post."""
    first = run_of(BERT, [Post("live 1")])
    old: list[KnownBody] = [Post(f"old {n}", written=OLD_MS + n * DAY_MS) for n in range(40)]
    between = after(BERT, first, [*old[:20], Post("live 2"), *old[20:]])
    return first, between, after(BERT, between, [Post("live 3")])


def test_live_posts_stand_as_before_and_an_import_is_one_line(following: Store) -> None:
    runs = imported()
    following.append(runs, NOW_MS)
    newest = following.timeline(TimelineQuery(3))
    assert [entry.seq for entry in newest] == [43, 22, 1]
    [line] = following.imports(TimelineQuery())
    assert (line.posts, line.from_ms, line.to_ms) == (40, OLD_MS, OLD_MS + 39 * DAY_MS)
    assert (line.entry.seq, line.sort_ms) == (42, runs[1].times[-1])
    assert newest[0].place > line.place > newest[1].place
    # The posts themselves stand where they were written.
    assert [
        entry.seq for entry in following.timeline(TimelineQuery(4, before=newest[2].place))
    ] == [
        42,
        41,
        40,
        39,
    ]


def test_an_import_is_the_same_in_whichever_order_it_comes(following: Store) -> None:
    first, between, last = imported()
    pieces = [part(between, low, min(low + 6, 42)) for low in range(2, 43, 7)]
    for piece in [last, *pieces[::-2], *pieces[-2::-2], first]:
        following.append([piece], NOW_MS)
    [line] = following.imports(TimelineQuery())
    assert (line.posts, line.entry.seq, line.from_ms) == (40, 42, OLD_MS)
    assert following.check(None, lambda _: None).errors == ()


def test_after_a_pause_of_an_hour_another_import_begins(following: Store) -> None:
    first = run_of(BERT, [Post("a", written=OLD_MS), Post("b", written=OLD_MS)])
    soon = after(BERT, first, [Post("c", written=OLD_MS)], start_ms=START_MS + HOUR_MS - STEP_MS)
    late = after(
        BERT, soon, [Post("d", written=OLD_MS)], start_ms=START_MS + 2 * HOUR_MS - STEP_MS + 1
    )
    following.append([late, first, soon], NOW_MS)
    assert [line.posts for line in following.imports(TimelineQuery())] == [1, 3]
    assert [line.posts for line in following.imports(TimelineQuery(1))] == [1]
    newest, older = following.imports(TimelineQuery())
    assert following.imports(TimelineQuery(before=newest.place)) == [older]
    assert following.imports(TimelineQuery(since_ms=newest.sort_ms)) == [newest]


def test_imports_are_those_of_others_who_are_followed(following: Store) -> None:
    following.append(imported(), NOW_MS)
    assert following.imports(TimelineQuery(tag="t")) == []
    assert following.imports(TimelineQuery(account=BERT.account.public)) == []
    mine = run_of(ANNA, [Post("my own", written=OLD_MS)])
    following.append([mine], NOW_MS)
    assert len(following.imports(TimelineQuery())) == 1
    following.unfollow(BERT.account.public)
    assert following.imports(TimelineQuery()) == []


def test_what_was_written_within_a_day_is_no_import(following: Store) -> None:
    time_ms = START_MS + STEP_MS
    run = run_of(BERT, [Post("bridged", written=time_ms - DAY_MS)])
    more = after(BERT, run, [Post("old", written=time_ms + STEP_MS - DAY_MS - 1)])
    following.append([run, more], NOW_MS)
    assert [line.posts for line in following.imports(TimelineQuery())] == [1]
    assert [entry.sort_ms for entry in following.timeline(TimelineQuery())] == [
        time_ms,
        time_ms + STEP_MS - DAY_MS - 1,
    ]


def test_what_was_taken_back_is_no_part_of_an_import(following: Store) -> None:
    first, between, last = imported()
    following.append([first, between, last], NOW_MS)
    back = Retract(tuple(reference(BERT, between, seq) for seq in (2, 10, 42)))
    following.append([after(BERT, last, [back])], NOW_MS)
    [line] = following.imports(TimelineQuery())
    assert (line.posts, line.from_ms, line.to_ms) == (37, OLD_MS + DAY_MS, OLD_MS + 38 * DAY_MS)
    assert line.entry.seq == 41
    assert following.check(None, lambda _: None).errors == ()


def test_every_import_has_those_of_strangers_and_own_ones_too(following: Store) -> None:
    store = following
    store.unfollow(BERT.account.public)
    theirs = run_of(BERT, [Post("a", written=OLD_MS), Post("b", written=OLD_MS)])
    mine = run_of(ANNA, [Post("c", written=OLD_MS)], start_ms=START_MS + HOUR_MS)
    store.append([theirs, mine], NOW_MS)
    assert store.imports(TimelineQuery()) == []
    found = store.every_import(5)
    assert [(one.entry.account, one.posts) for one in found] == [
        (ANNA.account.public, 1),
        (BERT.account.public, 2),
    ]
    assert store.every_import(1) == found[:1]
    assert store.every_import(0) == []


def test_a_repost_stands_when_it_was_made_and_is_no_part_of_an_import(following: Store) -> None:
    post, again, live = Post("old", written=OLD_MS), Post("newer", written=OLD_MS + DAY_MS), "live"
    run = run_of(BERT, [post, again, Post(live)])
    old = Repost(reference(BERT, run, 1), written=OLD_MS + 2 * DAY_MS)
    fresh = Repost(reference(BERT, run, 2))
    more = after(BERT, run, [old, fresh])
    following.append([run, more], NOW_MS)
    query = TimelineQuery(9, account=BERT.account.public)
    assert [(one.seq, one.sort_ms) for one in following.timeline(query)][-3:] == [
        (4, OLD_MS + 2 * DAY_MS),
        (2, OLD_MS + DAY_MS),
        (1, OLD_MS),
    ]
    assert {one.seq for one in following.timeline(query)} == {1, 2, 3, 4, 5}
    assert [one.posts for one in following.every_import(9)] == [2]
    assert following.check(None, lambda _: None).errors == ()
    # Of two of one entry that counts which was said last, whenever it says that it was made.
    twice = after(BERT, more, [Repost(reference(BERT, run, 1))])
    following.append([twice], NOW_MS)
    assert {one.seq for one in following.timeline(query)} == {1, 2, 3, 5, 6}
    assert following.check(None, lambda _: None).errors == ()


def test_polls_are_part_of_an_import(following: Store) -> None:
    poll = Poll("tea?", ("yes", "no"), written=OLD_MS)
    following.append([run_of(BERT, [Post("old", written=OLD_MS), poll])], NOW_MS)
    assert [one.posts for one in following.every_import(9)] == [2]
    assert following.check(None, lambda _: None).errors == ()
