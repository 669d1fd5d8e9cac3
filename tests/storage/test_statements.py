"""The contract: feeds that their account ended, by a revoke."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.budget import long

from sayso_protocol.accounts.statement import End, Revoke, sign_revoke
from sayso_protocol.content.body import Post, Profile
from sayso_protocol.crypto.hashing import body_hash, entry_id
from sayso_protocol.errors import Forked, NotGranted, Revoked, TimeGoesBack, TooLarge
from sayso_protocol.feed.entry import DOMAIN, encode_header
from sayso_protocol.feed.fork import fork_of
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_protocol.limits import MAX_FEEDS_AN_ACCOUNT
from sayso_storage.interface.store import (
    AlreadyHeld,
    FeedState,
    NotSubscribed,
    Store,
    StoreError,
    TimelineQuery,
)
from sayso_storage.sqlite import SqliteStore, open_store

from .makers import NOW_MS, START_MS, after, author, columns, part, posts, reference, run_of

ANNA, BERT, CARA = author(1), author(2), author(3)
FEED = BERT.feed.public
WHOLE = posts(BERT, 9)
OTHER = after(BERT, part(WHOLE, 1, 4), [Post(f"other {n}") for n in range(5)])


@pytest.fixture
def following(store: Store) -> Store:
    """Follows Bert, and knows his feed."""
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    return store


def revoke(seq: int, run: Run = WHOLE) -> Revoke:
    return sign_revoke(BERT.account, FEED, seq, run.ids[seq - run.first] if seq else None)


def say(store: Store, *said: Revoke) -> list[object]:
    return [
        type(one) if isinstance(one, Exception) else one
        for one in store.add_statements(said, NOW_MS)
    ]


def take(store: Store, *runs: Run) -> list[object]:
    found = store.append(runs, NOW_MS)
    return [columns(one) if isinstance(one, Run) else kind_of(one) for one in found]


def kind_of(error: Exception) -> type:
    """The rule that was broken, whatever more the error says."""
    return next(
        one for one in (AlreadyHeld, Forked, Revoked, TimeGoesBack) if isinstance(error, one)
    )


def state_of(store: Store) -> FeedState:
    state = store.feed(FEED)
    assert state is not None
    return state


def ranges(store: Store) -> list[tuple[int, int]]:
    return [(part.first, part.last) for part in state_of(store).held]


def ids(store: Store) -> list[bytes]:
    return [entry.id for entry in store.arrived_after(0) if entry.feed == FEED]


def sound(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


# --- what counts ------------------------------------------------------------------------


def test_a_feed_has_no_end_at_first(following: Store) -> None:
    assert (state_of(following).end, state_of(following).proof) == (None, None)
    assert following.statements_of(BERT.account.public) == following.statements_since(0) == []


def test_a_revoke_ends_a_feed(following: Store) -> None:
    assert say(following, revoke(5)) == [True]
    assert state_of(following).end == End(5, WHOLE.ids[4])
    assert following.statements_of(BERT.account.public) == [revoke(5)]
    assert say(following, revoke(5)) == [False]
    sound(following)


def test_the_lowest_of_several_counts_in_any_order(following: Store) -> None:
    assert say(following, revoke(7), revoke(5), revoke(6), revoke(5, OTHER)) == [
        True,
        True,
        False,
        OTHER.ids[0] < WHOLE.ids[4],
    ]
    lowest = min(revoke(5), revoke(5, OTHER), key=lambda one: one.rank)
    assert following.statements_of(BERT.account.public) == [lowest]
    assert say(following, revoke(0)) == [True]
    assert state_of(following).end == End(0, None)
    sound(following)


def test_a_revoke_of_an_account_that_nobody_follows_is_not_kept(store: Store) -> None:
    assert say(store, revoke(5)) == [NotSubscribed]
    store.follow(BERT.account.public, None, NOW_MS)
    store.unfollow(BERT.account.public)
    assert say(store, revoke(5)) == [NotSubscribed]
    assert store.statements_since(0) == []


def test_a_revoke_may_come_before_the_grant(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    assert say(store, revoke(5)) == [True]
    store.add_grant(BERT.grant)
    assert state_of(store).end == End(5, WHOLE.ids[4])
    assert take(store, WHOLE, part(WHOLE, 1, 5)) == [Revoked, columns(part(WHOLE, 1, 5))]
    sound(store)


def test_another_account_cannot_end_a_feed(following: Store) -> None:
    following.follow(CARA.account.public, None, NOW_MS)
    assert say(following, sign_revoke(CARA.account, FEED, 0, None)) == [True]
    assert state_of(following).end is None
    assert len(take(following, WHOLE)) == 1
    assert ranges(following) == [(1, 9)]
    sound(following)


@long
def test_revokes_of_unknown_feeds_are_bounded_and_crowd_out_none_that_is_known(
    following: Store,
) -> None:
    made_up = [author(2, device) for device in range(1, MAX_FEEDS_AN_ACCOUNT + 2)]
    said = [sign_revoke(BERT.account, one.feed.public, 0, None) for one in made_up]
    assert say(following, *said) == [True] * MAX_FEEDS_AN_ACCOUNT + [TooLarge]
    assert say(following, said[0], revoke(5)) == [False, True]
    assert following.add_grant(made_up[0].grant)
    assert say(following, said[-1]) == [True]  # one of the others is known now
    assert len(following.statements_of(BERT.account.public)) == MAX_FEEDS_AN_ACCOUNT + 2


def test_one_bad_statement_does_not_touch_the_others(following: Store) -> None:
    stranger = sign_revoke(CARA.account, FEED, 0, None)
    assert say(following, revoke(7), stranger, revoke(6)) == [True, NotSubscribed, True]
    assert state_of(following).end == revoke(6).end


# --- entries ----------------------------------------------------------------------------


def test_entries_after_the_end_are_removed_and_refused(following: Store) -> None:
    take(following, WHOLE)
    say(following, revoke(5))
    (held,) = state_of(following).held
    assert (held.first, held.last, held.top) == (1, 5, WHOLE.ids[4])
    assert (held.below, held.first_ms, held.last_ms) == (None, WHOLE.times[0], WHOLE.times[4])
    assert ids(following) == WHOLE.ids[:5]
    assert following.counts().entries == 5
    assert following.entry(WHOLE.ids[5]) is None
    assert columns(following.load(FEED, 1, 9)) == columns(part(WHOLE, 1, 5))
    assert take(following, WHOLE, part(WHOLE, 6, 9), part(WHOLE, 5, 6)) == [Revoked] * 3
    assert ranges(following) == [(1, 5)]
    sound(following)


def test_of_a_feed_that_was_revoked_whole_nothing_is_held(following: Store) -> None:
    take(following, part(WHOLE, 1, 3), part(WHOLE, 6, 9))
    say(following, revoke(0))
    assert (state_of(following).held, ids(following)) == ((), [])
    assert take(following, part(WHOLE, 1, 1), WHOLE) == [Revoked, Revoked]
    sound(following)


def test_stretches_beyond_the_end_go_and_those_below_stay(following: Store) -> None:
    take(following, part(WHOLE, 1, 2), part(WHOLE, 4, 6), part(WHOLE, 8, 9))
    say(following, revoke(7))
    assert ranges(following) == [(1, 2), (4, 6)]
    say(following, revoke(4))
    assert ranges(following) == [(1, 2), (4, 4)]
    sound(following)


def test_all_that_indexes_know_of_removed_entries_goes(following: Store) -> None:
    bodies = [
        Profile("old"),
        Post("stays", tags=("one",)),
        Post("goes", tags=("One", "two"), reply=reference(BERT, WHOLE, 1)),
        Profile("new"),
        Post("goes too", tags=("one",)),
    ]
    run = run_of(BERT, bodies)
    take(following, run)
    assert following.reply_counts([WHOLE.ids[0]]) == {WHOLE.ids[0]: 1}
    say(following, sign_revoke(BERT.account, FEED, 2, run.ids[1]))
    assert [entry.seq for entry in following.timeline(TimelineQuery())] == [2]
    assert [entry.seq for entry in following.timeline(TimelineQuery(tag="one"))] == [2]
    assert following.timeline(TimelineQuery(tag="two")) == []
    assert following.reply_counts([WHOLE.ids[0]]) == {}
    assert following.replies(WHOLE.ids[0]) == []
    latest = following.latest(BERT.account.public, "profile")
    assert latest is not None
    assert latest.seq == 1
    assert following.find_entries(run.ids[2].hex()) == []
    sound(following)


def test_entries_without_a_body_are_removed_too(following: Store) -> None:
    bodies = [(len(body), body_hash(body)) for body in WHOLE.bodies]
    bare = verify_run(RawRun(FEED, 1, None, WHOLE.times, bodies, WHOLE.signatures))
    take(following, bare)
    say(following, revoke(2))
    assert ids(following) == WHOLE.ids[:2]
    sound(following)


@long
def test_many_entries_are_removed_at_once(following: Store) -> None:
    length, runs, tip = 400, [], None
    for first in range(1, 6 * length, length):
        runs.append(posts(BERT, length, first=first, previous=tip))
        tip = runs[-1].tip
    take(following, *runs)
    say(following, sign_revoke(BERT.account, FEED, 3, runs[0].ids[2]))
    assert ids(following) == runs[0].ids[:3]
    assert following.counts().entries == 3
    sound(following)


def test_places_of_removed_entries_are_not_given_again(following: Store) -> None:
    take(following, WHOLE)
    before = following.mark()
    say(following, revoke(5))
    assert following.last_arrival() == 5
    assert following.mark(9) is None
    assert following.mark() == following.mark(5) != before
    device = author(2, device=1)
    following.add_grant(device.grant)
    following.append([posts(device, 1)], NOW_MS)
    assert following.last_arrival() == 10
    assert [entry.arrival for entry in following.arrived_after(4)] == [5, 10]
    assert [state.feed for state in following.feeds_since(9)] == [device.feed.public]
    sound(following)


# --- branches ---------------------------------------------------------------------------


def test_the_branch_that_the_end_names_replaces_the_other(following: Store) -> None:
    take(following, OTHER, part(WHOLE, 1, 4))
    say(following, revoke(8))
    assert ranges(following) == [(1, 7)]
    assert take(following, part(WHOLE, 5, 6)) == [Forked]
    assert take(following, part(WHOLE, 7, 8)) == [columns(part(WHOLE, 7, 8))]
    assert ranges(following) == [(1, 5), (7, 8)]
    assert state_of(following).forked_at == 5
    assert take(following, part(OTHER, 5, 6)) == [Revoked]
    assert take(following, part(WHOLE, 1, 7)) == [columns(part(WHOLE, 5, 6))]
    assert ids(following) == [*WHOLE.ids[:4], *WHOLE.ids[6:8], *WHOLE.ids[4:6]]
    assert ranges(following) == [(1, 8)]
    sound(following)


def test_what_contradicts_the_branch_of_the_end_is_refused_and_noted(following: Store) -> None:
    say(following, revoke(8))
    take(following, part(WHOLE, 5, 8))
    assert take(following, part(OTHER, 5, 7), part(OTHER, 5, 8)) == [Revoked, Revoked]
    assert state_of(following).forked_at == 5
    assert take(following, part(OTHER, 5, 9)) == [Revoked]
    assert ids(following) == WHOLE.ids[4:8]


def test_another_entry_in_the_place_of_the_end_is_refused(following: Store) -> None:
    say(following, revoke(7))
    assert take(following, part(OTHER, 5, 7)) == [Revoked]
    assert state_of(following).held == ()


def test_while_nothing_shows_which_branch_it_is_the_first_stays(following: Store) -> None:
    say(following, revoke(9))
    take(following, part(WHOLE, 1, 4), part(OTHER, 5, 6))
    assert take(following, part(WHOLE, 5, 6)) == [Forked]
    assert state_of(following).forked_at == 5
    assert take(following, part(OTHER, 7, 8)) == [columns(part(OTHER, 7, 8))]
    assert ranges(following) == [(1, 8)]
    sound(following)


def test_a_forked_feed_is_filled_up_to_its_end(following: Store) -> None:
    take(following, part(WHOLE, 1, 6))
    assert take(following, part(OTHER, 5, 6)) == [Forked]
    assert take(following, part(WHOLE, 7, 9)) == [Forked]
    say(following, revoke(8))
    assert take(following, part(WHOLE, 7, 8)) == [columns(part(WHOLE, 7, 8))]
    assert ranges(following) == [(1, 8)]
    assert state_of(following).forked_at == 5
    sound(following)


def test_a_lower_end_may_choose_the_other_branch(following: Store) -> None:
    take(following, WHOLE)
    say(following, revoke(8), revoke(6, OTHER))
    assert ranges(following) == [(1, 5)]
    take(following, part(OTHER, 5, 6))
    assert ids(following) == [*WHOLE.ids[:4], *OTHER.ids[:2]]
    sound(following)


def test_what_nothing_contradicts_stays_beside_the_branch(following: Store) -> None:
    take(following, part(WHOLE, 1, 2), part(WHOLE, 4, 5))
    say(following, revoke(9))
    take(following, part(WHOLE, 9, 9))
    assert take(following, part(WHOLE, 7, 9)) == [columns(part(WHOLE, 7, 8))]
    assert ranges(following) == [(1, 2), (4, 5), (7, 9)]
    assert [entry.arrival for entry in following.arrived_after(0)] == [1, 2, 3, 4, 5, 6, 7]
    sound(following)


def test_a_stretch_that_begins_where_the_feed_ends_must_be_the_right_one(following: Store) -> None:
    take(following, part(OTHER, 7, 9))
    say(following, revoke(7))
    assert state_of(following).held == ()
    assert take(following, part(WHOLE, 7, 7)) == [columns(part(WHOLE, 7, 7))]
    sound(following)


@pytest.mark.parametrize("count", [1, 3])
def test_what_lies_below_but_is_later_gives_way(following: Store, count: int) -> None:
    late = posts(BERT, count, text="late", start_ms=START_MS + 20_000)
    take(following, late)
    say(following, revoke(9))
    assert take(following, part(WHOLE, 9, 9)) == [columns(part(WHOLE, 9, 9))]
    assert ranges(following) == [(9, 9)]
    assert take(following, late) == [TimeGoesBack]
    assert take(following, part(WHOLE, 1, 9)) == [columns(part(WHOLE, 1, 8))]
    sound(following)


def test_of_what_lies_below_the_entries_that_are_later_give_way(following: Store) -> None:
    lower = posts(BERT, 4, text="lower", start_ms=START_MS + 4000)
    take(following, lower)
    say(following, revoke(9))
    assert take(following, part(WHOLE, 7, 9)) == [columns(part(WHOLE, 7, 9))]
    assert ranges(following) == [(1, 3), (7, 9)]
    assert ids(following) == [*lower.ids[:3], *WHOLE.ids[6:]]
    sound(following)


def test_a_run_that_is_held_already_changes_nothing(following: Store) -> None:
    take(following, WHOLE)
    say(following, revoke(8))
    arrived = following.last_arrival()
    assert take(following, part(WHOLE, 3, 8), part(WHOLE, 2, 3)) == [AlreadyHeld] * 2
    assert following.last_arrival() == arrived


def odd_run() -> Run:
    """Nine entries, of which 4 to 8 are signed by the tip alone."""
    name, rows, ids = None, [], []
    for seq in range(1, 10):
        body = b"odd %d" % seq
        header = encode_header(FEED, seq, name, START_MS + seq, len(body), body_hash(body))
        signature = bytes(64) if 4 <= seq <= 8 else BERT.feed.sign(DOMAIN, header)
        rows.append((START_MS + seq, body, signature))
        name = entry_id(header, signature)
        ids.append(name)
    return verify_run(RawRun(FEED, 1, None, *map(list, zip(*rows, strict=True))))


def test_what_only_a_removed_entry_proved_is_not_kept_without_it(following: Store) -> None:
    odd = odd_run()
    take(following, odd)
    say(following, sign_revoke(BERT.account, FEED, 6, odd.ids[5]))
    assert ranges(following) == [(1, 3)]
    sound(following)


def test_a_stretch_without_any_signature_of_its_own_goes(following: Store) -> None:
    odd = odd_run()
    take(
        following,
        part(odd, 1, 2),
        verify_run(RawRun(FEED, 5, odd.ids[3], odd.times[4:], odd.bodies[4:], odd.signatures[4:])),
    )
    say(following, sign_revoke(BERT.account, FEED, 6, odd.ids[5]))
    assert ranges(following) == [(1, 2)]
    sound(following)


# --- proofs -----------------------------------------------------------------------------

PROOFS = [fork_of(WHOLE, part(OTHER, first, 9)) for first in (7, 5)]


def test_a_proof_against_a_feed_without_a_grant_is_refused(store: Store) -> None:
    refused = [type(one) for one in store.add_statements(PROOFS, NOW_MS)]
    assert refused == [NotGranted, NotGranted]


def test_the_first_proof_against_a_feed_is_kept(following: Store) -> None:
    higher, lower = PROOFS
    assert higher is not None
    assert lower is not None
    assert (higher.seq, lower.seq) == (6, 5)
    assert following.add_statements([higher, higher, lower], NOW_MS) == [True, False, False]
    state = state_of(following)
    assert (state.proof, state.forked_at) == (higher.wire, 5)
    assert following.statements_of(BERT.account.public) == [higher]
    assert following.feeds_of(BERT.account.public) == [state]
    assert following.feeds_carried() == [state]
    assert take(following, part(WHOLE, 1, 4), part(WHOLE, 5, 5))[1:] == [Forked]
    sound(following)


def test_a_proof_against_an_unknown_feed_is_refused(store: Store) -> None:
    (outcome,) = store.add_statements([PROOFS[0]], NOW_MS)
    assert str(outcome) == "no grant of the feed is known"


def test_a_proof_and_an_end_stand_beside_each_other(following: Store) -> None:
    assert following.add_statements([PROOFS[1], revoke(8)], NOW_MS) == [True, True]
    assert following.statements_of(BERT.account.public) == [PROOFS[1], revoke(8)]
    assert take(following, part(WHOLE, 1, 8)) == [columns(part(WHOLE, 1, 8))]
    sound(following)


# --- passing on, keeping ----------------------------------------------------------------


def test_statements_are_found_by_what_had_arrived_when_they_came(following: Store) -> None:
    say(following, revoke(9))
    take(following, part(WHOLE, 1, 3))
    following.add_statements([PROOFS[1]], NOW_MS)
    assert following.statements_since(0) == [revoke(9), PROOFS[1]]
    assert following.statements_since(1) == following.statements_since(3) == [PROOFS[1]]
    assert following.statements_since(4) == []
    say(following, revoke(2))
    assert following.statements_since(0) == [PROOFS[1], revoke(2)]
    assert following.statements_since(3) == [PROOFS[1], revoke(2)]


def test_what_was_said_survives_reopening(sqlite: SqliteStore, path: Path) -> None:
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    take(sqlite, WHOLE)
    sqlite.add_statements([revoke(8), PROOFS[1]], NOW_MS)
    sqlite.close()
    with open_store(path) as again:
        assert state_of(again).end == revoke(8).end
        assert again.statements_of(BERT.account.public) == [revoke(8), PROOFS[1]]
        assert ranges(again) == [(1, 8)]
        sound(again)


# --- the own feed -----------------------------------------------------------------------


def test_a_device_that_was_revoked_posts_no_more(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    run = posts(ANNA, 3)
    store.append([run], NOW_MS)
    said = sign_revoke(ANNA.account, ANNA.feed.public, 2, run.ids[1])
    assert store.add_statements([said], NOW_MS) == [True]
    own = store.own_feed()
    assert own is not None
    assert (own.head, own.end) == (2, said.end)

    def make(_: FeedState) -> Run:
        raise AssertionError("asked to sign on a device that was revoked")

    with pytest.raises(StoreError, match=r"device was revoked.*entry 2.*sayso --home NEW restore"):
        store.publish(make, NOW_MS)
    sound(store)


def test_of_two_imports_the_other_is_found_when_one_is_removed(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    device = author(1, device=1)
    store.add_grant(device.grant)
    first = run_of(ANNA, [Post("plain"), Post("imported", origin="o:1")])
    store.append([first, run_of(device, [Post("imported", origin="o:1")])], NOW_MS)
    assert store.import_origins() == {"o:1": reference(ANNA, first, 2)}
    say(store, sign_revoke(ANNA.account, ANNA.feed.public, 1, first.ids[0]))
    assert store.import_origins()["o:1"].feed == device.feed.public
    sound(store)
