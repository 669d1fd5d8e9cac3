"""File errors of the store of blobs, as what they mean for the owner."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _

from ..interface.errors import StoreError, StoreFull

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def as_store_errors(folder: Path) -> Iterator[None]:
    """Raise `StoreFull` and `StoreError` for errors of the system."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFull(
                _("the disk with {folder} is full: make room, then try again").format(folder=folder)
            ) from error
        raise StoreError(
            _("cannot use {folder}: {reason}; check the disk").format(
                folder=folder, reason=error.strerror
            )
        ) from error
