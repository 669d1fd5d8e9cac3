"""Invites in the store in memory."""

# ruff: noqa: D102 - the interface says what each method does

from __future__ import annotations

import threading
from dataclasses import replace

from ...interface.network.invite_records import AcceptedInvite, Guest, InviteOutcome, OwnInvite
from ...interface.network.invites import Invites
from ...validation.invite_rules import check_accepted
from ..ingest import MemoryIngest


class MemoryInvites(Invites):
    """See `Invites`."""

    _lock: threading.RLock
    _held: MemoryIngest

    def add_invite(self, invite: OwnInvite) -> None:
        with self._lock:
            self._held.invites.add(invite)

    def invites(self) -> list[OwnInvite]:
        with self._lock:
            return list(self._held.invites.own.values())

    def revoke_invite(self, token: bytes, now_ms: int) -> bool:
        with self._lock:
            return self._held.invites.revoke(token, now_ms)

    def admit_guest(
        self, token: bytes, account: bytes, petname: str | None, now_ms: int
    ) -> tuple[InviteOutcome, OwnInvite | None, bool]:
        with self._lock:
            outcome, invite, is_new = self._held.invites.admit(token, account, now_ms)
            if is_new and invite is not None and invite.follow_back:
                named = {one.account for one in self._held.accounts.subscriptions() if one.petname}
                name = None if account in named else petname
                self._held.accounts.follow(account, name, now_ms)
            return outcome, invite, is_new

    def guests(self, limit: int = 50, since_ms: int | None = None) -> list[Guest]:
        with self._lock:
            return self._held.invites.guests(limit, since_ms)

    def accept_invite(self, accepted: AcceptedInvite) -> None:
        with self._lock:
            tables, account = self._held.statement_tables, accepted.account
            check_accepted(accepted.promise, tables.promise(account), tables.invited(account))
            self._held.accounts.ensure(account, accepted.since_ms)
            self._held.invites.accept(accepted)

    def accepted_invites(self) -> list[AcceptedInvite]:
        with self._lock:
            followed = {one.account for one in self._held.accounts.subscriptions() if one.followed}
            kept = [one for one in self._held.invites.accepted.values() if one.account in followed]
            return sorted(kept, key=lambda one: one.since_ms)

    def note_introduced(self, account: bytes, introduction: bytes) -> None:
        with self._lock:
            kept = self._held.invites.accepted
            if account in kept and kept[account].introduction == introduction:
                kept[account] = replace(kept[account], introduction=None)
