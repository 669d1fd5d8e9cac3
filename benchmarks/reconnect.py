"""What a reconnect costs when nothing is new, however many feeds are followed.

    python -m benchmarks.reconnect [--feeds 10000] [--rounds 3]

A home that follows many accounts syncs once with a running node that carries them, then
again and again. Prints one JSON object, medians over the rounds: `bytes_in` and
`bytes_out` of the sync protocol, `ms` from the link to both sides in sync, and the same of
the first exchange as `first_…`.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from statistics import median

from tests.e2e.support import Home

from benchmarks.replicate import fill, subscribe


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, reader = Home(Path(folder) / "source"), Home(Path(folder) / "reader")
        subscribe(reader, fill(source, options.feeds, options.feeds))
        with source.node() as node:
            first, *rounds = [reader("sync", node.address)[0] for _ in range(options.rounds + 1)]
    result = {"feeds": options.feeds, "first_received": first["received"]}
    for name in ("bytes_in", "bytes_out"):
        result[name] = median(one[name] for one in rounds)
        result[f"first_{name}"] = first[name]
    result["ms"] = round(median(milliseconds(one) for one in rounds), 1)
    result["first_ms"] = round(milliseconds(first), 1)
    print(json.dumps(result))


def milliseconds(report: dict[str, float]) -> float:
    """From the link to both sides in sync."""
    return 1000 * (report["seconds"] - report["connect_seconds"])


if __name__ == "__main__":
    main()
