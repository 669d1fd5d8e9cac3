"""First contact with an account that was just followed: its node is dialled, wherever an invite
says that it may be, and its newest posts are waited for."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from math import inf
from typing import Final, Protocol, TypedDict

import trio

from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.introduction import InviteReply
from sayso_protocol.discovery.multiaddr import Address
from sayso_storage.interface.store import StoreError

from ...errors import PeerError
from ...sync.engine import Engine
from ...sync.peer_connection import PeerConnection
from ..exchange import until_in_sync
from ..status import SessionProgress

log = logging.getLogger(__name__)

FOUND_SECONDS: Final = 3.0
"""How long a peer whose addresses do not answer is waited for where the node goes on by itself: in
the same room it is found within this time."""

STAGGER_SECONDS: Final = 0.3
"""Between dials of one peer's addresses, as long as none has answered (RFC 8305, section 5, has
0.25)."""


class Attempt(TypedDict):
    """An address that was dialled in vain, and why."""

    addr: str
    detail: str


class ContactProgress(TypedDict):
    """How far a first contact is: `state` is ``dialling``, ``syncing``, ``done`` or ``failed``."""

    state: str
    addr: str | None
    """Where the node answered."""
    path: str | None
    tried: list[Attempt]
    received: int
    in_sync: bool
    promise_broken: bool
    """Whether somebody offered feeds that promise another next key than the invite: they were not
    taken."""
    reply: str | None
    """What it said to an introduction, if one was due; see `InviteReply`."""
    seconds: float


class ContactNode(Protocol):
    """A node, as far as a first contact needs one."""

    @property
    def engine(self) -> Engine:
        """The engine that runs the sessions."""

    async def dial(self, address: str) -> PeerConnection:
        """Connect to a peer, or take the session that is there. Raises `PeerError`."""

    def progress(self, session: PeerConnection) -> SessionProgress:
        """The progress of a session."""


class FirstContact:
    """One first contact; `progress` tells how far it is, `run` is it."""

    def __init__(
        self,
        node: ContactNode,
        account: bytes,
        peer_id: str,
        addresses: Sequence[Address],
        introduce: Callable[[], Awaitable[InviteReply | None]],
    ) -> None:
        """`introduce` tells the node who comes, once it is connected."""
        self._node = node
        self._account = account
        self._peer_id = peer_id
        self._addresses = tuple(replace(one, peer_id=peer_id) for one in addresses)
        self._introduce = introduce
        self._began = trio.current_time()
        self.progress: ContactProgress = {
            "state": "dialling",
            "addr": None,
            "path": None,
            "tried": [],
            "received": 0,
            "in_sync": False,
            "promise_broken": False,
            "reply": None,
            "seconds": 0.0,
        }

    @property
    def is_over(self) -> bool:
        """Whether nothing more is waited for."""
        return self.progress["state"] in ("done", "failed")

    @property
    def candidate(self) -> Candidate:
        """The account's node, for whoever keeps connections."""
        accounts = frozenset([self._account])
        return Candidate(self._peer_id, self._addresses, Origin.INVITE, accounts=accounts)

    async def run(self, patience: float, *, after_first: float = inf) -> None:
        """Connect and sync, for `patience` seconds at most, and `after_first` once entries have
        come: where the node goes on by itself nobody need wait for the last of them."""
        try:
            with trio.move_on_after(patience) as scope:
                await self._refresh()
                session = await self._connect()
                if session is None and after_first < inf:
                    session = await self._found()
                if session is not None:
                    self.progress |= {"state": "syncing", "addr": session.link.address}
                    self.progress["path"] = session.link.path
                    async with trio.open_nursery() as nursery:
                        nursery.start_soon(self._note_reply)
                        await self._sync(session, scope, after_first)
        finally:
            reached, replica = self.progress["addr"] is not None, self._node.engine.replica
            self.progress["promise_broken"] = replica.has_broken_promise(self._account)
            self.progress["state"] = "done" if reached else "failed"
            self.progress["seconds"] = round(trio.current_time() - self._began, 3)

    async def _refresh(self) -> None:
        """Let the engine know whom it asks for."""
        try:
            await self._node.engine.refresh()
        except StoreError as error:
            log.warning("who was just followed is not asked for yet: %s", error)

    async def _note_reply(self) -> None:
        try:
            self.progress["reply"] = await self._introduce()
        except StoreError as error:
            log.warning("the inviter's node will be told again: %s", error)

    async def _connect(self) -> PeerConnection | None:
        """The session with the node, over whichever of its addresses answers first."""
        present = self._node.engine.session_with(self._peer_id)
        if present is not None:
            return present
        found: list[PeerConnection] = []
        async with trio.open_nursery() as nursery:

            async def attempt(address: str, over: trio.Event) -> None:
                try:
                    found.append(await self._node.dial(address))
                except PeerError as error:
                    self.progress["tried"].append({"addr": address, "detail": str(error)})
                    over.set()
                else:
                    nursery.cancel_scope.cancel()

            for address in self._addresses:
                over = trio.Event()
                nursery.start_soon(attempt, str(address), over)
                with trio.move_on_after(STAGGER_SECONDS):
                    await over.wait()
        return found[0] if found else self._node.engine.session_with(self._peer_id)

    async def _found(self) -> PeerConnection | None:
        """The session with the node once somebody else has found it, as local discovery may."""
        engine = self._node.engine
        with trio.move_on_after(FOUND_SECONDS):
            while engine.session_with(self._peer_id) is None:
                await engine.sessions_changed.wait()
        return engine.session_with(self._peer_id)

    async def _sync(
        self, session: PeerConnection, scope: trio.CancelScope, after_first: float
    ) -> None:
        first_came = inf
        before = self._node.progress(session)["received"]

        def note(found: SessionProgress) -> None:
            nonlocal first_came
            self.progress["received"] = max(found["received"] - before, 0)
            if self.progress["received"]:
                first_came = min(first_came, trio.current_time())
            if trio.current_time() > first_came + after_first:
                scope.cancel()

        while True:
            try:
                await until_in_sync(self._node, session, note)
            except PeerError as error:
                again = self._node.engine.session_with(self._peer_id)
                if again is None or again is session:
                    address = session.link.address
                    self.progress["tried"].append({"addr": address, "detail": str(error)})
                    return
                session, before = again, 0
            else:
                note(self._node.progress(session))
                self.progress["in_sync"] = True
                return
