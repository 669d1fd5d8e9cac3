"""The invites of the store in memory."""

from __future__ import annotations

from dataclasses import replace

from ...interface.network.invite_records import (
    MAX_ACCEPTED,
    AcceptedInvite,
    Guest,
    InviteOutcome,
    OwnInvite,
)
from ...validation.invite_rules import gives_way, outcome_of


class InviteTable:
    """Own invites by their token, their guests in order, and accepted invites by account."""

    def __init__(self) -> None:
        self.own: dict[bytes, OwnInvite] = {}
        self.accepted: dict[bytes, AcceptedInvite] = {}
        self._guests: list[tuple[bytes, bytes, int]] = []

    def add(self, invite: OwnInvite) -> None:
        """See `Invites.add_invite`."""
        old = gives_way(list(self.own.values()), invite.made_ms)
        if old is not None:
            del self.own[old.token]
            self._guests = [one for one in self._guests if one[0] != old.token]
        self.own[invite.token] = invite

    def revoke(self, token: bytes, now_ms: int) -> bool:
        """See `Invites.revoke_invite`."""
        invite = self.own.get(token)
        if invite is None or invite.revoked_ms is not None:
            return False
        self.own[token] = replace(invite, revoked_ms=now_ms)
        return True

    def admit(
        self, token: bytes, account: bytes, now_ms: int
    ) -> tuple[InviteOutcome, OwnInvite | None, bool]:
        """See `Invites.admit_guest`."""
        invite = self.own.get(token)
        if invite is None:
            return InviteOutcome.UNKNOWN, None, False
        taken = {who for of, who, _ in self._guests if of == token}
        outcome = outcome_of(invite, taken, account, now_ms)
        is_new = outcome is InviteOutcome.TAKEN and account not in taken
        if is_new:
            self._guests.append((token, account, now_ms))
        return outcome, invite, is_new

    def guests(self, limit: int, since_ms: int | None) -> list[Guest]:
        """See `Invites.guests`."""
        found = [
            Guest(self.own[token], account, at)
            for token, account, at in reversed(self._guests)
            if at >= (since_ms or 0)
        ]
        return sorted(found, key=lambda one: -one.time_ms)[: max(limit, 0)]

    def accept(self, accepted: AcceptedInvite) -> None:
        """Keep an invite of another, and forget the oldest of too many."""
        self.accepted[accepted.account] = accepted
        if len(self.accepted) > MAX_ACCEPTED:
            del self.accepted[min(self.accepted.values(), key=lambda one: one.since_ms).account]
