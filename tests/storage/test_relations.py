"""The contract of relations: reactions, reposts, quotes, mentions, follows, notifications."""

from __future__ import annotations

import pytest

from sayso_protocol.accounts.statement import sign_revoke, sign_rotate
from sayso_protocol.content.body import Follow, KnownBody, Post, React, Reference, Repost, Unfollow
from sayso_storage.interface.content.relations import Stance
from sayso_storage.interface.store import Store, TimelineQuery

from .makers import (
    NOW_MS,
    START_MS,
    Author,
    account_key,
    after,
    author,
    part,
    posts,
    reference,
    room_of,
    run_of,
)

ANNA, BERT, CARA = author(1), author(2), author(3)
PHONE = author(2, device=1)
FAR_MS = NOW_MS * 2


@pytest.fixture
def three(store: Store) -> Store:
    """Anna owns the store and follows Bert, who has two devices, and Cara."""
    store.add_own(ANNA.grant, NOW_MS)
    for one in (BERT, CARA):
        store.follow(one.account.public, None, NOW_MS)
        store.add_grant(one.grant)
    store.add_grant(PHONE.grant)
    return store


ROOT = posts(CARA, 1)
ON = reference(CARA, ROOT, 1)
OWN = posts(ANNA, 3)


def mine(seq: int = 1) -> Reference:
    return reference(ANNA, OWN, seq)


def said(stances: list[Stance]) -> list[tuple[bytes, str]]:
    return [(stance.account, stance.value) for stance in stances]


def notified(store: Store, **wish: int) -> list[tuple[str, bytes, int]]:
    return [(one.kind, one.entry.feed, one.entry.seq) for one in store.notifications(**wish)]


def by(who: Author) -> bytes:
    return who.account.public


def whole(store: Store) -> None:
    assert store.check(None, lambda _: None).errors == ()


def test_of_reactions_the_newest_of_each_account_counts(three: Store) -> None:
    bert = run_of(BERT, [React(ON, "👍"), React(ON, "🎉"), Post("x")])
    three.append([ROOT, bert, run_of(CARA, [React(ON, "👍")], first=2, previous=ROOT.tip)], NOW_MS)
    found = three.reactions([ON.id, bert.ids[2], bytes(32)])
    assert {one: said(stances) for one, stances in found.items()} == {
        ON.id: [(by(CARA), "👍"), (by(BERT), "🎉")]
    }
    three.append([after(BERT, bert, [React(ON)])], NOW_MS)
    assert said(three.reactions([ON.id])[ON.id]) == [(by(CARA), "👍")]
    whole(three)


def test_the_newest_counts_in_whatever_order_it_came(three: Store) -> None:
    run = run_of(BERT, [React(ON, "old"), React(ON, "new"), Post("x")])
    phone = run_of(PHONE, [React(ON, "older")], start_ms=START_MS - 1)
    for piece in (part(run, 3, 3), part(run, 2, 2), phone, part(run, 1, 1)):
        three.append([piece], NOW_MS)
    assert said(three.reactions([ON.id])[ON.id]) == [(by(BERT), "new")]


def test_devices_of_one_account_have_one_reaction_even_at_equal_times(three: Store) -> None:
    runs = [run_of(who, [React(ON, name)]) for who, name in ((BERT, "desk"), (PHONE, "phone"))]
    highest = max(runs, key=lambda run: run.tip)
    for turn in (runs, runs[::-1]):
        three.append(turn, NOW_MS)
        expected = "desk" if highest is runs[0] else "phone"
        assert said(three.reactions([ON.id])[ON.id]) == [(by(BERT), expected)]


def test_signed_times_decide_and_not_arrivals(three: Store) -> None:
    """Dated into the future it stays the newest; it is sorted by its arrival all the same."""
    three.append([run_of(PHONE, [React(ON, "far")], start_ms=FAR_MS)], NOW_MS)
    three.append([run_of(BERT, [React(ON, "later")], start_ms=NOW_MS)], NOW_MS + 5000)
    [stance] = three.reactions([ON.id])[ON.id]
    assert (stance.value, stance.place[0]) == ("far", NOW_MS)
    whole(three)


def test_reposts_count_once_an_account(three: Store) -> None:
    bert = run_of(BERT, [Repost(ON), Post("x"), Repost(ON)])
    three.append([bert, run_of(PHONE, [Repost(ON)], start_ms=START_MS - 9999)], NOW_MS)
    [stance] = three.reposts([ON.id, bytes(32)])[ON.id]
    assert (stance.account, stance.place[1]) == (by(BERT), 3)


def test_reposts_are_on_timelines_and_reactions_are_not(three: Store) -> None:
    bodies: list[KnownBody] = [Post("a"), Repost(ON), React(ON, "x"), Follow(by(ANNA))]
    three.append([run_of(BERT, bodies)], NOW_MS)
    three.append([run_of(PHONE, [Repost(mine()), Post("b")], start_ms=FAR_MS)], NOW_MS)
    for query in (TimelineQuery(), TimelineQuery(account=by(BERT))):
        shown = [(entry.feed, entry.seq) for entry in three.timeline(query)]
        assert shown == [
            *((PHONE.feed.public, seq) for seq in (2, 1)),
            *((BERT.feed.public, seq) for seq in (2, 1)),
        ]


def test_quotes_are_listed_newest_first(three: Store) -> None:
    run = run_of(BERT, [Post(str(n), quote=ON) for n in range(4)])
    near = Reference(by(CARA), CARA.feed.public, 1, ON.id[:16] + bytes(16))
    three.append([run_of(CARA, [Post("no"), Post("near", quote=near)]), run], NOW_MS)
    assert [entry.seq for entry in three.quotes(ON.id) if entry.feed == run.feed] == [4, 3, 2, 1]
    assert [entry.seq for entry in three.quotes(ON.id, limit=2)] == [4, 3]
    assert three.quotes(ON.id, limit=0) == three.quotes(bytes(32)) == []


def test_a_thread_has_what_names_its_root(three: Store) -> None:
    deep = Post("deep", reply=mine(), root=ON)
    three.append([run_of(BERT, [Post("direct", reply=ON), deep, deep])], NOW_MS)
    assert [entry.seq for entry in three.rooted(ON.id)] == [3, 2]
    assert [entry.seq for entry in three.rooted(ON.id, limit=1)] == [3]


def test_mentions_are_listed_newest_first_and_once(three: Store) -> None:
    twice = Post("hello", mentions=(by(ANNA), by(CARA), by(ANNA)))
    three.append([run_of(BERT, [twice, Post("x"), Post("y", mentions=(by(ANNA),))])], NOW_MS)
    assert [entry.seq for entry in three.mentions(by(ANNA))] == [3, 1]
    assert [entry.seq for entry in three.mentions(by(ANNA), limit=1)] == [3]
    assert [entry.seq for entry in three.mentions(by(CARA))] == [1]
    assert three.mentions(by(BERT)) == []


def test_who_publicly_follows_whom(three: Store) -> None:
    deltas: list[KnownBody] = [Follow(by(ANNA)), Follow(by(CARA)), Unfollow(by(ANNA))]
    run = run_of(BERT, deltas)
    three.append([run, run_of(CARA, [Follow(by(ANNA))])], NOW_MS)
    assert said(three.followers(by(ANNA))) == [(by(CARA), "")]
    assert said(three.followers(by(CARA))) == [(by(BERT), "")]
    assert (three.followees(by(BERT)), three.followees(by(CARA))) == ([by(CARA)], [by(ANNA)])
    assert three.followees(by(ANNA)) == []
    three.append([after(BERT, run, [Follow(by(ANNA))])], NOW_MS)
    assert three.followees(by(BERT)) == [by(ANNA), by(CARA)]


def test_followers_are_counted_as_they_are_listed(three: Store) -> None:
    anna, bert, cara = by(ANNA), by(BERT), by(CARA)
    run = run_of(BERT, [Follow(anna), Follow(cara), Unfollow(anna)])
    three.append([run, run_of(CARA, [Follow(anna)])], NOW_MS)
    assert three.follower_counts([anna, bert, cara]) == {anna: 1, cara: 1}
    assert three.following_among(anna, [anna, bert, cara]) == {cara}
    later = run_of(PHONE, [Follow(anna), Unfollow(cara)], start_ms=START_MS + 10_000)
    three.append([later], NOW_MS)
    assert three.follower_counts([anna, bert, cara]) == {anna: 2}
    assert three.following_among(anna, [cara, bert]) == {bert, cara}
    assert three.following_among(cara, [bert]) == three.following_among(bert, []) == set()
    whole(three)


def test_followers_are_counted_once_whatever_keys_they_have(three: Store) -> None:
    heir, anna, cara = author(2, generation=1), by(ANNA), by(CARA)
    old = run_of(BERT, [Follow(cara), Follow(anna), Post("x")])
    three.append([old, run_of(CARA, [Follow(by(BERT))])], NOW_MS)
    rotate = sign_rotate(account_key(2, 1), by(BERT), [(old.feed, 3, old.tip)])
    assert three.add_statements([rotate], NOW_MS) == [True]
    three.add_grant(heir.grant)
    new = run_of(heir, [Follow(anna), Unfollow(cara)], start_ms=START_MS + 10_000)
    three.append([new], NOW_MS)
    counted = three.follower_counts([anna, cara, by(BERT), by(heir)])
    assert counted == {anna: 1, by(BERT): 1, by(heir): 1}
    assert three.following_among(anna, [by(BERT), by(heir)]) == {by(BERT), by(heir)}
    assert three.following_among(cara, [by(BERT), by(heir)]) == set()
    assert three.following_among(by(BERT), [cara]) == {cara}


def test_whom_an_account_follows_is_counted_as_it_is_listed(three: Store) -> None:
    anna, bert, cara = by(ANNA), by(BERT), by(CARA)
    run = run_of(BERT, [Follow(anna), Follow(cara), Unfollow(anna)])
    later = run_of(PHONE, [Follow(anna), Unfollow(cara)], start_ms=START_MS + 10_000)
    three.append([run], NOW_MS)
    assert (three.followee_count(bert), three.followees(bert)) == (1, [cara])
    three.append([later], NOW_MS)
    assert (three.followee_count(bert), three.followees(bert)) == (1, [anna])
    assert three.followee_count(cara) == 0


def count_at_most(most: int, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    room = room_of(store)
    is_memory = room.endswith(".memory")
    module = "content.relations" if is_memory else "tables.content.relation_rows"
    monkeypatch.setattr(f"{room}.{module}.FOLLOWS_COUNTED", most)


def test_so_many_are_looked_at_to_count_whom_an_account_follows(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_at_most(2, three, monkeypatch)
    keys = [author(n).account.public for n in range(20, 25)]
    ends: list[KnownBody] = [Unfollow(keys[4])]
    three.append([run_of(BERT, [*map(Follow, keys), *ends])], NOW_MS)
    assert (three.followee_count(by(BERT)), len(three.followees(by(BERT)))) == (1, 4)


def test_so_many_follows_are_counted_and_no_more(
    three: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    count_at_most(2, three, monkeypatch)
    anna = by(ANNA)
    three.append([run_of(CARA, [Follow(anna)])], NOW_MS)
    noise: list[KnownBody] = [Follow(anna), Unfollow(anna)]
    three.append([run_of(BERT, noise, start_ms=START_MS + 10_000)], NOW_MS)
    assert three.follower_counts([anna]) == {}
    assert said(three.followers(anna)) == [(by(CARA), "")]


def test_an_account_is_one_with_those_that_it_was_rotated_to(three: Store) -> None:
    heir = author(2, generation=1)
    old = run_of(BERT, [React(ON, "old"), Follow(by(CARA)), Post("x")])
    ends = [(old.feed, 3, old.tip)]
    three.append([old, run_of(CARA, [Follow(by(BERT)), Post("hi", mentions=(by(BERT),))])], NOW_MS)
    rotate = sign_rotate(account_key(2, 1), by(BERT), ends)
    assert three.add_statements([rotate], NOW_MS) == [True]
    three.add_grant(heir.grant)
    new = run_of(heir, [React(ON, "new"), Unfollow(by(CARA))], start_ms=START_MS + 10_000)
    three.append([new], NOW_MS)
    assert said(three.reactions([ON.id])[ON.id]) == [(by(heir), "new")]
    for key in (by(BERT), by(heir)):
        assert three.followees(key) == []
        assert said(three.followers(key)) == [(by(CARA), "")]
        assert [entry.feed for entry in three.mentions(key)] == [CARA.feed.public]
    assert three.followers(by(CARA)) == []


def test_what_is_removed_says_nothing_any_more(three: Store) -> None:
    bodies: list[KnownBody] = [
        Post("x"),
        React(ON, "x"),
        Repost(ON),
        Post("q", quote=ON, mentions=(by(ANNA),)),
        Follow(by(ANNA)),
    ]
    run = run_of(BERT, bodies)
    three.append([run], NOW_MS)
    assert len(notified(three)) == 2
    revoke = sign_revoke(BERT.account, run.feed, 1, run.ids[0])
    assert three.add_statements([revoke], NOW_MS) == [True]
    assert three.reactions([ON.id]) == three.reposts([ON.id]) == {}
    assert three.quotes(ON.id) == three.mentions(by(ANNA)) == three.followers(by(ANNA)) == []
    assert notified(three) == []
    whole(three)


def test_what_was_removed_lets_the_one_before_count_again(three: Store) -> None:
    run = run_of(BERT, [React(ON, "first"), React(ON, "second")])
    three.append([run], NOW_MS)
    three.add_statements([sign_revoke(BERT.account, run.feed, 1, run.ids[0])], NOW_MS)
    assert said(three.reactions([ON.id])[ON.id]) == [(by(BERT), "first")]


EVERYTHING: list[KnownBody] = [
    Post("answer", reply=mine(1)),
    Post("look", quote=mine(2)),
    Post("hello", mentions=(by(ANNA),)),
    React(mine(1), "👍"),
    Repost(mine(3)),
    Follow(by(ANNA)),
]
KINDS = ["reply", "quote", "mention", "react", "repost", "follow"]


def test_notifications_are_of_every_kind_newest_first(three: Store) -> None:
    run = run_of(BERT, EVERYTHING)
    three.append([OWN, run], NOW_MS)
    expected = [(kind, BERT.feed.public, seq) for seq, kind in enumerate(KINDS, 1)][::-1]
    assert notified(three) == expected
    assert notified(three, limit=2) == expected[:2]
    assert notified(three, since_ms=run.times[3]) == expected[:3]
    assert notified(three, limit=0) == []


def test_own_relations_and_relations_to_others_are_no_notifications(three: Store) -> None:
    own = [Post("to myself", reply=mine(1), mentions=(by(ANNA),)), React(mine(1), "x")]
    others = [React(ON, "x"), Post("y", reply=ON, mentions=(by(BERT),)), Follow(by(CARA))]
    three.append([OWN, ROOT, after(ANNA, OWN, list(own)), run_of(BERT, list(others))], NOW_MS)
    assert notified(three) == []


def test_what_was_taken_back_or_replaced_is_no_notification(three: Store) -> None:
    bodies: list[KnownBody] = [
        *(React(mine(1), "a"), React(mine(1), "b"), React(mine(2), "c"), React(mine(2))),
        *(Follow(by(ANNA)), Unfollow(by(ANNA)), Repost(mine(1)), Repost(mine(1))),
    ]
    three.append([OWN, run_of(BERT, bodies)], NOW_MS)
    assert [(kind, seq) for kind, _, seq in notified(three)] == [("repost", 8), ("react", 2)]


def test_an_entry_is_one_notification_even_where_it_is_several(three: Store) -> None:
    post = Post("all at once", reply=mine(1), quote=mine(2), mentions=(by(ANNA),))
    other = Post("two", quote=mine(2), mentions=(by(ANNA),))
    three.append([OWN, run_of(BERT, [post, other])], NOW_MS)
    assert [(kind, seq) for kind, _, seq in notified(three)] == [("quote", 2), ("reply", 1)]


def test_a_reply_to_an_id_that_begins_alike_is_no_notification(three: Store) -> None:
    alike = Reference(by(ANNA), ANNA.feed.public, 1, OWN.ids[0][:6] + bytes(26))
    three.append([OWN, run_of(BERT, [Post("x", reply=alike)])], NOW_MS)
    assert notified(three) == []


def test_notifications_go_on_under_the_next_key_of_the_own_account(three: Store) -> None:
    heir = author(1, generation=1)
    three.append([OWN, run_of(BERT, EVERYTHING)], NOW_MS)
    before = notified(three)
    rotate = sign_rotate(account_key(1, 1), by(ANNA), [(OWN.feed, 3, OWN.tip)])
    assert three.add_statements([rotate], NOW_MS) == [True]
    three.add_own(heir.grant, NOW_MS)
    assert notified(three) == before
    new = posts(heir, 1, start_ms=START_MS + 50_000)
    answer = Post("still there?", reply=reference(heir, new, 1))
    named = Post("you", mentions=(by(heir),))
    three.append([new, run_of(CARA, [answer, named], start_ms=START_MS + 60_000)], NOW_MS)
    assert notified(three)[:2] == [
        ("mention", CARA.feed.public, 2),
        ("reply", CARA.feed.public, 1),
    ]
    assert notified(three)[2:] == before


def test_a_store_without_an_owner_has_no_notifications(store: Store) -> None:
    store.follow(by(BERT), None, NOW_MS)
    store.add_grant(BERT.grant)
    store.append([run_of(BERT, EVERYTHING)], NOW_MS)
    assert store.notifications() == []


def test_notifications_are_paged_in_the_order_of_arrival(three: Store) -> None:
    three.append([OWN], NOW_MS)
    for start_ms, who in ((START_MS + 9000, BERT), (START_MS, CARA)):  # the later first
        bodies: list[KnownBody] = [React(mine(1), "a"), Follow(by(ANNA)), Post("x", reply=mine(2))]
        three.append([run_of(who, bodies, start_ms=start_ms)], NOW_MS)
    every = three.arrived_notifications(10)
    places = [one.entry.arrival for one in every]
    assert [one.kind for one in every] == ["reply", "follow", "react"] * 2
    assert places == sorted(places, reverse=True)
    assert {one.entry.id for one in every} == {one.entry.id for one in three.notifications(10)}
    assert three.arrived_notifications(2, places[1]) == every[2:4]
    assert three.arrived_notifications(9, places[1], places[4]) == every[2:4]
    assert three.arrived_notifications(2, None, places[4], oldest_first=True) == every[2:4][::-1]
    assert three.arrived_notifications(0) == three.arrived_notifications(5, places[-1]) == []


def test_a_page_of_notifications_passes_over_what_counts_no_longer(three: Store) -> None:
    three.append([OWN], NOW_MS)
    changed: list[KnownBody] = [React(mine(1), emoji) for emoji in "abcdef"]
    three.append([run_of(BERT, [Follow(by(ANNA)), *changed])], NOW_MS)
    assert [one.kind for one in three.arrived_notifications(2)] == ["react", "follow"]


def test_ids_are_found_that_only_others_name(three: Store) -> None:
    away = posts(author(9), 3)
    far = [reference(author(9), away, seq) for seq in (1, 2, 3)]
    bodies: list[KnownBody] = [
        Post("a", reply=far[0]),
        Post("b", reply=far[2], root=far[1]),
        Post("q", quote=far[2]),
        Repost(far[1]),
        React(ON, "x"),
    ]
    three.append([run_of(BERT, bodies)], NOW_MS)
    for one in far:
        for length in (8, 9, 13, 40, 64):
            assert three.named_ids(one.id.hex()[:length]) == [one.id]
    assert three.named_ids("") == sorted(one.id for one in far)
    assert three.named_ids("", 2) == sorted(one.id for one in far)[:2]
    assert three.named_ids(ON.id.hex()) == three.named_ids("0" * 16) == []
