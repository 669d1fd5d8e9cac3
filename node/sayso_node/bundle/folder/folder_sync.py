"""One exchange with a folder that homes take turns with: first what it has, then what it lacks.

Below the folder lies `sayso/feeds-1/ACCOUNT/FEED/`, with segments of the feed in files that never
change; beside the feeds what the account signed. A file has its name only once it is whole and on
the disk, and the name tells what is in it. So the folder can be gone at any moment: what is there
is whole, and the next exchange goes on from there.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ...errors import FolderError
from .folder_reader import FolderReader
from .folder_writer import FolderWriter
from .segment_reader import FolderResult
from .shared_directory import SharedDirectory, opened_directory

Progress = Callable[[int], None]

TOP: Final = "sayso"
FEEDS: Final = "feeds-1"
README: Final = "README.txt"
README_TEXT: Final = b"""\
Feeds of sayso, a posting network without a centre. `sayso sync FOLDER`, with the folder in which
this one lies, takes from here what a home lacks, and leaves here what it has. Whoever has this
folder can read all of it. Files may be copied, and removed at any time.
"""

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def sync_folder(
    store: Store,
    path: Path,
    result: FolderResult,
    *,
    blocked: Container[bytes] = (),
    progress: Progress = lambda _: None,
) -> None:
    """Exchange with a folder what `store` carries; nothing of accounts that are `blocked` is taken.
    `progress` is told of accounts: each is looked at twice, once to take and once to give.

    Raises `FolderError` where the folder cannot be used or is gone, and `StoreError`; `result`
    tells what came of it until then.
    """
    reader = FolderReader(store, result, blocked, progress)
    with _explained(path, result), opened_directory(path) as directory:
        with _feeds(directory, make=False) as feeds:
            if feeds is not None:
                reader.take(feeds)
        states = store.feeds_carried()
        if states:
            with _feeds(directory, make=True) as feeds:
                assert feeds is not None
                FolderWriter(store, result, progress).give(feeds, states)
    result.in_sync = reader.read_all


@contextmanager
def _feeds(directory: SharedDirectory, *, make: bool) -> Iterator[SharedDirectory | None]:
    with directory.inside(TOP, make=make) as top:
        if top is None:
            yield None
            return
        if make and top.size_of(README) is None:
            top.write(README, README_TEXT)
        with top.inside(FEEDS, make=make) as feeds:
            yield feeds


@contextmanager
def _explained(path: Path, result: FolderResult) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderError(_reason(path, result, error)) from error


def _reason(path: Path, result: FolderResult, error: OSError) -> str:
    why = (error.strerror or str(error)).lower()
    if error.errno in _FULL:
        return _(
            "{path} is full: make room there, and sync again; it goes on where it stopped"
        ).format(path=path)
    if error.errno in _READ_ONLY and os.access(path, os.R_OK | os.X_OK):
        return _(
            "nothing can be written in {path}: {why}. What it holds was taken "
            "({received} new); to leave your own there, make it writable"
        ).format(path=path, why=why, received=result.received)
    return _(
        "{path} cannot be used, or not any more: {why}. Nothing in it is spoilt; when it is there "
        "again, sync again"
    ).format(path=path, why=why)
