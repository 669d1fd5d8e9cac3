"""The settings of a hub in `hub.toml` of a home."""

from __future__ import annotations

from typing import Final

from sayso_protocol.crypto.keys import key_text
from sayso_protocol.discovery.hub.hub_limits import MAX_HUB_FILE
from sayso_protocol.discovery.hub.settings import HubSettings, read_settings
from sayso_protocol.discovery.hub.settings_editor import list_account
from sayso_protocol.translation import mark

from ..home.directory import Home
from ..home.owner_tables import OwnerTables, TablesError

Stamp = tuple[int, int, int]


class HubFileError(TablesError):
    """The file of a hub cannot be used."""


_HUB: Final = OwnerTables(
    read_settings,
    MAX_HUB_FILE,
    HubFileError,
    table=mark("setting of a hub"),
    remedy=mark("until then the hub goes on as before, and does not start anew"),
    not_editable=mark("this account in no table of its own"),
)


def load_settings(home: Home) -> HubSettings:
    """The settings of a home; those of an empty file where there is none. Raises
    `HubFileError`."""
    return _HUB.read(home.hub)


def list_in_file(home: Home, account: bytes, *, carry: bool) -> HubSettings:
    """Write into the file whether an account is carried. Raises `HubFileError`."""
    key = key_text(account)
    return _HUB.change(home, home.hub, lambda text, _: list_account(text, key, carry=carry))


class LiveSettings:
    """The last settings of a home that were good. A file with a mistake changes nothing, and
    `trouble` says so."""

    def __init__(self, home: Home) -> None:
        """Read the file. Raises `HubFileError`: at the start there are no good ones to keep."""
        self._home = home
        self._stamp = self._look()
        self.settings = load_settings(home)
        self.trouble: str | None = None

    def refresh(self) -> bool:
        """Read the file again if it was changed. True where it says something else now."""
        stamp = self._look()
        if stamp == self._stamp:
            return False
        self._stamp = stamp
        try:
            before, self.settings = self.settings, load_settings(self._home)
        except HubFileError as error:
            self.trouble = str(error)
            return False
        self.trouble = None
        return before != self.settings

    def _look(self) -> Stamp | None:
        try:
            found = self._home.hub.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size
