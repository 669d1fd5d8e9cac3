"""Results that take long to compute, cached in files of the home.

A cached result counts only where it was computed from the very same data by the same version of
the code, and is whole, and where nobody but the owner could write it. Else it is computed anew:
files named ``.cache`` can be deleted at any time.
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
from .owner_file import OwnerFileError, read_owner_file

T = TypeVar("T")

_MOST: Final = 1 << 25
"""Bytes that are read: more than anything of use takes."""

_CHECKSUM_SIZE: Final = 32


def digest_of(data: bytes, version: str) -> bytes:
    """A digest of all that a result depends on: data, the version of the code that computes it,
    and Python's tables of characters.

    `version` is a name and a number, as ``rules 1``: whoever changes what the code makes of the
    same data gives it the next number. `tests/test_cache_versions.py` notices who forgets."""
    digest = blake2b(data)
    digest.update(f"\0{version}\0{sys.version}".encode())
    return digest.digest()


def cached(
    path: Path,
    digest: bytes,
    compute: Callable[[], T],
    pack: Callable[[T], bytes],
    unpack: Callable[[bytes], T],
    *,
    is_current: Callable[[], bool] = lambda: True,
) -> T:
    """The result in a file, if it has this digest; else what `compute` gives, which is put there
    if the digest `is_current` afterwards."""
    packed = read_cached(path, digest)
    if packed is not None:
        return unpack(packed)
    result = compute()
    if is_current():
        write_cached(path, digest, pack(result))
    return result


def read_cached(path: Path, digest: bytes, most: int = _MOST) -> bytes | None:
    """The packed result in a file of at most so many bytes; None where it has another digest, is
    damaged, or is not there."""
    try:
        data = read_owner_file(path, most)
    except OwnerFileError:
        return None
    checksum, packed = data[:_CHECKSUM_SIZE], data[_CHECKSUM_SIZE:]
    return packed if checksum == _checksum(digest, packed) else None


def write_cached(path: Path, digest: bytes, packed: bytes) -> None:
    """Put a result there; where nothing can be written it is slow, and not wrong."""
    with suppress(OSError), new_file(path, mode=FILE_MODE, replace=True) as file:
        file.write(_checksum(digest, packed) + packed)


def _checksum(digest: bytes, packed: bytes) -> bytes:
    return blake2b(packed, key=digest, digest_size=_CHECKSUM_SIZE).digest()
