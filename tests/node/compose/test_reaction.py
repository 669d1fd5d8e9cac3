"""Reactions, reposts and mentions, from what is typed to what is shown."""

from __future__ import annotations

import pytest

from sayso_node.accounts.author import Author
from sayso_node.accounts.names import Names
from sayso_node.compose.post import Draft, publish_post
from sayso_node.compose.reaction import react, repost
from sayso_node.entries.item import Item
from sayso_node.entries.loader import load_items, load_reactions
from sayso_node.errors import NotFound, PostError
from sayso_node.timeline.timeline import timeline
from sayso_protocol.content.body import KnownBody, Post, React, Reference, Repost, read_body
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import Store, TimelineQuery

from ..support import Person

LATE = 2**41


@pytest.fixture
def anna(store: Store) -> Person:
    """Somebody whom the store's owner follows."""
    person = Person("anna")
    store.follow(person.account, "anna", 1)
    store.add_grant(person.grant)
    return person


def published(store: Store, person: Person, *bodies: KnownBody) -> Run:
    """Have somebody write, and take it in."""
    run = person.publish(list(bodies))
    state = store.feed(person.feed)
    assert state is not None
    if not state.held:
        opening = person.store.load(person.feed, 1, run.first - 1)
        assert opening is not None
        store.append([_verified(opening)], LATE)
    store.append([run], LATE)
    return run


def _verified(raw: object) -> Run:
    from sayso_protocol.feed.run import RawRun, verify_run

    assert isinstance(raw, RawRun)
    return verify_run(raw)


def name_of(person: Person, run: Run) -> Reference:
    return Reference(person.account, person.feed, run.last, run.tip)


def shown(store: Store, **wish: int) -> list[Item]:
    return list(timeline(store, TimelineQuery(**wish)))


def test_a_reaction_is_counted_replaced_and_taken_back(
    store: Store, author: Author, anna: Person
) -> None:
    post = published(store, anna, Post("hello"))
    published(store, anna, React(name_of(anna, post), "👍"))
    for emoji in ("👍", "🎉"):
        react(store, author, id_text(post.tip)[:12], emoji)
    [item] = shown(store)
    assert list(item.reactions.items()) == [("🎉", 1), ("👍", 1)]
    entry = store.entry(post.tip)
    assert entry is not None
    by = [(key_text(one.account), one.emoji) for one in load_reactions(store, Names(store), entry)]
    assert sorted(by) == sorted([(key_text(anna.account), "👍"), (own_key(store), "🎉")])
    react(store, author, id_text(post.tip), None)
    [item] = shown(store)
    assert item.reactions == {"👍": 1}


def own_key(store: Store) -> str:
    own = store.own_feed()
    assert own is not None
    return key_text(own.account)


NO_REACTIONS = ["", "  ", "\0", "a\nb", "\x1b[31m", "é" * 21, "a\u2028b", "\udc00"]


@pytest.mark.parametrize("emoji", NO_REACTIONS)
def test_what_is_no_reaction_is_refused(
    store: Store, author: Author, anna: Person, emoji: str
) -> None:
    post = published(store, anna, Post("hello"))
    with pytest.raises(PostError):
        react(store, author, id_text(post.tip), emoji)
    with pytest.raises(NotFound):
        react(store, author, "0" * 64, "x")


@pytest.mark.parametrize("emoji", ["é" * 20, "👩🏻‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "thank you", "＋1"])
def test_words_and_the_longest_emoji_are_reactions(
    store: Store, author: Author, anna: Person, emoji: str
) -> None:
    post = published(store, anna, Post("hello"))
    react(store, author, id_text(post.tip), f" {emoji} ")
    assert shown(store)[0].reactions == {emoji: 1}


def test_a_repost_shows_what_it_reposts(store: Store, author: Author, anna: Person) -> None:
    post = published(store, anna, Post("worth reading", warn="spoiler"))
    made = repost(store, author, id_text(post.tip))
    item, original = shown(store)
    assert (item.kind, item.id, item.text) == ("repost", made.id.hex(), None)
    names = ("reference", "name", "entry", "body")
    assert [getattr(item.original, name) for name in names] == [
        getattr(original, name) for name in names
    ]
    assert (original.text, original.reposts) == ("worth reading", 1)


def test_a_repost_of_what_is_not_held_names_it(store: Store, anna: Person) -> None:
    stranger = Person("stranger")
    post = stranger.post("out of reach")
    published(store, anna, Repost(name_of(stranger, post)))
    [item] = shown(store)
    of = item.as_json()["of"]
    assert (of["id"], of["author"]) == (id_text(post.tip), key_text(stranger.account))
    assert (of["text"], of["time"], of["body"]) == (None, None, "not held")


def test_who_reacts_to_a_repost_means_what_it_shows(
    store: Store, author: Author, anna: Person
) -> None:
    post = published(store, anna, Post("hello"))
    again = repost(store, author, id_text(post.tip))
    react(store, author, again.id.hex(), "👍")
    repost(store, author, again.id.hex())
    shows, original = shown(store)
    assert original.reactions == {"👍": 1}
    assert (shows.id, shows.original.id) == (again.id.hex(), original.id)


def test_a_repost_of_a_repost_goes_no_further(store: Store, anna: Person) -> None:
    post = published(store, anna, Post("hello"))
    first = published(store, anna, Repost(name_of(anna, post)))
    published(store, anna, Repost(name_of(anna, first)))
    item, *_ = shown(store)
    assert (item.original.kind, item.original.original) == ("repost", None)


def test_a_post_mentions_what_resolves(store: Store, author: Author, anna: Person) -> None:
    made = publish_post(store, author, Draft("hello @anna and @nobody"))
    entry = store.entry(made.id)
    assert entry is not None
    body = read_body(entry.body or b"")
    assert isinstance(body, Post)
    assert body.mentions == (anna.account,)
    [item] = load_items(store, Names(store), [entry])
    assert item.as_json()["mentions"] == [key_text(anna.account)]


def test_items_do_not_share_what_can_be_changed(store: Store, author: Author) -> None:
    for text in "ab":
        publish_post(store, author, Draft(text))
    one, other = (item.as_json() for item in shown(store))
    one["reactions"]["x"] = 1
    one["tags"].append("x")
    assert (other["reactions"], other["tags"]) == ({}, [])
