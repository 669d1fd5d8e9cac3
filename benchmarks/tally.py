"""How long a poll takes to count.

    python -m benchmarks.tally [--votes 2000000] [--near 50000] [--rounds 20]

Two stores hold the same votes, which came in two orders; of five votes two are late, the second of
their account, or for an option that is not there. The votes stand in the indexes as taking verified
entries in writes them, without the entries, which counting does not look at. Prints one JSON
object: seconds of processor time to count everything, milliseconds for a thousand votes more, and
p50 in milliseconds to ask again, with `--near` accounts looked up by their distance; `equal` says
whether both stores have the same tally.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from random import Random
from statistics import median

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.content.body import Poll, write_body
from sayso_protocol.crypto.hashing import next_key_hash
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.feed.run import sign_run
from sayso_storage.interface.content.polls import Tally
from sayso_storage.interface.content.relations import VOTE
from sayso_storage.sqlite import SqliteStore, open_store
from sayso_storage.sqlite.tables.content.relation_rows import SUBJECT_SIZE

START_MS = 1_700_000_000_000
DAY_MS = 86_400_000
OPTIONS = ("yes", "no", "perhaps", "never")
MORE = 1000
FIRST = 1000
"""Numbers of accounts and feeds, and places in the order of arrival, from here on."""

Vote = tuple[int, int, int, str]
"""Number of the account, time, number in its feed, and choices."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--votes", type=int, default=2_000_000)
    parser.add_argument("--near", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    votes = list(made_votes(options.votes))
    shuffled = Random(1).sample(votes, len(votes))
    found: list[Tally] = []
    result: dict[str, object] = {"votes": options.votes, "near": options.near}
    for name, order in (("sorted", votes), ("shuffled", shuffled)):
        with tempfile.TemporaryDirectory(dir=".") as folder:
            path = Path(folder) / "store.sqlite"
            with closing(open_store(path)) as store:
                poll_id = ask(store)
            fill(path, poll_id, order)
            with closing(open_store(path)) as store:
                result[name], tally = measure(store, path, poll_id, options.near, options.rounds)
                found.append(tally)
    result["equal"] = found[0] == found[1]
    result["counts"] = list(found[0].counts)
    print(json.dumps(result, indent=1))


# --- the votes ----------------------------------------------------------------------------


def made_votes(count: int) -> Iterator[Vote]:
    """Votes, two in five of them odd: late, for no option, or of an account that votes again."""
    chance, account = Random(7), FIRST
    for number in range(count):
        time_ms = START_MS + number * DAY_MS // count
        choices = str(1 << chance.randrange(len(OPTIONS)))
        kind = number % 15
        if kind < 2:  # late
            time_ms += 2 * DAY_MS
        elif kind < 4:
            choices = str(1 << len(OPTIONS))
        elif kind < 6 and account > FIRST:
            yield chance.randrange(FIRST, account), time_ms, 2 + number, choices
            continue
        yield account, time_ms, 1, choices
        account += 1


def ask(store: SqliteStore) -> bytes:
    """Publish the poll; gives its id."""
    account, feed = (KeyPair.from_seed(bytes([n]) * 32) for n in (1, 2))
    store.add_own(sign_grant(account, feed, next_key_hash(account.public)), START_MS)
    body = write_body(Poll("which?", OPTIONS, end=START_MS + DAY_MS))
    run = store.publish(lambda _: sign_run(feed, 1, None, [START_MS], [body]), START_MS)
    return run.tip


def fill(path: Path, poll_id: bytes, votes: Sequence[Vote]) -> None:
    """Put votes into the indexes, in the order of their arrival."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("BEGIN")
        highest = max(vote[0] for vote in votes)
        keys = ((n, key_of(n)) for n in range(FIRST, highest + 1))
        db.executemany(
            "INSERT INTO accounts (number, key, text, since_ms, place) VALUES (?1, ?2, ?1, 0, ?1)",
            keys,
        )
        db.execute(
            "INSERT INTO feeds (number, key, account, next_key_hash, wire)"
            " SELECT number, key, number, key, x'00' FROM accounts WHERE number >= ?",
            (FIRST,),
        )
        db.execute(
            "INSERT INTO held SELECT number, 1, 1, NULL, key, 0, 0 FROM feeds WHERE number >= ?",
            (FIRST,),
        )
        insert(db, poll_id, votes, FIRST)
        db.execute("COMMIT")


def insert(db: sqlite3.Connection, poll_id: bytes, votes: Sequence[Vote], first: int) -> None:
    """Put votes into the index of relations, from a place in the order of arrival on."""
    subject = poll_id[:SUBJECT_SIZE]
    rows = sorted(
        (subject, VOTE, time_ms, seq, arrival, account, None, choices)
        for arrival, (account, time_ms, seq, choices) in enumerate(votes, first)
    )
    db.executemany("INSERT INTO acts VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)


def key_of(number: int) -> bytes:
    """The key of an account: not a valid one, and as long."""
    return number.to_bytes(32, "big")


# --- measuring ------------------------------------------------------------------------------


def measure(
    store: SqliteStore, path: Path, poll_id: bytes, near: int, rounds: int
) -> tuple[dict[str, float], Tally]:
    before = time.process_time()
    count(store, poll_id)
    all_seconds = time.process_time() - before
    tally = store.tally(poll_id)
    assert tally is not None
    accounts = [key_of(FIRST + n) for n in range(near)]
    return {
        "count_s": round(all_seconds, 2),
        "tally_ms": p50(lambda: store.tally(poll_id), rounds),
        "ballots_ms": p50(lambda: store.ballots(poll_id, accounts), min(rounds, 5)),
        "more_ms": more_ms(store, path, poll_id, tally.held),
    }, tally


def count(store: SqliteStore, poll_id: bytes) -> None:
    while store.count_votes(poll_id):
        pass


def more_ms(store: SqliteStore, path: Path, poll_id: bytes, held: int) -> float:
    """Milliseconds until a thousand votes that come later are counted."""
    votes = [(FIRST + n, START_MS + 1, 9_000_000 + n, "1") for n in range(MORE)]
    with closing(sqlite3.connect(path)) as db, db:
        insert(db, poll_id, votes, FIRST + held + 1)
    before = time.process_time()
    count(store, poll_id)
    return round((time.process_time() - before) * 1000, 2)


def p50(read: object, rounds: int) -> float:
    assert callable(read)
    times = []
    for _ in range(rounds):
        before = time.process_time()
        read()
        times.append(time.process_time() - before)
    return round(median(times) * 1000, 2)


if __name__ == "__main__":
    main()
