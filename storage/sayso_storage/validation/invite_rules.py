"""Rules for invites: who may take one, and which promise binds. Pure."""

from __future__ import annotations

from collections.abc import Container, Sequence, Sized
from typing import Protocol

from sayso_protocol.errors import PromiseBroken
from sayso_protocol.translation import _

from ..interface.errors import StoreError
from ..interface.network.invite_records import MAX_GUESTS, MAX_INVITES, InviteOutcome, OwnInvite


class _Accounts(Sized, Container[bytes], Protocol):
    """Accounts that took an invite."""


def outcome_of(invite: OwnInvite, taken: _Accounts, account: bytes, now_ms: int) -> InviteOutcome:
    """The outcome of presenting an invite's token; `taken` are those who took it before."""
    if account in taken:
        return InviteOutcome.TAKEN
    if invite.revoked_ms is not None:
        return InviteOutcome.REVOKED
    if invite.expires_ms is not None and now_ms >= invite.expires_ms:
        return InviteOutcome.EXPIRED
    most = 1 if invite.once else MAX_GUESTS
    return InviteOutcome.TAKEN if len(taken) < most else InviteOutcome.USED


def gives_way(kept: Sequence[OwnInvite], now_ms: int) -> OwnInvite | None:
    """The kept invite, of all in the order in which they were made, that makes room for one more.
    Raises `StoreError` where none does."""
    if len(kept) < MAX_INVITES:
        return None
    over = (
        one
        for one in kept
        if one.revoked_ms is not None or (one.expires_ms is not None and now_ms >= one.expires_ms)
    )
    found = next(over, None)
    if found is None:
        raise StoreError(
            _(
                "{max_invites} invites are open: end some with `sayso invite revoke ID` first"
            ).format(max_invites=MAX_INVITES)
        )
    return found


def check_accepted(promise: bytes | None, granted: bytes | None, invited: bytes | None) -> None:
    """Raise `PromiseBroken` where an invite's promise is not that of a grant that is held, or of
    an earlier invite: `granted` and `invited`."""
    if promise is None:
        return
    if granted is not None:
        if not granted.startswith(promise):
            raise PromiseBroken("the account has promised another next key before")
    elif invited is not None and not (invited.startswith(promise) or promise.startswith(invited)):
        raise PromiseBroken("another invite to the account promised another next key")
