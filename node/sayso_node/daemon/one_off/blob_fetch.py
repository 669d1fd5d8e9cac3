"""Pictures and films fetched while no node runs: a short run of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import trio

from sayso_protocol.blob.cid import cid_text

from ...control.server import Action
from ...home.directory import Home
from ...home.open_store import open_home
from ..run import running_node
from ..run_options import RunOptions

FetchListener = Callable[[Mapping[str, Any]], None]


def fetch_alone(
    home: Home, wanted: Mapping[bytes, Mapping[str, object] | None], told: FetchListener
) -> None:
    """Fetch blobs one after the other while no node runs, each with what the request ``fetch`` of
    the control socket has in `sealed`; `told` is what that gives, with the `cid`. Raises as
    `run_node`."""

    async def once() -> None:
        async with running_node(home, store, RunOptions(), lambda _: None) as (node, _nursery):
            for cid, sealed in wanted.items():
                await follow_fetch(node.actions["fetch"], cid_text(cid), told, sealed)

    store = open_home(home)
    try:
        with home.lock():
            trio.run(once)
    finally:
        store.close()


async def follow_fetch(
    ask: Action, cid: str, told: FetchListener, sealed: Mapping[str, object] | None = None
) -> None:
    """Ask for a blob until its download has ended."""
    found = await ask({"cid": cid, "start": True, "sealed": sealed})
    while True:
        told({**found, "cid": cid})
        if found["ended"]:
            return
        found = await ask({"cid": cid, "seen": found["in_order"]})
