"""What the owner chose on one device, brought to another: whom to follow, petnames, rules, views.

It travels in a file that the owner carries (see `settings_file`); nothing of it comes over the
network. What was chosen here stays, unless the owner is shown what takes its place: `plan` says
what would change, and `apply_settings` does that. Follows and petnames are only added; a file of
the owner is replaced, and the old one kept beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sayso_protocol.codec import Value
from sayso_protocol.crypto.keys import key_text
from sayso_protocol.errors import Refused
from sayso_protocol.feed.entry import check_time
from sayso_protocol.translation import _
from sayso_storage.interface.store import Store, Subscription

from ..accounts.devices.device import Device
from ..accounts.devices.pending_device import PendingDevice
from ..accounts.lineage import own_accounts
from ..clock import now_ms
from ..errors import BackupError
from ..home.atomic_file import new_file
from ..home.directory import FILE_MODE, Home
from ..home.keystore import read_keystore
from ..home.owner_file import (
    OwnerFileError,
    owner_files_lock,
    read_any_file,
    read_owner_file,
    replace_owner_file,
)
from ..labels.subscription import reload_labellers
from .backup_file import FILES, read_key, read_petname
from .settings_file import MAX_SETTINGS, OpenedSettings, open_settings, records_of, seal_settings
from .writer import file_records, follow_records

OLD: Final = ".old"
"""Behind the name of a file of the owner that another took the place of."""


@dataclass(frozen=True, slots=True)
class Followed:
    """An account that is followed on the other device."""

    account: bytes
    petname: str | None
    since_ms: int


@dataclass(slots=True)
class Settings:
    """What a file holds: the feed of the device that wrote it, whom it follows, and the owner's
    files by name."""

    by: bytes
    follows: list[Followed] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class SettingsPlan:
    """What would change here: whom to follow, with the petnames that are free; petnames for whom is
    followed without one; petnames that are another's here, or that another one stands for here,
    and so do not come; files that are new, and files that are replaced."""

    follow: list[Followed] = field(default_factory=list)
    name: list[Followed] = field(default_factory=list)
    left: list[Followed] = field(default_factory=list)
    new_files: list[str] = field(default_factory=list)
    replaced_files: list[str] = field(default_factory=list)

    @property
    def changes(self) -> bool:
        """Whether anything would."""
        return bool(self.follow or self.name or self.new_files or self.replaced_files)


@dataclass(frozen=True, slots=True)
class WrittenSettings:
    """A file that was written: for which feed, and how much is in it."""

    to: bytes
    follows: int
    files: list[str]
    size: int


def write_settings(
    home: Home, store: Store, device: Device | PendingDevice, path: Path, passphrase: bytes | None
) -> WrittenSettings:
    """Write what the owner chose here for another device of the account, into a new file. Raises
    `NodeError` or `StoreError`."""
    to, end = (
        (device.feed, device.end)
        if isinstance(device, PendingDevice)
        else (device.state.feed, device.state.end)
    )
    if end is not None:
        raise BackupError(_("this device was revoked: nothing is written for it"))
    if isinstance(device, Device) and device.this:
        raise BackupError(_("this is the device that you are using: name the other one's feed"))
    own = store.own_feed()
    keystore = read_keystore(home.keys, passphrase)
    assert own is not None
    try:
        follows, files = list(follow_records(store)), list(file_records(home, FILES))
        data = seal_settings([*follows, *files], to, keystore.feed, own.grant)
        with new_file(path, mode=FILE_MODE, replace=False) as file:
            file.write(data)
    except FileExistsError as error:
        raise BackupError(
            _("{path} exists already: name another file").format(path=path)
        ) from error
    except OwnerFileError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(
            _("cannot write {path}: {reason}").format(path=path, reason=error.strerror or error)
        ) from error
    names = [name for name in FILES if any(name in record for record in files)]
    return WrittenSettings(to, len(follows), names, len(data))


def read_settings(home: Home, store: Store, path: Path, passphrase: bytes | None) -> Settings:
    """Read a file that another device wrote for this one. Raises `NodeError`; nothing is
    changed."""
    try:
        data = read_any_file(path, MAX_SETTINGS)
    except OwnerFileError as error:
        raise BackupError(str(error)) from error
    feed = read_keystore(home.keys, passphrase).feed
    try:
        opened = open_settings(data, feed)
        _check_writer(store, opened)
        return _settings_of(opened)
    except Refused as error:
        raise BackupError(
            _(
                "nothing is taken from {path}: {error}; write it anew there, with `sayso device "
                "send "
                "{public} FILE`"
            ).format(path=path, error=error, public=key_text(feed.public)[:12])
        ) from error


def plan(home: Home, store: Store, settings: Settings) -> SettingsPlan:
    """What settings would change here. Raises `BackupError`."""
    planned = SettingsPlan()
    here = {one.account: one for one in store.subscriptions() if one.followed}
    taken = {one.petname for one in store.subscriptions() if one.petname}
    own = set(own_accounts(store))
    for one in settings.follows:
        if one.account not in own:
            _plan_follow(planned, one, here.get(one.account), taken)
    for name, data in settings.files.items():
        try:
            present = read_owner_file(home.path / name, FILES[name], follow_links=True)
        except OwnerFileError as error:
            raise BackupError(str(error)) from error
        if present != data:
            (planned.replaced_files if present else planned.new_files).append(name)
    return planned


def _plan_follow(
    planned: SettingsPlan, one: Followed, before: Subscription | None, taken: set[str]
) -> None:
    """Plan for one account that is followed there; `taken` are the petnames that are given."""
    named_here = before is not None and before.petname is not None
    free = one.petname is not None and one.petname not in taken and not named_here
    if before is None:
        planned.follow.append(one if free else Followed(one.account, None, one.since_ms))
    elif free:
        planned.name.append(one)
    if one.petname is None or (before is not None and before.petname == one.petname):
        return
    if free:
        taken.add(one.petname)
    else:
        planned.left.append(one)


def apply_settings(home: Home, store: Store, settings: Settings, planned: SettingsPlan) -> None:
    """Do what was planned. Raises `BackupError`, `StoreError`."""
    for one in (*planned.follow, *planned.name):
        store.follow(one.account, one.petname, min(one.since_ms, now_ms()))
    try:
        with owner_files_lock(home):
            for name in (*planned.new_files, *planned.replaced_files):
                path = home.path / name
                if name in planned.replaced_files:
                    replace_owner_file(home.path / f"{name}{OLD}", path.read_bytes())
                replace_owner_file(path, settings.files[name])
    except OSError as error:
        raise BackupError(
            _("cannot write in {path}: {reason}").format(
                path=home.path, reason=error.strerror or error
            )
        ) from error
    reload_labellers(home, store)


def _check_writer(store: Store, opened: OpenedSettings) -> None:
    if opened.by.account not in own_accounts(store):
        raise BackupError(_("nothing is taken: it was written by a device of another account"))
    state = store.feed(opened.by.feed)
    if state is not None and state.end is not None:
        raise BackupError(_("nothing is taken: the device that wrote it was revoked"))


def _settings_of(opened: OpenedSettings) -> Settings:
    settings, files = Settings(opened.by.feed), dict[str, bytearray]()
    for record in records_of(opened):
        _take(record, settings, files)
    settings.files = {name: bytes(data) for name, data in files.items()}
    for name, data in settings.files.items():
        _check_file(name, data)
    return settings


def _take(record: list[Value], settings: Settings, files: dict[str, bytearray]) -> None:
    match record:
        case ["follow", bytes(account), petname, since]:
            one = Followed(read_key(account), read_petname(petname), check_time(since))
            settings.follows.append(one)
        case ["file", str(name), bytes(piece)] if name in FILES:
            data = files.setdefault(name, bytearray())
            data += piece
            if len(data) > FILES[name]:
                raise BackupError(_("the {name} in it is over its limit").format(name=name))
        case _:
            raise BackupError(_("it was written by a later sayso: update this one"))


def _check_file(name: str, data: bytes) -> None:
    """A file with mistakes would stop `read` here as well."""
    from sayso_protocol.filters.syntax.parser import read_rules
    from sayso_protocol.toml.mistakes import BadFile
    from sayso_protocol.views.parser import read_views

    reads: dict[str, Callable[[bytes], object]] = {
        "filters.toml": read_rules,
        "views.toml": read_views,
    }
    try:
        reads[name](data)
    except BadFile as error:
        raise BackupError(
            _(
                "the {name} in it has mistakes: mend it on the other device, and send it again"
            ).format(name=name)
        ) from error
