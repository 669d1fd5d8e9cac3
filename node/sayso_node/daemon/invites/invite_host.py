"""The inviter's side of invites: who took one introduces himself here, and is followed back where
the owner said so when he made it. Nothing else that comes over the network has a say."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import trio

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.guess_limit import GuessLimit
from sayso_protocol.discovery.introduction import (
    INVITE_PROTOCOL,
    Introduction,
    InviteReply,
    read_introduction,
    write_reply,
)
from sayso_protocol.discovery.invite_limits import INTRODUCTION_SECONDS, MAX_INTRODUCTION
from sayso_protocol.discovery.peer_id import key_of_peer_id
from sayso_protocol.errors import Refused
from sayso_storage.interface.network.invite_records import InviteOutcome, OwnInvite
from sayso_storage.interface.store import Store, StoreError

from ...accounts.lineage import own_accounts
from ...accounts.lookup import find_petname
from ...clock import now_ms
from ...errors import NodeError
from ...filters.blocked import blocked_accounts
from ...home.directory import Home
from ...network.link import Link, Network, StreamQuota
from ...network.message_stream import receive_message, send_message
from ...sync.engine import Engine

log = logging.getLogger(__name__)

QUOTA = StreamQuota(a_peer=1, in_all=16)
"""Each holds a kilobyte for ten seconds; a newcomer needs one, once."""

_REPLIES = {
    InviteOutcome.UNKNOWN: InviteReply.UNKNOWN,
    InviteOutcome.EXPIRED: InviteReply.EXPIRED,
    InviteOutcome.REVOKED: InviteReply.REVOKED,
    InviteOutcome.USED: InviteReply.USED,
}


class InviteHost:
    """Answers introductions for as long as the network is open."""

    def __init__(
        self,
        home: Home,
        store: Store,
        network: Network,
        engine: Engine,
        tell: Callable[[dict[str, Any]], None],
    ) -> None:
        self._home = home
        self._store = store
        self._network = network
        self._engine = engine
        self._tell = tell
        self._guesses = GuessLimit()
        network.handle(INVITE_PROTOCOL, self._answer, QUOTA)

    @property
    def refused(self) -> int:
        """Introductions that came too soon after too many wrong ones."""
        return self._guesses.refused

    async def _answer(self, link: Link) -> None:
        """One introduction and the reply to it."""
        with trio.move_on_after(INTRODUCTION_SECONDS):
            try:
                data = await receive_message(link.stream, MAX_INTRODUCTION)
                reply = await self._reply(link, data)
            except Refused as error:
                log.info("an introduction by %s is refused: %s", link.peer_id, error)
                return
            except (StoreError, NodeError) as error:
                log.warning("an introduction waits: %s", error)
                reply = InviteReply.LATER
            await send_message(link.stream, write_reply(reply))

    async def _reply(self, link: Link, data: bytes) -> InviteReply:
        """The reply to what a peer said. Raises `Refused`, `StoreError`."""
        if not self._guesses.try_once(link.network, trio.current_time() * 1000):
            return InviteReply.LATER
        newcomer, inviter = map(key_of_peer_id, (link.peer_id, self._network.peer_id))
        said = read_introduction(data, newcomer, inviter)
        outcome, invite, is_new = await trio.to_thread.run_sync(self._admit, said)
        if outcome is not InviteOutcome.TAKEN or invite is None:
            return _REPLIES[outcome]
        self._guesses.was_right(link.network)
        if is_new:
            await self._welcome(said.grant.account, invite)
        return InviteReply.FOLLOWED if invite.follow_back else InviteReply.WELCOME

    def _admit(self, said: Introduction) -> tuple[InviteOutcome, OwnInvite | None, bool]:
        """Let the account take the invite, unless it is the owner's own, or blocked: what he said
        of it counts for more than an invite."""
        account, every = said.grant.account, self._store.invites()
        invite = next((one for one in every if one.token == said.token), None)
        if invite is not None and account in own_accounts(self._store):
            return InviteOutcome.TAKEN, invite, False
        if account in blocked_accounts(self._home, self._store):
            return InviteOutcome.REVOKED, invite, False
        petname = None if invite is None else invite.name
        if petname is not None and find_petname(self._store, petname):
            petname = None  # the owner has given it to somebody already
        return self._store.admit_guest(said.token, account, petname, now_ms())

    async def _welcome(self, account: bytes, invite: OwnInvite) -> None:
        """Tell the owner, and begin to follow where he said so."""
        followed = invite.follow_back
        self._tell({"event": "guest", "account": key_text(account), "followed": followed})
        if followed:
            await self._engine.refresh()
