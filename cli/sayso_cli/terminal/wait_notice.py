"""Work of which nobody knows how long it takes: what is waited for, and since when."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic

from .streams import is_terminal

AT_ONCE = 0.5
"""Seconds of work that nobody wonders about."""

EACH = 1.0
"""Seconds between two words."""


@contextmanager
def waiting(what: str) -> Iterator[None]:
    """Say on stderr that `what` is done and how many seconds that has taken, where that is a
    terminal and it takes longer than a moment. Nothing of it stays."""
    if not is_terminal(sys.stderr):
        yield
        return
    is_done = Event()
    teller = Thread(target=_tell, args=(what, is_done), daemon=True)
    teller.start()
    try:
        yield
    finally:
        is_done.set()
        teller.join()


def _tell(what: str, is_done: Event) -> None:
    began, said = monotonic(), ""
    pause = AT_ONCE
    while not is_done.wait(pause):
        said, pause = f"{what} … {monotonic() - began:.0f} s", EACH
        _write(f"\r{said}")
    if said:
        _write(f"\r{' ' * len(said)}\r")


def _write(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()
