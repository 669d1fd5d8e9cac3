"""Runs a node as where strangers were seen to dial it: then it answers in the hash table, too.

    python -m tests.hostile.reached <python> -m <module> <arguments…>

On loopback there are no strangers who could see it.
"""

from __future__ import annotations

import runpy
import sys

from sayso_node.daemon.lookups import account_location
from sayso_node.daemon.node import Node
from sayso_protocol.discovery.multiaddr import Address


def dialled_at(node: Node) -> list[Address]:
    return [Address.parse(one) for one in node.network.addresses]


if __name__ == "__main__":
    account_location._dialled_at = dialled_at
    _, _, _, module, *arguments = sys.argv
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__")
