"""The contract, part two: taking runs in, publishing, giving runs out."""

import contextlib
import itertools

import pytest

from sayso_protocol.content.body import Post
from sayso_protocol.errors import Forked, NotGranted, TimeGoesBack
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.limits import MAX_RUN_BYTES, MAX_RUN_ENTRIES
from sayso_storage.interface.store import AlreadyHeld, FeedState, Held, Store, StoreError

from .makers import NOW_MS, START_MS, after, author, columns, part, posts, run_of

ANNA, BERT = author(1), author(2)
FEED = BERT.feed.public
WHOLE = posts(BERT, 20)
OTHER = posts(BERT, 20, text="other")


@pytest.fixture
def following(store: Store) -> Store:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def take(store: Store, run: Run) -> Run | Exception:
    (taken,) = store.append([run], NOW_MS)
    return taken


def state_of(store: Store) -> FeedState:
    state = store.feed(FEED)
    assert state is not None
    return state


def ranges(store: Store) -> list[tuple[int, int]]:
    return [(held.first, held.last) for held in state_of(store).held]


def stretch(first: int, last: int) -> Held:
    piece = part(WHOLE, first, last)
    return Held(first, last, piece.previous, piece.tip, piece.times[0], piece.times[-1])


def test_a_run_is_taken_whole(following: Store) -> None:
    assert take(following, WHOLE) is WHOLE
    assert state_of(following).held == (stretch(1, 20),)
    assert (state_of(following).head, state_of(following).count) == (20, 20)
    assert following.counts().entries == following.last_arrival() == 20


def test_nothing_is_taken_without_a_grant(store: Store) -> None:
    assert isinstance(take(store, WHOLE), NotGranted)
    assert store.counts().entries == 0


def test_an_empty_batch_is_nothing(following: Store) -> None:
    assert following.append([], NOW_MS) == []


def test_a_replay_writes_nothing(following: Store) -> None:
    take(following, WHOLE)
    for run in (WHOLE, part(WHOLE, 3, 7), part(WHOLE, 20, 20), part(WHOLE, 1, 1)):
        assert isinstance(take(following, run), AlreadyHeld)
    assert following.last_arrival() == 20
    assert state_of(following).forked_at is None


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_pieces_join_in_any_order(following: Store, order: tuple[int, ...]) -> None:
    pieces = [part(WHOLE, first, first + 4) for first in (1, 6, 11, 16)]
    for number in order:
        assert take(following, pieces[number]) is pieces[number]
    assert state_of(following).held == (stretch(1, 20),)
    assert columns(following.load(FEED, 1, 20)) == columns(WHOLE)


def test_gaps_are_kept_and_known(following: Store) -> None:
    following.append([part(WHOLE, 15, 20), part(WHOLE, 5, 8)], NOW_MS)
    assert state_of(following).held == (stretch(5, 8), stretch(15, 20))
    assert (state_of(following).head, state_of(following).count) == (20, 10)


def test_only_what_is_new_of_an_overlap_comes_back(following: Store) -> None:
    take(following, part(WHOLE, 5, 10))
    fresh = take(following, part(WHOLE, 8, 14))
    assert isinstance(fresh, Run)
    assert columns(fresh) == columns(part(WHOLE, 11, 14))
    fresh = take(following, part(WHOLE, 2, 6))
    assert isinstance(fresh, Run)
    assert columns(fresh) == columns(part(WHOLE, 2, 4))
    assert ranges(following) == [(2, 14)]


def test_a_run_over_several_stretches_fills_all_gaps(following: Store) -> None:
    take(following, part(WHOLE, 5, 6))
    take(following, part(WHOLE, 10, 11))
    fresh = take(following, part(WHOLE, 5, 15))
    assert isinstance(fresh, Run)
    assert (fresh.first, fresh.last) == (7, 15)
    assert ranges(following) == [(5, 15)]
    assert following.last_arrival() == 11


def test_a_batch_sees_what_it_has_taken(following: Store) -> None:
    runs = [part(WHOLE, 1, 5), part(WHOLE, 3, 8), WHOLE, part(WHOLE, 4, 4), part(OTHER, 5, 6)]
    taken = following.append(runs, NOW_MS)
    assert [type(one) for one in taken[:3]] == [Run, Run, Run]
    assert isinstance(taken[3], AlreadyHeld)
    assert isinstance(taken[4], Forked)
    assert ranges(following) == [(1, 20)]


def test_one_refused_run_does_not_touch_the_others(following: Store) -> None:
    stranger = posts(author(9), 3)
    taken = following.append([part(WHOLE, 1, 5), stranger, part(WHOLE, 6, 9)], NOW_MS)
    assert isinstance(taken[1], NotGranted)
    assert ranges(following) == [(1, 9)]


# --- forks --------------------------------------------------------------------------------

FORKED = after(BERT, part(WHOLE, 1, 10), [Post(f"branch {n}") for n in range(10)])
"""Leaves WHOLE after entry 10."""


def test_another_entry_in_the_same_place_is_a_fork(following: Store) -> None:
    take(following, WHOLE)
    assert isinstance(take(following, FORKED), Forked)
    assert state_of(following).forked_at == 11
    assert columns(following.load(FEED, 1, 20)) == columns(WHOLE)


def test_the_lowest_difference_of_an_overlap_is_found(following: Store) -> None:
    take(following, WHOLE)
    whole_branch = verify_run(
        RawRun(
            FEED,
            1,
            None,
            [*WHOLE.times[:10], *FORKED.times],
            [*WHOLE.bodies[:10], *FORKED.bodies],
            [*WHOLE.signatures[:10], *FORKED.signatures],
        )
    )
    assert isinstance(take(following, part(whole_branch, 13, 20)), Forked)
    assert state_of(following).forked_at == 12
    assert isinstance(take(following, part(whole_branch, 4, 18)), Forked)
    assert state_of(following).forked_at == 11
    assert isinstance(take(following, part(whole_branch, 15, 18)), Forked)
    assert state_of(following).forked_at == 11


def test_a_wrong_link_upwards_is_a_fork(following: Store) -> None:
    take(following, part(WHOLE, 1, 12))
    assert isinstance(take(following, part(FORKED, 13, 20)), Forked)
    assert state_of(following).forked_at == 12


def test_a_wrong_link_downwards_is_a_fork(following: Store) -> None:
    take(following, part(WHOLE, 15, 20))
    assert isinstance(take(following, part(FORKED, 11, 14)), Forked)
    assert state_of(following).forked_at == 14
    assert ranges(following) == [(15, 20)]


def test_links_alone_can_contradict(following: Store) -> None:
    # Neither side holds entry 13, but both name it.
    take(following, part(WHOLE, 14, 14))
    assert isinstance(take(following, part(FORKED, 14, 16)), Forked)
    assert state_of(following).forked_at == 13


def test_a_forked_feed_is_filled_below_but_not_extended(following: Store) -> None:
    take(following, part(WHOLE, 8, 12))
    take(following, FORKED)
    assert state_of(following).forked_at == 11
    assert isinstance(take(following, part(WHOLE, 13, 20)), Forked)
    assert isinstance(take(following, part(WHOLE, 9, 12)), AlreadyHeld)
    assert isinstance(take(following, part(WHOLE, 3, 7)), Run)
    assert ranges(following) == [(3, 12)]


def test_a_gap_across_a_fork_is_not_filled(following: Store) -> None:
    take(following, part(WHOLE, 1, 10))
    take(following, part(WHOLE, 18, 20))
    take(following, FORKED)
    assert state_of(following).forked_at is not None
    assert isinstance(take(following, part(WHOLE, 11, 17)), Forked)
    assert ranges(following) == [(1, 10), (18, 20)]


# --- times --------------------------------------------------------------------------------


def test_times_must_not_go_back_at_a_join(following: Store) -> None:
    take(following, part(WHOLE, 1, 5))
    early = posts(BERT, 3, first=6, previous=WHOLE.ids[4], start_ms=START_MS - 10_000)
    assert isinstance(take(following, early), TimeGoesBack)
    assert ranges(following) == [(1, 5)]


def test_times_must_not_go_back_over_a_gap(following: Store) -> None:
    take(following, part(WHOLE, 10, 12))
    early = posts(BERT, 3, first=15, previous=bytes(32), start_ms=START_MS - 1_000_000)
    assert isinstance(take(following, early), TimeGoesBack)
    assert ranges(following) == [(10, 12)]


def test_equal_times_are_in_order(following: Store) -> None:
    run = posts(BERT, 4, step_ms=0)
    assert take(following, part(run, 3, 4)).__class__ is Run
    assert take(following, part(run, 1, 2)).__class__ is Run
    assert ranges(following) == [(1, 4)]


# --- publishing ---------------------------------------------------------------------------


def publish(store: Store, text: str) -> Run:
    def make(state: FeedState) -> Run:
        top = state.held[-1] if state.held else None
        return run_of(ANNA, [Post(text)], first=state.head + 1, previous=top and top.top)

    return store.publish(make, NOW_MS)


def test_publishing_continues_the_own_feed(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    first, second = publish(store, "one"), publish(store, "two")
    assert (first.first, second.first) == (1, 2)
    assert second.previous == first.tip
    own = store.own_feed()
    assert own is not None
    assert own.head == 2


def test_a_store_without_owner_publishes_nothing(store: Store) -> None:
    with pytest.raises(StoreError, match="sayso init"):
        publish(store, "one")


@pytest.mark.parametrize(
    "wrong",
    [
        posts(ANNA, 1, first=3, previous=bytes(32)),
        posts(ANNA, 1),
        posts(ANNA, 1, first=2, previous=bytes(32)),
        posts(ANNA, 1, first=3, previous=posts(ANNA, 1, text="one").tip),
        posts(BERT, 1),
    ],
    ids=["gap", "again", "link", "number", "feed"],
)
def test_only_the_next_entry_is_published(store: Store, wrong: Run) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    publish(store, "one")
    with pytest.raises(StoreError, match="does not continue the own feed"):
        store.publish(lambda _: wrong, NOW_MS)
    assert store.counts().entries == 1
    assert publish(store, "two").first == 2


def test_an_entry_of_another_feed_is_not_published(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    first = publish(store, "one")
    with pytest.raises(StoreError, match="does not continue the own feed"):
        store.publish(lambda _: after(BERT, first, [Post("x")]), NOW_MS)


def test_the_time_of_the_newest_entry_is_published_again(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    first = publish(store, "one")
    again = after(ANNA, first, [Post("x")], start_ms=first.times[0], step_ms=0)
    assert store.publish(lambda _: again, NOW_MS) is again


def test_an_earlier_time_is_not_published(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    first = publish(store, "one")
    with pytest.raises(StoreError, match="does not continue the own feed"):
        store.publish(lambda _: after(ANNA, first, [Post("x")], start_ms=0), NOW_MS)


def test_a_failing_maker_leaves_nothing(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)

    def fail(state: FeedState) -> Run:
        raise KeyError(state.head)

    with pytest.raises(KeyError):
        store.publish(fail, NOW_MS)
    assert publish(store, "one").first == 1


def test_a_forked_own_feed_is_not_continued(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    publish(store, "one")
    assert isinstance(store.append([posts(ANNA, 2, text="clone")], NOW_MS)[0], Forked)
    with pytest.raises(StoreError, match="forked"):
        publish(store, "two")


def test_own_entries_that_come_back_from_a_peer_are_continued(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    store.append([posts(ANNA, 5)], NOW_MS)
    assert publish(store, "six").first == 6


# --- loading ------------------------------------------------------------------------------


def test_load_gives_the_newest_held_part_of_a_range(following: Store) -> None:
    following.append([part(WHOLE, 3, 8), part(WHOLE, 12, 15)], NOW_MS)
    for asked, given in {
        (1, 20): (12, 15),
        (1, 14): (12, 14),
        (13, 13): (13, 13),
        (1, 11): (3, 8),
        (4, 10): (4, 8),
        (8, 12): (12, 12),
    }.items():
        assert columns(following.load(FEED, *asked)) == columns(part(WHOLE, *given))
    for nothing in ((1, 2), (9, 11), (16, 30), (5, 4)):
        assert following.load(FEED, *nothing) is None
    assert following.load(ANNA.feed.public, 1, 20) is None


def test_many_are_loaded_as_each_alone(following: Store) -> None:
    following.append([part(WHOLE, 1, 5), part(WHOLE, 8, 20)], NOW_MS)
    others = [author(number) for number in range(30, 45)]
    for who in others:
        following.follow(who.account.public, None, NOW_MS)
    following.add_grants([who.grant for who in others])
    following.append([posts(who, 3) for who in others[::2]], NOW_MS)
    ranges = [(FEED, 1, 20), (FEED, 3, 6), (FEED, 6, 7), (ANNA.feed.public, 1, 9)]
    ranges += [(who.feed.public, 1, 9) for who in others]
    loaded = list(following.load_each(iter(ranges)))
    assert loaded == [following.load(*one) for one in ranges]
    assert loaded[2:4] == [None, None]
    assert [run is None for run in loaded[4:]] == [False, True] * 7 + [False]
    with contextlib.closing(following.load_each(ranges)) as some:
        assert next(some) == loaded[0]
    following.append([posts(others[1], 3)], NOW_MS)  # nothing is held up by what was not read


def test_load_keeps_the_limits_of_a_run(following: Store) -> None:
    first = posts(BERT, MAX_RUN_ENTRIES)
    second = posts(BERT, 88, first=first.last + 1, previous=first.tip)
    following.append([first, second], NOW_MS)
    run = following.load(FEED, 1, 10_000)
    assert run is not None
    assert (run.first, run.last) == (89, 600)
    assert verify_run(run).tip == second.tip
    rest = following.load(FEED, 1, 88)
    assert rest is not None
    assert verify_run(rest, tip=run.previous).first == 1


def test_load_keeps_the_bytes_of_a_run(following: Store) -> None:
    large = run_of(BERT, [Post("x" * 15_000 + str(n)) for n in range(30)])
    following.append([large], NOW_MS)
    run = following.load(FEED, 1, 30)
    assert run is not None
    size = sum(map(len, large.bodies[run.first - 1 :]))
    assert size <= MAX_RUN_BYTES < size + len(large.bodies[run.first - 2])


def test_absent_bodies_stay_absent(following: Store) -> None:
    bodies = [
        (len(body), digest) if seq % 3 == 0 else body
        for seq, (body, digest) in enumerate(zip(WHOLE.bodies, digests(WHOLE), strict=True))
        if isinstance(body, bytes)
    ]
    thin = verify_run(RawRun(FEED, 1, None, WHOLE.times, bodies, WHOLE.signatures))
    assert take(following, thin) is thin
    assert columns(following.load(FEED, 1, 20)) == columns(thin)
    entry = following.entry(WHOLE.ids[0])
    assert entry is not None
    assert (entry.body, entry.body_size, entry.body_hash) == (None, *bodies[0])
    assert following.check(None, lambda _: None).errors == ()


def digests(run: Run) -> list[bytes]:
    from sayso_protocol.crypto.hashing import body_hash

    return [body_hash(body) for body in run.bodies if isinstance(body, bytes)]
