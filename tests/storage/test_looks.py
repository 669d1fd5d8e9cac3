"""The contract: followed accounts by what their petnames and the names in their profiles look
like."""

from __future__ import annotations

import pytest

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import KnownBody, Post, Profile, Retract
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import SqliteStore

from .makers import NOW_MS, START_MS, Author, account_key, after, author, posts, reference, run_of

ANNA, BERT, CARL = author(1), author(2), author(3)
DESK = author(2, device=1)
CYRILLIC = "Bеrt"


def by(who: Author) -> bytes:
    return who.account.public


@pytest.fixture
def reader(store: Store) -> Store:
    store.add_own(ANNA.grant, NOW_MS)
    for who in (BERT, CARL):
        store.follow(by(who), None, NOW_MS)
    for who in (BERT, CARL, DESK):
        store.add_grant(who.grant)
    return store


def alike(store: Store, name: str, limit: int = 9) -> list[bytes]:
    assert store.check(None, lambda _: None).errors == ()
    return store.named_alike([name], limit).get(name, [])


def take(store: Store, *runs: Run) -> None:
    store.append(runs, NOW_MS)


def profiles(who: Author, *names: str, start_ms: int = START_MS) -> Run:
    bodies: list[KnownBody] = [Profile(name=one) for one in names]
    return run_of(who, bodies, start_ms=start_ms)


def test_names_are_found_by_what_they_look_like(reader: Store) -> None:
    take(reader, profiles(BERT, "Bert"), profiles(CARL, "Carl"))
    for name in ("Bert", "bert", "bért", "b ert", CYRILLIC):
        assert alike(reader, name) == [by(BERT)]
    assert reader.named_alike(["Robert", "carl", "", "\u200b"], 9) == {"carl": [by(CARL)]}
    assert reader.named_alike([], 9) == {}


def test_the_own_account_comes_first_then_the_order_of_subscription(reader: Store) -> None:
    take(reader, profiles(CARL, "Robin"), profiles(BERT, "robin"), profiles(ANNA, "ROBIN"))
    assert alike(reader, "Rоbin") == [by(ANNA), by(BERT), by(CARL)]
    reader.unfollow(by(BERT))
    assert alike(reader, "robin") == [by(ANNA), by(CARL)]
    reader.follow(by(BERT), None, NOW_MS)
    assert alike(reader, "robin") == [by(ANNA), by(CARL), by(BERT)]
    assert alike(reader, "robin", 2) == [by(ANNA), by(CARL)]
    assert alike(reader, "robin", 0) == alike(reader, "robin", -1) == []


def test_a_petname_counts_beside_the_claimed_name_while_it_is_set(reader: Store) -> None:
    take(reader, profiles(BERT, "Bert"))
    reader.follow(by(BERT), "bobby", NOW_MS)
    assert alike(reader, "Bobby") == alike(reader, CYRILLIC) == [by(BERT)]
    reader.follow(by(BERT), "rob", NOW_MS)
    assert alike(reader, "Bobby") == []
    assert alike(reader, "Rob") == [by(BERT)]
    reader.unfollow(by(BERT))
    reader.follow_all([by(BERT)], NOW_MS)
    assert alike(reader, "rob") == []
    assert alike(reader, "bert") == [by(BERT)]


def test_of_an_account_the_newest_profile_counts(reader: Store) -> None:
    take(reader, profiles(BERT, "Bert", "Robert"))
    assert alike(reader, "bert") == []
    assert alike(reader, "robert") == [by(BERT)]
    take(reader, profiles(DESK, "Desk", start_ms=START_MS + 60_000))  # of another device, later
    assert alike(reader, "robert") == []
    assert alike(reader, "desk") == [by(BERT)]
    take(reader, after(BERT, profiles(BERT, "Bert", "Robert"), [Profile(name="Late")]))
    assert alike(reader, "late") == []  # for it was signed before that of the other device


def test_what_was_taken_back_or_removed_counts_no_longer(reader: Store) -> None:
    said = profiles(BERT, "Bert", "Robert")
    take(reader, said)
    take(reader, after(BERT, said, [Retract((reference(BERT, said, 2),))]))
    assert alike(reader, "robert") == []
    assert alike(reader, "bert") == [by(BERT)]
    reader.add_statements([sign_revoke(BERT.account, BERT.feed.public, 0, None)], NOW_MS)
    assert alike(reader, "bert") == []


def test_a_profile_that_was_taken_back_before_it_came_is_none(reader: Store) -> None:
    said = profiles(BERT, "Bert", "Robert")
    take(reader, run_of(DESK, [Retract((reference(BERT, said, 2),))]))
    take(reader, said)
    assert alike(reader, "robert") == []
    assert alike(reader, "bert") == [by(BERT)]


def test_who_is_not_followed_lends_no_name(store: Store) -> None:
    store.set_labellers([by(BERT)], NOW_MS)
    store.add_grant(BERT.grant)
    take(store, profiles(BERT, "Bert"))
    assert alike(store, "bert") == []
    store.follow(by(BERT), None, NOW_MS)
    assert alike(store, "bert") == [by(BERT)]


def test_a_rotated_account_is_found_by_the_key_that_is_followed(reader: Store) -> None:
    said = profiles(BERT, "Bert")
    take(reader, said)
    ends = [(BERT.feed.public, 1, said.tip)]
    reader.add_statements([sign_rotate(account_key(2, 1), by(BERT), ends)], NOW_MS)
    assert alike(reader, "bert") == [by(BERT)]


def test_a_name_in_hostile_letters_takes_as_many_bytes_as_any(sqlite: SqliteStore) -> None:
    sqlite.follow(by(BERT), "\ufdfa" * 100_000, NOW_MS)
    with sqlite._database.reading() as db:
        rows = db.execute("SELECT look FROM looks").fetchall()
    assert 1 <= len(rows) <= 2
    assert {len(look) for (look,) in rows} == {16}
    assert alike(sqlite, "\ufdfa" * 256) == [by(BERT)]


def test_rows_that_are_wrong_are_found(sqlite: SqliteStore) -> None:
    sqlite.follow(by(BERT), "bert", NOW_MS)
    with sqlite._database.writing(durable=False) as db:
        db.execute("UPDATE looks SET place = place + 1")
    [error] = sqlite.check(None, lambda _: None).errors
    assert "look like" in error


def test_posts_make_no_looks(reader: Store) -> None:
    take(reader, posts(BERT, 3), run_of(CARL, [Post("Carl")]))
    assert alike(reader, "Carl") == alike(reader, "post 1") == []
