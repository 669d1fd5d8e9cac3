"""A node on a machine that moves: `mover.py SEED [ADDRESS]`. Prints a line of JSON whenever its own
addresses change; dials an address, says so, and says when that connection is over."""

from __future__ import annotations

import json
import sys

import trio

from sayso_node.network.link import Connection, Link
from sayso_node.network.transport import open_network


def tell(**event: object) -> None:
    print(json.dumps(event), flush=True)


async def hold(link: Link) -> None:
    await trio.sleep_forever()


async def main(seed: int, *dialled: str) -> None:
    listen = ["/ip4/0.0.0.0/tcp/4001", "/ip6/::/tcp/4001"]
    async with (
        open_network(node_seed=bytes([seed]) * 32, listen=listen, on_link=hold) as network,
        trio.open_nursery() as nursery,
    ):

        async def tell_end(connection: Connection) -> None:
            await connection.ended.wait()
            tell(ended=True)

        network.on_connection(lambda one: nursery.start_soon(tell_end, one))
        for address in dialled:
            await network.dial(address)
            tell(linked=True)
        while True:
            changed = network.own_addresses.changed
            tell(addresses=network.addresses, public=list(map(str, network.own_addresses.public())))
            await changed.wait()


if __name__ == "__main__":
    trio.run(main, int(sys.argv[1]), *sys.argv[2:])
