"""The contract of versions: which edit of an entry is shown, and what finds it then."""

from __future__ import annotations

from itertools import permutations

import pytest
from tests.budget import long

from sayso_protocol.accounts.statement import sign_rotate
from sayso_protocol.content.body import Edit, KnownBody, Poll, Post, React, Reference
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store, TimelineQuery
from sayso_storage.search.query import Phrase, SearchQuery

from .makers import NOW_MS, START_MS, Author, account_key, author, part, reference, run_of

ANNA, BERT, CARA = author(1), author(2), author(3)
PHONE = author(2, device=1)
LATER = START_MS + 1_000_000

BERTS = run_of(
    BERT,
    [
        Post("first words", tags=("old",)),
        Poll("which?", ("tea", "milk")),
        React(Reference(CARA.account.public, CARA.feed.public, 1, bytes(32)), "x"),
    ],
)


def of(seq: int) -> Reference:
    return reference(BERT, BERTS, seq)


def edit(seq: int, text: str, *tags: str) -> Edit:
    return Edit(of(seq), of(seq), text, tags=tags)


def edits(who: Author, *bodies: KnownBody, start_ms: int = LATER) -> Run:
    return run_of(who, list(bodies), start_ms=start_ms)


@pytest.fixture
def three(store: Store) -> Store:
    """Anna owns the store and follows Bert, who has two devices, and Cara."""
    store.add_own(ANNA.grant, NOW_MS)
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
        store.add_grant(one.grant)
    store.add_grant(PHONE.grant)
    return store


def shown(store: Store) -> dict[bytes, bytes]:
    ids = [*BERTS.ids, bytes(32)]
    return {one: entry.id for one, entry in store.shown_edits(ids).items()}


def tagged(store: Store, tag: str, **wish: int) -> list[bytes]:
    return [one.id for one in store.timeline(TimelineQuery(tag=tag, **wish))]  # type: ignore[arg-type]


def found(store: Store, *words: str) -> list[bytes]:
    query = SearchQuery(tuple((Phrase((word,), begun=False),) for word in words), ())
    return [one.id for one in store.search(query, TimelineQuery())]


def whole(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


def test_the_newest_edit_of_the_author_is_shown_in_any_order(three: Store) -> None:
    phone = edits(PHONE, edit(1, "by phone"), edit(1, "by phone again"))
    desk = run_of(BERT, [edit(1, "by desk")], first=4, previous=BERTS.tip, start_ms=LATER - 10_000)
    three.append([phone, BERTS, desk], NOW_MS)
    assert shown(three) == {of(1).id: phone.ids[1]}
    assert [one.id for one in three.edits(of(1).id)] == [*desk.ids, *phone.ids]
    assert [one.id for one in three.edits(of(1).id, 1)] == [phone.ids[1]]
    assert three.edits(of(1).id, 0) == []
    whole(three)


def test_of_equal_times_the_higher_id_is_shown(three: Store) -> None:
    one, other = (edits(who, edit(1, text)) for who, text in ((PHONE, "a"), (author(2, 2), "b")))
    three.add_grant(author(2, 2).grant)
    three.append([BERTS, one, other], NOW_MS)
    assert shown(three) == {of(1).id: max(one.tip, other.tip)}


@long
def test_whatever_the_order_of_arrival_the_same_is_shown(store_factory: object) -> None:
    phone = edits(PHONE, edit(1, "one", "new"), edit(1, "two", "newer"))
    pieces = [part(BERTS, 1, 1), part(BERTS, 2, 3), part(phone, 1, 1), part(phone, 2, 2)]
    for order in permutations(pieces):
        store = store_factory()  # type: ignore[operator]
        store.follow(BERT.account.public, None, NOW_MS)
        for one in (BERT, PHONE):
            store.add_grant(one.grant)
        for piece in order:
            store.append([piece], NOW_MS)
        assert shown(store) == {of(1).id: phone.ids[1]}
        assert (tagged(store, "old"), tagged(store, "new")) == ([], [])
        assert tagged(store, "newer") == found(store, "two") == [of(1).id]
        assert found(store, "first") == found(store, "one") == []


def test_edits_by_others_change_nothing(three: Store) -> None:
    three.append([BERTS, edits(CARA, edit(1, "cara's words", "stolen"))], NOW_MS)
    assert shown(three) == {}
    assert three.edits(of(1).id) == []
    assert tagged(three, "stolen") == found(three, "cara") == []
    assert tagged(three, "old") == found(three, "first") == [of(1).id]


def test_only_posts_and_polls_can_be_edited(three: Store) -> None:
    first = edits(PHONE, edit(2, "which one?", "drinks"), edit(3, "no reaction"))
    on_edit = Reference(BERT.account.public, PHONE.feed.public, 1, first.ids[0])
    more = run_of(
        PHONE,
        [Edit(on_edit, on_edit, "an edit of an edit")],
        first=3,
        previous=first.tip,
        start_ms=LATER,
    )
    three.append([BERTS, first, more], NOW_MS)
    assert shown(three) == {of(2).id: first.ids[0]}
    assert three.shown_edits([first.ids[0]]) == {}
    assert tagged(three, "drinks") == found(three, "one") == found(three, "tea") == [of(2).id]


def test_a_rotated_account_edits_what_it_wrote_before(three: Store) -> None:
    new = author(2, generation=1)
    three.append([BERTS], NOW_MS)
    rotation = sign_rotate(account_key(2, 1), BERT.account.public, [(BERTS.feed, 3, BERTS.tip)])
    three.add_statements([rotation], NOW_MS)
    three.add_grant(new.grant)
    run = edits(new, edit(1, "under a new key"))
    three.append([run], NOW_MS)
    assert shown(three) == {of(1).id: run.tip}


def test_pages_of_a_tag_go_on_where_the_last_ended(three: Store) -> None:
    """A post that gained a tag stands where it was written, and not where it was edited."""
    posts = run_of(CARA, [Post(str(n), tags=("t",) if n % 2 else ()) for n in range(8)])
    at = [reference(CARA, posts, seq) for seq in range(1, 9)]
    changes = [Edit(at[0], at[0], "gains", tags=("T",)), Edit(at[3], at[3], "loses")]
    three.append(
        [posts, run_of(CARA, [*changes], first=9, previous=posts.tip, start_ms=LATER)], NOW_MS
    )
    expected = [at[n].id for n in (7, 5, 1, 0)]
    assert tagged(three, "t") == expected
    got: list[bytes] = []
    query = TimelineQuery(limit=1, tag="t")
    while page := three.timeline(query):
        got += [one.id for one in page]
        query = TimelineQuery(limit=1, tag="t", before=page[-1].place)
    assert got == expected
    assert tagged(three, "t", since_ms=posts.times[1]) == expected[:3]


def test_an_edit_that_goes_takes_its_words_with_it(three: Store) -> None:
    from sayso_protocol.accounts.statement import sign_revoke

    phone = edits(PHONE, edit(1, "one", "new"))
    three.append([BERTS, phone], NOW_MS)
    assert found(three, "one") == tagged(three, "new") == [of(1).id]
    three.add_statements([sign_revoke(BERT.account, PHONE.feed.public, 0, None)], NOW_MS)
    assert shown(three) == {}
    assert found(three, "first") == tagged(three, "old") == [of(1).id]
    assert found(three, "one") == tagged(three, "new") == []
    whole(three)


def test_many_are_read_at_once(three: Store) -> None:
    three.append([BERTS], NOW_MS)
    assert set(three.by_ids([*BERTS.ids, bytes(32)])) == set(BERTS.ids)
    assert three.by_ids([]) == {}
