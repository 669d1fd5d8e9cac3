"""How long it takes from `sayso follow LINK` to the inviter's first post being readable.

    python -m benchmarks.invite [--rounds 20] [--posts 21]

Two homes on 127.0.0.1; the inviter's node runs and has so many posts. In each round a new home
takes an invite: with its node stopped, and again with its node running. Prints one JSON object,
times in seconds from the start of the command, which is started as a person would: `first` until
one post is in the newcomer's store, `all` until they all are, `done` until the command has ended.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from tests.e2e.support import COMMAND, Home

from benchmarks.compiled import keep_compiled
from sayso_protocol.crypto.keys import parse_key
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

PATIENCE = 60.0
LOOK = 0.002

Times = dict[str, float]


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--rounds", type=int, default=20)
    options.add_argument("--posts", type=int, default=21)
    args = options.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder:
        found = measure(Path(folder), args.rounds, args.posts)
    print(json.dumps({"rounds": args.rounds, "posts": args.posts} | found))


def measure(folder: Path, rounds: int, posts: int) -> dict[str, object]:
    """Medians and the longest, by whether the newcomer's node ran."""
    ada = Home(folder / "ada", "Ada")
    for number in range(posts):
        ada("post", f"post number {number}")
    found: dict[str, object] = {}
    with ada.node("--no-mdns"):
        for name, running in (("stopped", False), ("running", True)):
            times = [
                one_round(ada, Home(folder / f"{name}{n}"), posts, running=running)
                for n in range(rounds)
            ]
            found[name] = {
                f"{key}_{what}": round(count(one[key] for one in times), 3)
                for key in ("first", "all", "done")
                for what, count in (("p50", median), ("max", max))
            }
    return found


def one_round(ada: Home, ben: Home, posts: int, *, running: bool) -> Times:
    """The times of one newcomer."""
    with ExitStack() as stack:
        if running:
            stack.enter_context(ben.node("--no-mdns"))
        link = str(ada("invite", "--follow-back", "--once")[0]["link"])
        store = stack.enter_context(open_store(ben.path / "store.sqlite"))
        account = parse_key(ada.account)
        began = time.perf_counter()
        process = subprocess.Popen(
            [*COMMAND, "--home", str(ben.path), "follow", link],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        # The first entries of a feed are its opening and the profile; posts come first, since the
        # newest are fetched first, and all there are in one answer where they are few.
        first = until_held(store, account, 1, began)
        every = until_held(store, account, posts + 2, began)
        assert process.wait(PATIENCE) == 0
        return {"first": first, "all": every, "done": time.perf_counter() - began}


def until_held(store: Store, account: bytes, entries: int, began: float) -> float:
    """Seconds until so many entries of an account are held. Raises `TimeoutError`."""
    while sum(state.count for state in store.feeds_of(account)) < entries:
        if time.perf_counter() > began + PATIENCE:
            raise TimeoutError("the posts did not come")
        time.sleep(LOOK)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
