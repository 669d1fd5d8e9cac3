"""How long a post takes from the return of `sayso post` to being readable at a follower.

    python -m benchmarks.live [--posts 200]

Two running nodes on 127.0.0.1; the posts are made one by one with the command, as a person
would, and looked for in the follower's store. Prints one JSON object, times in
milliseconds: `post` is the command itself, `arrival` what comes after it.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.e2e.support import Home, until

from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

PATIENCE = 10.0


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--posts", type=int, default=200)
    count = options.parse_args().posts
    with tempfile.TemporaryDirectory() as folder:
        posting, arrival = measure(Path(folder), count)
    print(
        json.dumps(
            {
                "posts": count,
                "post_p50": round(median(posting), 2),
                "arrival_p50": round(median(arrival), 2),
                "arrival_p99": round(quantiles(arrival, n=100)[98], 2),
                "arrival_max": round(max(arrival), 2),
            }
        )
    )


def measure(folder: Path, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each `sayso post`, and from its return to the post's arrival."""
    ann, ben = Home(folder / "ann"), Home(folder / "ben")
    ben("follow", ann.account)
    posting, arrival = [], []
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: ben.have(ann.account) == 1)
        store = open_store(ben.path / "store.sqlite")
        for number in range(count):
            began = time.perf_counter()
            made = ann("post", f"live post number {number}")[0]
            returned = time.perf_counter()
            wait_for(store, bytes.fromhex(made["id"]))
            posting.append((returned - began) * 1000)
            arrival.append((time.perf_counter() - returned) * 1000)
        store.close()
    return posting, arrival


def wait_for(store: Store, entry_id: bytes) -> None:
    """Until the entry is readable; raises `TimeoutError` when it does not come."""
    end = time.perf_counter() + PATIENCE
    while store.entry(entry_id) is None:
        if time.perf_counter() > end:
            raise TimeoutError("a post did not arrive")
        time.sleep(0.0005)


if __name__ == "__main__":
    main()
