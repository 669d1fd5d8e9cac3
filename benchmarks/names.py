"""What it costs a page to say something beside names, by how many are followed and how many vouch.

    python -m benchmarks.names [--followed 500 10000] [--vouchers 100] [--rounds 30]

Prints one JSON object: processor time in milliseconds, the best of the rounds. For each number of
followed accounts `names` is reading 40 names with what stands beside them, as a page does, and
`alike` the part of it that finds look-alikes; `rebuild` is making the table of looks anew, as after
a new version of Unicode. `vouched` is reading 40 names for each of which so many vouch.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.storage.makers import NOW_MS, Author, author, run_of

from sayso_node.accounts.names import Names
from sayso_node.accounts.recognition import VOUCH
from sayso_protocol.content.body import KnownBody, Label, Profile
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.tables.accounts import look_rows

SHOWN = 40
LIMIT = 33


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--followed", type=int, nargs="+", default=(500, 10_000))
    parser.add_argument("--vouchers", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    result: dict[str, object] = {}
    for count in options.followed:
        with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "s.db") as store:
            result[f"followed_{count}"] = measure(store, count, options.rounds)
    with tempfile.TemporaryDirectory() as folder, open_store(Path(folder) / "s.db") as store:
        everyone = fill(store, SHOWN + options.vouchers, options.vouchers)
        result["vouched"] = best(options.rounds, lambda: read(store, everyone))
    print(json.dumps(result))


def measure(store: SqliteStore, count: int, rounds: int) -> dict[str, float]:
    everyone = fill(store, count, 0)
    names = [name_of(number) for number in range(SHOWN)]
    return {
        "names": best(rounds, lambda: read(store, everyone)),
        "alike": best(rounds, lambda: store.named_alike(names, LIMIT)),
        "rebuild": best(3, lambda: rebuild(store)),
    }


def fill(store: SqliteStore, count: int, vouchers: int) -> list[Author]:
    """Follow so many, the last of whom vouch for the first."""
    everyone = [author(number + 1) for number in range(count)]
    store.follow_all([who.account.public for who in everyone], NOW_MS)
    store.add_grants([who.grant for who in everyone], NOW_MS)
    vouch = Label(VOUCH, accounts=tuple(who.account.public for who in everyone[:SHOWN]))
    runs = []
    for number, who in enumerate(everyone):
        bodies: list[KnownBody] = [Profile(name=name_of(number))]
        runs.append(run_of(who, [*bodies, vouch] if number >= count - vouchers else bodies))
    store.append(runs, NOW_MS)
    return everyone


def name_of(number: int) -> str:
    return f"Person {number:05}x"


def read(store: SqliteStore, everyone: list[Author]) -> None:
    Names(store).prepare([who.account.public for who in everyone[:SHOWN]])


def rebuild(store: SqliteStore) -> None:
    with store._database.writing(durable=False) as db:
        look_rows.rebuild(db)


def best(rounds: int, do: Callable[[], object]) -> float:
    """The least processor time of so many rounds, in milliseconds."""
    took = []
    for _ in range(rounds):
        before = time.process_time()
        do()
        took.append(time.process_time() - before)
    return round(min(took) * 1000, 3)


if __name__ == "__main__":
    main()
