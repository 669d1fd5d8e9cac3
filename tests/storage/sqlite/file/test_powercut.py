"""After a power cut at any write the store opens clean and has all that it acknowledged."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from tests.budget import long, rounds

from sayso_protocol.content.body import Post
from sayso_protocol.feed.run import Run
from sayso_storage.interface.store import FeedState
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.file.database import Database

from ...makers import NOW_MS, author, part, posts, run_of
from .powercut import Recorder, Write, library, picture

ANNA, BERT = author(1), author(2)
FOREIGN = posts(BERT, 200)
PICTURES = rounds(240, 80)
CHECKPOINT_PAGES = 12

pytestmark = pytest.mark.skipif(
    library() is None, reason="Python's SQLite is built in, so its disk cannot be watched"
)


@dataclass
class Session:
    """Writes that went to the disk, and what had been promised by when."""

    log: list[Write] = field(default_factory=list)
    acknowledged: list[tuple[int, bytes]] = field(default_factory=list)


def session(folder: Path) -> Session:
    """Create a store, publish and take runs in, with checkpoints between."""
    loaded = library()
    assert loaded is not None
    recorder, told = Recorder(folder), Session()
    with recorder.installed(loaded):
        store = open_store(folder / "store.db")
        store._database._writer.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        store.add_own(ANNA.grant, NOW_MS)
        store.follow(BERT.account.public, None, NOW_MS)
        store.add_grant(BERT.grant)
        for number in range(20):
            run = publish(store, f"post {number}")
            told.acknowledged.append((len(recorder.log), run.tip))
            first = 200 - 10 * number
            store.append([part(FOREIGN, first - 9, first)], NOW_MS)
        told.log = list(recorder.log)
        store.close()
    return told


def publish(store: SqliteStore, text: str) -> Run:
    def make(state: FeedState) -> Run:
        top = state.held[-1] if state.held else None
        return run_of(ANNA, [Post(text)], first=state.head + 1, previous=top and top.top)

    return store.publish(make, NOW_MS)


def lost(told: Session, folder: Path, seed: int, end: int | None = None) -> int:
    """Acknowledged entries that are gone after a power cut before the write numbered `end`
    (of all by default); fails on any damage."""
    chance = random.Random(seed)
    point = chance.randrange(len(told.log) + 1 if end is None else end)
    folder.mkdir()
    for name, data in picture(told.log[:point], chance).items():
        (folder / name).write_bytes(data)
    store = open_store(folder / "store.db")
    assert store.check(None, lambda _: None).errors == ()
    promised = [tip for written, tip in told.acknowledged if written <= point]
    gone = sum(store.entry(tip) is None for tip in promised)
    if store.own_feed() is not None:
        assert store.entry(publish(store, "after the cut").tip) is not None
    store.close()
    return gone


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    told = session(tmp_path / "live")
    assert len(told.log) > 300
    assert sum(lost(told, tmp_path / str(seed), seed) for seed in range(PICTURES)) == 0


@long
def test_a_cut_while_the_store_is_made(tmp_path: Path) -> None:
    told = session(tmp_path / "live")
    made = told.acknowledged[0][0]
    assert sum(lost(told, tmp_path / str(seed), seed, made) for seed in range(PICTURES // 4)) == 0


@long
def test_the_control_loses(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With own entries written like foreign ones, the same test finds losses."""
    real = Database.writing
    monkeypatch.setattr(Database, "writing", lambda self, **_: real(self, durable=False))
    told = session(tmp_path / "live")
    monkeypatch.undo()
    assert sum(lost(told, tmp_path / str(seed), seed) for seed in range(PICTURES // 3)) > 0
