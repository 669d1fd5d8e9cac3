"""What a running node costs while nothing happens, and how long it takes to be ready.

    python -m benchmarks.idle [--feeds 10000] [--seconds 20] [--peers 2]

A node that holds many feeds, with some peers connected that follow them all. Prints one
JSON object: `ready_ms` from the start of the process to its ready event, `memory_mb`
resident, `processor_percent` of one core over the seconds measured.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
import time
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from tests.e2e.support import Home, RunningNode, until

from benchmarks.compiled import keep_compiled
from benchmarks.replicate import fill, subscribe

MB = 1 << 20
SETTLE_SECONDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--peers", type=int, default=2)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = Home(Path(folder) / "home")
        accounts = fill(home, options.feeds, options.feeds)
        began = time.perf_counter()
        node = stack.enter_context(home.node())
        ready = time.perf_counter() - began
        for number in range(options.peers):
            peer = Home(Path(folder) / f"peer{number}")
            subscribe(peer, accounts)
            stack.enter_context(peer.node("--peer", node.address))
            until(partial(_is_in_sync, peer), 300)
        time.sleep(SETTLE_SECONDS)
        percent = processor_percent(node, options.seconds)
        result = {
            "feeds": options.feeds,
            "peers": options.peers,
            "ready_ms": round(ready * 1000, 1),
            "memory_mb": round(node.memory() / MB, 1),
            "processor_percent": round(percent, 3),
        }
    print(json.dumps(result))


def _is_in_sync(peer: Home) -> bool:
    return any(one["in_sync"] for one in peer.connected())


def processor_percent(node: RunningNode, seconds: float) -> float:
    """Share of one core that the node's process used."""
    before = processor_seconds(node.process.pid)
    time.sleep(seconds)
    return 100 * (processor_seconds(node.process.pid) - before) / seconds


def processor_seconds(pid: int) -> float:
    """User and system time of a process (Linux: proc_pid_stat(5), fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
