"""Names of objects in the bucket: made of hashes and times alone, never of what a peer says.

Of a blob of which the hash is H in hexadecimal there may be: ``H/bytes``, ``H/tree`` the inner
blocks, ``H/pin`` the owner's wish that it stays, ``H/looked-T`` for when it was looked at
(milliseconds, 15 digits; the latest counts), ``H/damaged`` where the bytes were found to be others.
Without ``H/bytes`` it is not held.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ...interface.blobs import HeldBlob
from ..blob_names import cid_of, digest_in

BYTES: Final = "bytes"
TREE: Final = "tree"
PIN: Final = "pin"
DAMAGED: Final = "damaged"
LOOKED: Final = "looked-"

_DIGITS: Final = 15


def key_of(digest: bytes, part: str) -> str:
    """The name of an object below the prefix."""
    return f"{digest.hex()}/{part}"


def looked_part(now_ms: int) -> str:
    """The part of a name that says when."""
    return f"{LOOKED}{now_ms:0{_DIGITS}d}"


@dataclass(slots=True)
class BlobRecord:
    """What objects there are of one blob."""

    digest: bytes
    size: int | None = None
    """Bytes of ``H/bytes``; None where there is no such object."""
    looked_ms: int = 0
    is_pinned: bool = False
    is_damaged: bool = False
    parts: tuple[str, ...] = ()

    def note(self, part: str, size: int) -> None:
        """One of the objects; any other name is none of these."""
        if part == BYTES:
            self.size = size
        elif part == PIN:
            self.is_pinned = True
        elif part == DAMAGED:
            self.is_damaged = True
        elif part.startswith(LOOKED):
            digits = part.removeprefix(LOOKED)
            if len(digits) == _DIGITS and digits.isascii() and digits.isdigit():
                self.looked_ms = max(self.looked_ms, int(digits))
        elif part != TREE:
            return
        self.parts += (part,)

    @property
    def held(self) -> HeldBlob | None:
        """The blob, where it is whole and not known to be damaged."""
        if not self.size or self.is_damaged:
            return None
        return HeldBlob(cid_of(self.digest, self.size), self.size, self.looked_ms, self.is_pinned)

    @property
    def keys(self) -> list[str]:
        """The names of its objects, the bytes first."""
        parts = sorted(self.parts, key=lambda part: part != BYTES)
        return [key_of(self.digest, part) for part in parts]


def records_of(objects: Iterable[tuple[str, int]]) -> dict[bytes, BlobRecord]:
    """The blobs of which these objects are, given by name and size; others are passed over."""
    found: dict[bytes, BlobRecord] = {}
    for key, size in objects:
        name, _, part = key.partition("/")
        digest = digest_in(name)
        if digest is not None:
            found.setdefault(digest, BlobRecord(digest)).note(part, size)
    return found
