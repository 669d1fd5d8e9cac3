"""How fast a whole account, or many, go from one home to another over Noise and TCP.

    python -m benchmarks.replicate [--posts 100000] [--feeds 1000] [--rounds 3]
    python -m benchmarks.replicate --archive FILE

A home with the posts runs a node; an empty one that follows all its accounts makes one
`sayso sync`. Prints one JSON object, medians over the rounds: seconds and posts a second
from connect to the last post readable, bytes on the wire and on disk a post, peak memory
of both processes in MB, and their processor time in seconds: the receiver's with its start, the
sender's without. As `first_…` the first round, in which the sender reads its store for the first
time. With `--archive` the posts are those of one archive file.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from tests.e2e.support import COMMAND, Home

from benchmarks.compiled import keep_compiled
from benchmarks.ingest import NOW_MS, generate
from sayso_protocol.accounts.statement import Grant
from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.feed.run import RawRun, verify_run
from sayso_storage.interface.store import Store
from sayso_storage.sqlite import open_store

MB = 1 << 20
FIRST = ("posts_per_second", "receiver_cpu_seconds", "sender_cpu_seconds")
"""Figures of which the first round is shown beside the medians."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--feeds", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--archive", type=Path)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder:
        source = Home(Path(folder) / "source")
        if options.archive:
            source("import-archive", str(options.archive))
            accounts = [source.account]
        else:
            accounts = fill(source, options.posts, options.feeds)
        rounds = [one_round(Path(folder), source, accounts) for _ in range(options.rounds)]
    feeds = 1 if options.archive else options.feeds
    result: dict[str, float] = {"posts": rounds[0].pop("received"), "feeds": feeds}
    for name in rounds[0]:
        result[name] = round(median(one[name] for one in rounds), 3)
    result |= {f"first_{name}": round(rounds[0][name], 3) for name in FIRST}
    print(json.dumps(result))


def fill(home: Home, posts: int, feeds: int) -> list[str]:
    """Put generated feeds of other people into the home; returns their accounts."""
    grants, runs = generate(posts, feeds)
    store = open_store(home.path / "store.sqlite")
    put(store, grants, runs)
    store.close()
    return [key_text(grant.account) for grant in grants]


def put(
    store: Store,
    grants: Sequence[Grant],
    runs: Sequence[RawRun],
    progress: Callable[[int], object] = lambda _: None,
) -> None:
    """Follow the accounts and store their posts; `progress` is told how many each time."""
    for grant in grants:
        store.follow(grant.account, None, NOW_MS)
        store.add_grant(grant)
    for at in range(0, len(runs), 16):
        part = [verify_run(run) for run in runs[at : at + 16]]
        store.append(part, NOW_MS)
        progress(sum(len(run.times) for run in part))


def one_round(folder: Path, source: Home, accounts: list[str]) -> dict[str, float]:
    """Sync into a new home; the figures of this round."""
    empty = Home(folder / "empty")
    subscribe(empty, accounts)
    with source.node() as node:
        began = node.processor_seconds()
        report, usage = sync(empty, node.address)
        spent, served = node.processor_seconds() - began, node.peak_memory()
    size = sum(path.stat().st_size for path in empty.path.glob("store.sqlite*"))
    shutil.rmtree(empty.path)
    received = report["received"]
    return {
        "received": received,
        "seconds": report["seconds"],
        "posts_per_second": received / report["seconds"],
        "wire_bytes_per_post": (report["bytes_in"] + report["bytes_out"]) / received,
        "disk_bytes_per_post": size / received,
        "receiver_peak_mb": usage.ru_maxrss * 1024 / MB,
        "sender_peak_mb": served / MB,
        "receiver_cpu_seconds": usage.ru_utime + usage.ru_stime,
        "sender_cpu_seconds": spent,
    }


def subscribe(home: Home, accounts: list[str]) -> None:
    """Follow many accounts at once, as an imported list would."""
    store = open_store(home.path / "store.sqlite")
    for account in accounts:
        store.follow(parse_key(account), None, NOW_MS)
    store.close()


def sync(home: Home, address: str) -> tuple[dict[str, float], resource.struct_rusage]:
    """One `sayso sync`; its report, and what it used."""
    line = [*COMMAND, "--home", str(home.path), "--json", "sync", address]
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        report = json.loads(process.stdout.read())
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0 or not report["in_sync"]:
        raise SystemExit(f"the sync failed: {report}")
    return report, usage


if __name__ == "__main__":
    main()
