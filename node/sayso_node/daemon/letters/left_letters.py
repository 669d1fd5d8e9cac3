"""Letters at the own door that stay there for a while: a knock is for several devices of an
account, and whoever takes it away takes it from the others."""

from __future__ import annotations

from typing import Final

from sayso_protocol.letters.box import DAY_MS, letter_id
from sayso_protocol.letters.letter_frames import CarriedLetter
from sayso_storage.interface.sealed_records import SealedRecords

LEFT: Final = "letter left"
"""When this device first saw a letter that it left where it lay."""

LEFT_MS: Final = 7 * DAY_MS
"""How long they stay. Whose other device was off for longer is called anew."""

MAX_LEFT: Final = 32
"""Letters that stay: they are given with each question, at most 256 kB."""


class LeftLetters:
    """See the module. Raises `StoreError`."""

    def __init__(self, records: SealedRecords) -> None:
        self._records = records

    def knows(self, carried: CarriedLetter) -> bool:
        """Whether this device has had a letter of this carrier's before."""
        return self._records.get(LEFT, _key(carried)) is not None

    def leave(self, carried: CarriedLetter, now_ms: int) -> bool:
        """Whether a letter stays where it lies."""
        key = _key(carried)
        value = self._records.get(LEFT, key)
        if value is not None:
            return now_ms - int.from_bytes(value, "big") < LEFT_MS
        if self._records.count(LEFT) >= MAX_LEFT and not self._forget(now_ms):
            return False
        self._records.put(LEFT, key, now_ms.to_bytes(8, "big"))
        return True

    def _forget(self, now_ms: int) -> int:
        """Let go of what does not lie there any more; the number."""
        rows = list(self._records.scan(LEFT))
        old = [one for one in rows if now_ms - int.from_bytes(one.value, "big") >= LEFT_MS]
        for one in old:
            self._records.delete(LEFT, one.key)
        return len(old)


def _key(carried: CarriedLetter) -> bytes:
    """Each carrier has its own tag: that several brought a knock counts for it."""
    return letter_id(carried.box, carried.letter) + carried.tag
