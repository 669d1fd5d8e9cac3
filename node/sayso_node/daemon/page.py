"""The page of a running node, where its owner asked for one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import trio

from sayso_protocol.translation import mark
from sayso_storage.interface.store import Store

from ..errors import NodeError
from ..home.directory import Home
from .keep_up import keep_up
from .node import Node
from .run_options import RunOptions

NOT_INSTALLED = mark(
    "the page needs parts that are not installed: `pip install 'sayso[faces]'`, or in a clone "
    "`python3 dev.py setup`"
)


def start_page(
    home: Home, store: Store, node: Node, options: RunOptions, nursery: trio.Nursery
) -> str:
    """Serve the page from now on; returns its address. The node answers `web` with a one-time link.
    Raises `NodeError` where it cannot be served."""
    try:
        from ..web.context import WebContext
        from ..web.server import WebServer, bind
    except ModuleNotFoundError as error:
        raise NodeError(NOT_INSTALLED) from error
    assert options.http is not None
    site, listener = bind(home, options.http)
    context = WebContext(home, store, site, node.actions, options.passphrase)
    server = WebServer(context, listener)

    async def make_link(_: dict[str, Any]) -> Mapping[str, object]:
        return {"link": server.one_time_link()}

    async def serve() -> None:
        with server:
            await keep_up("page", server.run)

    node.offer("web", make_link)
    nursery.start_soon(serve)
    return site.page_address
