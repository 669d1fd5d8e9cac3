"""What a reconnect costs when nothing is new, however many feeds are followed.

    python -m benchmarks.reconnect [--feeds 10000] [--rounds 3]

A home that follows many accounts syncs once with a running node that carries them, then
again and again. Prints one JSON object: `bytes_in` and `bytes_out` of the sync protocol, and
`ms` from the link to both sides in sync. As `first_…` those of the first exchange, as `second_…`
those of the first reconnect, which is where a mark that went lost would show; without a prefix
the medians of the reconnects after it. `most_bytes` is the dearest of all reconnects, both ways.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median

from tests.e2e.support import Home

from benchmarks.compiled import keep_compiled
from benchmarks.replicate import fill, subscribe


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    keep_compiled()
    with tempfile.TemporaryDirectory() as folder:
        source, reader = Home(Path(folder) / "source"), Home(Path(folder) / "reader")
        subscribe(reader, fill(source, options.feeds, options.feeds))
        with source.node() as node:
            first, second, *later = [
                reader("sync", node.address)[0] for _ in range(options.rounds + 2)
            ]
    result = {"feeds": options.feeds, "first_received": first["received"]}
    for name in ("bytes_in", "bytes_out"):
        result[name] = median(one[name] for one in later)
    result["ms"] = round(median(milliseconds(one) for one in later), 1)
    for when, one in (("first", first), ("second", second)):
        result |= {f"{when}_{name}": one[name] for name in ("bytes_in", "bytes_out")}
        result[f"{when}_ms"] = round(milliseconds(one), 1)
    result["most_bytes"] = max(one["bytes_in"] + one["bytes_out"] for one in [second, *later])
    print(json.dumps(result))


def milliseconds(report: dict[str, float]) -> float:
    """From the link to both sides in sync."""
    return 1000 * (report["seconds"] - report["connect_seconds"])


if __name__ == "__main__":
    main()
