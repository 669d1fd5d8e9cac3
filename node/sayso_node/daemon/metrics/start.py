"""The metrics of a running node, where its owner asked for them."""

from __future__ import annotations

import trio

from sayso_protocol.translation import mark
from sayso_storage.interface.store import Store

from ...errors import NodeError
from ...home.directory import Home
from ...web.bind_address import parse_metrics_address
from ...web.serving.listening import listen_at
from ...web.site import bracketed
from ..keep_up import keep_up
from ..node import Node
from ..run_options import RunOptions
from .loop_lag import LoopLag
from .reading import NodeReader

NOT_INSTALLED = mark("metrics need what is not installed: python3 -m pip install 'sayso[hub]'")

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")


def start_metrics(
    home: Home, store: Store, node: Node, options: RunOptions, nursery: trio.Nursery
) -> str | None:
    """Serve metrics from now on, where the owner asked for it; gives their address. Raises
    `NodeError` where they cannot be served."""
    if options.metrics is None:
        return None
    try:
        from .exposition import Exposition
        from .metrics_server import PATH, MetricsServer
    except ModuleNotFoundError as error:
        raise NodeError(NOT_INSTALLED) from error
    host, port = parse_metrics_address(options.metrics, options.metrics_hosts)
    listener = listen_at(host, port, "--metrics 127.0.0.1:PORT")
    loop_lag, exposition = LoopLag(), Exposition()
    reader = NodeReader(home, store, node, loop_lag)

    async def read(accept: str) -> tuple[str, bytes]:
        return await trio.to_thread.run_sync(exposition.text, await reader.read(), accept)

    names = (*LOOPBACK, *(bracketed(one).lower() for one in options.metrics_hosts))
    server = MetricsServer(listener, frozenset(names), read)

    async def serve() -> None:
        with listener:
            await keep_up("metrics", server.run)

    nursery.start_soon(keep_up, "event loop lag", loop_lag.run)
    nursery.start_soon(serve)
    return f"http://{bracketed(host)}:{listener.getsockname()[1]}{PATH}"
