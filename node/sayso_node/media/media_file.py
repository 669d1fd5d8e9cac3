"""The settings of media in `media.toml` of a home."""

from __future__ import annotations

from typing import Final

from sayso_protocol.blob.media_settings import MAX_MEDIA_FILE, MediaSettings, read_media_settings
from sayso_protocol.translation import mark

from ..home.directory import Home
from ..home.owner_tables import OwnerTables, TablesError


class MediaFileError(TablesError):
    """The file of media settings cannot be used."""


_MEDIA: Final = OwnerTables(
    read_media_settings,
    MAX_MEDIA_FILE,
    MediaFileError,
    table=mark("setting of media"),
    remedy=mark("until then the node goes on as before"),
    not_editable=mark("it in a way that no command can change"),
)


def load_media_settings(home: Home) -> MediaSettings:
    """The settings of a home; those of an empty file where there is none. Raises
    `MediaFileError`."""
    return _MEDIA.read(home.media)
