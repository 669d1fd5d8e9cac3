"""Whose turn it is to write: what a person waits for goes first, in whichever process.

SQLite lets one write at a time, and wakes whoever waits in no order: a process that writes all the
time can keep others out for as long as it likes. So who writes in the foreground says so, by a
shared lock (flock(2)) on a file beside the store, from before it asks for its turn until it is
done; who writes in the background looks at that lock between turns, and waits while somebody
holds it. The system takes the lock away with the process. Where there are no such locks, as on
some network disks, nobody gives way, and SQLite alone decides.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

TURN_SECONDS: Final = 0.02
"""How long a background writer may hold the store at a time."""

PATIENCE_SECONDS: Final = 1.0
"""How long a background writer gives way to others who come again and again."""

LOOK_SECONDS: Final = 0.002
"""Between two looks at the lock."""

SUFFIX: Final = "-turn"

_TRIES: Final = 20


class WriteQueue:
    """Announces the writers of one `Database`, and sees those of all. Any thread may call it."""

    def __init__(self, path: Path) -> None:
        """`path` is that of the store. Opens nothing."""
        self._path = path.with_name(path.name + SUFFIX)
        self._lock = threading.Lock()
        self._files: tuple[int, int] | None = None
        """A description to announce by, and one to look by: each has a lock of its own."""
        self._announced = 0
        self._closed = False

    @contextmanager
    def announced(self) -> Iterator[None]:
        """Go first: background writers wait while this lasts."""
        self._announce(1)
        try:
            yield
        finally:
            self._announce(-1)

    def is_wanted(self) -> bool:
        """Whether somebody waits, or writes, whom the background lets go first. Some 2 µs."""
        with self._lock:
            if self._announced:
                return True
            files = self._open()
            if files is None:
                return False
            try:
                fcntl.flock(files[1], fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
            except OSError:
                return False
            fcntl.flock(files[1], fcntl.LOCK_UN)
            return False

    def give_way(self) -> None:
        """Wait while somebody is to go first, for `PATIENCE_SECONDS` at most."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.is_wanted() and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def turn(self) -> Turn:
        """A turn of a background writer, which begins now."""
        return Turn(self)

    def close(self) -> None:
        """Close the files; idempotent."""
        with self._lock:
            self._closed = True
            files, self._files = self._files, None
        for descriptor in files or ():
            os.close(descriptor)

    def _announce(self, change: int) -> None:
        with self._lock:
            before, self._announced = self._announced, self._announced + change
            files = self._open()
            if files is None or bool(before) == bool(self._announced):
                return
            how = fcntl.LOCK_SH if self._announced else fcntl.LOCK_UN
            # It never waits for a lock. A look of another process takes it for a microsecond.
            for _ in range(_TRIES):
                with suppress(OSError):
                    fcntl.flock(files[0], how | fcntl.LOCK_NB)
                    return

    def _open(self) -> tuple[int, int] | None:
        if self._files is None and not self._closed:
            flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
            with suppress(OSError):
                first = os.open(self._path, flags, 0o600)
                self._files = first, _opened_again(self._path, flags, first)
        return self._files


class Turn:
    """A time to write, which ends where somebody waits for it to end."""

    def __init__(self, queue: WriteQueue) -> None:
        self._queue = queue
        self._next_look = time.monotonic() + TURN_SECONDS

    def is_over(self) -> bool:
        """Whether its time is up and somebody waits; looked at every `LOOK_SECONDS` at most."""
        now = time.monotonic()
        if now < self._next_look:
            return False
        self._next_look = now + LOOK_SECONDS
        return self._queue.is_wanted()


def _opened_again(path: Path, flags: int, first: int) -> int:
    try:
        return os.open(path, flags, 0o600)
    except OSError:
        os.close(first)
        raise
