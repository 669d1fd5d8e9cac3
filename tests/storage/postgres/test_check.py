"""What has rotted in a store on PostgreSQL is found, whatever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.budget import long
from tests.storage.makers import NOW_MS, author, posts, reference, run_of
from tests.storage.postgres_server import Schemas

from sayso_protocol.content.body import KnownBody, Label, Poll, Post, React
from sayso_storage.interface.store import Store

ANN, BEN = author(1), author(2)
FIRST = posts(ANN, 3, text="first")
ON = reference(ANN, FIRST, 1)
BODIES: list[KnownBody] = [
    Post("an answer", reply=ON, tags=("tag",)),
    React(ON, "+"),
    Poll("Which?", ("one", "two")),
    Label("kind", accounts=(ANN.account.public,)),
]

ROTTEN = [
    ("UPDATE entries SET body = '\\x00' WHERE seq = 2", "does not have the id"),
    ("UPDATE entries SET time_ms = time_ms + 1 WHERE seq = 2", "does not have the id"),
    ("UPDATE entries SET signature = '\\x00' WHERE seq = 3", "does not have the id"),
    ("UPDATE entries SET kind = 7 WHERE seq = 1", "indexed as another kind"),
    ("UPDATE entries SET sort_ms = 5 WHERE seq = 1", "sorted by another time"),
    ("UPDATE entries SET size = 5 WHERE seq = 1", "stored with another size"),
    ("UPDATE entries SET arrived_ms = arrived_ms + 1 WHERE seq = 1", "missing in an index"),
    ("DELETE FROM entries WHERE seq = 2", "missing"),
    ("DELETE FROM ids WHERE seq = 1", "ids has"),
    ("DELETE FROM replies", "replies has"),
    ("DELETE FROM tags", "tags has"),
    ("DELETE FROM relations", "relations has"),
    ("DELETE FROM labels", "labels has"),
    ("DELETE FROM polls", "polls has"),
    ("UPDATE labels SET name = 'other'", "missing in an index"),
    ("UPDATE held SET last_ms = last_ms + 1", "does not end as stored"),
    ("DELETE FROM log WHERE arrival = 1", "said to be held"),
    ("UPDATE log SET last = last + 1 WHERE arrival = 1", "arrivals are not numbered"),
    ("UPDATE store SET entries = entries + 1", "said to be held"),
    ("UPDATE feeds SET wire = '\\x00'", "the grant"),
    ("DELETE FROM words WHERE seq = 2", "the index of words"),
    ("UPDATE words SET words = '''x'''::tsvector", "the index of words"),
    ("INSERT INTO withheld VALUES (1, 99, 1)", "withheld, and not there"),
    ("INSERT INTO looks VALUES ('\\x00', 1, 1)", "what names look like"),
]


@pytest.fixture
def filled(schemas: Schemas) -> Iterator[tuple[Store, str]]:
    from sayso_storage.postgres import open_store

    with schemas.one() as url, open_store(url) as store:
        for one in (ANN, BEN):
            store.follow(one.account.public, None, NOW_MS)
            store.add_grant(one.grant)
        store.append([FIRST, run_of(BEN, BODIES)], NOW_MS)
        while store.index_words():
            pass
        yield store, url


@long
def test_what_is_whole_has_no_errors(filled: tuple[Store, str]) -> None:
    store, _ = filled
    assert store.check(None, lambda _: None).errors == ()


@pytest.mark.parametrize(("rot", "says"), ROTTEN)
def test_it_is_named(filled: tuple[Store, str], rot: str, says: str) -> None:
    import psycopg

    store, url = filled
    with psycopg.connect(url) as db:
        assert db.execute(rot.encode()).rowcount
    found = store.check(None, lambda _: None)
    assert any(says in line for line in found.errors), found.errors
    assert found.words_damaged or "words" not in says
