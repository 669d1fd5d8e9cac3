"""The contract: what its author took back, in every order, and what becomes of it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations

import pytest
from tests.budget import long

from sayso_protocol.absence import prove
from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Edit, Post, Reference, Repost, Retract
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.run import RawRun, Run, commitment, verify_run
from sayso_storage.interface.content.retractions import Blank
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery
from sayso_storage.interface.withholding import Decision, RelayRule, RuleProgress
from sayso_storage.search.query import SearchQuery, phrase_of
from sayso_storage.sqlite import SqliteStore

from .makers import NOW_MS, after, author, part, posts, reference, run_of

ANNA, BERT, CARL = author(1), author(2), author(3)
DESK = author(2, device=1)
NEXT = author(2, generation=1)
FEED = BERT.feed.public
CID = bytes.fromhex("01551220") + bytes(32)
SAID = run_of(
    BERT,
    [
        Post("the first secretword", tags=("one",)),
        Post("the second", attach=(Attachment(CID, 5, "image/png"),)),
        Post("the third"),
    ],
)


def ref(seq: int) -> Reference:
    return reference(BERT, SAID, seq)


BACK = after(BERT, SAID, [Retract((ref(1),))])
BY_DESK = run_of(DESK, [Retract((ref(1),))])


@pytest.fixture
def reader(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    for who in (BERT, CARL):
        store.follow(who.account.public, None, NOW_MS)
    for who in (BERT, CARL, DESK):
        store.add_grant(who.grant)
    return store


def entry(store: Store, seq: int, feed: bytes = FEED) -> StoredEntry:
    return next(one for one in store.arrived_after(0) if (one.feed, one.seq) == (feed, seq))


def errors(store: Store) -> tuple[str, ...]:
    return store.check(None, lambda _: None).errors


def blank_of(store: Store, feed: bytes = FEED) -> Blank:
    return store.blank([feed]).get(feed, Blank([], []))


def blanked(run: Run, *numbers: int) -> Run:
    """The run without the bodies of these."""
    bodies = [
        commitment(body) if seq in numbers else body for seq, body in enumerate(run.bodies, 1)
    ]
    return verify_run(RawRun(run.feed, run.first, run.previous, run.times, bodies, run.signatures))


def proof_of(run: Run, grant: bytes) -> AbsenceProof:
    return AbsenceProof(
        grant, RawRun(run.feed, run.first, run.previous, run.times, run.bodies, run.signatures)
    )


def is_blank(store: Store, seq: int = 1) -> bool:
    one = entry(store, seq)
    return one.body is None and one.body_hash == commitment(SAID.bodies[seq - 1])[1]


@pytest.mark.parametrize("said", [BACK, BY_DESK], ids=["by the same feed", "by another device"])
@pytest.mark.parametrize("first", ["post", "retraction", "together"])
def test_the_order_does_not_matter(reader: Store, said: Run, first: str) -> None:
    orders = {"post": [[SAID], [said]], "retraction": [[said], [SAID]], "together": [[SAID, said]]}
    for runs in orders[first]:
        reader.append(runs, NOW_MS)
    assert is_blank(reader)
    assert entry(reader, 2).body == SAID.bodies[1]
    assert blank_of(reader) == Blank([(1, 1)], [])
    assert reader.taken_back(SAID.ids) == {SAID.ids[0]}
    assert reader.retracted(FEED, 1, 9) == {(1, SAID.ids[0])}
    shown = reader.timeline(TimelineQuery(account=BERT.account.public))
    assert [one.seq for one in shown] == [3, 2]
    assert reader.timeline(TimelineQuery(account=BERT.account.public, tag="one")) == []
    assert not errors(reader)
    assert FEED in reader.gave_way()


def test_a_body_that_was_taken_back_is_found_by_no_word(reader: Store) -> None:
    reader.append([SAID], NOW_MS)
    wanted = SearchQuery(((phrase_of("secretword"),),)), TimelineQuery()
    assert len(reader.search(*wanted)) == 1
    reader.append([BACK], NOW_MS)
    assert reader.search(*wanted) == []
    assert not errors(reader)


def test_the_run_still_verifies_and_the_proof_explains_it(reader: Store) -> None:
    reader.append([SAID, BY_DESK], NOW_MS)
    raw = reader.load(FEED, 1, 9)
    assert raw is not None
    assert verify_run(raw).ids == SAID.ids
    (proof,) = reader.proofs(FEED, 1, 9).values()
    said = prove(proof)
    assert (said.account, said.of) == (BERT.account.public, (ref(1),))
    assert proof.grant == DESK.grant.wire


def test_somebody_else_takes_nothing_back(reader: Store) -> None:
    reader.append([SAID, run_of(CARL, [Retract((ref(1),))])], NOW_MS)
    assert not is_blank(reader)
    assert reader.taken_back(SAID.ids) == reader.retracted(FEED, 1, 9) == set()


@pytest.mark.parametrize(
    "wrong",
    [
        Reference(BERT.account.public, FEED, 2, SAID.ids[0]),
        Reference(BERT.account.public, DESK.feed.public, 1, SAID.ids[0]),
        Reference(ANNA.account.public, FEED, 1, SAID.ids[0]),
        Reference(BERT.account.public, FEED, 1, SAID.ids[1]),
    ],
    ids=["number", "feed", "account", "id"],
)
def test_a_reference_that_is_wrong_takes_nothing_back(reader: Store, wrong: Reference) -> None:
    reader.append([run_of(DESK, [Retract((wrong,))]), SAID], NOW_MS)
    assert [entry(reader, seq).body for seq in (1, 2, 3)] == SAID.bodies
    assert not blank_of(reader).proven


def test_a_retraction_cannot_be_taken_back(reader: Store) -> None:
    again = after(BERT, BACK, [Retract((reference(BERT, BACK, 4),))])
    for runs in ([SAID, BACK], [again]):
        reader.append(runs, NOW_MS)
    assert entry(reader, 4).body == BACK.bodies[0]
    assert is_blank(reader)


def test_a_retraction_that_was_blanked_first_stays(reader: Store) -> None:
    again = after(BERT, BACK, [Retract((reference(BERT, BACK, 4),))])
    reader.append([again], NOW_MS)
    reader.append([SAID, BACK], NOW_MS)
    assert entry(reader, 4).body == BACK.bodies[0]
    assert is_blank(reader)


EDITED = Edit(ref(1), ref(1), "the first, otherwise")


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_its_edits_go_too_and_stay_with_whoever_cannot_show_why(
    reader: Store, order: tuple[int, ...]
) -> None:
    runs = [SAID, run_of(DESK, [EDITED]), BACK]
    for at in order:
        reader.append([runs[at]], NOW_MS)
    assert is_blank(reader)
    assert entry(reader, 1, DESK.feed.public).body is None
    assert blank_of(reader, DESK.feed.public) == Blank([], [(1, 1)])
    assert reader.proofs(DESK.feed.public, 1, 1) == {}
    named = reference(DESK, runs[1], 1)
    reader.append([after(BERT, BACK, [Retract((named,))])], NOW_MS)
    assert blank_of(reader, DESK.feed.public) == Blank([(1, 1)], [])
    assert set(reader.proofs(DESK.feed.public, 1, 1)) == {1}
    assert not errors(reader)


def test_an_edit_of_somebody_elses_post_stays(reader: Store) -> None:
    reader.append([SAID, run_of(CARL, [EDITED]), BACK], NOW_MS)
    assert entry(reader, 1, CARL.feed.public).body is not None


def test_a_repost_of_it_stays(reader: Store) -> None:
    reader.append([SAID, run_of(CARL, [Repost(ref(1))]), BACK], NOW_MS)
    assert entry(reader, 1, CARL.feed.public).body is not None


def test_a_proof_alone_is_enough(reader: Store) -> None:
    said = prove(proof_of(BY_DESK, DESK.grant.wire))
    reader.append([blanked(SAID, 1)], NOW_MS, [], [said])
    assert is_blank(reader)
    assert blank_of(reader) == Blank([(1, 1)], [])
    assert reader.proofs(FEED, 1, 9)[1].run.signatures == BY_DESK.signatures
    reader.append([BY_DESK], NOW_MS)  # now it is held itself
    assert reader.proofs(FEED, 1, 9)[1].run.signatures == BY_DESK.signatures
    assert not errors(reader)


def test_a_proof_takes_back_what_was_held(reader: Store) -> None:
    reader.append([SAID], NOW_MS)
    reader.append([blanked(SAID, 1)], NOW_MS, [], [prove(proof_of(BY_DESK, DESK.grant.wire))])
    assert is_blank(reader)


@pytest.mark.parametrize("by_proof", [False, True])
def test_where_it_counts_no_longer_the_entry_is_fetched_again(
    reader: Store, by_proof: bool
) -> None:
    if by_proof:
        said = prove(proof_of(BY_DESK, DESK.grant.wire))
        reader.append([blanked(SAID, 1)], NOW_MS, [], [said])
    else:
        reader.append([SAID, BY_DESK, run_of(DESK, [EDITED], first=9, previous=bytes(32))], NOW_MS)
    assert reader.release_blank() == []
    revoke = sign_revoke(BERT.account, DESK.feed.public, 0, None)
    assert reader.add_statements([revoke], NOW_MS) == [True]
    assert reader.taken_back(SAID.ids) == set()
    assert reader.release_blank() == [FEED]
    state = reader.feed(FEED)
    assert state is not None
    assert [(one.first, one.last) for one in state.held] == [(2, 3)]
    assert reader.release_blank() == []
    reader.append([SAID], NOW_MS)
    assert entry(reader, 1).body == SAID.bodies[0]
    assert not errors(reader)


def test_what_another_one_takes_back_too_stays_gone(reader: Store) -> None:
    reader.append([SAID, BACK, BY_DESK], NOW_MS)
    reader.add_statements([sign_revoke(BERT.account, DESK.feed.public, 0, None)], NOW_MS)
    assert reader.release_blank() == []
    assert is_blank(reader)


def test_of_the_own_feed_no_number_becomes_free(store: Store) -> None:
    store.add_own(BERT.grant, NOW_MS)
    store.add_grant(DESK.grant)
    store.publish(lambda _: SAID, NOW_MS)
    store.append([BY_DESK], NOW_MS)
    store.add_statements([sign_revoke(BERT.account, DESK.feed.public, 0, None)], NOW_MS)
    assert store.release_blank() == []
    assert is_blank(store)
    assert blank_of(store) == Blank([], [(1, 1)])


def test_the_owner_takes_back_what_was_published(store: Store) -> None:
    store.add_own(BERT.grant, NOW_MS)
    store.publish(lambda _: SAID, NOW_MS)
    store.publish(lambda _: BACK, NOW_MS)
    assert is_blank(store)
    assert store.gave_way() == [FEED]


def test_a_key_that_was_rotated_to_takes_back_what_the_old_one_said(reader: Store) -> None:
    reader.append([SAID], NOW_MS)
    rotate = sign_rotate(NEXT.account, BERT.account.public, [(FEED, 3, SAID.ids[2])])
    assert reader.add_statements([rotate], NOW_MS) == [True]
    reader.add_grant(NEXT.grant)
    assert reader.same_account(BERT.account.public, NEXT.account.public)
    reader.append([run_of(NEXT, [Retract((ref(1),))])], NOW_MS)
    assert is_blank(reader)


def test_a_rotation_that_comes_later_lets_it_count(reader: Store) -> None:
    reader.follow(NEXT.account.public, None, NOW_MS)
    reader.add_grant(NEXT.grant)
    reader.append([SAID, run_of(NEXT, [Retract((ref(1),))])], NOW_MS)
    assert not is_blank(reader)
    rotate = sign_rotate(NEXT.account, BERT.account.public, [(FEED, 3, SAID.ids[2])])
    reader.add_statements([rotate], NOW_MS)
    assert is_blank(reader)


RULE = RelayRule(b"k" * 16, "headers", "no beans", None, None)


@pytest.mark.parametrize("thin", [False, True])
def test_what_a_rule_withheld_and_its_author_took_back_is_passed_on_blank(
    reader: Store, thin: bool
) -> None:
    reader.change_relay_rules(RULE.key, [])
    reader.append([SAID], NOW_MS)
    asked = reader.rule_progress()
    assert asked is not None
    progress = RuleProgress(asked.rules, asked.since, reader.last_arrival())
    reader.withhold([Decision(entry(reader, 1), RULE, thin)], progress)
    assert reader.withheld() == {FEED: [(1, 1)]}
    reader.append([BACK], NOW_MS)
    assert is_blank(reader)
    assert reader.withheld_within(FEED, 1, 3) == []
    assert blank_of(reader) == Blank([(1, 1)], [])
    assert not errors(reader)


def test_blobs_of_what_was_taken_back_are_named_until_they_are_looked_at(reader: Store) -> None:
    reader.append([SAID, run_of(DESK, [Retract((ref(2), ref(3)))])], NOW_MS)
    assert reader.let_go_blobs() == [CID]
    reader.forget_blobs([CID])
    assert reader.let_go_blobs() == []


@long
def test_both_stores_come_to_the_same_in_every_order(
    store_factory: Callable[[], Store],
) -> None:
    edit = run_of(DESK, [EDITED])
    parts = [part(SAID, 1, 1), part(SAID, 2, 3), BACK, edit]
    found = set()
    for order in permutations(parts):
        store = store_factory()
        store.add_own(ANNA.grant, NOW_MS)
        store.follow(BERT.account.public, None, NOW_MS)
        for who in (BERT, DESK):
            store.add_grant(who.grant)
        for run in order:
            store.append([run], NOW_MS)
        bodies = tuple(
            sorted(
                (one.feed, one.seq, one.body)
                for one in store.arrived_after(0)
                if one.body is not None
            )
        )
        blank = tuple((feed, *map(tuple, one)) for feed, one in sorted(store.blank().items()))
        found.add((bodies, blank))
    assert len(found) == 1


def test_nothing_is_taken_back_where_nothing_was_said(reader: Store) -> None:
    reader.append([posts(CARL, 3)], NOW_MS)
    assert reader.blank() == {}
    assert reader.taken_back([bytes(32)]) == set()
    assert reader.proofs(CARL.feed.public, 1, 3) == {}
    assert reader.proofs(bytes(32), 1, 3) == {}
    assert reader.blank_within(bytes(32), 1, 3) == Blank([], [])
    assert reader.erase() is True


@pytest.mark.parametrize(
    ("spoil", "line"),
    [
        ("DELETE FROM retractions WHERE proof IS NULL", "is not followed"),
        ("UPDATE retractions SET seq = 7 WHERE proof IS NULL", "says something else"),
        ("UPDATE retractions SET of_seq = 9 WHERE proof IS NOT NULL", "shows something else"),
        ("UPDATE retractions SET proof = x'c0' WHERE proof IS NOT NULL", "shows something else"),
        ("UPDATE blank SET seq = 2, seal = seal(feed, 2, state, of)", "is not held so"),
    ],
)
def test_rotten_rows_are_found(sqlite: SqliteStore, spoil: str, line: str) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.follow(BERT.account.public, None, NOW_MS)
    for who in (BERT, DESK):
        sqlite.add_grant(who.grant)
    said = prove(proof_of(BY_DESK, DESK.grant.wire))
    sqlite.append([blanked(SAID, 1), BACK], NOW_MS, [], [said])
    assert not errors(sqlite)
    with sqlite._database.writing(durable=True) as db:
        db.execute(spoil)
    assert line in "".join(errors(sqlite))
