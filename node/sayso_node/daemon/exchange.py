"""One exchange with one peer: until neither side lacks anything, or until time is up."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Protocol

import trio

from sayso_protocol.translation import _

from ..errors import PeerError
from ..sync.connection_manager import peer_of
from ..sync.engine import Engine
from ..sync.peer_connection import PeerConnection
from .status import ExchangeResult, SessionProgress

ProgressListener = Callable[[SessionProgress], None]

PROGRESS_SECONDS = 0.2
ASK_SYNCED_SECONDS = 1.0
"""How often a peer is asked whether it lacks something, while somebody waits for that."""


class ExchangeNode(Protocol):
    """A node, as far as an exchange needs one."""

    @property
    def engine(self) -> Engine:
        """The engine that runs the sessions."""

    async def dial(self, address: str) -> PeerConnection:
        """Connect to a peer, or take the session that is there. Raises `PeerError`."""

    def progress(self, session: PeerConnection) -> SessionProgress:
        """The progress of a session."""


async def exchange(
    node: ExchangeNode, address: str, patience: float, progress: ProgressListener
) -> ExchangeResult:
    """Sync with one peer for `patience` seconds at most; `progress` is told how far it is.

    Of a link that is there already, what it did before is not counted. Raises `PeerError` where
    there is no link, or the link ends early.
    """
    began = trio.current_time()
    present = node.engine.session_with(peer_of(address))
    before = node.progress(present) if present is not None else None
    session = await node.dial(address)
    linked = trio.current_time()
    with trio.move_on_after(patience):
        await until_in_sync(node, session, progress)
    found = node.progress(session)
    progress(found)
    if before is None or session is not present:
        before = {**found, "received": 0, "sent": 0, "bytes_in": 0, "bytes_out": 0}
    return {
        "received": found["received"] - before["received"],
        "sent": found["sent"] - before["sent"],
        "bytes_in": found["bytes_in"] - before["bytes_in"],
        "bytes_out": found["bytes_out"] - before["bytes_out"],
        "in_sync": found["in_sync"],
        "seconds": round(trio.current_time() - began, 3),
        "connect_seconds": round(linked - began, 3),
    }


async def until_in_sync(
    node: ExchangeNode, session: PeerConnection, progress: ProgressListener
) -> None:
    """Wait, ask the peer now and then whether it lacks something, and tell how far it is. Raises
    `PeerError` where the session ends before."""
    told, asked = trio.current_time(), -inf
    while not (found := node.progress(session))["in_sync"]:
        if session.name not in node.engine.sessions:
            raise PeerError(
                _("the link ended early: {error}; try again").format(error=session.error)
            )
        now = trio.current_time()
        if now >= told + PROGRESS_SECONDS:
            told = now
            progress(found)
        if now >= asked + ASK_SYNCED_SECONDS:
            asked = now
            await node.engine.ask_synced(session)
        with trio.CancelScope(deadline=min(told + PROGRESS_SECONDS, asked + ASK_SYNCED_SECONDS)):
            await node.engine.in_sync_or_over(session).wait()
