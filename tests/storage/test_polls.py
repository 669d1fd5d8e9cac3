"""The contract of polls: which votes count, whatever the order in which they came."""

from __future__ import annotations

from random import Random

import pytest
from tests.budget import rounds

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import KnownBody, Poll, Post, Reference, Vote
from sayso_protocol.feed.run import Run
from sayso_storage.interface.content.polls import Ballot, Tally
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.tables.content import ballot_rows
from sayso_storage.validation.arrival_time import DAY_MS

from .makers import EPOCH, NOW_MS, START_MS, Author, account_key, author, part, reference, run_of

ANNA = author(1)
END_MS = START_MS + 50_000
ASKED = run_of(
    ANNA,
    [
        Poll("which?", ("tea", "milk", "gin"), end=END_MS, tags=("drinks",)),
        Poll("which ones?", ("tea", "milk", "gin"), many=True),
    ],
)
ONE, MANY = (reference(ANNA, ASKED, seq) for seq in (1, 2))
VOTERS = [author(n) for n in range(2, 9)]
B, C, D, *_ = VOTERS
PHONE = author(2, device=1)


@pytest.fixture
def polled(store: Store) -> Store:
    return prepared(store)


def prepared(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    for one in VOTERS:
        store.follow(one.account.public, None, NOW_MS)
        store.add_grant(one.grant)
    store.add_grant(PHONE.grant)
    return store


def votes(who: Author, *choices: tuple[int, ...], on: Reference = ONE, at: int = 1000) -> Run:
    bodies: list[KnownBody] = [Vote(on, one) for one in choices]
    return run_of(who, bodies, start_ms=START_MS + at)


def counted(store: Store, on: Reference = ONE) -> Tally:
    while store.count_votes():
        pass
    found = store.tally(on.id)
    assert found is not None
    return found


def test_of_an_account_the_last_vote_in_time_counts(polled: Store) -> None:
    polled.append(
        [
            ASKED,
            votes(B, (0,), (1,)),
            votes(PHONE, (2,), at=0),
            votes(C, (1,), at=200_000),
            votes(D, (2,), ()),
        ],
        NOW_MS,
    )
    assert counted(polled) == Tally((0, 1, 0), 1, held=6, late=1, withdrawn=1, belated=5)
    assert counted(polled).replaced == 3
    assert polled.ballots(ONE.id, [by(B), by(C), by(D), by(ANNA)]) == {by(B): Ballot(by(B), (1,))}


def by(who: Author) -> bytes:
    return who.account.public


def test_votes_that_cannot_be_made_count_for_nothing(polled: Store) -> None:
    polled.append([ASKED, votes(B, (1,), (0, 1), (3,)), votes(C, (0, 2), on=MANY)], START_MS)
    assert counted(polled) == Tally((0, 1, 0), 1, held=3, malformed=2)
    assert counted(polled, MANY) == Tally((1, 0, 1), 1, held=1)


def test_votes_may_come_before_the_poll_and_after(polled: Store) -> None:
    polled.append([votes(B, (0,))], START_MS)
    while polled.count_votes():
        pass
    assert polled.tally(ONE.id) is None
    polled.append([part(ASKED, 1, 1)], START_MS)
    assert counted(polled).counts == (1, 0, 0)
    polled.append([votes(C, (0,))], START_MS)
    assert counted(polled).counts == (2, 0, 0)
    assert counted(polled).belated == 0


def test_what_comes_a_day_after_the_end_is_marked(polled: Store) -> None:
    polled.append([ASKED, votes(B, (0,))], END_MS + DAY_MS)
    polled.append([votes(C, (1,))], END_MS + DAY_MS + 1)
    assert counted(polled) == Tally((1, 1, 0), 2, held=2, belated=1)


def test_an_account_has_one_vote_under_all_its_keys(polled: Store) -> None:
    new = author(2, generation=1)
    old = votes(B, (0,))
    polled.append([ASKED, old, votes(C, (0,))], START_MS)
    assert counted(polled).counts == (2, 0, 0)
    rotate = sign_rotate(account_key(2, 1), by(B), [(old.feed, 1, old.tip)])
    polled.add_statements([rotate], NOW_MS)
    polled.add_grant(new.grant)
    polled.append([votes(new, (1,), at=9000)], START_MS)
    assert counted(polled) == Tally((1, 1, 0), 2, held=3)
    ballot = Ballot(by(new), (1,))
    assert polled.ballots(ONE.id, [by(B), by(new)]) == {by(B): ballot, by(new): ballot}


def test_votes_that_go_are_counted_no_more(polled: Store) -> None:
    polled.append([ASKED, votes(PHONE, (0,)), votes(C, (1,))], START_MS)
    assert counted(polled).counts == (1, 1, 0)
    revoked = sign_revoke(B.account, PHONE.feed.public, 0, None)
    polled.add_statements([revoked], NOW_MS)
    assert counted(polled) == Tally((0, 1, 0), 1, held=1)
    assert polled.check(None, lambda _: None).errors == ()


def test_polls_are_on_timelines_and_have_tags(polled: Store) -> None:
    polled.append([ASKED], START_MS + 1500)
    for query in (TimelineQuery(), TimelineQuery(account=by(ANNA))):
        assert [one.seq for one in polled.timeline(query)] == [2, 1]
    assert [one.seq for one in polled.timeline(TimelineQuery(tag="Drinks"))] == [1]
    assert [one.seq for one in polled.shown_after(0)] == [1, 2]
    assert polled.check(None, lambda _: None).errors == ()


def test_what_is_not_counted_yet_is_said(sqlite: SqliteStore) -> None:
    prepared(sqlite).append([ASKED, votes(B, (0,)), votes(C, (1,))], START_MS)
    before = sqlite.tally(ONE.id)
    assert before == Tally((0, 0, 0), 0, held=2, uncounted=2)
    assert counted(sqlite) == Tally((1, 1, 0), 2, held=2)
    sqlite.append([votes(D, (1,))], START_MS)
    assert sqlite.tally(ONE.id) == Tally((1, 1, 0), 2, held=3, uncounted=1)


def random_pieces(seed: int) -> list[Run]:
    chance = Random(seed)
    pieces = [part(ASKED, 1, 1), part(ASKED, 2, 2)]
    for who in (*VOTERS, PHONE):
        bodies: list[KnownBody] = [
            Vote(
                chance.choice((ONE, MANY)),
                tuple(sorted(chance.sample(range(4), chance.randrange(3)))),
            )
            if chance.random() < 0.8
            else Post("x")
            for _ in range(6)
        ]
        run = run_of(who, bodies, start_ms=START_MS + chance.randrange(0, 60_000), step_ms=5000)
        pieces += [part(run, seq, seq) for seq in range(1, 7)]
    chance.shuffle(pieces)
    return pieces


@pytest.mark.parametrize("seed", range(rounds(30, 3)))
def test_every_order_of_arrival_gives_the_tally_of_the_definition(
    seed: int, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ballot_rows, "BATCH", 3)
    pieces = random_pieces(seed)
    memory = prepared(MemoryStore(EPOCH))
    for piece in pieces:
        memory.append([piece], NOW_MS)
    keys = [by(one) for one in VOTERS]
    for turn in range(2):
        chance = Random(seed * 10 + turn)
        chance.shuffle(pieces)
        with open_store(tmp_path_factory.mktemp("store") / "store.db") as store:
            prepared(store)
            for piece in pieces:
                store.append([piece], NOW_MS)
                if chance.random() < 0.3:
                    store.count_votes(chance.choice((None, ONE.id)))
            for on in (ONE, MANY):
                assert counted(store, on) == memory.tally(on.id)
                assert store.ballots(on.id, keys) == memory.ballots(on.id, keys)
