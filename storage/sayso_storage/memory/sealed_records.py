"""Sealed records in memory, for tests and the simulator: nothing is on a disk."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from ..interface.sealed_records import Record

_Groups = dict[tuple[str, bytes], bytes]
_Values = dict[tuple[str, bytes], bytes]


class MemorySealedRecords:
    """See `SealedRecords`."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._values: _Values = {}
        """By kind and key, in the order in which they were put first."""
        self._groups: _Groups = {}
        self._depth = 0

    @contextmanager
    def writing(self) -> Iterator[None]:
        """See `SealedRecords`."""
        with self._lock:
            before = None if self._depth else (dict(self._values), dict(self._groups))
            self._depth += 1
            try:
                yield
            except BaseException:
                if before is not None:
                    self._values, self._groups = before
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def reading(self) -> Iterator[None]:
        """See `SealedRecords`."""
        with self._lock:
            yield

    def get(self, kind: str, key: bytes) -> bytes | None:
        """See `SealedRecords`."""
        return self._values.get((kind, key))

    def put(self, kind: str, key: bytes, value: bytes, group: bytes = b"") -> None:
        """See `SealedRecords`."""
        with self._lock:
            self._values[kind, key] = value
            self._groups.setdefault((kind, key), group)

    def delete(self, kind: str, key: bytes) -> bool:
        """See `SealedRecords`."""
        with self._lock:
            self._groups.pop((kind, key), None)
            return self._values.pop((kind, key), None) is not None

    def scan(
        self, kind: str, group: bytes = b"", *, newest_first: bool = False, limit: int | None = None
    ) -> Iterator[Record]:
        """See `SealedRecords`."""
        with self._lock:
            found = [
                Record(name[1], value)
                for name, value in self._values.items()
                if name[0] == kind and self._groups[name] == group
            ]
        return iter((found[::-1] if newest_first else found)[:limit])

    def count(self, kind: str, group: bytes = b"") -> int:
        """See `SealedRecords`."""
        return sum(1 for _ in self.scan(kind, group))

    passed_over = 0

    def damaged(self) -> int:
        """See `SealedRecords`."""
        return 0

    def delete_damaged(self) -> int:
        """See `SealedRecords`."""
        return 0

    def erase(self) -> bool:
        """See `SealedRecords`."""
        return True

    def size(self) -> int:
        """See `SealedRecords`."""
        return sum(map(len, self._values.values()))

    def close(self) -> None:
        """See `SealedRecords`."""
