"""A node in a process of its own, for tests that measure or starve it.

    victim.py <echo, hold or hoard> <most open files, 0 for as many as there may be>

Prints its address, and runs until its standard input ends.
"""

import resource
import sys
from pathlib import Path

import trio

sys.path.insert(0, str(Path(__file__).parents[1]))

from transport.support import echo, node

from sayso_node.network.link import Link
from sayso_node.network.transport import TransportLimits

HOARDING = TransportLimits(unread=1 << 40)
"""The control: without the limit on what all connections hold together."""


async def hold(link: Link) -> None:
    """Read nothing, keep everything."""
    await trio.sleep_forever()


async def main() -> None:
    handler = echo if sys.argv[1] == "echo" else hold
    limits = HOARDING if sys.argv[1] == "hoard" else TransportLimits()
    async with node(1, handler, limits=limits) as network:
        print(network.addresses[0], flush=True)
        await trio.to_thread.run_sync(sys.stdin.read)


if limit := int(sys.argv[2]):
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
trio.run(main)
