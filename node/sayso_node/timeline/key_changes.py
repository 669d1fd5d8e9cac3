"""Key changes, as notifications: what happened to the keys of own and followed accounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso_protocol.crypto.keys import key_text
from sayso_storage.interface.statements import KEY_CHANGED, KeyChange
from sayso_storage.interface.store import Store

from ..accounts.devices.device import label_of
from ..accounts.names import Name, Names
from ..timestamps import time_text


@dataclass(frozen=True, slots=True)
class KeyChangeItem:
    """A change of somebody's keys; `device` is what its owner calls the device that it is about,
    where that is known here."""

    change: KeyChange
    name: Name
    device: str | None
    is_written_to: bool = False
    """Whether there are private messages with the account, and it may not be followed."""

    @property
    def kind(self) -> str:
        """See `KeyChange`."""
        return self.change.kind

    @property
    def sort_ms(self) -> int:
        """Its place in time."""
        return self.change.time_ms

    def as_json(self) -> dict[str, object]:
        """The notification for programs: the keys of all notifications, and what it is about."""
        change = self.change
        nothing = ("entry", "on", "text", "warn", "emoji", "hidden", "folded", "because")
        return {
            "kind": change.kind,
            "by": key_text(change.account),
            "name": self.name.shown,
            "petname": self.name.petname,
            "time": time_text(change.time_ms),
            **dict.fromkeys(nothing),
            "about": key_text(change.about),
            "device": self.device,
        }


def key_change_items(
    store: Store, changes: Sequence[KeyChange], *, is_written_to: bool = False
) -> list[KeyChangeItem]:
    """Items of key changes, in order."""
    names = Names(store)
    return [
        KeyChangeItem(one, names.of(one.account), _device(store, one), is_written_to)
        for one in changes
    ]


def _device(store: Store, change: KeyChange) -> str | None:
    return None if change.kind == KEY_CHANGED else label_of(store, change.about)
