"""State of peers that a store keeps between sessions; and the order of arrival that it rests on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from sayso_protocol.sync.resume_state import NOTHING, Interest, Place, ResumeState
from sayso_protocol.sync.rosters.basis import Basis
from sayso_protocol.sync.wire.frames import Mark
from sayso_storage.interface.network.peers import OWN_ROSTER_MS
from sayso_storage.interface.store import MAX_RESUME_STATES, Store, StoreError
from sayso_storage.sqlite import open_store

from .makers import NOW_MS, author, part, posts

INTEREST = Interest(b"t" * 16, [b"a" * 32, b"b" * 32], {20_000: b"n" * 16, 20_001: b"m" * 8})
PLACE = Place(b"e" * 16, Mark(7, b"c" * 8), b"t" * 16)


def test_nothing_is_kept_of_a_stranger(store: Store) -> None:
    assert store.resume_state("peer") == NOTHING


def test_both_halves_are_kept_and_each_replaces_its_own(store: Store) -> None:
    store.save_resume_state("peer", INTEREST, NOW_MS)
    store.save_resume_state("peer", PLACE, NOW_MS + 1)
    store.save_resume_state("other", PLACE, NOW_MS + 2)
    assert store.resume_state("peer") == ResumeState(INTEREST, PLACE)
    newer = Place(b"e" * 16, Mark(9, b"d" * 8), b"t" * 16)
    store.save_resume_state("peer", newer, NOW_MS + 3)
    assert store.resume_state("peer") == ResumeState(INTEREST, newer)
    assert store.resume_state("other") == ResumeState(None, PLACE)


def test_who_was_not_heard_of_for_longest_is_forgotten(store: Store) -> None:
    for number in range(MAX_RESUME_STATES + 3):
        store.save_resume_state(f"peer {number}", PLACE, NOW_MS + number)
    store.save_resume_state("peer 3", INTEREST, NOW_MS + 1000)
    store.save_resume_state("one more", PLACE, NOW_MS + 1001)
    forgotten = [n for n in range(6) if store.resume_state(f"peer {n}") == NOTHING]
    assert forgotten == [0, 1, 2, 4]


BASIS = Basis((b"n" * 32, b"m" * 32), ((b"n" * 32, NOW_MS), (b"m" * 32, NOW_MS + 1)))


def test_what_is_kept_of_a_store_says_on_whose_word_it_rests(store: Store) -> None:
    interest, place = replace(INTEREST, basis=BASIS), replace(PLACE, basis=BASIS)
    store.save_resume_state("z6Mk", interest, NOW_MS)
    store.save_resume_state("z6Mk", place, NOW_MS)
    assert store.resume_state("z6Mk") == ResumeState(interest, place)


def test_rosters_are_kept_one_a_store_the_oldest_first(store: Store) -> None:
    assert store.rosters() == []
    store.save_roster("z6MkA", b"first", NOW_MS)
    store.save_roster("z6MkB", b"other", NOW_MS + 1)
    store.save_roster("z6MkA", b"second", NOW_MS + 2)
    assert store.rosters() == [b"other", b"second"]
    assert store.resume_state("z6MkA") == NOTHING


def test_a_roster_stays_as_long_as_what_is_kept_of_its_store(store: Store) -> None:
    store.save_roster("z6MkA", b"used", NOW_MS)
    store.save_roster("z6MkB", b"not used", NOW_MS)
    for number in range(MAX_RESUME_STATES):
        store.save_resume_state("z6MkA", replace(PLACE, basis=BASIS), NOW_MS + number)
        store.save_resume_state(f"peer {number}", PLACE, NOW_MS + number)
    assert store.rosters() == [b"used"]
    assert store.resume_state("z6MkA").place is not None


def test_the_own_roster_is_never_forgotten(store: Store) -> None:
    store.save_roster("z6MkOwn", b"own", OWN_ROSTER_MS)
    for number in range(MAX_RESUME_STATES + 3):
        store.save_resume_state(f"peer {number}", PLACE, NOW_MS + number)
    store.save_roster("z6MkA", b"other", NOW_MS + 1000)
    assert store.rosters() == [b"other", b"own"]


def test_marks_name_the_entry_of_their_place(store: Store) -> None:
    ann = author(1)
    store.follow(ann.account.public, None, NOW_MS)
    store.add_grant(ann.grant)
    assert store.mark() == Mark(0, bytes(8))
    run = posts(ann, 5)
    store.append([run], NOW_MS)
    assert store.mark() == Mark(5, run.ids[-1][:8])
    assert store.mark(3) == Mark(3, run.ids[2][:8])
    assert store.mark(0) == Mark(0, bytes(8))
    assert store.mark(6) is None


def test_feeds_since_a_place_are_those_that_grew(store: Store) -> None:
    ann, ben = author(1), author(2)
    for who in (ann, ben):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    run = posts(ann, 5)
    store.append([part(run, 1, 3)], NOW_MS)
    store.append([posts(ben, 2)], NOW_MS)
    assert len(store.feeds_since(0)) == 2
    assert store.feeds_since(5) == []
    store.append([part(run, 4, 5)], NOW_MS)
    (state,) = store.feeds_since(5)
    assert (state.feed, state.head) == (run.feed, 5)


def test_all_carried_feeds_are_those_of_the_accounts(store: Store) -> None:
    people = [author(number) for number in range(1, 4)]
    for who in people:
        store.follow(who.account.public, None, NOW_MS)
    outcomes = store.add_grants([who.grant for who in people])
    assert outcomes == [True, True, True]
    store.append([posts(people[0], 3), posts(people[2], 2)], NOW_MS)
    store.unfollow(people[1].account.public)
    one_by_one = [s for who in people for s in store.feeds_of(who.account.public)]
    assert store.feeds_carried() == [one_by_one[0], one_by_one[2]]


def test_grants_are_judged_one_by_one(store: Store) -> None:
    ann, stranger = author(1), author(2)
    store.follow(ann.account.public, None, NOW_MS)
    first, second, third = store.add_grants([ann.grant, stranger.grant, ann.grant])
    assert (first, third) == (True, False)
    assert isinstance(second, StoreError)


def test_a_damaged_row_is_as_good_as_none_and_is_found(tmp_path: Path) -> None:
    with open_store(tmp_path / "store.sqlite") as store:
        store.save_resume_state("peer", INTEREST, NOW_MS)
        with store._database.writing(durable=True) as db:
            db.execute("UPDATE peers SET heard_ms = heard_ms + 1")
        assert store.resume_state("peer") == NOTHING
        assert "peers" in " ".join(store.check(None, lambda _: None).errors)
