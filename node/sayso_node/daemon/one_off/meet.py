"""A first contact while no node runs: a short run of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import trio

from sayso_protocol.crypto.keys import key_text

from ...home.directory import Home
from ...home.open_store import open_home
from ..run import running_node
from ..run_options import RunOptions

LOOK_SECONDS: Final = 0.1
"""Between two looks at how far it is."""


def meet_alone(
    home: Home,
    account: bytes,
    *,
    timeout: float,
    progress: Callable[[Mapping[str, Any]], None],
) -> Mapping[str, Any]:
    """Meet the node of an accepted invite, and sync with it until neither side lacks anything;
    `progress` is told of each `ContactProgress`. Gives the last. Raises as `run_node`."""

    async def once() -> Mapping[str, Any]:
        async with running_node(home, store, RunOptions(), lambda _: None) as (node, _nursery):
            request = {"account": key_text(account), "timeout": timeout, "alone": True}
            found = await node.actions["meet"](request | {"begin": True})
            while found["state"] not in ("done", "failed"):
                progress(found)
                await trio.sleep(LOOK_SECONDS)
                found = await node.actions["meet"](request)
            return found

    store = open_home(home)
    try:
        with home.lock():
            return trio.run(once)
    finally:
        store.close()
