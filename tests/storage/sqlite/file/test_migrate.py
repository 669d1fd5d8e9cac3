"""Layouts of older stores, brought up to date: all or nothing, and nothing is lost."""

from __future__ import annotations

import shutil
import sqlite3
from hashlib import sha256
from pathlib import Path
from zlib import crc32

import pytest
from tests.budget import long

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.codec import encode
from sayso_protocol.content.body import (
    Follow,
    KnownBody,
    Post,
    Profile,
    React,
    Repost,
    Unrepost,
    write_body,
)
from sayso_protocol.feed.run import sign_run
from sayso_storage.index.kinds import POST_CODE
from sayso_storage.interface.store import Store, StoreError, TimelineQuery
from sayso_storage.search.query import Phrase, SearchQuery
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.file import migrate, relations_backfill

from ...makers import NOW_MS, START_MS, after, posts, reference, run_of
from .test_database import ANNA, BERT, pragma


def test_the_version_is_that_of_the_newest_file() -> None:
    numbers = sorted(int(file.name[:4]) for file in migrate.SCHEMA.glob("*.sql"))
    assert numbers == list(range(1, migrate.VERSION + 1))


def test_the_sql_of_a_layout_never_changes() -> None:
    # SQLite keeps the text of a statement, comments too, and `check` compares it.
    found = sha256(repr(migrate.expected_layout()).encode()).hexdigest()
    assert found == LAYOUT, "another text of the same tables makes every older store look damaged"


LAYOUT = "b23e07941a36abf50552076818fe822ada1b43542cf8285ded53947a955227c8"
"""Of the newest layout; another one has another number."""


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()


BEFORE_LOOKS = """
    DROP TABLE looks;
    PRAGMA user_version = 22;"""


BEFORE_LABELS_ON_ACCOUNTS = f"""
    {BEFORE_LOOKS}
    DROP INDEX labels_on_accounts;
    PRAGMA user_version = 21;"""


BEFORE_READS = f"""
    {BEFORE_LABELS_ON_ACCOUNTS}
    DROP TABLE line;
    DROP TABLE lined;
    DROP TABLE shown;
    DROP TABLE named;
    DROP TABLE imports;
    DROP INDEX accounts_by_place;
    DROP INDEX accounts_by_petname;
    DROP TABLE author_tags;
    PRAGMA user_version = 20;"""


BEFORE_CONVERSATION = f"""
    {BEFORE_READS}
    DROP INDEX edits_of_feeds;
    DROP INDEX votes_in_order;
    DROP TABLE edit_tags;
    DROP TABLE polls;
    DROP TABLE ballots;
    DROP TABLE votes_counted;
    DROP TABLE bookmarks;
    DROP INDEX entries_clamped;
    CREATE INDEX entries_clamped ON entries (feed, clamped_ms, seq)
        WHERE clamped_ms IS NOT NULL AND kind IN (1, 2);
    DROP TABLE retractions;
    DROP TABLE blank;
    DROP TABLE let_go_blobs;
    DROP TABLE erasing;
    PRAGMA user_version = 18;"""


BEFORE_INDEXED_ABOVE = f"""
    {BEFORE_CONVERSATION}
    DROP TABLE indexed_above;
    PRAGMA user_version = 17;"""


BEFORE_KNOWN_PEERS = f"""
    {BEFORE_INDEXED_ABOVE}
    DROP TABLE carriers;
    DROP TABLE known_peers;
    DROP TABLE book;
    PRAGMA user_version = 16;"""


BEFORE_CARRIAGE = f"""
    {BEFORE_KNOWN_PEERS}
    DROP TABLE carried;
    DROP TABLE carried_counted;
    PRAGMA user_version = 15;"""


BEFORE_INVITES = f"""
    {BEFORE_CARRIAGE}
    DROP TABLE accepted;
    DROP TABLE guests;
    DROP TABLE invites;
    PRAGMA user_version = 14;"""


BEFORE_KEY_CHANGES = f"""
    {BEFORE_INVITES}
    DROP TABLE key_changes;
    PRAGMA user_version = 13;"""


BEFORE_DAMAGED = f"""
    {BEFORE_KEY_CHANGES}
    DROP TABLE damaged;
    PRAGMA user_version = 12;"""


BEFORE_FOLDING = f"""
    {BEFORE_DAMAGED}
    DROP TABLE folding;
    PRAGMA user_version = 11;"""


BEFORE_REPOSTS = f"""
    {BEFORE_FOLDING}
    DROP INDEX reposts_of_feeds;
    DROP INDEX reposts_of_entries;
    PRAGMA user_version = 10;"""


BEFORE_WRITTEN = f"""
    {BEFORE_REPOSTS}
    DROP TABLE leaps;
    PRAGMA user_version = 9;"""


BEFORE_WITHHOLDING = f"""
    {BEFORE_WRITTEN}
    DROP TABLE kept_back;
    DROP TABLE carry_rules;
    DROP TABLE carry_state;
    PRAGMA user_version = 8;"""


BEFORE_SOURCES = f"""
    {BEFORE_WITHHOLDING}
    DROP TABLE came;
    DROP TABLE sources;
    PRAGMA user_version = 7;"""


BEFORE_LABELS = f"""
    {BEFORE_SOURCES}
    DROP TABLE labels;
    DROP TABLE labellers;
    PRAGMA user_version = 6;"""


BEFORE_WORDS = f"""
    {BEFORE_LABELS}
    DROP TABLE word_places;
    DROP TABLE words;
    DROP TABLE indexed;
    PRAGMA user_version = 5;"""


BEFORE_RELATIONS = f"""
    {BEFORE_WORDS}
    DROP TABLE acts;
    DROP INDEX entries_clamped;
    CREATE INDEX entries_clamped ON entries (feed, clamped_ms, seq)
        WHERE clamped_ms IS NOT NULL AND kind = 1;
    PRAGMA user_version = 4;"""


REACT_CODE, OLD_REPOST_CODE = (crc32(kind) >> 1 for kind in (b"react", b"repost"))


@long
def test_what_was_unknown_before_relations_is_indexed(path: Path) -> None:
    """The former software kept new kinds as unknown, and took posts with whatever `mentions`."""
    root = posts(ANNA, 1)
    on = reference(ANNA, root, 1)
    key = BERT.account.public
    bodies = [
        write_body(Post("x", quote=on, mentions=(ANNA.account.public,))),
        write_body(React(on, "+")),
        write_body(Repost(on)),
        write_body(Follow(ANNA.account.public)),
        encode({"kind": "react", "on": 7}),
        encode({"kind": "post", "mentions": 7, "tags": ["t"], "text": ""}),
        write_body(Post("mentions and quote, in the text alone")),
    ]
    run = sign_run(BERT.feed, 1, None, [START_MS] * 3 + [NOW_MS * 2] * 4, bodies)
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.follow(key, None, NOW_MS)
        store.add_grant(BERT.grant)
        store.append([root, run], NOW_MS)
        kept = store.notifications(), store.reactions([on.id]), store.timeline(TimelineQuery())
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_RELATIONS)
        change = "UPDATE entries SET kind = ? WHERE feed = 2 AND seq = ?"
        db.executemany(change, [(OLD_REPOST_CODE, 3), (REACT_CODE, 5), (POST_CODE, 6)])
        db.execute(
            "INSERT INTO tags SELECT 't', sort_ms, seq, arrival, 2 FROM entries"
            " WHERE feed = 2 AND seq = 6"
        )
    db.close()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()
        assert (
            store.notifications(),
            store.reactions([on.id]),
            store.timeline(TimelineQuery()),
        ) == kept
        assert store.timeline(TimelineQuery(tag="t")) == []
    kinds, reactions, timeline = kept
    assert [one.kind for one in kinds] == ["follow", "repost", "react", "quote"]
    assert [stance.value for stance in reactions[on.id]] == ["+"]
    assert [entry.seq for entry in timeline] == [7, 1, 3, 1]


def test_what_fails_while_it_is_filled_leaves_the_layout_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = posts(ANNA, 1)
    quotes = [Post(str(n), quote=reference(ANNA, root, 1)) for n in range(3)]
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([root, after(ANNA, root, list(quotes))], NOW_MS)
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_RELATIONS)
    db.close()

    def fail(db: sqlite3.Connection) -> None:
        relations_backfill.fill(db)
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch, pytest.raises(StoreError, match="I/O"):
        patch.setitem(migrate.FILLS, 5, fail)
        open_store(path)
    assert pragma(path, "user_version") == 4
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'acts'").fetchone() is None
    with open_store(path) as store:
        assert len(store.quotes(root.tip)) == 3
        assert store.check(None, lambda _: None).errors == ()


BEFORE_STATEMENTS = (
    BEFORE_RELATIONS
    + """
    DROP TABLE statements;
    DROP TABLE ends;
    DROP TABLE removed;
    PRAGMA user_version = 3;"""
)


def test_a_store_from_before_statements_is_migrated_with_all_it_holds(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS)
        before = store.arrived_after(0), store.feeds_carried(), store.epoch
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_STATEMENTS)
    db.close()
    with open_store(path) as store:
        assert (store.arrived_after(0), store.feeds_carried(), store.epoch) == before
        assert store.check(None, lambda _: None).errors == ()
        said = sign_revoke(ANNA.account, ANNA.feed.public, 0, None)
        assert store.add_statements([said], NOW_MS) == [True]
        assert store.counts().entries == 0
    assert pragma(path, "user_version") == migrate.VERSION


def test_a_store_from_before_the_index_of_words_is_searched(path: Path) -> None:
    wanted = SearchQuery(((Phrase(("post", "2")),),))
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS)
        [found] = store.search(wanted, TimelineQuery())
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_WORDS)
    db.close()
    with open_store(path) as store:
        assert store.unindexed() == 3
        assert store.search(wanted, TimelineQuery()) == [found]
        assert store.check(None, lambda _: None).errors == ()


def test_of_a_store_from_before_sources_nobody_knows_who_brought_what(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS, ["peer"])
        assert store.source_of(2) == "peer"
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_SOURCES)
    db.close()
    with open_store(path) as store:
        assert store.source_of(2) is None
        assert store.check(None, lambda _: None).errors == ()


def test_what_was_imported_before_sorts_by_when_it_was_written(path: Path) -> None:
    """The former software sorted imports by the time at which they were signed."""
    root = posts(ANNA, 1)
    on = reference(ANNA, root, 1)
    bodies: list[KnownBody] = [
        Post("old", written=1000, tags=("t", "U"), reply=on, root=on, quote=on),
        Post("plain"),
        Post("of later", written=NOW_MS * 2, tags=("t",)),
        Post("written, in the text alone"),
        Post("ahead", written=START_MS - 1, mentions=(BERT.account.public,)),
        *(Post(str(n), written=n) for n in range(70)),
    ]
    more = after(ANNA, root, bodies)
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([root, more], START_MS + 3500)
        queries = [TimelineQuery(), TimelineQuery(tag="t"), TimelineQuery(since_ms=START_MS)]
        kept = [store.timeline(query) for query in queries], store.replies(on.id)
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_WRITTEN)
        for table in ("tags", "replies", "acts"):
            db.execute(
                f"UPDATE {table} SET sort_ms = (SELECT min(time_ms, {START_MS + 3500}) "
                f"FROM entries e WHERE e.arrival = {table}.arrival)"
            )
        db.execute(
            "UPDATE acts SET dated_ms = (SELECT nullif(time_ms, sort_ms) "
            "FROM entries e WHERE e.arrival = acts.arrival)"
        )
        late = START_MS + 3500
        db.execute(f"UPDATE entries SET clamped_ms = nullif(min(time_ms, {late}), time_ms)")
    db.close()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()
        assert ([store.timeline(query) for query in queries], store.replies(on.id)) == kept
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT first, last FROM leaps").fetchall() == [(2, 2), (4, 76)]
    db.close()
    # "ahead" was written within the day before: it is no import.
    assert [entry.seq for entry in kept[0][2]] == [6, 5, 4, 3, 1]


def test_a_store_from_before_fast_reads_is_read_as_before(path: Path) -> None:
    """Posts that were written within the day before sorted by that; notifications had no table."""
    root = posts(ANNA, 2)
    on = reference(ANNA, root, 1)
    bodies: list[KnownBody] = [
        Post("an import", written=1000, tags=("t",)),
        Post("of a bridge", written=START_MS - 5000, tags=("t",), reply=on),
        React(on, "+"),
    ]
    run = run_of(BERT, bodies)
    queries = [TimelineQuery(), TimelineQuery(tag="t"), TimelineQuery(since_ms=START_MS)]

    def read(store: Store) -> list[object]:
        timelines = [store.timeline(query) for query in queries]
        imports = store.imports(TimelineQuery())
        return [timelines, imports, store.notifications(), store.replies(on.id)]

    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.follow(BERT.account.public, None, NOW_MS)
        store.add_grant(BERT.grant)
        store.append([root, run], NOW_MS)
        kept = read(store)
        assert [one.posts for one in store.imports(TimelineQuery())] == [1]
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_READS)
        db.execute(f"UPDATE entries SET clamped_ms = {START_MS - 5000} WHERE feed = 2 AND seq = 2")
        for table in ("tags", "replies"):
            db.execute(f"UPDATE {table} SET sort_ms = {START_MS - 5000} WHERE seq = 2")
        db.execute("DELETE FROM leaps")
        db.execute("INSERT INTO leaps VALUES (2, 1, 3)")
    db.close()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()
        assert read(store) == kept
        assert store.extend_line() is False
        assert store.check(None, lambda _: None).errors == ()
        assert read(store) == kept


def test_names_that_came_before_their_looks_were_kept_are_found(path: Path) -> None:
    run = run_of(BERT, [Profile(name="Robin"), Profile(name="Bеrt")])  # with a Cyrillic letter
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.follow(BERT.account.public, "berti", NOW_MS)
        store.add_grant(BERT.grant)
        store.append([run], NOW_MS)
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_LOOKS)
    db.close()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()
        found = store.named_alike(["BERT", "bérti", "Robin"], 9)
        assert found == {one: [BERT.account.public] for one in ("BERT", "bérti")}


@pytest.fixture
def two_steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A second migration whose last statement fails until it is mended."""
    folder = tmp_path / "schema"
    shutil.copytree(migrate.SCHEMA, folder)
    step = folder / f"{migrate.VERSION + 1:04}_more.sql"
    step.write_text("CREATE TABLE more (x INTEGER) STRICT;\nINSERT INTO nowhere VALUES (1);\n")
    monkeypatch.setattr(migrate, "SCHEMA", folder)
    monkeypatch.setattr(migrate, "VERSION", migrate.VERSION + 1)
    return step


def test_a_failing_migration_leaves_the_layout_before_it(path: Path, two_steps: Path) -> None:
    with pytest.raises(StoreError, match="nowhere"):
        open_store(path)
    assert pragma(path, "user_version") == migrate.VERSION - 1
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'more'").fetchone() is None
    two_steps.write_text("CREATE TABLE more (x INTEGER) STRICT;\n")
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()
    assert pragma(path, "user_version") == migrate.VERSION


BEFORE_TIMELINES = """
    DROP INDEX entries_clamped;
    DROP INDEX batches_by_time;
    CREATE TABLE before AS SELECT tag, sort_ms, seq, arrival FROM tags;
    DROP TABLE tags;
    CREATE TABLE tags (
        tag TEXT NOT NULL, sort_ms INTEGER NOT NULL, seq INTEGER NOT NULL,
        arrival INTEGER NOT NULL, PRIMARY KEY (tag, sort_ms, seq, arrival)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO tags SELECT * FROM before;
    DROP TABLE before;
    CREATE TABLE before AS SELECT parent, arrival FROM replies;
    DROP TABLE replies;
    CREATE TABLE replies (
        parent BLOB NOT NULL, arrival INTEGER NOT NULL, PRIMARY KEY (parent, arrival)
    ) STRICT, WITHOUT ROWID;
    INSERT INTO replies SELECT * FROM before;
    DROP TABLE before;
    PRAGMA user_version = 2;"""


def test_what_a_store_of_the_second_layout_knows_is_kept(path: Path) -> None:
    root = posts(ANNA, 1)
    more = [Post(str(n), tags=("t", "u"), reply=reference(ANNA, root, 1)) for n in range(9)]
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([root, after(ANNA, root, list(more))], NOW_MS)
        tagged = store.timeline(TimelineQuery(tag="t"))
    with sqlite3.connect(path) as db:
        db.executescript(BEFORE_STATEMENTS + BEFORE_TIMELINES)
    db.close()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()
        assert store.timeline(TimelineQuery(tag="t", account=ANNA.account.public)) == tagged
        assert store.replies(root.tip) == tagged[::-1]
    assert len(tagged) == 9


def test_a_migration_killed_at_any_statement_is_taken_up_again(path: Path) -> None:
    script = next(migrate.SCHEMA.glob("0001_*.sql")).read_text(encoding="utf-8")
    for count in range(0, len(list(migrate.statements(script))), 3):
        target = path.with_name(f"store{count}")
        target.parent.mkdir(exist_ok=True)
        db = sqlite3.connect(target, isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        for statement in list(migrate.statements(script))[:count]:
            db.execute(statement)
        shutil.copytree(path.parent, path.parent.with_name(f"killed{count}"))
        db.close()
        with open_store(path.parent.with_name(f"killed{count}") / target.name) as store:
            assert store.check(None, lambda _: None).errors == ()


def test_statements_are_split_where_they_end() -> None:
    script = "-- a; comment\nCREATE TABLE a (\n  x TEXT -- with; one\n);\n\nSELECT ';';\n"
    assert [one.strip()[-2:] for one in migrate.statements(script)] == [");", "';"]
    with pytest.raises(ValueError, match="semicolon"):
        list(migrate.statements("SELECT 1"))


def test_ends_of_reposts_count_that_came_before_they_were_known(path: Path) -> None:
    on = reference(ANNA, posts(ANNA, 1), 1)
    bodies = [write_body(body) for body in (Repost(on), Unrepost(on), Post("x"))]
    run = sign_run(BERT.feed, 1, None, [START_MS, START_MS, NOW_MS * 2], bodies)
    for before in (BEFORE_REPOSTS, BEFORE_RELATIONS):
        file = path.with_name(str(len(before)))
        with open_store(file) as store:
            store.add_own(ANNA.grant, NOW_MS)
            store.follow(BERT.account.public, None, NOW_MS)
            store.add_grant(BERT.grant)
            store.append([run], NOW_MS)
        with sqlite3.connect(file) as db:
            db.execute("DELETE FROM acts WHERE value IS NULL")
            db.executescript(before)
        db.close()
        with open_store(file) as store:
            assert store.check(None, lambda _: None).errors == ()
            assert store.reposts([on.id]) == {}
            assert [entry.seq for entry in store.timeline(TimelineQuery())] == [3]


def test_a_file_that_another_process_makes_meanwhile_is_no_foreign_one(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    one, other = (sqlite3.connect(path, isolation_level=None) for _ in range(2))
    one.execute("PRAGMA journal_mode = WAL")
    made = list[str]()

    def meanwhile(sql: str) -> None:
        if "sqlite_schema" in sql and not made:
            made.append(sql)
            migrate.migrate(other, path)

    one.set_trace_callback(meanwhile)
    assert migrate.check_version(one, path) == 0
    assert made and migrate.check_version(one, path) == migrate.VERSION
    one.close()
    other.close()
