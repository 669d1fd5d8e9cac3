"""Opening a store file: new, old, foreign, damaged, forbidden, migrated."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from pathlib import Path
from zlib import crc32

import pytest

from sayso_protocol.accounts.statement import sign_revoke
from sayso_protocol.codec import encode
from sayso_protocol.content.body import Follow, Post, React, Repost, write_body
from sayso_protocol.feed.run import sign_run
from sayso_storage.interface.store import StoreDamaged, StoreError, StoreTooNew, TimelineQuery
from sayso_storage.search.query import Phrase, SearchQuery
from sayso_storage.sqlite import open_store
from sayso_storage.sqlite.file import database, migrate, relations_backfill
from sayso_storage.sqlite.tables.kinds import POST_CODE

from .makers import NOW_MS, START_MS, after, author, posts, reference

ANNA, BERT = author(1), author(2)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def pragma(path: Path, name: str) -> object:
    with sqlite3.connect(path) as db:
        return db.execute(f"PRAGMA {name}").fetchone()[0]


def test_a_new_store_belongs_to_its_owner_alone(path: Path) -> None:
    before = os.umask(0)
    try:
        with open_store(path) as store:
            store.follow(ANNA.account.public, None, NOW_MS)
            files = {file.name: mode(file) for file in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert mode(path.parent) == 0o700
    assert files == dict.fromkeys(["store.db", "store.db-wal", "store.db-shm"], 0o600)


def test_a_store_remembers(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS)
        epoch, entries = store.epoch, store.arrived_after(0)
    with open_store(path) as store:
        assert (store.epoch, store.arrived_after(0)) == (epoch, entries)
        assert store.counts().bytes >= path.stat().st_size
    assert pragma(path, "application_id") == migrate.APPLICATION_ID
    assert pragma(path, "user_version") == migrate.VERSION
    assert pragma(path, "page_size") == database.PAGE_SIZE


def test_every_new_store_has_an_epoch_of_its_own(tmp_path: Path) -> None:
    with open_store(tmp_path / "a") as one, open_store(tmp_path / "b") as other:
        assert one.epoch != other.epoch


def test_the_database_copied_without_its_log_opens_clean(path: Path, tmp_path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 3)], NOW_MS)
        shutil.copy(path, tmp_path / "copy.db")
    with open_store(tmp_path / "copy.db") as copy:
        assert copy.check(None, lambda _: None).errors == ()


# --- not a store ----------------------------------------------------------------------------


@pytest.mark.parametrize("garbage", [b"not a database" * 100, b"\x00" * 5000, b"x"])
def test_a_file_of_something_else_is_left_alone(path: Path, garbage: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(garbage)
    with pytest.raises(StoreDamaged, match="not a sayso store"):
        open_store(path)
    assert path.read_bytes() == garbage


def test_a_database_of_another_program_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE bookmarks (url TEXT)")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="not a sayso store"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_store_of_a_later_version_is_left_alone(path: Path) -> None:
    open_store(path).close()
    with sqlite3.connect(path) as db:
        db.execute(f"PRAGMA user_version = {migrate.VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="install the newer sayso"):
        open_store(path)
    assert path.read_bytes() == before


def test_a_truncated_store_is_damaged(path: Path) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 200)], NOW_MS)
    path.write_bytes(path.read_bytes()[: 5 * database.PAGE_SIZE + 100])
    with pytest.raises(StoreDamaged), open_store(path) as store:
        store.arrived_after(0)


def test_a_folder_or_a_link_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "file").touch()
    for name in ("folder", "link"):
        with pytest.raises(StoreError, match="not a file"):
            open_store(tmp_path / name)
    with pytest.raises(StoreError, match="cannot make"):
        open_store(tmp_path / "file" / "store.db")
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_what_may_not_be_written_is_said(path: Path) -> None:
    open_store(path).close()
    for target, bits in ((path, 0o400), (path.parent, 0o500)):
        target.chmod(bits)
        with pytest.raises(StoreError, match="writable"):
            open_store(path)
        target.chmod(0o700)


def test_a_folder_that_refuses_is_said(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for root, to whom the system refuses nothing."""
    open_store(path).close()
    monkeypatch.setattr(database, "_may", lambda *_: False)
    with pytest.raises(StoreError, match="belong to you"):
        open_store(path)


def test_a_write_that_the_system_refuses_is_said(path: Path) -> None:
    with open_store(path) as store:
        store._database._writer.execute("PRAGMA query_only = ON")
        with pytest.raises(StoreError, match="writable"):
            store.follow(ANNA.account.public, None, NOW_MS)


def test_an_old_sqlite_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 36, 0))
    with pytest.raises(StoreError, match=r"3\.37"):
        open_store(path)
    assert not path.exists()


def test_a_planted_trigger_cannot_call_functions(path: Path) -> None:
    with open_store(path) as store:
        (trusted,) = store._database._writer.execute("PRAGMA trusted_schema").fetchone()
        assert trusted == 0
        with store._database.reading() as db:
            assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                db.execute("DELETE FROM accounts")


# --- migrations -----------------------------------------------------------------------------


def test_the_version_is_that_of_the_newest_file() -> None:
    numbers = sorted(int(file.name[:4]) for file in migrate.SCHEMA.glob("*.sql"))
    assert numbers == list(range(1, migrate.VERSION + 1))


def test_an_empty_file_becomes_a_store(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with open_store(path) as store:
        assert store.check(None, lambda _: None).errors == ()


BEFORE_KEEPING = """
    DROP TABLE kept_back;
    DROP TABLE carry_rules;
    DROP TABLE carry_state;
    PRAGMA user_version = 8;"""

BEFORE_SOURCES = f"""
    {BEFORE_KEEPING}
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

BEFORE_ACTS = f"""
    {BEFORE_WORDS}
    DROP TABLE acts;
    DROP INDEX entries_clamped;
    CREATE INDEX entries_clamped ON entries (feed, clamped_ms, seq)
        WHERE clamped_ms IS NOT NULL AND kind = 1;
    PRAGMA user_version = 4;"""

REACT_CODE, OLD_REPOST_CODE = (crc32(kind) >> 1 for kind in (b"react", b"repost"))


def test_what_was_unknown_before_acts_is_indexed(path: Path) -> None:
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
        db.executescript(BEFORE_ACTS)
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
        db.executescript(BEFORE_ACTS)
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
    BEFORE_ACTS
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
