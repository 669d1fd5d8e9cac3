"""Attachments as apps see them."""

from __future__ import annotations

from typing import Final

from ....entries.item import Item
from ....text.sanitize import foreign
from ...blobs.blob_address import blob_path
from ...context import WebContext

Entity = dict[str, object]

ID_ROOM: Final = 16
"""Attachments of one entry that have ids: more than there may be."""

OF_STATUSES: Final = 2**62
"""Ids below are those of uploads that no status shows yet."""

_KINDS: Final = {"image/gif": "image", "video": "video", "audio": "audio", "image": "image"}


def attachment_id(arrival: int, place: int) -> str:
    """The id of an attachment of an entry."""
    return str(OF_STATUSES + arrival * ID_ROOM + place)


def attachment_place(number: int) -> tuple[int, int] | None:
    """The entry's place in the order of arrival and the attachment's in the entry, by its id."""
    if number < OF_STATUSES:
        return None
    return divmod(number - OF_STATUSES, ID_ROOM)


def attachments(context: WebContext, item: Item) -> list[Entity]:
    """The attachments of an entry that is held."""
    assert item.entry is not None
    arrival = item.entry.arrival
    return [
        attachment(context, attachment_id(arrival, place), one.cid, one.type, one.alt)
        for place, one in enumerate(item.attachments)
    ]


def attachment(context: WebContext, number: str, cid: bytes, kind: str, alt: str) -> Entity:
    """One attachment; its address has a key, so that apps can load it without their token."""
    address = context.site.api_address.rstrip("/") + blob_path(context, cid, keyed=True)
    shown = _KINDS.get(kind) or _KINDS.get(kind.partition("/")[0]) or "unknown"
    return {
        "id": number,
        "type": shown,
        "url": address,
        "preview_url": address if shown == "image" else None,
        "remote_url": None,
        "preview_remote_url": None,
        "text_url": None,
        "meta": {},
        "description": foreign(alt) or None,
        "blurhash": None,
    }
