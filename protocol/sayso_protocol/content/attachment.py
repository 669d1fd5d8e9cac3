"""Attachments: media that an entry shows, by the name of its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ..blob.blob_limits import MAX_BLOB as MAX_BLOB
from ..blob.cid import check_cid
from ..codec import Value
from ..errors import BadShape
from .fields import text

MAX_ATTACHMENTS: Final = 8
"""Most attachments of one entry: networks that people come from allow 4 to 10."""

MAX_MEDIA_TYPE: Final = 255
"""Longest media type: two names of 127 bytes and a slash (RFC 6838, section 4.2)."""

MAX_ALT: Final = 6000
"""Longest alt text, UTF-8: 1,500 code points, as elsewhere, of the widest script."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """``[cid, size, type, alt]``: the blob's name, its bytes, the media type that its author gives
    it, and what it shows in words, which may be empty. Of these the blob proves the first two."""

    cid: bytes
    size: int
    type: str
    alt: str = ""


def attachment(value: object) -> Attachment:
    """The rule of an attachment. Raises `Refused`."""
    if type(value) is not list or len(value) != 4:
        raise BadShape("an attachment has four parts")
    cid, size, media_type, alt = value
    if type(size) is not int or not 0 < size <= MAX_BLOB:
        raise BadShape("an attachment of another size")
    return Attachment(
        check_cid(cid), size, text(MAX_MEDIA_TYPE, media_type, least=1), text(MAX_ALT, alt)
    )


def written(item: Attachment) -> Value:
    """The value of a body that `attachment` reads."""
    return [item.cid, item.size, item.type, item.alt]
