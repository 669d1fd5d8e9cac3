"""Files of messages: a small one lies in the message, a larger one is a sealed blob beside it.

``[type, name, alt, data]`` or ``[type, name, alt, size, cid, key]``. The `type` is a media type,
`name` what the writer's file is called, and `alt` says what it shows; name and alt may be empty.
All three are the writer's word. `size` is that of the file, not of the blob; the `key` opens what
the `cid` names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ...blob.cid import check_cid
from ...codec import Value
from ...content.attachment import MAX_ALT, MAX_MEDIA_TYPE
from ...content.fields import text as text_rule
from ...errors import BadShape
from ..packing import binary, binary_up_to, number
from ..sealed_blob import FILE_KEY_SIZE, MAX_FILE, check_sealed_cid

MAX_FILES: Final = 8
"""Files of one message: as many as a post has."""

MAX_WITHIN: Final = 24 * 1024
"""Longest file that lies in a message: with some words it fits the longest letter."""

MAX_FILE_NAME: Final = 255
"""Longest name, UTF-8: that of the usual file systems."""

_NO_NAME: Final = "[\x00-\x1f\x7f-\x9f/\\\\]"
_WITHIN_FIELDS: Final = 4
_SEALED_FIELDS: Final = 6


@dataclass(frozen=True, slots=True)
class FileWithin:
    """A file whose bytes lie in the message."""

    type: str
    name: str
    alt: str
    data: bytes

    @property
    def size(self) -> int:
        """Bytes of the file."""
        return len(self.data)

    def __repr__(self) -> str:
        return f"FileWithin({self.type}, {self.size} bytes)"  # what is private gets into no log


@dataclass(frozen=True, slots=True)
class SealedFile:
    """A file whose sealed bytes are the blob `cid`."""

    type: str
    name: str
    alt: str
    size: int
    cid: bytes
    key: bytes

    def __repr__(self) -> str:
        return f"SealedFile({self.type}, {self.size} bytes)"  # a secret must not get into a log


MessageFile = FileWithin | SealedFile


def write_file(file: MessageFile) -> Value:
    """The value that `read_file` reads."""
    if isinstance(file, FileWithin):
        return [file.type, file.name, file.alt, file.data]
    return [file.type, file.name, file.alt, file.size, file.cid, file.key]


def read_file(value: Value) -> MessageFile:
    """The file. Raises `Refused`."""
    if type(value) is not list or len(value) not in (_WITHIN_FIELDS, _SEALED_FIELDS):
        raise BadShape("a file of a message has four or six parts")
    media_type, name, alt, *more = value
    shown = (
        text_rule(MAX_MEDIA_TYPE, media_type, least=1),
        check_file_name(text_rule(MAX_FILE_NAME, name)),
        text_rule(MAX_ALT, alt),
    )
    if len(more) == 1:
        data = binary_up_to(more[0], MAX_WITHIN)
        if not data:
            raise BadShape("a file without bytes")
        return FileWithin(*shown, data)
    size, cid, key = more
    length = number(size, MAX_FILE, 1)
    named = check_sealed_cid(check_cid(cid), length)
    return SealedFile(*shown, length, named, binary(key, FILE_KEY_SIZE))


def check_file_name(name: str) -> str:
    """A name without control characters that is no way to another folder; or empty. It is still the
    writer's word, and no path. Raises `BadShape`."""
    if name in (".", "..") or re.search(_NO_NAME, name):
        raise BadShape("a file's name that is none")
    return name
