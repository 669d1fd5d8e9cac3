"""The contract of labels, and of the accounts that are carried for them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import KnownBody, Label, Post, Reference, Repost
from sayso_protocol.limits import MAX_LABELS_ON_ONE
from sayso_storage.interface.content.labels import Labelled
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.tables.content import label_rows

from .makers import (
    EPOCH,
    NOW_MS,
    START_MS,
    Author,
    account_key,
    after,
    author,
    part,
    posts,
    reference,
    run_of,
)
from .sqlite.file.test_migrate import BEFORE_LABELS

ANNA, BERT, CARA, DORA = author(1), author(2), author(3), author(4)
PHONE = author(2, device=1)
HEIR = author(2, generation=1)
ROOT = posts(CARA, 3)
NOWHERE = Reference(CARA.account.public, CARA.feed.public, 9, bytes(range(32)))


def on(seq: int = 1) -> Reference:
    return reference(CARA, ROOT, seq)


def by(who: Author) -> bytes:
    return who.account.public


def tag(name: str, *seqs: int, off: bool = False) -> Label:
    return Label(name, tuple(on(seq) for seq in seqs or (1,)), off=off)


def listed(name: str, *who: Author, off: bool = False) -> Label:
    return Label(name, accounts=tuple(map(by, who)), off=off)


@pytest.fixture
def three(store: Store) -> Store:
    """Anna owns the store and follows Cara; Bert, with two devices, is carried for labels."""
    return made(store)


def made(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(by(CARA), None, NOW_MS)
    store.set_labellers([by(BERT)], NOW_MS)
    for one in (BERT, PHONE, CARA):
        store.add_grant(one.grant)
    return store


def names(store: Store, subject: bytes, *who: Author, on_account: bool = False) -> list[str]:
    found = store.labels_on([subject], [by(one) for one in who or (BERT,)], on_account=on_account)
    return [one.name for one in found.get(subject, ())]


def told(store: Store, **wish: object) -> list[tuple[bytes, str]]:
    return [(one.subject, one.name) for one in store.labels_by(by(BERT), **wish)]  # type: ignore[arg-type]


def whole(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


def test_labels_are_told_of_those_labellers_alone_that_are_asked_for(three: Store) -> None:
    three.append([run_of(BERT, [tag("spam"), tag("art")]), run_of(CARA, [tag("rude")])], NOW_MS)
    found = three.labels_on([on().id, on(2).id, bytes(32)], [by(CARA), by(BERT)])
    assert found == {
        on().id: [
            Labelled(by(CARA), False, on().id, "rude", START_MS + 1000),
            Labelled(by(BERT), False, on().id, "art", START_MS + 2000),
            Labelled(by(BERT), False, on().id, "spam", START_MS + 1000),
        ]
    }
    assert three.labels_on([on().id], []) == three.labels_on([], [by(BERT)]) == {}
    assert names(three, on().id, on_account=True) == []
    whole(three)


def test_of_those_who_label_an_account_only_the_followed_are_told(three: Store) -> None:
    about = [listed("vouch", DORA), listed("odd", DORA)]
    three.append([run_of(BERT, about), run_of(CARA, about)], NOW_MS)
    assert three.followed_labellers([by(DORA), by(ANNA)], "vouch", 9) == {by(DORA): [by(CARA)]}
    three.follow(by(BERT), None, NOW_MS)
    both = sorted([by(BERT), by(CARA)])
    assert three.followed_labellers([by(DORA)], "vouch", 9) == {by(DORA): both}
    assert len(three.followed_labellers([by(DORA)], "vouch", 1)) == 1
    assert three.followed_labellers([by(DORA)], "Vouch", 9) == {}
    three.unfollow(by(CARA))
    assert three.followed_labellers([by(DORA)], "vouch", 9) == {by(DORA): [by(BERT)]}


def test_of_a_labeller_with_two_feeds_the_later_word_counts(three: Store) -> None:
    desk = author(3, device=1)
    three.add_grant(desk.grant)
    three.append([run_of(CARA, [listed("vouch", DORA)], start_ms=START_MS + 9000)], NOW_MS)
    three.append([run_of(desk, [listed("vouch", DORA, off=True)])], NOW_MS)
    assert three.followed_labellers([by(DORA)], "vouch", 9) == {by(DORA): [by(CARA)]}
    more = [listed("vouch", DORA, off=True)]
    run = run_of(desk, more)
    three.append([after(desk, run, more, start_ms=START_MS + 20_000)], NOW_MS)
    assert three.followed_labellers([by(DORA)], "vouch", 9) == {}


def test_strangers_who_label_without_end_take_a_bounded_time(sqlite: SqliteStore) -> None:
    for who in (BERT, CARA):
        sqlite.follow(by(who), None, NOW_MS)
        sqlite.add_grant(who.grant)
    again = [listed("vouch", DORA, off=bool(n % 2)) for n in range(9)]
    sqlite.append([run_of(BERT, again), run_of(CARA, [listed("vouch", DORA)])], NOW_MS)
    sqlite.unfollow(by(BERT))
    assert sqlite.followed_labellers([by(DORA)], "vouch", 3) == {by(DORA): [by(CARA)]}
    assert sqlite.followed_labellers([by(DORA)], "vouch", 2) == {}  # 8 rows were read


def test_who_took_a_label_back_is_not_told(three: Store) -> None:
    run = run_of(CARA, [listed("vouch", DORA), listed("vouch", DORA, off=True)])
    three.append([run], NOW_MS)
    assert three.followed_labellers([by(DORA)], "vouch", 9) == {}


def test_a_rotated_account_is_told_by_its_followed_key(three: Store) -> None:
    three.follow(by(BERT), None, NOW_MS)
    three.append([run_of(BERT, [listed("vouch", DORA)])], NOW_MS)
    ends = [(BERT.feed.public, 1, run_of(BERT, [listed("vouch", DORA)]).tip)]
    three.add_statements([sign_rotate(account_key(2, 1), by(BERT), ends)], NOW_MS)
    assert by(BERT) in three.followed_labellers([by(DORA)], "vouch", 9)[by(DORA)]


def test_what_is_taken_back_does_not_count_and_may_be_said_again(three: Store) -> None:
    run = run_of(BERT, [tag("spam"), tag("spam", off=True)])
    three.append([run], NOW_MS)
    assert names(three, on().id) == told(three) == []
    three.append([after(BERT, run, [tag("spam")])], NOW_MS)
    assert names(three, on().id) == ["spam"]
    whole(three)


def test_the_newest_counts_in_whatever_order_it_came(three: Store) -> None:
    run = run_of(BERT, [tag("spam"), Post("x"), tag("spam", off=True)])
    three.append([part(run, 3, 3)], NOW_MS)
    three.append([part(run, 1, 2)], NOW_MS)
    assert names(three, on().id) == told(three) == []


def test_devices_have_one_opinion_even_at_equal_times(three: Store) -> None:
    runs = [run_of(BERT, [tag("spam")]), run_of(PHONE, [tag("spam", off=True)])]
    for run in runs:
        three.append([run], NOW_MS)
    stays = max(runs, key=lambda run: run.tip) is runs[0]
    assert names(three, on().id) == (["spam"] if stays else [])
    assert told(three) == ([(on().id, "spam")] if stays else [])


def test_a_label_on_an_entry_that_is_not_held_waits_for_it(three: Store) -> None:
    three.append([run_of(BERT, [Label("spam", (NOWHERE,))])], NOW_MS)
    assert names(three, NOWHERE.id) == ["spam"]


def test_one_label_names_many_and_each_is_taken_back_alone(three: Store) -> None:
    both = Label("odd", (on(1), on(1), on(2)), (by(CARA), by(DORA), by(CARA)))
    three.append([run_of(BERT, [both, tag("odd", 2, off=True)])], NOW_MS)
    assert (names(three, on(1).id), names(three, on(2).id)) == (["odd"], [])
    assert names(three, by(DORA), on_account=True) == ["odd"]
    places = sorted([(False, on().id), (True, by(CARA)), (True, by(DORA))])
    assert [(one.on_account, one.subject) for one in three.labels_by(by(BERT))] == places
    whole(three)


def test_a_labellers_labels_are_read_in_pages(three: Store) -> None:
    three.append([ROOT, run_of(BERT, [tag("a", 1, 2, 3), tag("b", 2), tag("c", 1)])], NOW_MS)
    three.append([run_of(PHONE, [tag("b", 3), tag("a", 1)], start_ms=START_MS + 50_000)], NOW_MS)
    every = three.labels_by(by(BERT))
    assert len(every) == 6
    pages, last = list[Labelled](), None
    while page := three.labels_by(by(BERT), after=last, limit=2):
        assert len(page) <= 2
        pages += page
        last = page[-1].place
    assert pages == every == sorted(every, key=lambda one: one.place)
    assert three.labels_by(by(BERT), limit=0) == three.labels_by(by(DORA)) == []


def test_labels_are_replayed_as_they_were(three: Store) -> None:
    three.append([run_of(BERT, [tag("spam"), tag("spam", off=True), tag("art")])], NOW_MS)
    then = [told(three, until_ms=START_MS + 1000 * n) for n in range(4)]
    assert then == [[], [(on().id, "spam")], [], [(on().id, "art")]]
    assert told(three, until_ms=2**63) == told(three)


def test_a_labeller_is_one_with_the_keys_it_was_rotated_to(three: Store) -> None:
    old = run_of(BERT, [tag("spam"), tag("art")])
    three.append([old], NOW_MS)
    ends = [(old.feed, 2, old.tip)]
    rotate = sign_rotate(account_key(2, 1), by(BERT), ends)
    assert three.add_statements([rotate], NOW_MS) == [True]
    assert three.add_grant(HEIR.grant)  # who carries a labeller carries its next key
    new = run_of(HEIR, [tag("spam", off=True), tag("new")], start_ms=START_MS + 10_000)
    three.append([new], NOW_MS)
    for key in (BERT, HEIR):
        assert names(three, on().id, key) == ["art", "new"]
        assert [one.name for one in three.labels_by(by(key))] == ["art", "new"]
    whole(three)


def test_who_is_on_a_list_is_on_it_under_the_next_key(three: Store) -> None:
    heir = author(3, generation=1)
    three.append([ROOT, run_of(BERT, [listed("friends", CARA), listed("odd", CARA)])], NOW_MS)
    rotate = sign_rotate(account_key(3, 1), by(CARA), [(ROOT.feed, 3, ROOT.tip)])
    assert three.add_statements([rotate], NOW_MS) == [True]
    three.append([run_of(PHONE, [listed("odd", heir, off=True)], start_ms=NOW_MS)], NOW_MS)
    for key in (CARA, heir):
        assert names(three, by(key), on_account=True) == ["friends"]
    assert told(three) == [(by(CARA), "friends")]


def test_what_a_revoke_removes_says_nothing_any_more(three: Store) -> None:
    run = run_of(BERT, [tag("art"), tag("art", off=True), listed("odd", DORA), tag("spam")])
    three.append([run], NOW_MS)
    revoke = sign_revoke(BERT.account, run.feed, 1, run.ids[0])
    assert three.add_statements([revoke], NOW_MS) == [True]
    assert told(three) == [(on().id, "art")]
    assert names(three, by(DORA), on_account=True) == []
    whole(three)


def test_who_gives_one_thing_a_thousand_names_is_heard_to_a_bound(three: Store) -> None:
    many = [f"n{n:03}" for n in range(MAX_LABELS_ON_ONE + 10)]
    three.append([run_of(BERT, [tag(name) for name in reversed(many)])], NOW_MS)
    assert names(three, on().id) == many[:MAX_LABELS_ON_ONE]
    assert len(told(three)) == len(many)


# --- who is carried for labels --------------------------------------------------------------


def test_labellers_are_carried_and_not_shown(three: Store) -> None:
    three.append([ROOT, posts(BERT, 2)], NOW_MS)
    assert three.labellers() == [by(BERT)]
    assert three.shown_accounts() == [by(ANNA), by(CARA)]
    assert three.carried_accounts() == [by(ANNA), by(CARA), by(BERT)]
    assert {entry.account for entry in three.timeline(TimelineQuery())} == {by(CARA)}
    assert len(three.timeline(TimelineQuery(account=by(BERT)))) == 2
    three.follow(by(BERT), None, NOW_MS)
    assert len(three.timeline(TimelineQuery())) == 5
    assert three.carried_accounts() == [by(ANNA), by(CARA), by(BERT)]
    assert three.unfollow(by(BERT))
    assert by(BERT) in three.carried_accounts()
    whole(three)


def test_tags_of_labellers_are_on_no_timeline(three: Store) -> None:
    three.append([run_of(BERT, [Post("x", tags=("a",)), Repost(on())])], NOW_MS)
    assert three.timeline(TimelineQuery(tag="a")) == three.timeline(TimelineQuery()) == []


def test_labellers_are_set_as_a_whole(three: Store) -> None:
    assert not three.set_labellers([by(BERT)], NOW_MS)
    assert three.set_labellers([by(DORA), by(BERT), by(DORA)], NOW_MS)
    assert three.labellers() == sorted([by(BERT), by(DORA)])
    assert three.add_grant(DORA.grant)
    assert three.set_labellers([], NOW_MS)
    assert three.labellers() == []
    assert by(DORA) not in three.carried_accounts()
    whole(three)


# --- both stores say the same ---------------------------------------------------------------

_SEQS = st.lists(st.integers(1, 3), max_size=3, unique=True)
_WHO = st.lists(st.sampled_from([ANNA, CARA, DORA]), max_size=2, unique=True)
_BODY = st.builds(
    lambda name, seqs, who, off: Label(
        name, tuple(map(on, seqs)) or (NOWHERE,), tuple(map(by, who)), off=off
    ),
    st.sampled_from(["a", "b", "c"]), _SEQS, _WHO, st.booleans(),
)  # fmt: skip


@long
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(said=st.lists(st.tuples(st.sampled_from([BERT, PHONE, CARA]), _BODY), max_size=12))
def test_any_labels_count_alike_in_both_stores(
    said: list[tuple[Author, Label]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    bodies: dict[bytes, list[KnownBody]] = {}
    for who, body in said:
        bodies.setdefault(who.feed.public, []).append(body)
    runs = [
        run_of(w, bodies[w.feed.public]) for w in (BERT, PHONE, CARA) if w.feed.public in bodies
    ]
    with open_store(tmp_path_factory.mktemp("labels") / "s.db") as real:
        for store in (plain := MemoryStore(EPOCH), real):
            made(store).append(runs, NOW_MS)
        for labeller in (BERT, CARA, DORA):
            assert real.labels_by(by(labeller)) == plain.labels_by(by(labeller))
            until = START_MS + 3000
            then = [one.labels_by(by(labeller), until_ms=until) for one in (real, plain)]
            assert then[0] == then[1]
        ids, keys, asked = [on(n).id for n in (1, 2, 3)], [by(DORA), by(CARA)], [by(CARA), by(BERT)]
        assert real.labels_on(ids, asked) == plain.labels_on(ids, asked)
        found = [one.labels_on(keys, asked, on_account=True) for one in (real, plain)]
        assert found[0] == found[1]
        whole(real)


# --- files ----------------------------------------------------------------------------------


def test_a_store_without_the_index_is_filled(path: Path) -> None:
    with open_store(path) as store:
        made(store).append([run_of(BERT, [tag("spam"), listed("odd", DORA)])], NOW_MS)
        before = store.labels_by(by(BERT))
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_LABELS)
    db.close()
    with open_store(path) as store:
        assert store.labels_by(by(BERT)) == before != []
        whole(store)


@pytest.mark.parametrize(
    "damage",
    ["DELETE FROM labels", "UPDATE labels SET off = 1", "UPDATE labels SET subject = x'00'"],
)
def test_a_wrong_index_is_found(path: Path, damage: str) -> None:
    with open_store(path) as store:
        made(store).append([run_of(BERT, [tag("spam")])], NOW_MS)
    with sqlite3.connect(path) as db:
        db.execute(damage)
    db.close()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors


def test_no_lookup_scans_or_sorts(path: Path) -> None:
    """However many labels there are, each question is a search in the primary key."""
    open_store(path).close()
    asked: dict[str, tuple[object, ...]] = {
        label_rows._WHICH.format("(1), (2)"): (0, b""),
        label_rows._NEXT_NAME: (1, 0, b"", ""),
        label_rows._NEWEST: (1, 0, b"", "", 0),
        label_rows._BEHIND: (1, 0, b"", "", 0),
    }
    with sqlite3.connect(path) as db:
        for query, values in asked.items():
            plan = [row[3] for row in db.execute("EXPLAIN QUERY PLAN " + query, values)]
            assert any(step.startswith("SEARCH") and "PRIMARY KEY" in step for step in plan), plan
            wrong = [step for step in plan if step.startswith(("SCAN", "USE TEMP"))]
            assert set(wrong) <= {"SCAN 2 CONSTANT ROWS", "SCAN f"}, plan
    db.close()


def flooded(path: Path, count: int) -> sqlite3.Connection:
    """A store in which Bert's feed labels one entry so often, and 64 times as many others."""
    made_up = [
        Reference(by(CARA), CARA.feed.public, 1, n.to_bytes(32, "big")) for n in range(64 * count)
    ]
    flood: list[KnownBody] = [tag("spam", off=bool(n % 2)) for n in range(count)]
    flood += [Label("x", tuple(made_up[64 * n : 64 * (n + 1)])) for n in range(count)]
    with open_store(path) as store:
        made(store).append([run_of(BERT, flood)], NOW_MS)
    db = sqlite3.connect(path)
    db.execute("BEGIN")
    return db


def steps(db: sqlite3.Connection, asked: Callable[[], object]) -> int:
    """Instructions of SQLite's machine that a question takes."""
    count = 0

    def step() -> int:
        nonlocal count
        count += 1
        return 0

    db.set_progress_handler(step, 1)
    asked()
    db.set_progress_handler(None, 1)
    return count


def test_a_flood_of_labels_costs_a_lookup_no_more(tmp_path: Path) -> None:
    few, many = flooded(tmp_path / "a" / "s", 10), flooded(tmp_path / "b" / "s", 250)
    subjects = [on().id, (50).to_bytes(32, "big"), bytes([255] * 32)]

    def look_up(db: sqlite3.Connection) -> int:
        return steps(db, lambda: label_rows.labels_on(db, subjects, [by(BERT), by(CARA)], False))

    def page(db: sqlite3.Connection) -> int:
        return steps(db, lambda: label_rows.labels_by(db, by(BERT), None, None, 50))

    def count(db: sqlite3.Connection) -> int:
        return steps(db, lambda: db.execute("SELECT sum(seq) FROM labels").fetchone())

    assert look_up(few) == look_up(many)
    assert page(few) == page(many)
    assert count(many) > 20 * count(few)  # the control: what does read all of it
    for db in (few, many):
        db.close()
