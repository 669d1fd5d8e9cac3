"""Keeps a service of the node up: what it did not expect ends its turn, and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final

import trio

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 5.0
"""Before a service that failed begins again: what it lacked (room on the disk, descriptors) may be
there by then, and one that fails at once each time costs nothing."""


async def keep_up(name: str, run: Callable[[], Awaitable[object]]) -> None:
    """Run a service until it returns or is cancelled; after a failure it begins again. Each expects
    what others can do to it. This is for what nobody expected: posts come and go without it."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("the service %r failed, and begins again", name)
            await trio.sleep(AGAIN_SECONDS)
        else:
            return
