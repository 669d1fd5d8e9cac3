"""The settings of media, as the owner writes them into `media.toml`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ..sizes import bytes_of
from ..toml.mistakes import BadFile
from ..toml.positions import Positions
from ..toml.reader import tables_of, text_of
from ..toml.table_reader import TableReader
from ..toml.values import BadValue, Value
from ..translation import _
from .blob_limits import MAX_BLOB

MAX_MEDIA_FILE: Final = 64 * 1024
"""Longest file of settings: some lines, with room for what the owner notes beside them."""

FOLLOWED: Final = "followed"
NOBODY: Final = "nobody"
_FROM: Final = (FOLLOWED, NOBODY)
_KINDS: Final = ("image", "video", "audio")


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """All of the file; what is not written there is as here. Sizes are bytes."""

    quota: int = 2 << 30
    """For all that is not pinned: a thousand pictures and two films."""
    fetch_from: str = FOLLOWED
    """Whose media are fetched by themselves: of followed accounts, or of nobody."""
    fetch_kinds: tuple[str, ...] = ("image",)
    """The first words of media types that are."""
    fetch_most: int = 2 << 20
    """The largest of them: a picture as phones take it, compressed."""


def read_media_settings(data: bytes) -> MediaSettings:
    """Read a file. Raises `BadFile` with all mistakes that can be told."""
    text = text_of(data, MAX_MEDIA_FILE)
    tables, reader = tables_of(text), TableReader(Positions(text))
    reader.check_keys((), tables, ("quota", "fetch"))
    fetch = tables.get("fetch", {})
    if not isinstance(fetch, dict):
        reader.add_mistake(("fetch",), _("what is fetched is a table: [fetch]"))
        fetch = {}
    reader.check_keys(("fetch",), fetch, ("from", "kinds", "most"))
    default = MediaSettings()
    found = MediaSettings(
        reader.read(("quota",), tables, _size(2**62), default.quota),
        reader.read(("fetch", "from"), fetch, _from, default.fetch_from),
        reader.read(("fetch", "kinds"), fetch, _kinds, default.fetch_kinds),
        reader.read(("fetch", "most"), fetch, _size(MAX_BLOB), default.fetch_most),
    )
    if reader.mistakes:
        raise BadFile(reader.mistakes)
    return found


def _size(most: int) -> Callable[[Value], int]:
    def rule(value: Value) -> int:
        size = value if type(value) is int else bytes_of(value) if isinstance(value, str) else None
        if size is None or not 0 <= size <= most:
            raise BadValue(_('a size, as "64 MiB" or a number of bytes'))
        return size

    return rule


def _from(value: Value) -> str:
    if value not in _FROM:
        raise BadValue(_('one of "followed", "nobody"'))
    return str(value)


def _kinds(value: Value) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(one in _KINDS for one in value):
        raise BadValue(_('a list of "image", "video", "audio"'))
    return tuple(map(str, value))
