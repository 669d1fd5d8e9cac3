"""What lies on the disk of sealed records, and what a crash or another process leaves."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.budget import long

from sayso_storage.interface.errors import StoreDamaged, StoreError, StoreTooNew
from sayso_storage.interface.sealed_records import RecordKeys
from sayso_storage.sqlite.file.side_database import SideDatabase
from sayso_storage.sqlite.sealed import SqliteSealedRecords
from sayso_storage.sqlite.sealed.sealed_records import APPLICATION_ID

from ...test_sealed_records import Ring, scanned

SECRET = b"the secret that nobody else may read"


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "letters.db"


@pytest.fixture
def records(file: Path, ring: Ring) -> Iterator[SqliteSealedRecords]:
    made = SqliteSealedRecords(file, ring)
    yield made
    made.close()


def contents(file: Path) -> bytes:
    """All that the files of a database hold."""
    return b"".join(one.read_bytes() for one in sorted(file.parent.iterdir()))


def rows(file: Path) -> list[tuple[bytes, bytes, bytes, bytes]]:
    db = sqlite3.connect(file)
    found = db.execute("SELECT name, bunch, wrapped, sealed FROM records ORDER BY place").fetchall()
    db.close()
    return found


def test_nothing_of_it_can_be_read_in_the_files(records: SqliteSealedRecords, file: Path) -> None:
    records.put("message", b"key of the record", SECRET, b"name of the group")
    found = contents(file)
    for word in (SECRET, b"key of the record", b"name of the group", b"message", b"first rows key"):
        assert word not in found
    assert file.stat().st_mode & 0o777 == 0o600


def test_what_is_erased_leaves_no_byte(records: SqliteSealedRecords, file: Path) -> None:
    for number in range(50):
        records.put("message", bytes([number]), SECRET * (number + 1), b"ann")
    before = rows(file)
    for number in range(1, 50):
        records.delete("message", bytes([number]))
    assert records.erase()
    found = contents(file)
    for number, row in enumerate(before):
        assert (row[0] in found, row[2] in found, row[3] in found) == (
            number == 0,
            False,
            number == 0,
        )
    assert scanned(records, "message", b"ann") == [(b"\0", SECRET)]


def test_a_copy_made_before_opens_with_no_key_that_is_kept(
    records: SqliteSealedRecords, file: Path, ring: Ring, tmp_path: Path
) -> None:
    records.put("message", b"1", SECRET, b"ann")
    shutil.copytree(file.parent, tmp_path / "copy")
    records.delete("message", b"1")
    assert records.erase()
    with pytest.raises(StoreDamaged, match="keys"):
        SqliteSealedRecords(tmp_path / "copy" / file.name, ring)


@pytest.mark.parametrize("last", [1, 2])
def test_a_crash_while_keys_change_loses_nothing(file: Path, ring: Ring, last: int) -> None:
    """The key ring fails before or after it has written."""
    with pytest.raises(ZeroDivisionError):
        crash(file, ring, last)
    records = SqliteSealedRecords(file, ring)
    assert records.get("message", b"1") == SECRET
    assert len(ring.kept) == 1
    assert records.erase()
    assert records.get("message", b"1") == SECRET
    records.close()


def crash(file: Path, ring: Ring, last: int) -> None:
    class Failing(Ring):
        saves = 0

        def save(self, keys: list[RecordKeys]) -> None:
            self.saves += 1
            if self.saves == last:
                raise ZeroDivisionError
            ring.save(keys)

        def load(self) -> list[RecordKeys]:
            return ring.load()

    records = SqliteSealedRecords(file, Failing())
    records.put("message", b"1", SECRET)
    try:
        records.erase()
    finally:
        records.close()


def test_a_second_process_follows_the_keys(
    records: SqliteSealedRecords, file: Path, ring: Ring
) -> None:
    other = SqliteSealedRecords(file, ring)
    records.put("message", b"1", SECRET)
    for _ in range(3):
        assert records.erase()
        assert other.get("message", b"1") == SECRET
        assert other.erase()
        assert records.get("message", b"1") == SECRET
    other.put("message", b"2", b"more")
    assert scanned(records, "message") == [(b"1", SECRET), (b"2", b"more")]
    other.close()


@long
def test_while_somebody_reads_the_log_stays(
    records: SqliteSealedRecords, file: Path, ring: Ring
) -> None:
    records.put("message", b"1", SECRET)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM records").fetchone()
    records.delete("message", b"1")
    assert not records.erase()
    reader.close()
    assert records.erase()


@pytest.mark.parametrize("column", ["wrapped", "sealed", "name"])
def test_a_flipped_bit_and_a_swapped_row_count_as_missing(
    records: SqliteSealedRecords, file: Path, column: str
) -> None:
    records.put("message", b"1", SECRET)
    records.put("message", b"2", SECRET)
    db = sqlite3.connect(file, isolation_level=None)
    first, second = db.execute(f"SELECT {column} FROM records").fetchall()
    flipped = bytes([first[0][0] ^ 1]) + first[0][1:]
    db.execute(f"UPDATE records SET {column} = ? WHERE place = 1", (flipped,))
    assert records.passed_over == 0 and records.damaged() == 1
    assert scanned(records, "message") == [(b"2", SECRET)]
    if column != "name":
        db.execute(f"UPDATE records SET {column} = ? WHERE place = 1", second)
        assert records.get("message", b"1") is None
    assert records.get("message", b"2") == SECRET
    assert records.erase()  # what is damaged does not stop it
    assert records.get("message", b"2") == SECRET
    assert records.passed_over == records.damaged() == 1
    db.close()


def test_a_damaged_record_is_mended_by_who_puts_it_again_or_taken_away(
    records: SqliteSealedRecords, file: Path
) -> None:
    for number in range(6):
        records.put("message", bytes([number]), SECRET)
    db = sqlite3.connect(file, isolation_level=None)
    db.execute("UPDATE records SET sealed = zeroblob(80) WHERE place <= 4")
    db.close()
    assert scanned(records, "message") == [(b"\4", SECRET), (b"\5", SECRET)]
    assert [one.key for one in records.scan("message", limit=1)] == [b"\4"]
    assert len(list(records.scan("message", limit=3))) == 2
    newest = records.scan("message", newest_first=True, limit=2)
    assert [one.key for one in newest] == [b"\5", b"\4"]
    records.put("message", b"\0", b"again")
    assert records.get("message", b"\0") == b"again"
    assert records.damaged() == 3
    assert records.delete_damaged() == 3
    assert (records.damaged(), records.passed_over, records.count("message")) == (0, 0, 3)


def test_foreign_and_later_files_are_refused(file: Path, ring: Ring) -> None:
    SideDatabase(file, 7, ["CREATE TABLE some (thing INTEGER) STRICT;"]).close()
    with pytest.raises(StoreDamaged, match="not a sayso store"):
        SqliteSealedRecords(file, ring)
    later = file.with_name("later.db")
    SideDatabase(
        later, APPLICATION_ID, ["CREATE TABLE a (b INTEGER);", "CREATE TABLE c (d INTEGER);"]
    ).close()
    with pytest.raises(StoreTooNew, match="layout 2"):
        SqliteSealedRecords(later, ring)


def test_a_closed_one_says_so(records: SqliteSealedRecords) -> None:
    records.close()
    with pytest.raises(StoreError, match="closed"):
        records.get("message", b"1")


def test_layouts_are_applied_in_order(file: Path) -> None:
    first = ["CREATE TABLE some (thing INTEGER) STRICT;"]
    SideDatabase(file, 7, first).close()
    both = SideDatabase(file, 7, [*first, "ALTER TABLE some ADD COLUMN other INTEGER;"])
    with both.writing() as db:
        db.execute("INSERT INTO some VALUES (1, 2)")
    both.close()
