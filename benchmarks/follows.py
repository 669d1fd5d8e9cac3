"""How long it takes to follow everybody on a list, and to list whom one follows.

    python -m benchmarks.follows [--accounts 10000] [--rounds 3]

Half of the accounts have a feed of which ten posts are held, and a profile. Prints one JSON object:
processor time in seconds; `follow_all` into a store without any, `each` one by one with a synced
commit each, of a hundredth of them; `following` is the list as items, `following_command` the whole
process, wall time.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import NOW_MS, START_MS
from benchmarks.large_store import keys
from sayso_node.accounts.follows import following
from sayso_node.accounts.names import Names
from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import KnownBody, Post, Profile, write_body
from sayso_protocol.feed.run import sign_run
from sayso_storage.sqlite import open_store


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    keep_compiled()
    rounds = [one_round(options.accounts) for _ in range(options.rounds)]
    result: dict[str, float] = {"accounts": options.accounts}
    for name in rounds[0]:
        result[name] = round(median(one[name] for one in rounds), 3)
    print(json.dumps(result))


def one_round(count: int) -> dict[str, float]:
    accounts = [keys(number)[0].public for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder) / "home", "Robin")
        with open_store(home.path / "store.sqlite") as store:
            figures = {"follow_all": seconds(lambda: store.follow_all(accounts, NOW_MS))}
            some = [keys(number)[0].public for number in range(count, count + count // 100)]
            figures["each"] = seconds(lambda: [store.follow(one, None, NOW_MS) for one in some])
            for one in some:
                store.unfollow(one)
            pairs = [keys(number) for number in range(0, count, 2)]
            store.add_grants([sign_grant(account, feed, bytes(32)) for account, feed in pairs])
            bodies: list[KnownBody] = [Profile("somebody"), *(Post(f"{n}") for n in range(10))]
            written = [write_body(body) for body in bodies]
            times = [START_MS] * len(written)
            store.append([sign_run(feed, 1, None, times, written) for _, feed in pairs], NOW_MS)
            figures["following"] = seconds(lambda: following(store, Names(store)))
        began = time.perf_counter()
        home("following")
        return figures | {"following_command": time.perf_counter() - began}


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    main()
