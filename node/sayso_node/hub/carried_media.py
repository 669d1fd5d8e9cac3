"""Carried media: which pictures and films a hub fetches for the accounts that it carries."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from sayso_protocol.content.attachment import Attachment
from sayso_protocol.discovery.hub.carried_account import CarriedAccount
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store

from ..home.directory import Home
from ..media.blob_sources import attaching
from .file import LiveSettings

COUNT_SECONDS: Final = 600.0
"""How often all that is held is counted again: what was evicted meanwhile makes room."""


class CarriedMedia:
    """Says what is to be fetched, and counts it for its account. `refresh` before each look; both
    for one thread at a time."""

    def __init__(
        self,
        home: Home,
        store: Store,
        blobs: Blobs,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Raises `HubFileError`."""
        self._store = store
        self._blobs = blobs
        self._live = LiveSettings(home)
        self._clock = clock
        self._carried: dict[bytes, CarriedAccount] = {}
        self._bytes: Counter[bytes] = Counter()
        self._counted: float | None = None

    def refresh(self) -> None:
        """Look at the owner's file and at whom the hub carries. Raises `StoreError`."""
        self._live.refresh()
        self._carried = {one.account: one for one in self._store.carried_for_others()}
        now = self._clock()
        if self._counted is None or now - self._counted >= COUNT_SECONDS:
            self._bytes, self._counted = self._held_bytes(), now

    def take(self, one: Attachment, account: bytes) -> bool:
        """Whether an attachment of an account's entry is to be fetched; it is counted if so. The
        type and the size are the author's word; a download ends where there is more."""
        carried = self._carried.get(account)
        if carried is None or not carried.grows or not 0 < one.size <= self._most(one.type):
            return False
        most = self._live.settings.most_of(account)
        taken = carried.bytes + self._bytes[account] + one.size
        if most is not None and taken > most:
            return False
        self._bytes[account] += one.size
        return True

    def _most(self, media_type: str) -> int:
        media = self._live.settings.media
        kinds = {"image": media.pictures, "video": media.films, "audio": media.films}
        return kinds.get(media_type.partition("/")[0].lower(), 0)

    def _held_bytes(self) -> Counter[bytes]:
        """What the blobs that are here take, by the accounts whose entries attach them."""
        found: Counter[bytes] = Counter()
        for one in self._blobs.all_held():
            for account in {entry.account for entry in attaching(self._store, one.cid)}:
                found[account] += one.size
        return found
