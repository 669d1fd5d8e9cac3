"""The contract of carriage: accounts that are carried for others, counted, and let go of."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from tests.budget import examples, long

from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.content.body import Label, Post
from sayso_protocol.limits import MAX_BODY
from sayso_storage.interface.network.carriage import ENTRY_BYTES, CarriedAccount
from sayso_storage.interface.store import NotSubscribed, Store, TimelineQuery
from sayso_storage.memory.store import MemoryStore
from sayso_storage.sqlite import SqliteStore, open_store

from .makers import EPOCH, NOW_MS, START_MS, Author, after, author, posts, run_of

OWNER, ANNA, BERT, CARA = author(1), author(2), author(3), author(4)
HEIR = author(2, generation=1)


def key(who: Author) -> bytes:
    return who.account.public


def carry(store: Store, who: Author, at: int = NOW_MS, word: str = "reader") -> bool:
    return store.carry(key(who), word, "peer", "192.0.2.0/24", at)


def carried(store: Store, who: Author) -> CarriedAccount:
    return next(one for one in store.carried_for_others() if one.account == key(who))


def clear(store: Store) -> set[bytes]:
    found = set[bytes]()
    while some := store.remove_uncarried(3):
        found |= set(some)
    return found


def count(store: Store) -> None:
    while store.count_carried(2):
        pass


@pytest.fixture
def hub(store: Store) -> Store:
    """A store that carries Anna for others, with five posts of hers."""
    store.add_own(OWNER.grant, NOW_MS)
    assert carry(store, ANNA)
    assert store.add_grant(ANNA.grant)
    run = posts(ANNA, 5)
    assert store.append([run], NOW_MS) == [run]
    return store


def test_who_is_carried_is_asked_for_and_shown_to_nobody(hub: Store) -> None:
    assert hub.carried_accounts() == [key(OWNER), key(ANNA)]
    assert key(ANNA) in [state.account for state in hub.feeds_carried()]
    assert hub.shown_accounts() == [key(OWNER)]
    assert hub.timeline(TimelineQuery()) == []
    assert hub.subscriptions()[0].own
    assert len(hub.subscriptions()) == 1


def test_who_is_not_carried_is_not_taken(store: Store) -> None:
    with pytest.raises(NotSubscribed):
        store.add_grant(BERT.grant)


def test_carrying_again_changes_whose_word_it_is_and_nothing_else(hub: Store) -> None:
    before = carried(hub, ANNA)
    assert not hub.carry(key(ANNA), "owner", "", "", NOW_MS + 5)
    now = carried(hub, ANNA)
    assert (now.word, now.asker, now.network) == ("owner", "", "")
    assert (now.since_ms, now.read_ms) == (before.since_ms, before.read_ms)


def test_they_are_told_in_the_order_in_which_it_began(store: Store) -> None:
    for who, at in ((CARA, 3), (ANNA, 1), (BERT, 2)):
        carry(store, who, at)
    assert [one.account for one in store.carried_for_others()] == [*map(key, (ANNA, BERT, CARA))]


def test_what_grows_no_more_is_kept_and_passed_on(hub: Store) -> None:
    hub.let_grow([key(ANNA)], grows=False)
    assert hub.carried_accounts() == [key(OWNER)]
    assert key(ANNA) in [state.account for state in hub.feeds_carried()]
    hub.let_grow([key(ANNA)], grows=True)
    assert hub.carried_accounts() == [key(OWNER), key(ANNA)]


def test_reading_is_noted_and_never_taken_back(hub: Store) -> None:
    hub.note_read([key(ANNA), key(BERT)], NOW_MS + 50)
    hub.note_read([key(ANNA)], NOW_MS + 10)
    assert carried(hub, ANNA).read_ms == NOW_MS + 50
    assert len(hub.carried_for_others()) == 1


@pytest.mark.parametrize("size", [1, 2, 255, 256, 4000, MAX_BODY - 64])
def test_entries_and_their_bodies_are_counted_once(store: Store, size: int) -> None:
    carry(store, ANNA)
    store.add_grant(ANNA.grant)
    run = run_of(ANNA, [Post("x" * size), Label("spam", accounts=(key(BERT),))])
    store.append([run], NOW_MS)
    assert carried(store, ANNA).entries == 0
    count(store)
    want = sum(len(body) + ENTRY_BYTES for body in run.bodies)
    assert (carried(store, ANNA).entries, carried(store, ANNA).bytes) == (2, want)
    count(store)
    assert carried(store, ANNA).bytes == want


def test_what_was_there_before_is_counted(store: Store) -> None:
    store.follow(key(ANNA), None, NOW_MS)
    carry(store, BERT)
    for who in (ANNA, BERT):
        store.add_grant(who.grant)
        store.append([posts(who, 4)], NOW_MS)
    count(store)
    carry(store, ANNA)
    count(store)
    assert [one.entries for one in store.carried_for_others()] == [4, 4]


def test_a_rotated_account_counts_as_one(hub: Store) -> None:
    ends = [(ANNA.feed.public, 5, posts(ANNA, 5).tip)]
    rotate = sign_rotate(HEIR.account, key(ANNA), ends)
    assert hub.add_statements([rotate], NOW_MS) == [True]
    assert hub.add_grant(HEIR.grant)
    hub.append([posts(HEIR, 3)], NOW_MS)
    count(hub)
    assert carried(hub, ANNA).entries == 8
    assert hub.end_carriage(key(ANNA))
    assert clear(hub) == {ANNA.feed.public, HEIR.feed.public}
    assert hub.counts().entries == 0


def test_what_is_let_go_of_is_removed_with_all_its_rows(hub: Store) -> None:
    assert hub.end_carriage(key(ANNA))
    assert not hub.end_carriage(key(ANNA))
    assert hub.carried_for_others() == []
    assert hub.carried_accounts() == [key(OWNER)]
    assert clear(hub) == {ANNA.feed.public}
    assert hub.feed(ANNA.feed.public).held == ()  # type: ignore[union-attr]
    assert hub.load(ANNA.feed.public, 1, 5) is None
    assert hub.check(None, lambda _: None).errors == ()
    assert clear(hub) == set()


def test_it_can_be_carried_again_before_and_after_it_is_removed(hub: Store) -> None:
    for whole in (False, True):
        hub.end_carriage(key(ANNA))
        if whole:
            clear(hub)
        assert carry(hub, ANNA)
        assert hub.remove_uncarried() == []
        hub.append([posts(ANNA, 5)], NOW_MS)
        count(hub)
        assert carried(hub, ANNA).entries == 5


@pytest.mark.parametrize("how", ["followed", "labeller", "own"])
def test_the_owner_loses_nothing_by_it(store: Store, how: str) -> None:
    store.add_own(ANNA.grant if how == "own" else OWNER.grant, NOW_MS)
    if how == "followed":
        store.follow(key(ANNA), "anna", NOW_MS)
    if how == "labeller":
        store.set_labellers([key(ANNA)], NOW_MS)
    carry(store, ANNA)
    store.add_grant(ANNA.grant)
    run = posts(ANNA, 6)
    store.append([run], NOW_MS)
    store.end_carriage(key(ANNA))
    assert clear(store) == set()
    assert store.feed(ANNA.feed.public).count == 6  # type: ignore[union-attr]
    assert key(ANNA) in store.carried_accounts()


def test_all_of_it_survives_closing(sqlite: SqliteStore, path: object) -> None:
    carry(sqlite, ANNA)
    carry(sqlite, BERT)
    sqlite.let_grow([key(ANNA)], grows=False)
    sqlite.end_carriage(key(BERT))
    before = sqlite.carried_for_others()
    sqlite.close()
    with open_store(path) as again:  # type: ignore[arg-type]
        assert again.carried_for_others() == before
        assert again.check(None, lambda _: None).errors == ()


WHO = st.sampled_from([ANNA, BERT, CARA])
STEP = st.one_of(
    st.tuples(st.just("carry"), WHO, st.integers(1, 9)),
    st.tuples(st.just("posts"), WHO, st.integers(1, 4)),
    st.tuples(st.just("end"), WHO, st.just(0)),
    st.tuples(st.just("grow"), WHO, st.integers(0, 1)),
    st.tuples(st.just("follow"), WHO, st.integers(0, 1)),
    st.tuples(st.just("settle"), WHO, st.just(0)),
)


@long
@examples(60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=14))
def test_both_stores_do_the_same(
    steps: list[tuple[str, Author, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    with open_store(tmp_path_factory.mktemp("pair") / "store") as sqlite:
        memory = MemoryStore(EPOCH)
        for store in (memory, sqlite):
            store.add_own(OWNER.grant, NOW_MS)
        for number, step in enumerate(steps):
            for store in (memory, sqlite):
                _do(store, step, NOW_MS + number)
            assert _told(memory) == _told(sqlite)
        assert sqlite.check(None, lambda _: None).errors == ()


def _do(store: Store, step: tuple[str, Author, int], at: int) -> None:
    what, who, number = step
    does: dict[str, Callable[[], object]] = {
        "carry": lambda: carry(store, who, at),
        "posts": lambda: _post(store, who, number),
        "end": lambda: store.end_carriage(key(who)),
        "grow": lambda: store.let_grow([key(who)], grows=bool(number)),
        "follow": lambda: store.follow(key(who), None, at) if number else store.unfollow(key(who)),
        "settle": lambda: clear(store),
    }
    does[what]()
    count(store)


def _post(store: Store, who: Author, number: int) -> None:
    try:
        store.add_grant(who.grant)
    except NotSubscribed:
        return
    state = store.feed(who.feed.public)
    assert state is not None
    if state.held:
        run = posts(who, number, first=state.head + 1, previous=state.held[-1].top)
    else:
        run = posts(who, number, start_ms=START_MS)
    store.append([run], NOW_MS)


def _told(store: Store) -> tuple[object, ...]:
    return (
        store.carried_accounts(),
        [(one.account, one.word, one.grows, one.since_ms) for one in store.carried_for_others()],
        sorted((state.account, state.held) for state in store.feeds_carried()),
    )


def test_a_run_after_a_part_was_removed_joins_again(hub: Store) -> None:
    hub.end_carriage(key(ANNA))
    hub.remove_uncarried(3)
    carry(hub, ANNA)
    whole = posts(ANNA, 5)
    hub.append([whole, after(ANNA, whole, [Post("more")])], NOW_MS)
    [held] = hub.feed(ANNA.feed.public).held  # type: ignore[union-attr]
    assert (held.first, held.last) == (1, 6)
    assert hub.check(None, lambda _: None).errors == ()
