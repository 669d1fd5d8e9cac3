"""What letters say: one module a kind, each with its codec.

Each content is a canonical array that begins with its version, 1, and the name of its kind. Whoever
takes one asks `content_kind`, and reads it with the module of that kind.
"""

from __future__ import annotations

from typing import Final

from ...codec import decode
from ...errors import BadShape, TooLarge, UnknownVersion
from ..private_limits import MAX_CONTENT

VERSION: Final = 1
MAX_KIND: Final = 32


def content_kind(data: bytes) -> str:
    """The name of a content's kind, which may be one that is not known here. Raises `Refused`."""
    if len(data) > MAX_CONTENT:
        raise TooLarge("a content that fits no letter")
    match decode(data):
        case [int() as version, str() as kind, *_] if type(version) is int:
            if version != VERSION:
                raise UnknownVersion("a content of another version")
            if not 0 < len(kind) <= MAX_KIND:
                raise BadShape("a content without a kind")
            return kind
        case _:
            raise BadShape("a content is an array of version and kind")
