"""Entries that rules keep from being passed on: the contract, and what becomes of the bodies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.content.body import Label, Post, Repost
from sayso_protocol.crypto.hashing import TOKEN_SIZE, body_hash
from sayso_protocol.feed.run import Run, ids_of, part_of, sign_run, verify_run
from sayso_protocol.sync.resume_state import NOTHING, Interest
from sayso_storage.interface.store import Store, StoredEntry, TimelineQuery
from sayso_storage.interface.withholding import Decision, RelayRule, RuleProgress
from sayso_storage.search.query import SearchQuery, phrase_of
from sayso_storage.sqlite import SqliteStore
from sayso_storage.sqlite.tables import withheld_rows

from .makers import NOW_MS, author, part, posts, reference, run_of

ANNA, BERT, CARL = author(1), author(2), author(3)
FEED = BERT.feed.public
KEY, OTHER = b"k" * 16, b"o" * 16
HEADERS = RelayRule(KEY, "headers", "no beans", None, "they bore me")
STORE = RelayRule(OTHER, "store", "rule 2", "z6Mk", None)


@pytest.fixture
def reader(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    for who in (BERT, CARL):
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
    return store


def begin(store: Store) -> RuleProgress:
    store.change_relay_rules(KEY, [])
    asked = store.rule_progress()
    assert asked is not None
    return asked


def entry_at(store: Store, seq: int, feed: bytes = FEED) -> StoredEntry:
    return next(one for one in store.arrived_after(0) if (one.feed, one.seq) == (feed, seq))


def keep(
    store: Store, numbers: Sequence[int], rule: RelayRule | None, *, thin: bool = False
) -> list[bytes]:
    """Follow decisions about entries of Bert's; everything has been looked at by then."""
    asked = store.rule_progress()
    assert asked is not None
    found = [Decision(entry_at(store, seq), rule, thin) for seq in numbers]
    return store.withhold(found, asked._replace(judged=store.last_arrival()))


def errors(store: Store) -> tuple[str, ...]:
    return store.check(None, lambda _: None).errors


def bodies(store: Store) -> list[bytes | None]:
    return [one.body for one in store.arrived_after(0) if one.feed == FEED]


def test_without_rules_everything_is_passed_on(reader: Store) -> None:
    reader.append([posts(BERT, 5)], NOW_MS)
    assert reader.rule_progress() is None
    assert reader.withheld() == reader.withheld([FEED]) == {}
    assert reader.withheld_entries(10) == []


def test_what_comes_while_rules_are_in_force_waits_until_it_is_looked_at(reader: Store) -> None:
    whole = posts(BERT, 9)
    reader.append([part(whole, 1, 3)], NOW_MS)
    asked = begin(reader)
    assert asked == RuleProgress(KEY, 3, 3, 0)
    assert reader.withheld() == {}  # what was there before goes on being passed on
    reader.append([part(whole, 6, 9)], NOW_MS)
    assert reader.withheld() == reader.withheld([FEED]) == {FEED: [(6, 9)]}
    assert reader.withheld_within(FEED, 1, 7) == [(6, 7)]
    assert reader.withhold([], asked._replace(judged=5)) == []
    assert reader.withheld() == {FEED: [(8, 9)]}
    reader.withhold([], asked._replace(judged=7))
    assert reader.withheld() == {}


def test_own_entries_never_wait(reader: Store) -> None:
    begin(reader)
    reader.publish(lambda state: posts(ANNA, 2), NOW_MS)
    assert reader.withheld() == reader.withheld([ANNA.feed.public]) == {}


@pytest.mark.parametrize("thin", [False, True])
def test_what_is_withheld_is_known_with_its_rule(reader: Store, thin: bool) -> None:
    begin(reader)
    reader.append([posts(BERT, 6), posts(CARL, 2)], NOW_MS)
    before, digest = bodies(reader), reader.digest_after(0)
    assert keep(reader, [2, 3, 6], HEADERS, thin=thin) == [FEED]
    assert (reader.digest_after(0) != digest) is thin
    assert reader.withheld() == {FEED: [(2, 3), (6, 6)]}
    assert reader.withheld_within(FEED, 3, 5) == [(3, 3)]
    assert reader.withheld_entries(0) == []
    assert reader.withheld_within(CARL.feed.public, 1, 2) == []
    assert [(one.entry.seq, one.rule) for one in reader.withheld_entries(9)] == [
        (6, HEADERS),
        (3, HEADERS),
        (2, HEADERS),
    ]
    third = entry_at(reader, 3)
    assert [one.entry.seq for one in reader.withheld_entries(1, before=third.arrival)] == [2]
    assert reader.withheld_by(third) == HEADERS
    assert reader.withheld_by(entry_at(reader, 4)) is None
    for at in (1, 2, 5):
        assert bodies(reader)[at] == (None if thin else before[at])
    assert errors(reader) == ()


def test_a_thinned_entry_keeps_its_header_and_its_place(reader: Store) -> None:
    begin(reader)
    whole = posts(BERT, 4)
    reader.append([whole], NOW_MS)
    full = entry_at(reader, 2)
    assert full.body is not None
    keep(reader, [2], HEADERS, thin=True)
    thinned = entry_at(reader, 2)
    assert (thinned.body, thinned.body_hash) == (None, body_hash(full.body))
    assert (thinned.id, thinned.arrival, thinned.body_size) == (full.id, 2, full.body_size)
    state = reader.feed(FEED)
    assert state is not None and [(one.first, one.last) for one in state.held] == [(1, 4)]
    # The same entry is no news, whoever brings it again.
    [again] = reader.append([whole], NOW_MS)
    assert isinstance(again, Exception)
    assert entry_at(reader, 2).body is None


@pytest.mark.parametrize("ahead_ms", [-1000, 0, 1000])
def test_a_thinned_import_sorts_as_it_was_signed(reader: Store, ahead_ms: int) -> None:
    """Only its body says when it was written."""
    told = [Post("old", written=1000, tags=("t",), mentions=(ANNA.account.public,)), Post("new")]
    run = run_of(BERT, [*told], start_ms=NOW_MS + ahead_ms, step_ms=0)
    reader.append([run], NOW_MS)
    begin(reader)
    assert entry_at(reader, 1).sort_ms == 1000
    keep(reader, [1], HEADERS, thin=True)
    assert entry_at(reader, 1).sort_ms == min(NOW_MS, NOW_MS + ahead_ms)
    assert not errors(reader)


def test_indexes_forget_a_thinned_entry(reader: Store) -> None:
    begin(reader)
    root = posts(CARL, 1)
    reader.append([root], NOW_MS)
    said = reference(CARL, root, 1)
    reader.append([run_of(BERT, [Post("beans", reply=said, tags=("ads",)), Repost(said)])], NOW_MS)
    beans = phrase_of("beans")
    assert beans is not None
    wanted, everything = SearchQuery(((beans,),)), TimelineQuery(limit=9)
    assert len(reader.search(wanted, everything)) == 1
    keep(reader, [1, 2], HEADERS, thin=True)
    assert reader.search(wanted, everything) == []
    assert reader.reply_counts([root.tip]) == {} and reader.reposts([root.tip]) == {}
    assert reader.timeline(TimelineQuery(tag="ads")) == []
    assert [one.feed for one in reader.timeline(everything)] == [CARL.feed.public]
    assert errors(reader) == ()


def test_a_thinned_label_labels_nothing(reader: Store) -> None:
    root = posts(CARL, 1)
    begin(reader)
    reader.append([root, run_of(BERT, [Label("rude", (reference(CARL, root, 1),))])], NOW_MS)
    labeller = BERT.account.public
    assert len(reader.labels_by(labeller)) == 1
    keep(reader, [1], HEADERS, thin=True)
    assert reader.labels_by(labeller) == [] and reader.labels_on([root.tip], [labeller]) == {}
    assert reader.withheld([FEED]) == {FEED: [(1, 1)]}
    assert errors(reader) == ()


def test_another_decision_takes_the_place_of_the_first(reader: Store) -> None:
    begin(reader)
    reader.append([posts(BERT, 3)], NOW_MS)
    assert keep(reader, [2], STORE) == [FEED]
    assert keep(reader, [2], HEADERS) == []  # it was not passed on before, either
    assert reader.withheld_by(entry_at(reader, 2)) == HEADERS
    assert keep(reader, [2], None) == [FEED]
    assert keep(reader, [2], None) == []
    assert reader.withheld() == {}
    keep(reader, [2], HEADERS, thin=True)
    assert keep(reader, [2], None) == []  # of a body that is gone nothing can be said
    assert reader.withheld() == {FEED: [(2, 2)]}


def test_decisions_by_rules_that_are_not_in_force_do_nothing(reader: Store) -> None:
    reader.append([posts(BERT, 3)], NOW_MS)
    asked = begin(reader)
    reader.change_relay_rules(OTHER, [])
    found = [Decision(entry_at(reader, 2), HEADERS, thin=True)]
    assert reader.withhold(found, asked._replace(swept=3)) == []
    assert reader.withheld() == {} and None not in bodies(reader)
    now = reader.rule_progress()
    assert now == RuleProgress(OTHER, 3, 3, 0)
    reader.change_relay_rules(None, [])
    assert reader.withhold(found, asked) == [] and reader.rule_progress() is None


def test_decisions_about_entries_that_are_gone_do_nothing(reader: Store) -> None:
    asked = begin(reader)
    lost = posts(BERT, 3)
    reader.append([lost], NOW_MS)
    found = [Decision(entry_at(reader, 3), HEADERS, thin=True)]
    reader.add_statements([sign_revoke(BERT.account, FEED, 1, lost.ids[0])], NOW_MS)
    assert reader.withhold(found, asked._replace(judged=3)) == []
    assert reader.withheld() == {}
    assert errors(reader) == ()


def test_entries_that_are_removed_are_withheld_no_more(reader: Store) -> None:
    begin(reader)
    lost = posts(BERT, 5)
    reader.append([lost], NOW_MS)
    keep(reader, [2, 4], HEADERS, thin=True)
    reader.add_statements([sign_revoke(BERT.account, FEED, 3, lost.ids[2])], NOW_MS)
    assert reader.withheld() == {FEED: [(2, 2)]}
    assert [one.entry.seq for one in reader.withheld_entries(9)] == [2]
    assert errors(reader) == ()


def test_when_a_rule_goes_its_entries_are_passed_on_and_thinned_ones_fetched(reader: Store) -> None:
    begin(reader)
    whole = posts(BERT, 9)
    reader.append([whole, posts(CARL, 2)], NOW_MS)
    keep(reader, [2, 5, 6], HEADERS, thin=True)
    keep(reader, [8], HEADERS)
    keep(reader, [9], STORE)
    reader.save_resume_state("peer", Interest(bytes(TOKEN_SIZE), [FEED]), NOW_MS)
    assert reader.change_relay_rules(OTHER, [STORE.key]) == ([FEED], [FEED])
    state = reader.feed(FEED)
    assert state is not None
    assert [(one.first, one.last) for one in state.held] == [(1, 1), (3, 4), (7, 9)]
    assert reader.withheld() == {FEED: [(8, 9)]}  # the body of 8 is here: it can be asked about
    assert reader.resume_state("peer") == NOTHING
    reader.save_resume_state("peer", Interest(bytes(TOKEN_SIZE), [FEED]), NOW_MS)
    assert keep(reader, [8], None) == [FEED]
    assert reader.withheld() == {FEED: [(9, 9)]}
    assert reader.resume_state("peer") == NOTHING
    assert errors(reader) == ()
    taken = reader.append([part(whole, 1, 7)], NOW_MS)
    assert isinstance(taken[0], Run)
    assert None not in bodies(reader)
    assert errors(reader) == ()
    state = reader.feed(FEED)
    assert state is not None and [(one.first, one.last) for one in state.held] == [(1, 9)]


@pytest.mark.parametrize(
    ("thinned", "left"),
    [
        ([1], [(2, 6), (9, 11)]),
        ([6], [(1, 5), (9, 11)]),
        ([1, 6], [(2, 5), (9, 11)]),
        ([1, 2, 3, 4, 5, 6], [(9, 11)]),
        ([1, 2, 3, 4, 5], [(6, 6), (9, 11)]),
        ([2, 4], [(1, 1), (3, 3), (5, 6), (9, 11)]),
        ([3, 9], [(1, 2), (4, 6), (10, 11)]),
        ([9, 10], [(1, 6), (11, 11)]),
    ],
)
def test_what_is_fetched_again_leaves_the_rest(
    reader: Store, thinned: list[int], left: list[tuple[int, int]]
) -> None:
    """Of two stretches: 1 to 6, and 9 to 11."""
    begin(reader)
    whole = posts(BERT, 11)
    reader.append([part(whole, 1, 6), part(whole, 9, 11)], NOW_MS)
    keep(reader, thinned, HEADERS, thin=True)
    assert reader.change_relay_rules(None, []) == ([FEED], [FEED])
    state = reader.feed(FEED)
    assert state is not None
    assert [(one.first, one.last) for one in state.held] == left
    assert errors(reader) == ()
    [taken] = reader.append([whole], NOW_MS)
    assert isinstance(taken, Run)
    again = reader.feed(FEED)
    assert again is not None and [(one.first, one.last) for one in again.held] == [(1, 11)]
    assert None not in bodies(reader) and errors(reader) == ()


def test_rules_that_stay_keep_what_they_keep(reader: Store) -> None:
    begin(reader)
    reader.append([posts(BERT, 4)], NOW_MS)
    keep(reader, [2], HEADERS, thin=True)
    reader.save_resume_state("peer", Interest(bytes(TOKEN_SIZE), [FEED]), NOW_MS)
    memory = reader.resume_state("peer")
    assert reader.change_relay_rules(OTHER, [KEY]) == ([], [])
    assert reader.withheld() == {FEED: [(2, 2)]}
    assert reader.resume_state("peer") == memory


def test_without_rules_everything_is_passed_on_again(reader: Store) -> None:
    begin(reader)
    reader.append([posts(BERT, 4), posts(CARL, 2)], NOW_MS)
    keep(reader, [2], HEADERS, thin=True)
    keep(reader, [4], STORE)
    reader.save_resume_state("peer", Interest(bytes(TOKEN_SIZE), [FEED]), NOW_MS)
    assert reader.change_relay_rules(None, [KEY]) == ([FEED], [])
    assert reader.withheld() == {} and reader.rule_progress() is None
    assert reader.resume_state("peer") == NOTHING
    assert reader.change_relay_rules(None, []) == ([], [])
    assert errors(reader) == ()


def test_what_was_proven_by_thinned_entries_alone_is_fetched_with_them(reader: Store) -> None:
    """A signature that nobody checked, since a later entry vouched for it, vouches for nothing."""
    begin(reader)
    whole = posts(BERT, 6)
    run = _with_signature(whole, 3, whole.signatures[0])
    reader.append([run], NOW_MS)
    keep(reader, [4], HEADERS, thin=True)
    reader.change_relay_rules(None, [])
    state = reader.feed(FEED)
    assert state is not None
    assert [(one.first, one.last) for one in state.held] == [(1, 2), (5, 6)]
    assert errors(reader) == ()


def _with_signature(run: Run, seq: int, signature: bytes) -> Run:
    """The run with another signature at `seq`, and again a good one at its end."""
    lower = part_of(run, run.ids, 1, seq)
    lower = replace(lower, signatures=[*lower.signatures[:-1], signature])
    texts = [body for body in run.bodies if isinstance(body, bytes)]
    upper = sign_run(BERT.feed, seq + 1, ids_of(lower)[-1], run.times[seq:], texts[seq:])
    signatures = [*lower.signatures, *upper.signatures]
    return verify_run(replace(part_of(run, run.ids, 1, run.last), signatures=signatures))


@pytest.mark.parametrize("few", [0, 50])
def test_of_many_feeds_the_same_is_withheld_as_of_few(
    reader: Store, few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withheld_rows, "_FEW", few)
    begin(reader)
    reader.append([posts(BERT, 4), posts(CARL, 2)], NOW_MS)
    keep(reader, [2, 3], STORE)
    assert reader.withheld([FEED, CARL.feed.public]) == {FEED: [(2, 3)]}
    assert reader.withheld([CARL.feed.public]) == reader.withheld([]) == {}


def test_damage_in_what_is_withheld_is_found(sqlite: SqliteStore) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    begin(sqlite)
    sqlite.append([posts(BERT, 3)], NOW_MS)
    keep(sqlite, [2], HEADERS)
    assert errors(sqlite) == ()
    with sqlite._database.writing(durable=False) as db:
        db.execute("UPDATE kept_back SET seq = 7")
    assert [error.split(":")[0] for error in errors(sqlite)] == ["the file", "the rules"]


def test_what_is_looked_up_for_each_answer_goes_by_an_index(sqlite: SqliteStore) -> None:
    with sqlite._database.reading() as db:
        for query, count in ((withheld_rows._NUMBERS, 3), (withheld_rows._LATE, 4)):
            [row] = db.execute(f"EXPLAIN QUERY PLAN {query}", [0] * count).fetchall()
            assert "SEARCH" in row[-1] and "PRIMARY KEY" in row[-1]
