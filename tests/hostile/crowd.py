"""A crowd of idle strangers before a node, and a friend: a program for a network of its own.

    unshare -rn python -m tests.hostile.crowd <home> <friend> <crowd> <seconds> <known or new>

The node of a home listens in that network, whose addresses all lead to this machine and count as
any others do. Prints what became of the friend, whose home is named too, as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import AsyncExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import trio
from tests.e2e.support import Failed, Home, RunningNode
from tests.hostile.attacker import GONE, stranger

from sayso_node.network.transport.libp2p_imports import BaseLibp2pError

SETUP = """
ip link set lo up
ip addr add 10.99.0.1/32 dev lo
ip route add local 10.0.0.0/8 dev lo
ip -6 addr add fd00:99::1/128 dev lo nodad
ip -6 route add local fd00::/8 dev lo
"""

CROWDS = {
    "thirty": ("10.99.0.1", [f"10.{number}.{number}.7" for number in range(1, 31)], 240),
    "household": ("fd00:99::1", [f"fd00:1:2:3{number:02x}::1" for number in range(200)], 60),
    "whole household": ("fd00:99::1", [f"fd00:1:2:3{number:02x}::1" for number in range(240)], 240),
    "site": ("fd00:99::1", [f"fd00:1:2:{number:02x}00::1" for number in range(200)], 200),
    "same": ("10.99.0.1", ["10.99.0.1"], 48),
}
"""Where the node listens, and the friend comes from; where strangers come from, and how many."""


def main() -> None:
    *paths, crowd, seconds, acquaintance = sys.argv[1:]
    for line in SETUP.strip().splitlines():
        subprocess.run(line.split(), check=True)
    host, sources, count = CROWDS[crowd]
    protocol = "ip6" if ":" in host else "ip4"
    ann, ben = (Home(Path(path), init=False) for path in paths)
    with ann.node(listen=f"/{protocol}/{host}/tcp/0") as node:
        if acquaintance == "known":
            ben("sync", node.address)
        found = trio.run(besiege, node, ben, list(islice(cycle(sources), count)), float(seconds))
        found["status"] = ann("status")[0]
        found["stop_seconds"] = node.stop()
    print(json.dumps(found))


async def besiege(
    node: RunningNode, friend: Home, sources: list[str], seconds: float
) -> dict[str, Any]:
    seated = 0
    async with AsyncExitStack() as stack:
        for number, source in enumerate(sources, 1000):
            try:
                await stack.enter_async_context(stranger(node.address, number, source))
                seated += 1
            except* (BaseLibp2pError, *GONE):
                pass
        first = await trio.to_thread.run_sync(visit, friend, node.address)
        await trio.sleep(seconds)
        later = await trio.to_thread.run_sync(visit, friend, node.address)
    return {"seated": seated, "first": first, "later": later}


def visit(friend: Home, address: str) -> dict[str, Any] | str:
    try:
        return friend("sync", address)[0]
    except Failed as error:
        return str(error)


if __name__ == "__main__":
    main()
