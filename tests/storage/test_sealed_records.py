"""Sealed records: what both backends do, and what of them lies on the disk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.budget import long

from sayso_storage.interface.sealed_records import Record, RecordKeys, SealedRecords
from sayso_storage.memory.sealed_records import MemorySealedRecords
from sayso_storage.sqlite.sealed import SqliteSealedRecords


@dataclass
class Ring:
    """Keys in memory."""

    kept: list[RecordKeys] = field(
        default_factory=lambda: [RecordKeys(1, b"n" * 32, b"first rows key, of thirty-two b.")]
    )

    def load(self) -> list[RecordKeys]:
        return list(self.kept)

    def save(self, keys: list[RecordKeys]) -> None:
        self.kept = list(keys)


@pytest.fixture
def ring() -> Ring:
    return Ring()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "home" / "letters.db"


@pytest.fixture(params=["memory", "sqlite"])
def records(request: pytest.FixtureRequest, file: Path, ring: Ring) -> Iterator[SealedRecords]:
    made: SealedRecords = (
        MemorySealedRecords() if request.param == "memory" else SqliteSealedRecords(file, ring)
    )
    yield made
    made.close()


def scanned(records: SealedRecords, kind: str, group: bytes = b"") -> list[tuple[bytes, bytes]]:
    return [(record.key, record.value) for record in records.scan(kind, group)]


def test_what_is_put_is_got(records: SealedRecords) -> None:
    records.put("message", b"1", b"hello")
    records.put("ratchet", b"1", b"other")
    assert records.get("message", b"1") == b"hello"
    assert records.get("ratchet", b"1") == b"other"
    assert records.get("message", b"2") is None
    assert records.get("mess", b"age1") is None


def test_a_group_is_read_in_the_order_of_first_puts(records: SealedRecords) -> None:
    for number, group in enumerate([b"ann", b"ben", b"ann", b"ann"]):
        records.put("message", bytes([number]), b"%d" % number, group)
    records.put("message", bytes([0]), b"new", b"elsewhere")
    assert scanned(records, "message", b"ann") == [(b"\0", b"new"), (b"\2", b"2"), (b"\3", b"3")]
    assert scanned(records, "message", b"elsewhere") == scanned(records, "message") == []
    newest = list(records.scan("message", b"ann", newest_first=True, limit=2))
    assert newest == [Record(b"\3", b"3"), Record(b"\2", b"2")]
    assert records.count("message", b"ann") == 3


def test_what_is_deleted_is_gone(records: SealedRecords) -> None:
    records.put("message", b"1", b"hello", b"ann")
    assert records.delete("message", b"1")
    assert not records.delete("message", b"1")
    assert records.get("message", b"1") is None
    assert records.erase()
    assert records.count("message", b"ann") == 0


def test_a_failed_transaction_changes_nothing(records: SealedRecords) -> None:
    records.put("message", b"1", b"hello", b"ann")
    with pytest.raises(ZeroDivisionError), records.writing():
        records.put("message", b"2", b"more", b"ann")
        with records.writing():
            records.delete("message", b"1")
        assert scanned(records, "message", b"ann") == [(b"2", b"more")]
        raise ZeroDivisionError
    assert scanned(records, "message", b"ann") == [(b"1", b"hello")]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["put", "delete", "erase", "reopen"]),
        st.sampled_from(["message", "ratchet"]),
        st.binary(max_size=2),
        st.binary(max_size=40),
        st.sampled_from([b"", b"ann", b"ben"]),
    ),
    max_size=25,
)


@long
@settings(max_examples=25)
@given(STEPS)
def test_both_do_the_same(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, bytes, bytes, bytes]]
) -> None:
    path, ring = tmp_path_factory.mktemp("letters") / "letters.db", Ring()
    sqlite, memory = SqliteSealedRecords(path, ring), MemorySealedRecords()
    for what, kind, key, value, group in steps:
        if what == "put":
            sqlite.put(kind, key, value, group)
            memory.put(kind, key, value, group)
        elif what == "delete":
            assert sqlite.delete(kind, key) == memory.delete(kind, key)
        elif what == "erase":
            assert sqlite.erase()
        else:
            sqlite.close()
            sqlite = SqliteSealedRecords(path, ring)
        for one in ("message", "ratchet"):
            for where in (b"", b"ann", b"ben"):
                assert scanned(sqlite, one, where) == scanned(memory, one, where)
    sqlite.close()
