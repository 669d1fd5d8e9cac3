"""When what was deleted of letters is erased from the files.

An erasure gives all rows another key: with many letters it takes a moment. So what expires is
erased together, once an hour at most, and what the owner forgets at once. That it is due stands in
the records, so a node that was stopped between erases when it starts.
"""

from __future__ import annotations

from typing import Final

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadShape
from sayso_storage.interface.sealed_records import SealedRecords

ERASURE: Final = "erasure"

APART_MS: Final = 3_600_000
"""Between two erasures of what expired."""

AGAIN_MS: Final = 60_000
"""Before it is tried again, where another program was reading."""

_ONLY: Final = b""
_VERSION: Final = 1
_AT_ONCE: Final = 0


def mark_deleted(records: SealedRecords, now_ms: int) -> None:
    """Something was deleted: it is erased with what else is within the hour. Within the
    transaction that deletes it. Raises `StoreError`."""
    due_ms, last_ms = _state(records)
    soonest = now_ms + min(APART_MS, max(0, last_ms + APART_MS - now_ms))  # clocks are set back
    _put(records, soonest if due_ms is None else min(due_ms, soonest), last_ms)


def mark_forgotten(records: SealedRecords) -> None:
    """The owner forgot something: it is erased at once. As `mark_deleted`."""
    _, last_ms = _state(records)
    _put(records, _AT_ONCE, last_ms)


def erase_due(records: SealedRecords, now_ms: int) -> bool:
    """Erase what is due, if anything is; whether nothing is due any more. Raises `StoreError`."""
    due_ms, last_ms = _state(records)
    if due_ms is None or now_ms < due_ms <= now_ms + APART_MS:
        return True
    is_erased = records.erase()
    with records.writing():
        if is_erased:
            _put(records, None, now_ms)
        else:
            _put(records, now_ms + AGAIN_MS, last_ms)
    return is_erased


def _state(records: SealedRecords) -> tuple[int | None, int]:
    """When it is due, and when it was done last."""
    value = records.get(ERASURE, _ONLY)
    match None if value is None else decode(value):
        case None:
            return None, 0
        case [1, None, int() as last_ms]:
            return None, last_ms
        case [1, int() as due_ms, int() as last_ms]:
            return due_ms, last_ms
        case _:
            raise BadShape("an erasure that was kept otherwise")


def _put(records: SealedRecords, due_ms: int | None, last_ms: int) -> None:
    records.put(ERASURE, _ONLY, encode([_VERSION, due_ms, last_ms]))
