"""Times that go back: what a lower entry is later than is not held, whatever came first.

A hostile writer signs one chain whose times go up and down; pieces of it that are sound in
themselves arrive in any order. Both stores agree all along.
"""

from __future__ import annotations

import tempfile
from functools import lru_cache
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.content.body import Post, write_body
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.errors import TimeGoesBack
from sayso_protocol.feed.entry import Header
from sayso_protocol.feed.run import RawRun, Run, sign_run, verify_run
from sayso_storage.interface.store import AlreadyHeld, FeedState, Store, TimelineQuery
from sayso_storage.validation import time_order

from ..makers import NOW_MS, START_MS, author, columns, part, posts
from .test_convergence import FEED, Pair

BERT = author(2)
WHOLE = posts(BERT, 20)
LENGTH = 8
Range = tuple[int, int]


@pytest.fixture
def following(store: Store) -> Store:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def take(store: Store, run: Run) -> Run | Exception:
    (taken,) = store.append([run], NOW_MS)
    return taken


def held(store: Store) -> list[Range]:
    state = store.feed(FEED)
    assert isinstance(state, FeedState)
    return [(one.first, one.last) for one in state.held]


def later_than(seq: int, count: int, tag: str | None = None) -> Run:
    """So many entries from the first on, which end a millisecond after entry `seq` of `WHOLE`."""
    late = [WHOLE.times[seq - 1] + 1] * count
    bodies = [write_body(Post("late", tags=(tag,) if tag else ())) for _ in late]
    return sign_run(BERT.feed, 1, None, late, bodies)


def sound(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


@long
def test_what_lies_above_and_is_earlier_gives_way(following: Store) -> None:
    for first, last in ((10, 12), (15, 16), (19, 20)):
        take(following, part(WHOLE, first, last))
    late = later_than(10, 3, "late")
    assert take(following, late) == late
    assert held(following) == [(1, 3), (11, 12), (15, 16), (19, 20)]
    assert len(following.timeline(TimelineQuery())) == 9
    assert [one.seq for one in following.timeline(TimelineQuery(tag="late"))] == [3, 2, 1]
    sound(following)
    assert isinstance(take(following, part(WHOLE, 10, 12)), TimeGoesBack)
    assert isinstance(take(following, part(WHOLE, 11, 12)), AlreadyHeld)
    later = sign_run(BERT.feed, 4, late.tip, [WHOLE.times[16] + 1], [write_body(Post("later"))])
    assert take(following, later) == later
    assert held(following) == [(1, 4), (19, 20)]
    sound(following)


def test_the_first_entries_of_a_run_may_be_refused_alone(following: Store) -> None:
    take(following, later_than(10, 3))
    assert isinstance(take(following, part(WHOLE, 8, 12)), TimeGoesBack)
    assert held(following) == [(1, 3), (11, 12)]
    assert columns(following.load(FEED, 4, 12)) == columns(part(WHOLE, 11, 12))
    assert isinstance(take(following, part(WHOLE, 8, 12)), TimeGoesBack)
    assert isinstance(take(following, part(WHOLE, 8, 10)), TimeGoesBack)
    sound(following)


def test_what_is_not_earlier_stays(following: Store) -> None:
    take(following, part(WHOLE, 10, 12))
    take(following, later_than(9, 3))
    assert held(following) == [(1, 3), (10, 12)]


def test_where_it_joins_the_run_it_gives_way_too(following: Store) -> None:
    chain = chain_of([5, 6, 4, 7])
    for first, last in ((3, 4), (1, 2)):
        assert isinstance(take(following, cut(chain, first, last)), Run)
    assert held(following) == [(1, 2), (4, 4)]
    assert isinstance(take(following, cut(chain, 3, 4)), TimeGoesBack)
    assert held(following) == [(1, 2), (4, 4)]
    sound(following)


def test_what_only_the_entries_above_vouch_for_does_not_end_them(following: Store) -> None:
    """Without them nobody could be shown that it is authentic."""
    bare = chain_of([5, 6, 7])
    bare.signatures[1] = bytes(64)
    above = sign_run(BERT.feed, 3, bare_ids(bare)[1], [START_MS], [write_body(Post("above"))])
    take(following, above)
    below = verify_run(cut_raw(bare, 1, 2), tip=above.previous)
    assert isinstance(take(following, below), TimeGoesBack)
    assert held(following) == [(3, 3)]
    assert isinstance(take(following, cut(bare, 1, 1)), Run)
    assert held(following) == [(1, 1)]
    sound(following)


# --- any order --------------------------------------------------------------------------


def chain_of(hours: list[int]) -> RawRun:
    """One chain with these times, signed entry by entry."""
    moments = [START_MS + hour for hour in hours]
    bodies = [write_body(Post(f"post {n}")) for n in range(len(hours))]
    signatures: list[bytes] = []
    previous = None
    for seq, (time_ms, body) in enumerate(zip(moments, bodies, strict=True), 1):
        one = sign_run(BERT.feed, seq, previous, [time_ms], [body])
        signatures += one.signatures
        previous = one.tip
    return RawRun(FEED, 1, None, moments, bodies, signatures)


def bare_ids(chain: RawRun) -> list[bytes]:
    """The ids of a chain whatever its times and signatures."""
    return list(_ids(tuple(chain.times), tuple(chain.bodies), tuple(chain.signatures)))


@lru_cache(maxsize=64)
def _ids(moments: tuple[int, ...], bodies: tuple[Any, ...], signatures: tuple[bytes, ...]) -> Any:
    ids: list[bytes] = []
    for seq, values in enumerate(zip(moments, bodies, signatures, strict=True), 1):
        time_ms, body, signature = values
        header = Header(FEED, seq, ids[-1] if ids else None, time_ms, len(body), body_hash(body))
        ids.append(entry_id(header.encode(), signature))
    return ids


def cut_raw(chain: RawRun, first: int, last: int) -> RawRun:
    at = slice(first - 1, last)
    previous = bare_ids(chain)[first - 2] if first > 1 else None
    return RawRun(FEED, first, previous, chain.times[at], chain.bodies[at], chain.signatures[at])


def cut(chain: RawRun, first: int, last: int) -> Run:
    return verify_run(cut_raw(chain, first, last))


@st.composite
def arrivals(draw: st.DrawFn) -> tuple[list[int], list[Range], list[Range]]:
    """Times of a chain, and pieces of it in which they ascend, in two orders."""
    hours = draw(st.lists(st.integers(0, 9), min_size=LENGTH, max_size=LENGTH))
    pieces = [
        (first, last)
        for first in range(1, LENGTH + 1)
        for last in range(first, LENGTH + 1)
        if hours[first - 1 : last] == sorted(hours[first - 1 : last])
    ]
    chosen = draw(st.lists(st.sampled_from(pieces), min_size=1, max_size=8, unique=True))
    return hours, chosen, draw(st.permutations(chosen))


def what_stays(hours: list[int], pieces: list[Range]) -> set[int]:
    """By the rule: of all entries that came, those that no lower one is later than."""
    came = {seq for first, last in pieces for seq in range(first, last + 1)}
    return {
        seq for seq in came if all(hours[low - 1] <= hours[seq - 1] for low in came if low < seq)
    }


def offered(folder: str, chain: RawRun, pieces: list[Range]) -> tuple[set[int], list[str]]:
    """The numbers that are held when all pieces came once; they come again, and nothing
    changes."""
    pair = Pair(folder)
    runs = [cut(chain, first, last) for first, last in pieces]
    for run in runs:
        pair.take(run)
    pair.reopen()
    state = pair.call("feed", FEED)
    assert all(isinstance(pair.take(run), AlreadyHeld | TimeGoesBack) for run in runs)
    assert pair.call("feed", FEED) == state
    for lower, upper in pairwise(state.held):
        assert lower.last_ms <= upper.first_ms
    seqs = {seq for one in state.held for seq in range(one.first, one.last + 1)}
    assert sorted(entry.seq for entry in pair.call("arrived_after", 0)) == sorted(seqs)
    errors = pair.errors()
    pair.sqlite.close()
    return seqs, errors


@long
@given(arrivals())
@example(([5, 6, 4, 7, 8, 8, 9, 9], [(3, 5), (1, 2), (7, 8)], [(1, 2), (3, 5), (7, 8)]))
@example(([9, 1, 2, 3, 4, 5, 6, 7], [(2, 8), (1, 1)], [(1, 1), (2, 8)]))
@examples(60, deadline=None)
def test_any_order_ends_in_the_same_entries(arrived: tuple[Any, ...]) -> None:
    hours, *orders = arrived
    chain = chain_of(hours)
    for pieces in orders:
        with tempfile.TemporaryDirectory() as folder:
            assert offered(folder, chain, pieces) == (what_stays(hours, pieces), [])


def test_control_where_whole_runs_are_refused_the_order_decides(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part_of_it = time_order.earlier_than_below

    def all_of_it(held: Any, run: Run) -> int:
        if part_of_it(held, run):
            raise TimeGoesBack(time_order.EARLY)
        return 0

    monkeypatch.setattr(time_order, "earlier_than_below", all_of_it)
    chain = chain_of([5, 6, 4, 7])
    found = []
    for pieces in ([(3, 4), (1, 2)], [(1, 2), (3, 4)]):
        with tempfile.TemporaryDirectory() as folder:
            found.append(offered(folder, chain, pieces)[0])
    assert found == [{1, 2, 4}, {1, 2}]
