"""Times that go back in a feed that has ended: it ends before them, whatever came first.

A hostile writer signs a chain whose times go up and down, and another one; the account names an
entry of the first. Pieces of both arrive in any order, and both stores agree all along.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.accounts.statement import End, Revoke, sign_revoke, sign_rotate
from sayso_protocol.content.body import Post, write_body
from sayso_protocol.errors import Refused, Revoked, TimeGoesBack
from sayso_protocol.feed.run import RawRun, Run, sign_run, verify_run
from sayso_storage.interface.store import AlreadyHeld, Store
from sayso_storage.validation import feed_end

from ..makers import NOW_MS, START_MS, account_key, author, columns
from ..test_statements import ids, ranges, sound, state_of, take
from .test_convergence import FEED, Pair
from .test_time_order import LENGTH, Range, bare_ids, chain_of, cut, cut_raw

BERT = author(2)
HEIR = account_key(2, 1)
GOES_BACK = chain_of([5, 6, 4, 7])


@pytest.fixture
def following(store: Store) -> Store:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def end_at(chain: RawRun, seq: int) -> End:
    return End(seq, bare_ids(chain)[seq - 1])


def revoke_at(chain: RawRun, seq: int) -> Revoke:
    return sign_revoke(BERT.account, FEED, seq, end_at(chain, seq).id)


ORDERS = [[(3, 4), (1, 2)], [(1, 2), (3, 4)], [(4, 4), (1, 2), (3, 3)], [(4, 4), (3, 3), (1, 2)]]


@pytest.mark.parametrize("pieces", ORDERS)
@pytest.mark.parametrize("rotated", [False, True])
def test_a_feed_ends_before_the_named_entry_where_its_times_go_back(
    following: Store, pieces: list[Range], rotated: bool
) -> None:
    end = end_at(GOES_BACK, 4)
    assert end.id is not None
    said = (
        sign_rotate(HEIR, BERT.account.public, [(FEED, end.seq, end.id)])
        if rotated
        else revoke_at(GOES_BACK, 4)
    )
    assert following.add_statements([said], NOW_MS) == [True]
    for first, last in [*pieces, *pieces]:
        take(following, cut(GOES_BACK, first, last))
    assert ranges(following) == [(1, 2)]
    assert state_of(following).end == end_at(GOES_BACK, 2)
    assert ids(following) == bare_ids(GOES_BACK)[:2]
    assert take(following, cut(GOES_BACK, 3, 4), cut(GOES_BACK, 4, 4)) == [Revoked] * 2
    assert following.statements_of(BERT.account.public) == [said]
    sound(following)


def test_where_the_branch_goes_back_below_the_named_entry_the_lower_stays(
    following: Store,
) -> None:
    """The upper part was there first, and everybody thought that it was the end."""
    following.add_statements([revoke_at(GOES_BACK, 4)], NOW_MS)
    assert take(following, cut(GOES_BACK, 3, 4)) == [columns(cut(GOES_BACK, 3, 4))]
    assert take(following, cut(GOES_BACK, 2, 2)) == [columns(cut(GOES_BACK, 2, 2))]
    assert (ranges(following), state_of(following).end) == ([(2, 2)], end_at(GOES_BACK, 2))
    sound(following)


def test_over_a_gap_the_branch_of_the_end_stays(following: Store) -> None:
    """Entries that are later below it may be of another branch."""
    following.add_statements([revoke_at(GOES_BACK, 4)], NOW_MS)
    take(following, cut(GOES_BACK, 3, 4))
    assert take(following, cut(GOES_BACK, 1, 1)) == [TimeGoesBack]
    assert ranges(following) == [(3, 4)]
    sound(following)


def test_what_only_the_branch_vouches_for_does_not_end_it(following: Store) -> None:
    bare = chain_of([5, 6, 4])
    bare.signatures[1] = bytes(64)
    name = bare_ids(bare)[1]
    above = chain_after(name, 3, 4)
    following.add_statements([sign_revoke(BERT.account, FEED, 3, above.tip)], NOW_MS)
    take(following, above)
    below = verify_run(cut_raw(bare, 1, 2), tip=name)
    assert take(following, below) == [TimeGoesBack]
    assert (ranges(following), state_of(following).end) == ([(3, 3)], End(3, above.tip))
    sound(following)


def chain_after(previous: bytes, seq: int, hour: int) -> Run:
    return sign_run(BERT.feed, seq, previous, [START_MS + hour], [write_body(Post("above"))])


def test_another_statement_leaves_the_end_of_other_feeds(following: Store) -> None:
    following.add_statements([revoke_at(GOES_BACK, 4)], NOW_MS)
    for first, last in ((3, 4), (1, 2)):
        take(following, cut(GOES_BACK, first, last))
    device = author(2, device=1)
    following.add_grant(device.grant)
    following.add_statements([sign_revoke(BERT.account, device.feed.public, 0, None)], NOW_MS)
    assert state_of(following).end == end_at(GOES_BACK, 2)
    following.add_statements([revoke_at(GOES_BACK, 1)], NOW_MS)
    assert (ranges(following), state_of(following).end) == ([(1, 1)], end_at(GOES_BACK, 1))
    sound(following)


# --- any order ----------------------------------------------------------------------------


def other_chain(hours: list[int], stem: int, chain: RawRun) -> RawRun:
    """A chain that has its first entries in common with another."""
    moments, bodies, signatures = ([*column[:stem]] for column in columns_of(chain))
    previous = bare_ids(chain)[stem - 1] if stem else None
    for seq, hour in enumerate(hours[stem:], stem + 1):
        one = sign_run(
            BERT.feed, seq, previous, [START_MS + hour], [write_body(Post(f"other {seq}"))]
        )
        moments, bodies = [*moments, START_MS + hour], [*bodies, *one.bodies]
        signatures, previous = [*signatures, *one.signatures], one.tip
    return RawRun(FEED, 1, None, moments, bodies, signatures)


def columns_of(chain: RawRun) -> list[list[Any]]:
    return [list(chain.times), list(chain.bodies), list(chain.signatures)]


def pieces_of(chain: RawRun) -> list[Range]:
    return [
        (first, last)
        for first in range(1, LENGTH + 1)
        for last in range(first, LENGTH + 1)
        if list(chain.times[first - 1 : last]) == sorted(chain.times[first - 1 : last])
    ]


@st.composite
def histories(draw: st.DrawFn) -> tuple[RawRun, int, list[Run | Revoke]]:
    """A chain, the number of the entry that is named, and what arrives."""
    hours = st.lists(st.integers(0, 9), min_size=LENGTH, max_size=LENGTH)
    chain = chain_of(draw(hours))
    other = other_chain(draw(hours), draw(st.integers(0, 4)), chain)
    seq = draw(st.integers(1, LENGTH))
    arriving: list[Run | Revoke] = [revoke_at(chain, seq)]
    for one in (chain, other):
        chosen = draw(st.lists(st.sampled_from(pieces_of(one)), max_size=6, unique=True))
        arriving += [cut(one, first, last) for first, last in chosen]
    return chain, seq, draw(st.permutations(arriving))


def what_counts(chain: RawRun, seq: int) -> int:
    """The last entry that counts, by the rule: before the first that is earlier than the one
    before it."""
    pairs = zip(chain.times[: seq - 1], chain.times[1:seq], strict=True)
    return next((at for at, (one, other) in enumerate(pairs, 1) if other < one), seq)


def settled(pair: Pair, chain: RawRun, seq: int, arrived: list[Run | Revoke]) -> Any:
    """The state once all that came, and all of the chain, was offered until nothing changes."""
    singles = [cut(chain, one, one) for one in range(1, seq + 1)]
    for _ in range(3 * LENGTH):
        before = pair.call("feed", FEED)
        outcomes = [pair.take(one) for one in (*singles, *arrived)]
        if pair.call("feed", FEED) == before:
            assert all(isinstance(one, AlreadyHeld | Refused | bool) for one in outcomes)
            return before
    raise AssertionError("it goes on changing")


@long
@given(histories())
@example((GOES_BACK, 3, [cut(GOES_BACK, 1, 2), revoke_at(GOES_BACK, 3), cut(GOES_BACK, 3, 4)]))
@examples(60, deadline=None)
def test_any_order_ends_with_the_branch_up_to_where_its_times_go_back(
    history: tuple[RawRun, int, list[Run | Revoke]],
) -> None:
    chain, seq, arriving = history
    with tempfile.TemporaryDirectory() as folder:
        pair = Pair(folder)
        for what in arriving:
            pair.take(what)
        pair.reopen()
        state = settled(pair, chain, seq, arriving)
        last = what_counts(chain, seq)
        assert [(one.first, one.last, one.top) for one in state.held] == [
            (1, last, bare_ids(chain)[last - 1])
        ]
        assert state.end == end_at(chain, last)
        assert pair.errors() == []
        pair.sqlite.close()


def test_control_where_the_named_entry_stays_the_order_decides(
    store_factory: Callable[[], Store], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_end, "_goes_back", lambda *_: False)
    found = []
    for pieces in ([(3, 4), (1, 2)], [(1, 2), (3, 4)]):
        store = store_factory()
        store.follow(BERT.account.public, None, NOW_MS)
        store.add_grant(BERT.grant)
        store.add_statements([revoke_at(GOES_BACK, 4)], NOW_MS)
        for first, last in pieces:
            take(store, cut(GOES_BACK, first, last))
        found.append(ranges(store))
    assert found == [[(1, 2)], [(1, 2), (4, 4)]]
