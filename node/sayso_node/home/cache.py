"""What was worked out once, remembered in the home where that is slow.

It counts only where it was made of the very same by this very program, and is whole, and where
nobody but the owner could write it. Else it is worked out anew: files named ``.cache`` can be
deleted at any time.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, TypeVar

import sayso_protocol

from .atomic_file import new_file
from .directory import FILE_MODE
from .owner_file import OwnFileError, read_own

T = TypeVar("T")

_MOST: Final = 1 << 25
"""Bytes that are read: more than anything of use takes."""

_SUM_SIZE: Final = 32
_PROTOCOL: Final = Path(sayso_protocol.__file__ or "").parent
_NODE: Final = Path(__file__).parent.parent


def made_of(data: bytes, code: Iterable[str]) -> bytes:
    """Stands for what something is made of: data, and the code that makes it, given as `program`
    takes it."""
    return blake2b(data, key=program(tuple(code))).digest()


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
    except OwnFileError:
        return None
    total, packed = data[:_SUM_SIZE], data[_SUM_SIZE:]
    return packed if total == _sum(made, packed) else None


def _remember(path: Path, made: bytes, packed: bytes) -> None:
    """Remember what was made of this; where nothing can be written it is slow, and not wrong."""
    with suppress(OSError), new_file(path, mode=FILE_MODE, replace=True) as file:
        file.write(_sum(made, packed) + packed)


@cache
def program(code: tuple[str, ...]) -> bytes:
    """Stands for code, and for the tables of characters that it uses. `code` are patterns of
    files, those of the node after ``node/``, others of the protocol."""
    digest = blake2b(sys.version.encode())
    for pattern in code:
        root = _NODE if pattern.startswith("node/") else _PROTOCOL
        paths = sorted(root.glob(pattern.removeprefix("node/")))
        for path in paths:
            digest.update(path.read_bytes())
        if not paths:  # what cannot be told from other code remembers nothing
            digest.update(os.urandom(_SUM_SIZE))
    return digest.digest()


def _sum(made: bytes, packed: bytes) -> bytes:
    return blake2b(packed, key=made, digest_size=_SUM_SIZE).digest()
