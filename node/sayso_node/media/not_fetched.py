"""Media that did not come by themselves, and why: for the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sayso_protocol.blob.cid import cid_text
from sayso_protocol.blob.media_settings import MediaSettings
from sayso_protocol.content.attachment import Attachment
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.feed.entry import id_text
from sayso_protocol.translation import _, mark
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import Store, StoredEntry

from .attached_blob import attachments_in
from .fetch_rules import UNDER_A_RULE, why_not

LOOKED_AT: Final = 2000
"""Newest entries that are looked at: some 20 ms."""

NO_SOURCE: Final = mark("nobody who was asked had it yet")


@dataclass(frozen=True, slots=True)
class NotFetched:
    """An attachment of an entry that is not here."""

    entry: StoredEntry
    attachment: Attachment
    because: str

    def as_json(self) -> dict[str, object]:
        """The attachment for programs."""
        return {
            "what": "not fetched",
            "rule": None,
            "by": "owner",
            "because": self.because,
            "id": id_text(self.entry.id),
            "author": key_text(self.entry.account),
            "cid": cid_text(self.attachment.cid),
            "type": self.attachment.type,
            "size": self.attachment.size,
        }


def not_fetched(
    store: Store,
    blobs: Blobs,
    settings: MediaSettings,
    hidden_among: Callable[[Sequence[StoredEntry]], Collection[bytes]] = lambda _: (),
) -> Iterator[NotFetched]:
    """Attachments that are not here, of the newest entries, the last to arrive first.
    `hidden_among` gives the ids of entries that rules hide or keep back. Raises `StoreError`."""
    after = max(0, store.last_arrival() - LOOKED_AT)
    followed = {*store.shown_accounts()}
    page = [one for one in reversed(store.arrived_after(after, LOOKED_AT)) if attachments_in(one)]
    hidden = hidden_among(page) if page else ()
    for entry in page:
        for one in attachments_in(entry):
            if blobs.held(one.cid) is not None:
                continue
            because = why_not(settings, one, entry.account, followed)
            if because is None:
                because = UNDER_A_RULE if entry.id in hidden else NO_SOURCE
            yield NotFetched(entry, one, _(because))
