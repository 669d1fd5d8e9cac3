"""What was taken back leaves the files: found there before, found nowhere after."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sayso_protocol.content.body import Post, Reference, Retract
from sayso_storage.sqlite import SqliteStore
from sayso_storage.sqlite.file import retractions_backfill
from sayso_storage.sqlite.words import erasure

from ...makers import NOW_MS, after, author, part, run_of

ANNA, BERT = author(1), author(2)
WORD = "zauberlehrling"
SECRET = f"the secret {WORD} lies here"
LONG = f"{SECRET} " + "many words " * 900 + WORD
SAID = run_of(BERT, [Post(f"<{n}> and some words besides") for n in range(30)] + [Post(LONG)])
BACK = after(
    BERT, SAID, [Retract((Reference(BERT.account.public, BERT.feed.public, 31, SAID.ids[30]),))]
)


def found(path: Path, what: str) -> list[str]:
    """The files of a store in which a text is."""
    files = sorted(path.parent.iterdir())
    return [file.name for file in files if what.encode() in file.read_bytes()]


@pytest.fixture
def held(sqlite: SqliteStore) -> SqliteStore:
    """Holds the posts, all of them indexed."""
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    sqlite.append([SAID], NOW_MS)
    while sqlite.index_words():
        pass
    return sqlite


def test_nothing_of_it_is_in_any_file(held: SqliteStore, path: Path) -> None:
    assert found(path, SECRET)
    assert found(path, WORD[1:])  # the index has it without its beginning
    held.append([BACK], NOW_MS)
    assert found(path, SECRET)  # the control: without erasing it stays
    assert held.has_to_erase
    steps: list[int] = []
    assert held.erase(steps.append)
    assert steps
    assert not held.has_to_erase
    assert found(path, SECRET) == found(path, WORD[1:]) == []
    assert not held.check(None, lambda _: None).errors


def test_what_comes_after_its_retraction_is_never_written(sqlite: SqliteStore, path: Path) -> None:
    sqlite.add_own(ANNA.grant, NOW_MS)
    sqlite.follow(BERT.account.public, None, NOW_MS)
    sqlite.add_grant(BERT.grant)
    sqlite.append([BACK], NOW_MS)
    sqlite.append([part(SAID, 20, 31)], NOW_MS)
    assert not sqlite.has_to_erase
    assert found(path, SECRET) == []


def test_a_reader_holds_it_back_and_it_is_done_again(held: SqliteStore, path: Path) -> None:
    with held._database.reading() as db:
        db.execute("SELECT count(*) FROM entries").fetchone()
        held.append([BACK], NOW_MS)
        assert not held.erase()
        assert held.has_to_erase
    assert held.erase()
    assert found(path, SECRET) == []


def test_what_is_taken_back_meanwhile_is_erased_the_next_time(
    held: SqliteStore, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held.append([BACK], NOW_MS)
    other = after(
        BERT,
        BACK,
        [Retract((Reference(BERT.account.public, BERT.feed.public, 1, SAID.ids[0]),))],
    )
    merge = erasure._merge

    def meanwhile(*arguments: object) -> None:
        merge(*arguments)  # type: ignore[arg-type]
        held.append([other], NOW_MS)

    with monkeypatch.context() as patch:
        patch.setattr(erasure, "_merge", meanwhile)
        assert not held.erase()
    assert held.has_to_erase
    assert held.erase()
    assert found(path, "<0> and some words") == []


def test_a_damaged_index_is_emptied_and_filled_anew(held: SqliteStore, path: Path) -> None:
    held.append([BACK], NOW_MS)
    db = sqlite3.connect(path)
    db.execute("UPDATE words_data SET block = x'00' WHERE id > 10")
    db.commit()
    db.close()
    assert held.erase()
    while held.index_words():
        pass
    assert found(path, SECRET) == found(path, WORD[1:]) == []


def test_retractions_that_older_software_took_in_are_followed(
    held: SqliteStore, path: Path
) -> None:
    # As it left the store: the entry is there, and nothing else knows of it.
    held.append([BACK], NOW_MS)
    held.erase()
    held.gave_way()
    with held._database.writing(durable=True) as db:
        (arrival,) = db.execute("SELECT arrival FROM entries WHERE seq = 31").fetchone()
        query = "UPDATE entries SET body = ?, kind = 1 WHERE arrival = ?"
        db.execute(query, (SAID.bodies[30], arrival))
        for table in ("absent", "retractions", "blank", "let_go_blobs", "erasing"):
            db.execute(f"DELETE FROM {table}")
        retractions_backfill.fill(db)
    assert held.has_to_erase
    assert held.taken_back([SAID.ids[30]]) == {SAID.ids[30]}
    assert held.erase()
    assert held.gave_way() == [BERT.feed.public]
    assert found(path, SECRET) == []
