"""Records that lie sealed on the disk: letters, and what opens them.

A record is found by its kind and its key, and belongs to a group. On the disk stand keyed hashes of
these and ciphertext, so neither what a record says nor whom it is about can be read without the
`RecordKeys`. What was deleted and then erased is in no file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

KEY_SIZE = 32
"""Bytes of each secret key."""


@dataclass(frozen=True, slots=True)
class RecordKeys:
    """The keys of one generation. Keys have 32 bytes each."""

    generation: int
    """Counts from 1; each `SealedRecords.erase` begins the next."""
    names: bytes
    """Key of the hashes by which records are found; the same in each generation."""
    rows: bytes
    """Key of the keys of rows."""

    def __repr__(self) -> str:
        return f"RecordKeys({self.generation}, …)"  # a secret must not get into a log


class KeyRing(Protocol):
    """Where the keys are kept: outside of the database, durably."""

    def load(self) -> list[RecordKeys]:
        """All generations that are kept, at least one: two after a crash, or while another process
        changes from one to the next. Whatever it raises goes through."""
        ...

    def save(self, keys: list[RecordKeys]) -> None:
        """Keep these and no others, on the disk when this returns."""
        ...


@dataclass(frozen=True, slots=True)
class Record:
    """One record, opened."""

    key: bytes
    value: bytes


class SealedRecords(Protocol):
    """Records of one home. Kinds are short names, keys and groups any bytes. Any thread may use it,
    and other processes may use the same files. All raise `StoreError`.

    A record that is damaged on the disk counts as missing: it stops nothing, whoever puts it again
    mends it, and `passed_over` says that there are some."""

    @property
    def passed_over(self) -> int:
        """How many damaged records were met since this was opened, each counted once."""
        ...

    def writing(self) -> AbstractContextManager[None]:
        """A transaction: all that is changed inside is on the disk when it ends, or nothing is. It
        sees its own changes. Within another one it is a part of that."""
        ...

    def reading(self) -> AbstractContextManager[None]:
        """One state of the records all through."""
        ...

    def get(self, kind: str, key: bytes) -> bytes | None:
        """The value of a record, None where there is none, or it is damaged."""
        ...

    def put(self, kind: str, key: bytes, value: bytes, group: bytes = b"") -> None:
        """Add a record, or change its value; whoever has one keeps its place and its group."""
        ...

    def delete(self, kind: str, key: bytes) -> bool:
        """Delete a record; whether there was one. In the files until `erase`."""
        ...

    def scan(
        self, kind: str, group: bytes = b"", *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Record]:
        """The records of a group as they are now, in the order in which they were put first,
        without those that are damaged."""
        ...

    def count(self, kind: str, group: bytes = b"") -> int:
        """The number of records of a group, with those that are damaged."""
        ...

    def damaged(self) -> int:
        """Look at all records: the number of those that are not what was put."""
        ...

    def delete_damaged(self) -> int:
        """Delete all that are damaged; their number. In the files until `erase`."""
        ...

    def erase(self) -> bool:
        """Make unreadable what was deleted: clear the log of writes, and begin a new generation of
        keys, so that not even a copy of the files made before opens with the keys that are kept.
        False where another process reads what was there before; try again then."""
        ...

    def size(self) -> int:
        """Bytes on the disk."""
        ...

    def close(self) -> None:
        """Close the files; idempotent."""
        ...
