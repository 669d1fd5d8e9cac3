"""What `filters.toml` says, remembered in the home: to read and check ten thousand rules takes
longer than all else that a command does with them.

What is remembered counts only where it was made of these very bytes by this very program, and is
whole, and where nobody but the owner could write it. Else the file is read, and remembered anew:
to delete `filters.cache` costs half a second.
"""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

import sayso_protocol
from sayso_protocol.choice.rules import Rules
from sayso_protocol.choice.rules_packing import pack_rules, unpack_rules

from ..files import new_file
from ..home import FILE_MODE, Home

WORTHWHILE: Final = 1 << 14
"""Bytes of a file that is worth it: some two hundred rules, which take some milliseconds."""

_MOST: Final = 1 << 25
"""Bytes that are read of what is remembered: more than the largest file makes, unless by design."""

_SUM_SIZE: Final = 32
_DECIDING: Final = ("choice/*.py", "durations.py", "errors.py", "keys.py", "limits.py")
"""The files of the protocol that decide what a file of rules means."""


def rules_in(home: Home, data: bytes) -> Rules:
    """The rules of these bytes, those of the home's file. Raises `BadRules`."""
    if len(data) < WORTHWHILE:
        return _read(data)
    made_of = blake2b(data, key=_program()).digest()
    return _remembered(home.filters_cache, made_of) or _remember(home, made_of, _read(data))


def _read(data: bytes) -> Rules:
    from sayso_protocol.choice.rules_file import read_rules  # most commands need no reader

    return read_rules(data)


def _remembered(path: Path, made_of: bytes) -> Rules | None:
    data = _private_bytes(path)
    total, packed = data[:_SUM_SIZE], data[_SUM_SIZE:]
    return unpack_rules(packed) if total == _sum(made_of, packed) else None


def _remember(home: Home, made_of: bytes, rules: Rules) -> Rules:
    packed = pack_rules(rules)
    # A disk that is full or cannot be written makes nothing wrong, only slow.
    with (
        suppress(OSError),
        new_file(home.filters_cache, mode=FILE_MODE, replace=True) as file,
    ):
        file.write(_sum(made_of, packed) + packed)
    return rules


def _sum(made_of: bytes, packed: bytes) -> bytes:
    return blake2b(packed, key=made_of, digest_size=_SUM_SIZE).digest()


def _private_bytes(path: Path) -> bytes:
    """A plain file of the owner alone; empty where it is none."""
    with suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(descriptor)
            private = found.st_uid == os.getuid() and not found.st_mode & 0o077
            if private and stat.S_ISREG(found.st_mode):
                return file.read(_MOST)
    return b""


@cache
def _program() -> bytes:
    """Stands for the code that reads rules, and the tables of characters that it reads by."""
    digest = blake2b(sys.version.encode())
    root = Path(sayso_protocol.__file__ or "").parent
    for pattern in _DECIDING:
        for path in sorted(root.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.digest()
