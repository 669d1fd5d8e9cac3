"""A home that maps its port, and says what comes of it: a JSON object a line, until it is stopped.

    python -m tests.reach.mapping_home ADDRESS PORT

It listens at the port and greets whoever connects; SIGTERM stops it in good order.
"""

from __future__ import annotations

import json
import signal
import sys

import trio

from sayso_node.network.nat.port_mapping import PortMappingService
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.port_mapping.port_mapper import MappingReport


def tell(report: MappingReport) -> None:
    mapping = report.mapping
    said = {
        "address": mapping and mapping.multiaddr,
        "method": mapping and mapping.method,
        "lifetime": mapping and mapping.lifetime_s,
        "outside": report.outside,
        "failures": {method: [failure, text] for method, failure, text in report.failures},
        "complete": report.is_complete,
        "seconds": round(trio.current_time() - began, 3),
    }
    print(json.dumps(said), flush=True)


async def greet(stream: trio.SocketStream) -> None:
    await stream.send_all(b"hello from home")


async def main(host: str, port: int) -> None:
    global began
    began = trio.current_time()
    listening = [Address("ip4", host, port)]
    service = PortMappingService(bytes(range(32)), lambda: listening, tell)
    with trio.open_signal_receiver(signal.SIGTERM) as signals:
        async with trio.open_nursery() as nursery:
            listeners = await trio.open_tcp_listeners(port, host=host)
            nursery.start_soon(trio.serve_listeners, greet, listeners)
            nursery.start_soon(service.run)
            async for _ in signals:
                break
            nursery.cancel_scope.cancel()


if __name__ == "__main__":
    trio.run(main, sys.argv[1], int(sys.argv[2]))
