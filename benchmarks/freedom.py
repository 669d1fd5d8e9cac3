"""Whom an author still reaches whom most of the network refuses to carry.

    python -m benchmarks.freedom [--nodes 400] [--seeds 2] [--graphs NAME…] [--shares 0.5…]

Runs the simulator along real follow graphs from the folder that SAYSO_TEST_DATA names: the
author is whoever is followed most, the refusing nodes are drawn among all others. Each case
runs without and with hubs (of which the same share refuses), and with the peers that people
had and with peers that they chose anew. Prints one JSON object; `reached` and `joined` are
shares of the followers in percent, times are milliseconds from post to store, each the median
over the seeds. Exits with 1 where an invariant was broken.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from statistics import median
from typing import Any

from tqdm import tqdm

from sayso_node.sim.report import record
from sayso_node.sim.scenario import Hub, Load, Refusal, Scenario, Topology
from sayso_node.sim.world import World

GRAPHS = ("twitter_follow_bofa", "trust_advogato", "github_mutual")
SHARES = (0.5, 0.8, 0.95)
HUBS = Hub(count=20, dialled=2)


def main() -> int:
    options = _options()
    kinds = list(product(options.graphs, options.shares, (None, HUBS), (False, True)))
    cases, broken = [], 0
    for graph, share, hub, rechosen in tqdm(kinds, unit="case", disable=None):
        base = Scenario(
            name="freedom",
            about="an author whom most refuse to carry",
            nodes=options.nodes,
            seconds=120,
            topology=Topology("follows", graph=f"graph_{graph}.tsv.gz"),
            load=Load(authors=1, history=20, posts_per_minute=10),
            hub=hub,
        )
        runs = list(_runs(replace(base, refusal=Refusal(share, rechosen)), options.seeds))
        broken += sum(len(run["violations"]) for run in runs)
        cases.append(
            {
                "graph": graph,
                "refusing_percent": round(100 * share),
                "hubs": hub.count if hub else 0,
                "peers_rechosen": rechosen,
            }
            | _medians(runs)
        )
    print(json.dumps({"nodes": options.nodes, "seeds": options.seeds, "cases": cases}))
    return 1 if broken else 0


def _runs(scenario: Scenario, seeds: int) -> Iterator[dict[str, Any]]:
    for seed in range(1, seeds + 1):
        world = World(scenario, scenario.nodes, seed)
        yield record(world, world.run(), seed, 0.0)


def _medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Of runs of one case; a share is null where nobody was left who wanted to follow."""
    shares = {
        what: [
            100 * run["refused"][what] / run["refused"]["followers"]
            for run in runs
            if run["refused"]["followers"]
        ]
        for what in ("joined", "reached")
    }
    delays = {
        name: [run["latency_ms"][name] for run in runs if run["latency_ms"]]
        for name in ("p50", "p99")
    }
    return {
        "followers": round(median(run["refused"]["followers"] for run in runs)),
        **{f"{what}_percent": _median(values) for what, values in shares.items()},
        **{f"{name}_ms": _median(values) for name, values in delays.items()},
    }


def _median(values: list[float]) -> float | None:
    return round(median(values), 1) if values else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--graphs", nargs="+", default=GRAPHS, choices=GRAPHS)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
