"""The owner's own acts on entries that are shown, under all keys that the account has had."""

from __future__ import annotations

from sayso_node.clock import now_ms
from sayso_node.timeline.own_acts import NO_ACTS, OwnActs, own_acts
from sayso_protocol.content.body import Post, React, Reference, Repost
from sayso_protocol.feed.run import verify_run
from sayso_storage.memory.store import MemoryStore

from ..support import Person


def says(person: Person, body: Post) -> Reference:
    run = person.publish([body])
    return Reference(person.account, person.feed, run.last, run.tip)


def test_own_acts_alone_are_told() -> None:
    robin, ann = Person("robin"), Person("ann")
    robin.follow(ann)
    robin.store.add_grant(ann.grant)
    one, two, three = (says(robin, Post(text)) for text in ("one", "two", "three"))
    robin.publish([React(one, "👍"), Repost(two)])
    robin.store.add_bookmark(two, now_ms())
    start = ann.store.load(ann.feed, 1, 9)
    assert start is not None

    robin.store.append([verify_run(start)], now_ms())
    robin.store.append([ann.publish([React(three, "🦀"), Repost(three)])], now_ms())
    found = own_acts(robin.store, [one, two, three])
    assert found == {one.id: OwnActs("👍"), two.id: OwnActs(None, True, True)}
    assert found.get(three.id, NO_ACTS) == OwnActs(None, False, False)
    robin.publish([React(one, None)])
    assert own_acts(robin.store, [one]) == {}


def test_nothing_is_asked_where_nothing_is_shown() -> None:
    assert own_acts(MemoryStore(bytes(16)), []) == {}
    nobody = Reference(bytes(32), bytes(32), 1, bytes(32))
    assert own_acts(MemoryStore(bytes(16)), [nobody]) == {}
