"""Invites that the owner makes: links to the own account and node, each with a token."""

from __future__ import annotations

import secrets
from base64 import b32encode
from collections.abc import Iterable, Sequence
from typing import Final

from sayso_protocol.crypto.hashing import invite_check
from sayso_protocol.discovery.invite import Invite, InviteHead
from sayso_protocol.discovery.invite_limits import (
    MAX_INVITE_HEADS,
    MIN_INVITE_PROMISE,
    MIN_INVITE_TOKEN,
)
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.translation import _
from sayso_storage.interface.network.invite_records import OwnInvite
from sayso_storage.interface.store import FeedState, Store

from ..clock import now_ms
from ..errors import Ambiguous, NotFound
from .lineage import own_account
from .profile import check_name

ID_LENGTH: Final = 8
_HEAD_ID: Final = 8

VALID_MS: Final = 30 * 86_400_000
"""How long an invite is open where the owner says nothing: what lies about should not let people in
for ever."""


def make_invite(
    store: Store,
    *,
    name: str | None = None,
    expires_ms: int | None,
    once: bool = False,
    follow_back: bool = False,
    list_name: str | None = None,
) -> OwnInvite:
    """Make an invite and keep it, durably. Raises `NodeError`, `StoreError`."""
    own_account(store)
    made = OwnInvite(
        secrets.token_bytes(MIN_INVITE_TOKEN),
        now_ms(),
        None if name is None else check_name(name.removeprefix("@")),
        expires_ms,
        once,
        follow_back,
        list_name,
    )
    store.add_invite(made)
    return made


def invite_to(
    store: Store, node: bytes, addresses: Iterable[Address], made: OwnInvite | None
) -> Invite:
    """The content of an invite's link as things are now; `node` is the own node's key, of 32
    bytes. Without an invite that was `made` it is open to all and has no token. Raises
    `NotFound`."""
    own = own_account(store)
    feeds = store.feeds_of(own)
    promise = feeds[0].grant.next_key_hash[:MIN_INVITE_PROMISE] if feeds else None
    return Invite(
        own,
        node,
        tuple(addresses),
        promise,
        tuple(_heads(feeds)),
        None if made is None else made.token,
        None if made is None else made.list_name,
    )


def _heads(feeds: Sequence[FeedState]) -> list[InviteHead]:
    """The heads of the feeds that were written to last, of those that go on."""
    going_on = [one for one in feeds if one.held and one.end is None and one.forked_at is None]
    newest = sorted(going_on, key=lambda one: one.held[-1].last_ms, reverse=True)
    tops = [(one.feed, one.held[-1]) for one in newest[:MAX_INVITE_HEADS]]
    return [InviteHead(feed, held.last, held.top[:_HEAD_ID]) for feed, held in tops]


def invite_id(token: bytes) -> str:
    """The id of an invite, which tells nothing of its token: eight letters and digits."""
    return b32encode(invite_check(token)).decode().lower()[:ID_LENGTH]


def find_invite(store: Store, text: str) -> OwnInvite:
    """The own invite that an id, or the beginning of one, names. Raises `NotFound`, `Ambiguous`."""
    wanted = text.strip().lower()
    found = {invite_id(one.token): one for one in store.invites()}
    named = [one for name, one in found.items() if wanted and name.startswith(wanted)]
    if len(named) == 1:
        return named[0]
    if named:
        names = [name for name in found if name.startswith(wanted)]
        raise Ambiguous(_("{text} begins several invites").format(text=text), names)
    raise NotFound(
        _("there is no invite {text}: `sayso invite list --all` shows all").format(text=text),
        [*found][-10:],
    )


def is_open(invite: OwnInvite, at_ms: int) -> bool:
    """Whether an invite lets somebody in, as far as its time goes."""
    return invite.revoked_ms is None and (invite.expires_ms is None or at_ms < invite.expires_ms)
