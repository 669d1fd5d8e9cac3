"""The accounts that a hub carries, for its owner: how it stands, admitting and evicting."""

from __future__ import annotations

from dataclasses import dataclass

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.hub.carried_account import BY_OWNER, CarriedAccount
from sayso_protocol.discovery.hub.settings import HubSettings
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Engine, Store

from ..clock import now_ms
from ..home.directory import Home
from ..media.removal import forget_unnamed
from ..timestamps import time_text
from .file import list_in_file
from .media_store import MediaStore, media_store


@dataclass(frozen=True, slots=True)
class HubStatus:
    """A hub as a whole: what it carries for others, and what it may."""

    settings: HubSettings
    carried: list[CarriedAccount]
    engine: Engine
    media: MediaStore | None = None
    """The bucket of its media, where they lie in one."""

    def as_json(self) -> dict[str, object]:
        """The status for programs."""
        quota = self.settings.quota
        return {
            "engine": self.engine.name,
            "distributed": self.engine.distributed,
            "front_ends": self.engine.front_ends,
            "media": None if self.media is None else self.media.as_json(),
            "accounts": len(self.carried),
            "entries": sum(one.entries for one in self.carried),
            "bytes": sum(one.bytes for one in self.carried),
            "open": self.settings.open.value,
            "listed": len(self.settings.listed),
            "full": sum(not one.grows for one in self.carried),
            "quota": {
                "accounts": quota.accounts,
                "bytes": quota.bytes,
                "account_bytes": quota.account_bytes,
                "peer_accounts": quota.peer_accounts,
                "network_accounts": quota.network_accounts,
            },
        }


def hub_status(home: Home, store: Store, settings: HubSettings) -> HubStatus:
    """How the hub stands. What came within the last second may not be counted yet."""
    return HubStatus(settings, store.carried_for_others(), store.engine, media_store(home))


def account_record(one: CarriedAccount, settings: HubSettings) -> dict[str, object]:
    """A carried account for programs."""
    return {
        "account": key_text(one.account),
        "by": one.word,
        "listed": settings.is_listed(one.account),
        "since": time_text(one.since_ms),
        "read": time_text(one.read_ms),
        "entries": one.entries,
        "bytes": one.bytes,
        "most": settings.most_of(one.account),
        "full": not one.grows,
    }


def admit(home: Home, store: Store, account: bytes) -> HubSettings:
    """List an account as one that the hub carries, and carry it. Raises `HubFileError`,
    `StoreError`."""
    settings = list_in_file(home, account, carry=True)
    store.carry(account, BY_OWNER, "", "", now_ms())
    return settings


def evict(home: Home, store: Store, account: bytes) -> bool:
    """List an account as one that the hub does not carry, and let go of it; its entries go with
    `remove_evicted`. True where it was carried. Raises `HubFileError`, `StoreError`."""
    list_in_file(home, account, carry=False)
    return store.end_carriage(account)


def remove_evicted(store: Store, blobs: Blobs) -> None:
    """Remove all entries of accounts that are not carried any more, and what only these attach: for
    when no node runs."""
    while store.remove_uncarried():
        pass
    forget_unnamed(store, blobs)
