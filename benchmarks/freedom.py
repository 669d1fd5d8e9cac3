"""Whom an author still reaches whom most of the network refuses to carry.

    python -m benchmarks.freedom [--nodes 1000] [--seeds 3] [--graphs NAME…] [--shares 0.5…]

Runs the simulator along real follow graphs from the folder that SAYSO_TEST_DATA names: the
author is whoever is followed most, the refusing nodes are drawn among all others. Each case
runs without and with hubs (of which the same share refuses), and with the peers that people
had and with peers that they chose anew. Prints one JSON object; `reached` and `joined` are
shares of the followers in percent, times are milliseconds from post to store, each the median
over the seeds. `timed` is how many deliveries the times are of, in all seeds together. `wrong`
counts nodes whose stores differ from what a search says that is not the simulator's own: breadth
first from the author over the nodes that carry him; whoever it finds has to hold every entry,
everybody else none. `hops` is the longest way that it found. Exits with 1 where an invariant was
broken or a node was wrong.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import inf
from statistics import median
from typing import Any

from tqdm import tqdm  # type: ignore[import-untyped]

from sayso_node.sim.report import record
from sayso_node.sim.scenario import Bounds, Hub, Load, Refusal, Scenario, Topology
from sayso_node.sim.simulation import Simulation
from sayso_node.sim.topology.plan import Plan
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
            bounds=Bounds(bytes_per_entry=inf),  # greetings of all, shared by the few who are left
            hub=hub,
        )
        runs = list(_runs(replace(base, refusal=Refusal(share, rechosen)), options.seeds))
        broken += sum(len(run["violations"]) + run["wrong"] for run in runs)
        for run in runs:
            for one in run["violations"]:
                print(graph, share, bool(hub), rechosen, run["seed"], one, file=sys.stderr)
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
        simulation = Simulation(scenario, scenario.nodes, seed)
        outcome, world = simulation.run(), simulation.world
        found: dict[str, Any] = record(world, outcome, seed, 0.0).as_json()
        timed = len(world.truth.tally.latencies_ms)
        hops = hops_to(world.plan)
        yield found | {"timed": timed, "hops": max(hops.values()), "wrong": wrong(world, hops)}


def hops_to(plan: Plan) -> dict[int, int]:
    """How far the refused author is from each node that is joined to him by willing ones: those
    that carry him, because they follow him or are hubs, and do not refuse."""
    assert plan.refused is not None
    lines: dict[int, list[int]] = {}
    for one, other in plan.edges:
        lines.setdefault(one, []).append(other)
        lines.setdefault(other, []).append(one)
    hops, queue = {plan.refused: 0}, deque([plan.refused])
    while queue:
        node = queue.popleft()
        for other in lines.get(node, ()):
            if other not in hops and plan.refused in plan.follows[other]:
                hops[other] = hops[node] + 1
                queue.append(other)
    return hops


def wrong(world: World, hops: dict[int, int]) -> int:
    """How many nodes lack an entry of the author although they are joined to him, or hold one
    although they are not."""
    assert world.plan.refused is not None
    feed = world.authors[world.plan.refused].feed
    head = world.truth.heads[feed]
    written = world.stores[world.plan.refused].load(feed, 1, head)
    assert written is not None and written.first == 1
    held = {node: store.load(feed, 1, head) for node, store in world.stores.items()}
    return sum(held[node] != (written if node in hops else None) for node in held)


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
        for name in ("p50", "p99", "max")
    }
    return {
        "followers": round(median(run["refused"]["followers"] for run in runs)),
        **{f"{what}_percent": _median(values) for what, values in shares.items()},
        **{f"{name}_ms": _median(values) for name, values in delays.items()},
        "timed": sum(run["timed"] for run in runs),
        "hops": max(run["hops"] for run in runs),
        "wrong": sum(run["wrong"] for run in runs),
    }


def _median(values: list[float]) -> float | None:
    return round(median(values), 1) if values else None


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--graphs", nargs="+", default=GRAPHS, choices=GRAPHS)
    parser.add_argument("--shares", type=float, nargs="+", default=SHARES)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
