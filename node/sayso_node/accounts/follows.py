"""The accounts that are followed: more of them, fewer, and the holdings of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.text.skeleton import look_keys
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store

from ..clock import now_ms
from ..errors import NodeError, NotFound
from .holdings import Holdings, holdings_of
from .lookup import find_petname
from .names import Names
from .profile import check_name

if TYPE_CHECKING:
    from sayso_protocol.discovery.invite import Invite


def follow(
    store: Store,
    account: bytes,
    petname: str | None,
    invite: Invite | None = None,
    introduction: bytes | None = None,
) -> bool:
    """Subscribe to an account. True where it is new. An `invite` to it is kept, and what its node
    is to be told.

    Raises `NodeError` for a petname that cannot be used and for an invite that contradicts what is
    known of the account, `StoreError`.
    """
    own = store.own_feed()
    if own is not None and own.account == account:
        raise NodeError(_("this is the own account: it is always there"))
    if petname is not None:
        petname = _checked_petname(store, account, petname)
    if invite is not None:
        from .accepted_invites import accept

        accept(store, invite, introduction)
    return store.follow(account, petname, now_ms())


def follow_all(store: Store, accounts: Sequence[bytes]) -> list[bool]:
    """Subscribe to many accounts at once: for each, in order, whether it is new. Raises `NodeError`
    where one is the own account, `StoreError`."""
    own = store.own_feed()
    if own is not None and own.account in accounts:
        raise NodeError(_("this is the own account: it is always there"))
    return store.follow_all(accounts, now_ms())


def unfollow(store: Store, account: bytes) -> None:
    """End a subscription. Raises `NotFound`."""
    if not store.unfollow(account):
        raise NotFound(
            _("{account} is not followed: `sayso following` lists who is").format(
                account=key_text(account)
            )
        )


def following(store: Store, names: Names) -> list[Holdings]:
    """Holdings of each followed account, in order of subscription."""
    followed = [one.account for one in store.subscriptions() if one.followed]
    return holdings_of(store, followed, names)


def _checked_petname(store: Store, account: bytes, petname: str) -> str:
    petname = check_name(petname.removeprefix("@"))
    others = [one for one in find_petname(store, petname) if one != account]
    if others:
        raise NodeError(
            _("you call another account @{petname} already: choose another --name").format(
                petname=petname
            )
        )
    looks = look_keys(petname)
    for one in store.subscriptions():
        if one.account != account and one.petname and not looks.isdisjoint(look_keys(one.petname)):
            raise NodeError(
                _(
                    "@{petname} looks like @{other}, which is another account: choose another "
                    "--name"
                ).format(petname=petname, other=one.petname)
            )
    return petname
