"""The names of files in a shared folder: they tell what is in a file, and whether it is whole.

All are in lower case, since FAT does not tell cases apart, and far shorter than its 255 characters.
A name is believed as far as it saves work; what is taken is verified, whatever its name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Final

from sayso_protocol.limits import MAX_SEQ

ENDING: Final = ".sayso"
_DIGEST_SIZE: Final = 16
_HEAD_SIZE: Final = 8
_PERSON: Final = b"sayso folder 1"
_NUMBER: Final = "[1-9][0-9]{0,18}"
_SEGMENT: Final = re.compile(
    rf"({_NUMBER})-({_NUMBER})-({_NUMBER})-([0-9a-f]{{16}})-([0-9a-f]{{32}}){re.escape(ENDING)}"
)
_ACCOUNT: Final = re.compile(rf"account-({_NUMBER})-([0-9a-f]{{32}}){re.escape(ENDING)}")
_KEY: Final = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class SegmentName:
    """Entries `first` to `last` of a feed: the size of the file, the beginning of the id of the
    last entry, and the digest of the file."""

    first: int
    last: int
    size: int
    head: bytes
    digest: bytes

    def __str__(self) -> str:
        numbers = f"{self.first}-{self.last}-{self.size}"
        return f"{numbers}-{self.head.hex()}-{self.digest.hex()}{ENDING}"

    @classmethod
    def of(cls, first: int, last: int, tip: bytes, data: bytes) -> SegmentName:
        """The name for a file with these bytes; `tip` is the id of its last entry."""
        return cls(first, last, len(data), tip[:_HEAD_SIZE], digest_of(data))

    @classmethod
    def parse(cls, text: str) -> SegmentName | None:
        """Read a name; None where it is another one."""
        found = _SEGMENT.fullmatch(text)
        if found is None:
            return None
        first, last, size = (int(one) for one in found.groups()[:3])
        if not first <= last <= MAX_SEQ:
            return None
        return cls(first, last, size, bytes.fromhex(found[4]), bytes.fromhex(found[5]))

    def is_for(self, data: bytes) -> bool:
        """Whether these are the bytes that it names."""
        return len(data) == self.size and digest_of(data) == self.digest

    def is_of(self, entry_id: bytes) -> bool:
        """Whether the last entry may be the one with this id."""
        return entry_id[:_HEAD_SIZE] == self.head


@dataclass(frozen=True, slots=True)
class AccountFileName:
    """What an account signed about its feeds: the size of the file, and its digest."""

    size: int
    digest: bytes

    def __str__(self) -> str:
        return f"account-{self.size}-{self.digest.hex()}{ENDING}"

    @classmethod
    def of(cls, data: bytes) -> AccountFileName:
        """The name for a file with these bytes."""
        return cls(len(data), digest_of(data))

    def is_for(self, data: bytes) -> bool:
        """Whether these are the bytes that it names."""
        return len(data) == self.size and digest_of(data) == self.digest

    @classmethod
    def parse(cls, text: str) -> AccountFileName | None:
        """Read a name; None where it is another one."""
        found = _ACCOUNT.fullmatch(text)
        return None if found is None else cls(int(found[1]), bytes.fromhex(found[2]))


FileName = SegmentName | AccountFileName


def digest_of(data: bytes) -> bytes:
    """The digest of a file, 16 bytes: it tells a torn file, and who wants to deceive can only
    deceive himself."""
    return blake2b(data, digest_size=_DIGEST_SIZE, person=_PERSON).digest()


def key_name(key: bytes) -> str:
    """The name of the directory of an account, or of a feed in it: half of the key is enough to
    tell them apart."""
    return key.hex()[:32]


def is_key_name(text: str) -> bool:
    """Whether a name is such a one."""
    return _KEY.fullmatch(text) is not None
