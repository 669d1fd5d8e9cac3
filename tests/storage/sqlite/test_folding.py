"""Another folding than the one under which a store was indexed: tags and words are made anew."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long
from tests.storage.makers import NOW_MS, author, run_of

from sayso_protocol.content.body import Post
from sayso_storage.index.body_facts import fold_tag
from sayso_storage.interface.store import TimelineQuery
from sayso_storage.interface.withholding import Decision, RelayRule
from sayso_storage.search.query import SearchQuery, phrase_of
from sayso_storage.sqlite import folding
from sayso_storage.sqlite.store import SqliteStore, open_store

pytestmark = pytest.mark.usefixtures("one_turn")

ANNA = author(1)
TAGS = [
    ("cafe\u0301", "plain"),
    ("caf\u00e9",),
    ("ＡＢＣ", "İZMİR"),
    ("plain",),
    ("می\u200cخواهم",),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "store.sqlite"


def fill(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        posts = [Post(f"Donau\u00addampf {n}", tags=tags) for n, tags in enumerate(TAGS)]
        store.append([run_of(ANNA, list(posts))], NOW_MS)
        assert store.index_words() == len(TAGS)


def make_old(path: Path, *more: str) -> None:
    """As a store is that earlier software indexed: tags in one case, and other words."""
    with sqlite3.connect(path) as db:
        rows = list(db.execute("SELECT arrival, sort_ms, seq, feed FROM tags GROUP BY arrival"))
        db.execute("DELETE FROM tags")
        for (arrival, *place, feed), tags in zip(rows, TAGS, strict=True):
            for tag in {tag.casefold() for tag in tags}:
                values = (tag, *place, arrival, feed)
                db.execute(
                    "INSERT INTO tags (tag, sort_ms, seq, arrival, feed) VALUES (?, ?, ?, ?, ?)",
                    values,
                )
        db.execute("INSERT INTO words (words) VALUES ('delete-all')")
        db.execute("INSERT INTO words (rowid, text) VALUES (1, 'donau dampf 0')")
        for statement in more:
            db.execute(statement)
    db.close()


OTHER_VERSIONS = ["DELETE FROM folding", "UPDATE folding SET version = 'text 1, Unicode 3.0'"]


def found(store: SqliteStore, tag: str) -> list[int]:
    return sorted(one.seq for one in store.timeline(TimelineQuery(tag=tag)))


@pytest.mark.parametrize("other", OTHER_VERSIONS)
def test_what_was_indexed_under_another_folding_is_found(path: Path, other: str) -> None:
    fill(path)
    make_old(path, other)
    with open_store(path) as store:
        assert found(store, "CAFE\u0301") == found(store, "caf\u00e9") == [1, 2]
        assert found(store, "abc") == found(store, "izmir") == [3]
        assert found(store, "plain") == [1, 4]
        assert found(store, "میخواهم") == [5]
        assert store.unindexed() == len(TAGS)
        phrase = phrase_of("donaudampf")
        assert phrase is not None
        assert len(store.search(SearchQuery(((phrase,),)), TimelineQuery())) == len(TAGS)
        assert store.check(None, lambda _: None).errors == ()


def test_an_index_of_the_folding_in_force_stays(path: Path) -> None:
    fill(path)
    for _ in range(2):
        with open_store(path) as store:
            assert store.unindexed() == 0
            assert store.check(None, lambda _: None).errors == ()


def test_a_store_that_cannot_be_written_is_read_as_it_is(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    make_old(path, "DELETE FROM folding")
    with monkeypatch.context() as patch:

        def fail(_: sqlite3.Connection) -> None:
            raise sqlite3.OperationalError("disk I/O error")

        patch.setattr(folding, "_renew_tags", fail)
        with open_store(path) as store:
            assert found(store, "plain") == [1, 4]
            assert found(store, "abc") == []
    with open_store(path) as store:
        assert found(store, "abc") == [3]
        assert store.check(None, lambda _: None).errors == ()


def test_what_was_let_go_of_before_the_tags_were_renewed_stops_no_start(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(path)
    make_old(path, "DELETE FROM folding")
    with monkeypatch.context() as patch:

        def fail(_: sqlite3.Connection) -> None:
            raise sqlite3.OperationalError("database is locked")

        patch.setattr(folding, "_renew_tags", fail)
        with open_store(path) as store:
            store.change_relay_rules(bytes(16), [])
            asked = store.rule_progress()
            assert asked is not None
            rule = RelayRule(bytes(16), "store", "a rule")
            thin = [Decision(one, rule, True) for one in store.arrived_after(0) if one.seq < 4]
            store.withhold(thin, asked._replace(judged=store.last_arrival()))
    for _ in range(2):
        with open_store(path) as store:
            assert found(store, "abc") == found(store, "caf\u00e9") == []
            assert found(store, "plain") == [4]
            assert found(store, "میخواهم") == [5]


@long
@settings(max_examples=20)
@given(st.lists(st.text("aéİ\u0301\u200bＢß中", min_size=1, max_size=5), min_size=1, max_size=4))
def test_tags_of_one_form_are_one_tag(tags: list[str]) -> None:
    with TemporaryDirectory() as folder, open_store(Path(folder) / "store.sqlite") as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([run_of(ANNA, [Post("x", tags=tuple(tags))])], NOW_MS)
        for tag in tags:
            assert bool(found(store, tag)) is bool(fold_tag(tag))
