"""Disconnects: what is answered bit by bit ends when its client leaves."""

from __future__ import annotations

import trio
from starlette.types import Receive


async def leave_with_client(receive: Receive, scope: trio.CancelScope) -> None:
    """Wait until the client has left, then cancel."""
    while (await receive())["type"] != "http.disconnect":
        pass
    scope.cancel()
