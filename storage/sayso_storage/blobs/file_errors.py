"""File errors of the store of blobs, as what they mean for the owner."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..interface.errors import StoreError, StoreFull

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def as_store_errors(folder: Path) -> Iterator[None]:
    """Raise `StoreFull` and `StoreError` for errors of the system."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull(f"the disk with {folder} is full: make room, then try again") from error
        raise StoreError(f"cannot use {folder}: {error.strerror}; check the disk") from error
