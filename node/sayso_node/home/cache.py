"""Results that were worked out once, remembered in the home where that is slow.

One counts only where it was made of the very same by the same version of what makes it, and is
whole, and where nobody but the owner could write it. Else it is worked out anew: files named
``.cache`` can be deleted at any time.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeVar

from .atomic_file import new_file
from .directory import FILE_MODE
from .owner_file import OwnerFileError, read_own

T = TypeVar("T")

_MOST: Final = 1 << 25
"""Bytes that are read: more than anything of use takes."""

_SUM_SIZE: Final = 32


def made_of(data: bytes, version: str) -> bytes:
    """A digest of what a result is made of: data, the version of the code that makes it, and
    Python's tables of characters.

    `version` is a name and a number, as ``rules 1``: whoever changes what the code makes of the
    same data gives it the next number. `tests/test_cache_versions.py` notices who forgets."""
    made = blake2b(data)
    made.update(f"\0{version}\0{sys.version}".encode())
    return made.digest()


def remembered(
    path: Path,
    made: bytes,
    find: Callable[[], T],
    pack: Callable[[T], bytes],
    unpack: Callable[[bytes], T],
    *,
    still: Callable[[], bool] = lambda: True,
) -> T:
    """What a file remembers, if it was made of this; else what `find` finds, which is remembered
    if it is `still` made of the same."""
    packed = _recalled(path, made)
    if packed is not None:
        return unpack(packed)
    found = find()
    if still():
        _remember(path, made, pack(found))
    return found


def _recalled(path: Path, made: bytes) -> bytes | None:
    try:
        data = read_own(path, _MOST)
    except OwnerFileError:
        return None
    total, packed = data[:_SUM_SIZE], data[_SUM_SIZE:]
    return packed if total == _sum(made, packed) else None


def _remember(path: Path, made: bytes, packed: bytes) -> None:
    """Remember what was made of this; where nothing can be written it is slow, and not wrong."""
    with suppress(OSError), new_file(path, mode=FILE_MODE, replace=True) as file:
        file.write(_sum(made, packed) + packed)


def _sum(made: bytes, packed: bytes) -> bytes:
    return blake2b(packed, key=made, digest_size=_SUM_SIZE).digest()
