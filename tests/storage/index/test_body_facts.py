"""Facts of bodies that indexes know, by the definition of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
    Label,
    Post,
    Profile,
    React,
    Repost,
    Unfollow,
    Unknown,
    read_body,
    write_body,
)
from sayso_storage.index.body_facts import NO_FACTS, IndexedFacts, facts_of, facts_of_all
from sayso_storage.interface.content.relations import (
    FOLLOW,
    FOLLOWING,
    MENTION,
    QUOTE,
    REACT,
    REPOST,
    ROOT,
    Relation,
)

from ..makers import posts, reference
from .test_fast_post import BARE, BERT, POSTS


@given(st.lists(POSTS.map(write_body) | BARE.map(lambda t: b"\x82\xa4kind\xa4post\xa4text" + t)))
def test_many_bodies_have_the_facts_that_each_has(bodies: list[bytes]) -> None:
    assert facts_of_all(bodies) == [facts_of(body) for body in bodies]
    assert facts_of_all([*bodies, (1, bytes(32))]) == [*map(facts_of, bodies), NO_FACTS]


def test_facts_of_a_full_post() -> None:
    run = posts(BERT, 1)
    post = Post("x", reply=reference(BERT, run, 1), tags=("Ä", "ä", "b"), origin="o")
    assert facts_of(write_body(post)) == IndexedFacts("post", run.tip, ("ä", "b"), "o")


NAMED = reference(BERT, posts(BERT, 1), 1)


KEY = BERT.account.public


@pytest.mark.parametrize(
    ("body", "relations"),
    [
        (Post("x", quote=NAMED), [Relation(QUOTE, NAMED.id)]),
        (Post("x", reply=NAMED, root=NAMED), [Relation(ROOT, NAMED.id)]),
        (Post("x", mentions=(KEY, KEY)), [Relation(MENTION, KEY)]),
        (
            Post("x", quote=NAMED, mentions=(BERT.feed.public, KEY)),
            [
                Relation(QUOTE, NAMED.id),
                Relation(MENTION, BERT.feed.public),
                Relation(MENTION, KEY),
            ],
        ),
        (React(NAMED, "+"), [Relation(REACT, NAMED.id, "+")]),
        (React(NAMED), [Relation(REACT, NAMED.id)]),
        (Repost(NAMED), [Relation(REPOST, NAMED.id, "")]),
        (Follow(KEY), [Relation(FOLLOW, KEY, FOLLOWING)]),
        (Unfollow(KEY), [Relation(FOLLOW, KEY)]),
        (Label("a", (NAMED,), (KEY,)), []),
    ],
)
def test_relations_of_a_body(body: KnownBody, relations: list[Relation]) -> None:
    assert list(facts_of(write_body(body)).relations) == relations


def test_facts_of_other_bodies() -> None:
    assert facts_of(write_body(Profile("x"))) == IndexedFacts("profile")
    assert facts_of(encode({"kind": "pole"})) == IndexedFacts("pole")
    assert facts_of(encode({"kind": "react"})) == IndexedFacts("")
    malformed = encode({"kind": "post", "text": 7})
    assert read_body(malformed) == Unknown("post")
    assert facts_of(malformed) == IndexedFacts("")
    assert facts_of(b"") == IndexedFacts("")
