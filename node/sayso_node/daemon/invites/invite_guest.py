"""The newcomer's side of invites: the inviter's node is dialled, told who took its invite, and told
again until it has answered."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from math import inf
from typing import Any, Final

import trio

from sayso_protocol.crypto.keys import key_text, parse_key
from sayso_protocol.discovery.introduction import (
    FINAL_REPLIES,
    INVITE_PROTOCOL,
    InviteReply,
    read_reply,
)
from sayso_protocol.discovery.invite import parse_invite
from sayso_protocol.discovery.invite_limits import INTRODUCTION_SECONDS, MAX_INTRODUCTION
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.errors import Refused
from sayso_protocol.translation import _
from sayso_storage.interface.network.invite_records import AcceptedInvite
from sayso_storage.interface.store import Store, StoreError

from ...errors import NotFound
from ...network.link import DialError
from ...network.message_stream import receive_message, send_message
from ..node import Node
from .first_contact import FirstContact

log = logging.getLogger(__name__)

AGAIN_SECONDS: Final = 300.0
"""Before a node that had no time, or does not know the protocol, is told again."""

AFTER_FIRST_SECONDS: Final = 3.0
"""How long a command waits for all posts once the first have come: the node goes on without it."""

MAX_CONTACTS: Final = 16
"""First contacts that are remembered for the commands that wait for them."""


class InviteGuest:
    """Meets the nodes of accepted invites; `run` until cancelled."""

    def __init__(self, store: Store, node: Node, nursery: trio.Nursery) -> None:
        self._store = store
        self._node = node
        self._nursery = nursery
        self._contacts: dict[bytes, FirstContact] = {}
        self._pending: dict[bytes, AcceptedInvite] = {}
        """Whose nodes are to be told, by account."""
        self._news = trio.Event()
        self._replies: dict[bytes, InviteReply] = {}
        """What inviters' nodes said, by account, once it is their last word."""
        self._again = defaultdict[bytes, float](lambda: -inf)
        """When to tell a node again, by account."""
        self._turns = defaultdict[bytes, trio.Lock](trio.Lock)

    async def run(self) -> None:
        """Tell nodes that are connected, and were not told, who took their invite."""
        await self._load()
        while True:
            changed = self._node.engine.sessions_changed
            try:
                for accepted in list(self._pending.values()):
                    await self._introduce_if_due(accepted)
            except StoreError as error:
                log.warning("inviters are not told yet: %s", error)
            with trio.move_on_after(AGAIN_SECONDS):
                # As a rule nobody is to be told: then sessions may come and go.
                await (changed.wait() if self._pending else self._news.wait())

    async def _load(self) -> None:
        """Begin with whoever was not told before the last stop."""
        try:
            for accepted in await trio.to_thread.run_sync(self._store.accepted_invites):
                self._note(accepted)
        except StoreError as error:
            log.warning("inviters who were not told are not known: %s", error)

    def _note(self, accepted: AcceptedInvite) -> None:
        """Remember that a node is to be told, if it is."""
        if accepted.introduction is None:
            self._pending.pop(accepted.account, None)
            return
        self._pending[accepted.account] = accepted
        news, self._news = self._news, trio.Event()
        news.set()

    async def contact(self, account: bytes) -> FirstContact:
        """A first contact by the invite to an account, to be run. Raises `NotFound`."""
        every = await trio.to_thread.run_sync(self._store.accepted_invites)
        accepted = next((one for one in every if one.account == account), None)
        if accepted is None:
            raise NotFound(
                _("no invite to {account} was taken here").format(account=key_text(account))
            )
        self._replies.pop(account, None)
        self._note(accepted)
        invite = parse_invite(accepted.link)
        introduce = partial(self.introduce, accepted)
        return FirstContact(self._node, account, invite.peer_id, invite.addresses, introduce)

    async def answer(self, request: dict[str, Any]) -> Mapping[str, object]:
        """The request ``meet`` of the control socket: with `begin` a first contact begins, unless
        one is under way; tells how far it is."""
        try:
            account = parse_key(str(request.get("account")))
        except Refused as error:
            raise NotFound(_("no account is named: {error}").format(error=error)) from error
        contact = self._contacts.get(account)
        if contact is None or (request.get("begin") and contact.is_over):
            contact = await self.contact(account)
            while len(self._contacts) >= MAX_CONTACTS:
                del self._contacts[next(iter(self._contacts))]
            self._contacts[account] = contact
            patience = float(request.get("timeout", 60.0))
            after_first = inf if request.get("alone") else AFTER_FIRST_SECONDS
            self._nursery.start_soon(self._run, contact, patience, after_first)
        return {**contact.progress}

    async def _run(self, contact: FirstContact, patience: float, after_first: float) -> None:
        """A first contact, after which the node stays with the peer, or goes on trying."""
        await contact.run(patience, after_first=after_first)
        self._node.connection_manager.consider(contact.candidate)

    # --- introductions -------------------------------------------------------------------------

    async def introduce(self, accepted: AcceptedInvite) -> InviteReply | None:
        """Tell the inviter's node who took its invite, over the connection that is there; gives its
        reply, None where it has none yet or there is nothing to tell. Raises `StoreError`."""
        account = accepted.account
        async with self._turns[account]:
            if accepted.introduction is None or account in self._replies:
                return self._replies.get(account)
            self._again[account] = trio.current_time() + AGAIN_SECONDS
            reply = await self._told(parse_invite(accepted.link).peer_id, accepted.introduction)
            if reply in FINAL_REPLIES:
                self._replies[account] = reply
                self._pending.pop(account, None)
                done = (account, accepted.introduction)
                await trio.to_thread.run_sync(self._store.note_introduced, *done)
        return reply

    async def _introduce_if_due(self, accepted: AcceptedInvite) -> None:
        if trio.current_time() < self._again[accepted.account]:
            return
        peer_id = peer_id_of_key(parse_invite(accepted.link).node)
        if self._node.engine.session_with(peer_id) is not None:
            await self.introduce(accepted)

    async def _told(self, peer_id: str, introduction: bytes) -> InviteReply | None:
        with trio.move_on_after(INTRODUCTION_SECONDS):
            try:
                link = await self._node.network.open_stream(f"/p2p/{peer_id}", INVITE_PROTOCOL)
                async with link.stream:
                    await send_message(link.stream, introduction)
                    return read_reply(await receive_message(link.stream, MAX_INTRODUCTION))
            except (DialError, Refused, trio.BrokenResourceError) as error:
                log.info("%s was not told of its invite: %s", peer_id, error)
        return None
