"""The contract of attachments: which entries attach a blob."""

from __future__ import annotations

from sayso_protocol.blob.cid import DAG_PB, RAW
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.content.body import Edit, KnownBody, Post, Profile
from sayso_storage.interface.store import Store

from .makers import NOW_MS, author, posts, reference, run_of

ANNA, BERT = author(1), author(2)
HASH, OTHER = bytes(range(32)), bytes(32)
PICTURE = Attachment(RAW + HASH, 1000, "image/png", "A cat.")
FILM = Attachment(DAG_PB + OTHER, 1 << 30, "video/mp4")


def test_every_entry_that_attaches_a_blob_is_found(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    before = reference(ANNA, posts(ANNA, 1), 1)
    bodies: list[KnownBody] = [
        Post("none"),
        Post("both", attach=(PICTURE, FILM)),
        Post("twice", attach=(PICTURE, PICTURE)),
        Profile("Bert", picture=PICTURE),
        Edit(before, before, "now with one", attach=(PICTURE,)),
        Post("", attach=(FILM,), tags=("film",)),
    ]
    store.append([run_of(BERT, bodies)], NOW_MS)
    found = [entry.seq for entry in store.attaching(PICTURE.cid)]
    assert found == [5, 4, 3, 2]
    assert [entry.seq for entry in store.attaching(FILM.cid)] == [6, 2]
    assert [entry.seq for entry in store.attaching(PICTURE.cid, limit=1)] == [5]
    # Under its hash: whatever form of name somebody gives it.
    assert [entry.seq for entry in store.attaching(DAG_PB + HASH)] == found
    assert store.attaching(RAW + bytes([9]) * 32) == []


def test_what_is_removed_attaches_nothing(store: Store) -> None:
    store.add_own(ANNA.grant, NOW_MS)
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    store.append([run_of(BERT, [Post("one", attach=(PICTURE,))])], NOW_MS)
    assert store.check(None, lambda _: None).errors == ()
    store.unfollow(BERT.account.public)
    remaining = store.attaching(PICTURE.cid)
    assert all(entry.body is not None for entry in remaining)


def test_what_may_attach_something_is_read_alone(store: Store) -> None:
    store.follow(BERT.account.public, None, NOW_MS)
    store.add_grant(BERT.grant)
    bodies: list[KnownBody] = [
        Post("a"),
        Post("b", attach=(PICTURE,)),
        Profile("Bert", picture=PICTURE),
    ]
    store.append([run_of(BERT, bodies)], NOW_MS)
    last = store.last_arrival()
    assert [one.seq for one in store.attaching_after(0, last)] == [2, 3]
    assert [one.seq for one in store.attaching_after(last - 1, last)] == [3]
    assert [one.seq for one in store.attaching_after(0, last - 1)] == [2]
