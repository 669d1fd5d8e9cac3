"""A front end that does nothing but take in posts of one author, and notes each run that it was
told is kept: `python -m tests.hub.writer URL NUMBER FILE`. Started again, it goes on behind the
last one that it noted."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import NamedTuple

from tests.storage.makers import NOW_MS, Author, author, posts

from sayso_protocol.feed.run import Run
from sayso_storage.interface.errors import AlreadyHeld
from sayso_storage.postgres import open_store

RUN = 10
"""Entries of a run."""

PAUSE_SECONDS = 0.004


class Noted(NamedTuple):
    """A run that counts as kept: when, its last number, that one's id."""

    at: float
    last: int
    tip: bytes


def noted(file: Path) -> list[Noted]:
    """What a writer noted; a line that a kill cut short is none."""
    lines = file.read_text().split("\n")[:-1] if file.exists() else []
    words = [line.split() for line in lines]
    return [Noted(float(at), int(last), bytes.fromhex(tip)) for at, last, tip in words]


def next_run(who: Author, before: Noted | None) -> Run:
    """The run behind one that was noted: the same whenever it is made."""
    if before is None:
        return posts(who, RUN)
    return posts(who, RUN, first=before.last + 1, previous=before.tip)


def main(url: str, number: int, file: Path) -> None:
    """Take in until killed. Whatever the store raises ends this process."""
    who = author(number)
    before = next(reversed(noted(file)), None)
    with open_store(url) as store, file.open("ab", buffering=0) as notes:
        store.follow(who.account.public, None, NOW_MS)
        store.add_grant(who.grant)
        while True:
            run = next_run(who, before)
            (taken,) = store.append([run], NOW_MS)
            if not isinstance(taken, Run | AlreadyHeld):
                raise taken
            before = Noted(time.time(), run.last, run.tip)
            os.write(notes.fileno(), f"{before.at} {run.last} {run.tip.hex()}\n".encode())
            time.sleep(PAUSE_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
