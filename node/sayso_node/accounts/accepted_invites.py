"""Invites of others that the owner takes: what is kept of them, and what their feeds must show."""

from __future__ import annotations

from sayso_protocol.discovery.introduction import sign_introduction
from sayso_protocol.discovery.invite import Invite, invite_bytes
from sayso_protocol.errors import PromiseBroken
from sayso_protocol.feed.run import ids_of
from sayso_protocol.quantity import quantity
from sayso_protocol.translation import _
from sayso_storage.interface.network.invite_records import AcceptedInvite
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import KeystoreError, NodeError
from ..home.directory import Home
from ..home.keystore import read_keystore
from ..home.node_key import node_public_key


def accept(store: Store, invite: Invite, introduction: bytes | None) -> None:
    """Keep an invite: where the account's node is, and the promise that binds the account here.
    `introduction` is what that node is to be told. Raises `NodeError`, `StoreError`."""
    kept = AcceptedInvite(
        invite.account, invite_bytes(invite), invite.promise, introduction, now_ms()
    )
    try:
        store.accept_invite(kept)
    except PromiseBroken as error:
        raise NodeError(
            _(
                "this invite contradicts what is known here of its account: {error}. Either the "
                "line "
                "was changed on its way, or somebody stole the account's key: ask its owner for a "
                "new "
                "one, on another way"
            ).format(error=error)
        ) from error


def introduction_to(
    home: Home, store: Store, passphrase: bytes | None, invite: Invite
) -> bytes | None:
    """The words by which the own account introduces itself to the inviter's node; None where the
    invite has no token. Raises `NodeError`: `KeystoreError` where the keys are locked."""
    own = store.own_feed()
    if invite.token is None or own is None:
        return None
    feed = read_keystore(home.keys, passphrase).feed
    if feed.public != own.feed:
        raise KeystoreError(_("the keys of this home are not those of its feed: `sayso doctor`"))
    newcomer = node_public_key(home)
    return sign_introduction(feed, own.grant, invite.token, newcomer, invite.node)


def doubts_about(store: Store, invite: Invite) -> list[str]:
    """What an account's feeds lack, or have otherwise, of what its invite says of them: one line
    each. Whoever withholds entries, or forked a feed, shows by it."""
    doubts = []
    for head in invite.heads:
        state = store.feed(head.feed)
        held = state is not None and any(part.first <= head.seq <= part.last for part in state.held)
        if not held:
            have = state.head if state is not None else 0
            missing = max(head.seq - have, 1)
            doubts.append(
                _(
                    "{n_entry} that the invite speaks of did not come: whoever was "
                    "asked has them not, or keeps them back"
                ).format(n_entry=quantity(missing, "entry"))
            )
            continue
        raw = store.load(head.feed, head.seq, head.seq)
        if raw is not None and ids_of(raw)[-1][: len(head.id)] != head.id:
            doubts.append(
                _(
                    "entry {seq} of a feed is not the one that the invite names: the feed has "
                    "two histories. Ask its owner"
                ).format(seq=head.seq)
            )
    return doubts
