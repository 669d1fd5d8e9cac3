"""Guests, as notifications: accounts that took an invite of the owner's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.network.invite_records import Guest
from sayso_storage.interface.store import Store

from ..accounts.invites import invite_id
from ..accounts.names import Name, Names
from ..timestamps import time_text

INVITE_TAKEN = "invite"
"""The kind of these notifications."""


@dataclass(frozen=True, slots=True)
class GuestItem:
    """An account that took an invite; `name` is who it is here."""

    guest: Guest
    name: Name

    @property
    def kind(self) -> str:
        """The kind of notification."""
        return INVITE_TAKEN

    @property
    def sort_ms(self) -> int:
        """Its place in time."""
        return self.guest.time_ms

    def as_json(self) -> dict[str, object]:
        """The notification for programs: the keys of all notifications, and what it is about."""
        guest = self.guest
        nothing = ("entry", "on", "text", "warn", "emoji", "hidden", "folded", "because")
        return {
            "kind": INVITE_TAKEN,
            "by": key_text(guest.account),
            "name": self.name.shown,
            "petname": self.name.petname,
            "time": time_text(guest.time_ms),
            **dict.fromkeys(nothing),
            "invite": invite_id(guest.invite.token),
            "followed": guest.invite.follow_back,
        }


def guest_items(store: Store, guests: Sequence[Guest]) -> list[GuestItem]:
    """Items of guests, in order."""
    names = Names(store)
    return [GuestItem(one, names.of(one.account)) for one in guests]
