"""Notifications: who did what to which own entry."""

from __future__ import annotations

import pytest
from tests.node.compose.test_reaction import published

from sayso_node.accounts.author import Author
from sayso_node.compose.post import Draft, publish_post
from sayso_node.timeline.notifications import notifications
from sayso_protocol.content.body import Follow, Post, React, Reference, Repost
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_storage.interface.store import Store

from ..support import Person

LATE = 2**41


@pytest.fixture
def anna(store: Store) -> Person:
    """Somebody whom the store's owner follows."""
    person = Person("anna")
    store.follow(person.account, "anna", 1)
    store.add_grant(person.grant)
    return person


def test_notifications_tell_who_did_what_to_which_entry(
    store: Store, author: Author, anna: Person
) -> None:
    mine = publish_post(store, author, Draft("mine"))
    own = store.own_feed()
    assert own is not None
    on = Reference(own.account, own.feed, mine.seq, mine.id)
    run = published(
        store,
        anna,
        Follow(own.account),
        React(on, "👍"),
        Repost(on),
        Post("hi", mentions=(own.account,)),
        Post("see", quote=on),
        Post("yes", reply=on, warn="careful"),
    )
    told = [one.as_json() for one in notifications(store, 50, None)]
    kinds = ["reply", "quote", "mention", "repost", "react", "follow"]
    assert [one["kind"] for one in told] == kinds
    assert [one["entry"] for one in told] == [id_text(one) for one in reversed(run.ids)]
    assert {one["by"] for one in told} == {key_text(anna.account)}
    assert {one["petname"] for one in told} == {"anna"}
    named = {one["kind"]: one["on"] for one in told}
    assert named == dict.fromkeys(kinds, id_text(on.id)) | {"mention": None, "follow": None}
    assert [one["text"] for one in told[:4]] == ["yes", "see", "hi", None]
    assert (told[0]["warn"], told[4]["emoji"]) == ("careful", "👍")
    assert [one.as_json() for one in notifications(store, 2, None)] == told[:2]
