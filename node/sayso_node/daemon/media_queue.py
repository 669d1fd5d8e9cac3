"""Media that are to come by themselves, noted as the entries arrive that attach them."""

from __future__ import annotations

from typing import Final

from sayso_protocol.blob.cid import DAG_PB, digest_of
from sayso_protocol.blob.media_settings import MediaSettings
from sayso_protocol.content.attachment import Attachment
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store, StoredEntry

from ..filters.hidden_media import hidden_among
from ..home.directory import Home
from ..hub.carried_media import CarriedMedia
from ..media.attached_blob import attachments_in
from ..media.blob_sources import attaching
from ..media.fetch_rules import why_not

PAGE: Final = 1000
PAGES: Final = 10
"""Entries that are looked at together, and how often one after the other: 10,000 a second, some 5
ms where few have media."""

MAX_WAITING: Final = 1000
"""Media that wait for their turn; later ones are fetched when somebody looks, and by a hub, at
which nobody looks, when there is room again."""


class MediaQueue:
    """See the module; for one thread at a time. Nothing is fetched here."""

    def __init__(
        self, home: Home, store: Store, blobs: Blobs, carried: CarriedMedia | None = None
    ) -> None:
        """With `carried` it is a hub's, and media of those whom it carries come too."""
        self._home = home
        self._store = store
        self._blobs = blobs
        self._carried = carried
        self._settings = MediaSettings()
        self.waiting: dict[bytes, WantedMedia] = {}
        """By their CIDs, in the order in which they are to come."""
        self._damaged: set[bytes] = set()
        """The digests of those that were noted again."""
        self._left_out: int | None = None if carried is None else 0
        """The place in the order of arrival behind which a hub looks again: what found no room, or
        what was there before the start."""

    def look(self, arrival: int, settings: MediaSettings) -> int:
        """Note what is to be fetched of the entries after a place; gives the new place. Raises
        `NodeError`, `StoreError`."""
        self._settings = settings
        if self._left_out is not None and len(self.waiting) <= MAX_WAITING // 2:
            self._left_out = self._look_again(self._left_out, arrival)
        last = min(self._store.last_arrival(), arrival + PAGES * PAGE)
        while arrival < last:
            upto = min(arrival + PAGE, last)
            left_out = self._look_at(self._store.attaching_after(arrival, upto))
            if left_out is not None and self._carried is not None and self._left_out is None:
                self._left_out = left_out.arrival - 1
            arrival = upto
        return arrival

    def look_for_damaged(self) -> None:
        """Note again what was found to have other bytes than it should. Raises `StoreError`."""
        damaged = set(self._blobs.found_damaged())
        for digest in damaged - self._damaged:
            entries = attaching(self._store, DAG_PB + digest)
            found = (one for entry in entries for one in attachments_in(entry))
            for one in found:
                if digest_of(one.cid) == digest and len(self.waiting) < MAX_WAITING:
                    self.waiting[one.cid] = WantedMedia(one)  # due now, whatever it was before
        self._damaged = damaged

    def _look_again(self, arrival: int, last: int) -> int | None:
        """The same of what was left out, as far as there is room; gives where to go on."""
        for _page in range(PAGES):
            if arrival >= last:
                return None
            upto = min(arrival + PAGE, last)
            left_out = self._look_at(self._store.attaching_after(arrival, upto))
            if left_out is not None:
                return left_out.arrival - 1
            arrival = upto
        return arrival

    def _look_at(self, page: list[StoredEntry]) -> StoredEntry | None:
        """Note what is to be fetched; gives the first entry of which something found no room."""
        left_out: StoredEntry | None = None
        with_media = [entry for entry in page if attachments_in(entry)]
        if with_media:
            followed = {*self._store.shown_accounts()}
            if self._carried is not None:
                self._carried.refresh()
            hidden = hidden_among(self._home, self._store, with_media)
            for entry in with_media:
                if entry.id not in hidden and not self._note(entry, followed):
                    left_out = left_out or entry
        return left_out

    def _note(self, entry: StoredEntry, followed: set[bytes]) -> bool:
        """False where there was no room for all of it."""
        for one in attachments_in(entry):
            if one.cid in self.waiting or self._blobs.held(one.cid) is not None:
                continue
            if len(self.waiting) >= MAX_WAITING:
                return False
            if self._is_wanted(one, entry.account, followed):
                self.waiting[one.cid] = WantedMedia(one)
        return True

    def _is_wanted(self, one: Attachment, account: bytes, followed: set[bytes]) -> bool:
        """Whether something comes by itself: the owner's, or what a hub has room for."""
        if why_not(self._settings, one, account, followed) is None:
            return True
        return self._carried is not None and self._carried.take(one, account)


class WantedMedia:
    """An attachment that is to come by itself."""

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment
        self.tries = 0
        self.due = 0.0
