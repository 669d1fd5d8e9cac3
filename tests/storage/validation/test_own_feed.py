"""A damaged own head is never signed on (bit rot, a lost tail, a wrong stretch)."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import FeedState, StoreDamaged
from sayso_storage.sqlite import open_store

from ..makers import NOW_MS, author, posts

ANNA = author(1)

ROT = {
    "time": "UPDATE entries SET time_ms = time_ms ^ 1 WHERE seq = 5",
    "id": "UPDATE entries SET id = zeroblob(32) WHERE seq = 5",
    "id before": "UPDATE entries SET id = zeroblob(32) WHERE seq = 4",
    "signature": "UPDATE entries SET signature = zeroblob(64) WHERE seq = 5",
    "body": "UPDATE entries SET body = x'00' WHERE seq = 5",
    "no body": "UPDATE entries SET body = NULL WHERE seq = 5",
    "number": "UPDATE entries SET seq = 6 WHERE seq = 5",
    "row": "DELETE FROM entries WHERE seq = 5",
    "all rows": "DELETE FROM entries",
    "top": "UPDATE held SET top = zeroblob(32)",
    "last": "UPDATE held SET last = 4",
    "last time": "UPDATE held SET last_ms = last_ms + 1",
    "stretch": "DELETE FROM held",
}


@pytest.mark.parametrize("what", ROT)
def test_a_damaged_head_is_refused(path: Path, what: str) -> None:
    with open_store(path) as store:
        store.add_own(ANNA.grant, NOW_MS)
        store.append([posts(ANNA, 5)], NOW_MS)
    with sqlite3.connect(path) as db:
        db.execute(ROT[what].replace("^ 1", "+ 1"))
    db.close()

    def make(state: FeedState) -> Run:
        raise AssertionError("asked to sign after a damaged entry")

    with open_store(path) as store:
        with pytest.raises(StoreDamaged, match="damaged on the disk"):
            store.publish(make, NOW_MS)
        assert store.check(None, lambda _: None).errors
