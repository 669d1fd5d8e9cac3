"""How long a post takes from the one who publishes it to being readable at a follower.

    python -m benchmarks.live [--posts 200]

Two running nodes on 127.0.0.1. First the posts are made one by one with the command, as a person
would, then by a process that calls `Author.publish` and tells its node, as a program would. They
are looked for in the follower's store. Prints one JSON object, times in milliseconds: `post` is the
command itself and `arrival` what comes after it; `publish` is the durable call, `call` what comes
after its return, which is what the figures of others count, and `whole` both. A quarter of the
rounds takes at most the time of `…_p25`: on a machine that has other work that is the steadier
figure.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles

from tests.e2e.support import Home, until

from benchmarks.compiled import keep_compiled
from sayso_node.accounts.author import Author
from sayso_node.control.client import notify
from sayso_node.home.directory import Home as Place
from sayso_node.home.open_store import open_home
from sayso_protocol.content.body import Post
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

PATIENCE = 10.0
LOOK = 0.0002
PAUSE = 0.01
"""Between two calls, so that the nodes are at rest."""


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--posts", type=int, default=200)
    count = options.parse_args().posts
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(Path(folder), count)
    result: dict[str, float] = {"posts": count}
    for name, took in figures.items():
        result |= summary(name, took)
    print(json.dumps(result))


def measure(folder: Path, count: int) -> dict[str, list[float]]:
    """Milliseconds of each round, by name."""
    ann, ben = Home(folder / "ann"), Home(folder / "ben")
    ben("follow", ann.account)
    with ann.node() as here, ben.node("--peer", here.address):
        until(lambda: ben.have(ann.account) == 1)
        store = open_store(ben.path / "store.sqlite")
        found = by_command(ann, store, count) | by_call(ann, store, count)
        store.close()
    return found


def by_command(ann: Home, store: Store, count: int) -> dict[str, list[float]]:
    """Posts made with `sayso post`."""
    posting, arrival = [], []
    for number in range(count):
        began = time.perf_counter()
        made = ann("post", f"live post number {number}")[0]
        returned = time.perf_counter()
        wait_for(store, bytes.fromhex(made["id"]))
        posting.append(1000 * (returned - began))
        arrival.append(1000 * (time.perf_counter() - returned))
    return {"post": posting, "arrival": arrival}


def by_call(ann: Home, store: Store, count: int) -> dict[str, list[float]]:
    """Posts of a program, which knows the node of its home."""
    home = Place(ann.path)
    own = open_home(home)
    author = Author(home, own)
    publishing, arrival, whole = [], [], []
    for number in range(count):
        began = time.perf_counter()
        run = author.publish([Post(f"live call number {number}")])
        returned = time.perf_counter()
        notify(home, "entries", run)
        wait_for(store, run.tip)
        publishing.append(1000 * (returned - began))
        arrival.append(1000 * (time.perf_counter() - returned))
        whole.append(publishing[-1] + arrival[-1])
        time.sleep(PAUSE)
    own.close()
    return {"publish": publishing, "call": arrival, "whole": whole}


def wait_for(store: Store, entry_id: bytes) -> None:
    """Until the entry is readable; raises `TimeoutError` when it does not come."""
    end = time.perf_counter() + PATIENCE
    while store.entry(entry_id) is None:
        if time.perf_counter() > end:
            raise TimeoutError("a post did not arrive")
        time.sleep(LOOK)


def summary(name: str, took: list[float]) -> dict[str, float]:
    """Medians and the like of one series."""
    hundredths = quantiles(took, n=100) if len(took) > 1 else took * 99
    return {
        f"{name}_p25": round(hundredths[24], 2),
        f"{name}_p50": round(median(took), 2),
        f"{name}_p99": round(hundredths[98], 2),
        f"{name}_max": round(max(took), 2),
    }


if __name__ == "__main__":
    main()
