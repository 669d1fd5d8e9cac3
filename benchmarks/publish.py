"""How long a durable post takes, beside what one synced SQLite commit takes here.

    python -m benchmarks.publish [--posts 500] [--batch 500]

Prints one JSON object, times in milliseconds. The bare commit is one row of 300 bytes into a
table of another file in WAL mode, `synchronous = FULL`; both are made in turns, so that a
noisy disk disturbs both alike. `batch_a_second` is posts a second of one publish of many.
"""

from __future__ import annotations

import argparse
import json
import random
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks.ingest import NOW_MS, body
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import Run, sign_run
from sayso_storage.interface.store import FeedState, Store
from sayso_storage.sqlite import open_store

FEED = KeyPair.from_seed(bytes(31) + b"f")


def main() -> None:
    top = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    top.add_argument("--posts", type=int, default=500)
    top.add_argument("--batch", type=int, default=500)
    options = top.parse_args()
    with tempfile.TemporaryDirectory(dir=".") as folder:
        store = open_owned(Path(folder) / "store.db")
        bare = open_bare(Path(folder) / "bare.db")
        publishing, committing = in_turns(store, bare, options.posts)
        batch = one_batch(store, options.batch)
        store.close()
        bare.close()
    result = {
        "posts": options.posts,
        "publish_p50": round(median(publishing), 3),
        "commit_p50": round(median(committing), 3),
        "ratio": round(median(publishing) / median(committing), 3),
        "publish_a_second": round(1000 / median(publishing)),
        "batch_a_second": round(batch),
    }
    print(json.dumps(result))


def open_owned(path: Path) -> Store:
    account = KeyPair.from_seed(bytes(31) + b"a")
    store = open_store(path)
    store.add_own(sign_grant(account, FEED, bytes(32)), NOW_MS)
    return store


def open_bare(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE rows (number INTEGER PRIMARY KEY, data BLOB)")
    return db


def in_turns(store: Store, bare: sqlite3.Connection, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each publish and of each bare commit."""
    chance = random.Random(1)
    publishing, committing = [], []
    for _ in range(count):
        post, row = body(chance, []), chance.randbytes(300)
        publishing.append(milliseconds(lambda: publish(store, [post])))  # noqa: B023 - runs now
        committing.append(milliseconds(lambda: commit(bare, row)))  # noqa: B023
    return publishing, committing


def publish(store: Store, bodies: list[bytes]) -> Run:
    def make(state: FeedState) -> Run:
        previous = state.held[-1].top if state.held else None
        return sign_run(FEED, state.head + 1, previous, [NOW_MS] * len(bodies), bodies)

    return store.publish(make, NOW_MS)


def commit(db: sqlite3.Connection, row: bytes) -> None:
    db.execute("BEGIN IMMEDIATE")
    db.execute("INSERT INTO rows (data) VALUES (?)", (row,))
    db.execute("COMMIT")


def one_batch(store: Store, count: int) -> float:
    """Posts a second of one publish of many, signing included."""
    chance = random.Random(2)
    bodies = [body(chance, []) for _ in range(count)]
    return 1000 * count / milliseconds(lambda: publish(store, bodies))


def milliseconds(work: Callable[[], object]) -> float:
    begin = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - begin)


if __name__ == "__main__":
    main()
