"""The settings of a hub, as its owner writes them into `hub.toml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from ...crypto.keys import parse_key
from ...durations import seconds_of
from ...errors import Refused
from ...sizes import bytes_of
from ...toml.mistakes import BadFile
from ...toml.positions import Place, Positions
from ...toml.reader import tables_of, text_of
from ...toml.table_reader import TableReader
from ...toml.values import BadValue, Value
from ...translation import _
from .blob_store_address import (
    DEFAULT_REGION,
    BlobStoreAddress,
    read_bucket,
    read_endpoint,
    read_region,
)
from .hub_limits import DAY_MS, MAX_HUB_FILE, MAX_LISTED_ACCOUNTS


class Openness(Enum):
    """Whom a hub carries beside those that its owner lists."""

    LISTED = "listed"
    """Nobody."""
    ACCOUNTS = "accounts"
    """Accounts whose own node asks for it."""
    EVERYBODY = "everybody"
    """Whomever anybody asks for."""


@dataclass(frozen=True, slots=True)
class Quota:
    """What a hub takes for accounts that its owner does not list; bytes as they are counted. Half
    of `bytes` is shared out evenly, the other half goes to those who need more."""

    accounts: int = 1000
    """As many as a small server holds in memory beside all else: docs/hub.md."""
    bytes: int = 8 << 30
    account_bytes: int = 32 << 20
    """Some 65,000 posts: a person's lifetime."""
    peer_accounts: int = 4
    """Accounts on one peer's word: a household's."""
    network_accounts: int = 16
    """Accounts on the word of peers at addresses that count as one."""
    peers: int = 200
    """Peers that are let in at a time: some 100 kB each."""
    address_peers: int = 8
    """The same of strangers from one address."""


@dataclass(frozen=True, slots=True)
class HubMedia:
    """How large media may be that a hub fetches for those whom it carries, in bytes; 0 for none of
    the kind. They count for their account's bound, as its posts do."""

    pictures: int = 2 << 20
    """A picture as phones take it, compressed."""
    films: int = 0
    """Films, and sound."""
    store: BlobStoreAddress | None = None
    """The bucket in which they lie; None for the data directory."""


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """What the owner says of one account: that it is carried, or that it is not; `bytes` is its
    own bound, None for none."""

    carry: bool = True
    bytes: int | None = None


@dataclass(frozen=True, slots=True)
class HubSettings:
    """All of the file; what is not written there is as here."""

    open: Openness = Openness.LISTED
    quota: Quota = Quota()
    evict_unread_ms: int | None = None
    """A full hub lets go of whom nobody read for so long; None: of nobody, and refuses."""
    accounts: Mapping[bytes, ListedAccount] = field(default_factory=dict)
    media: HubMedia = HubMedia()

    def is_listed(self, account: bytes) -> bool:
        """Whether the owner lists an account as one to be carried."""
        return account in self.accounts and self.accounts[account].carry

    def is_refused(self, account: bytes) -> bool:
        """Whether the owner lists an account as one not to be carried."""
        return account in self.accounts and not self.accounts[account].carry

    @property
    def listed(self) -> list[bytes]:
        """The accounts to be carried on the owner's word, in the file's order."""
        return [account for account, one in self.accounts.items() if one.carry]

    def most_of(self, account: bytes) -> int | None:
        """The bytes up to which an account is taken; None without a bound."""
        if self.is_listed(account):
            return self.accounts[account].bytes
        return self.quota.account_bytes


_KEYS: Final = ("open", "evict_unread", "quota", "account", "media")
_QUOTA: Final = {
    "accounts": int, "bytes": bytes, "account_bytes": bytes,
    "peer_accounts": int, "network_accounts": int, "peers": int, "address_peers": int,
}  # fmt: skip
_MEDIA: Final = ("pictures", "films", "store", "endpoint", "region")
_ACCOUNT: Final = ("carry", "bytes")
_OPEN: Final = tuple(one.value for one in Openness)


def read_settings(data: bytes) -> HubSettings:
    """Read a file. Raises `BadFile` with all mistakes that can be told."""
    text = text_of(data, MAX_HUB_FILE)
    tables, reader = tables_of(text), _Reader(Positions(text))
    reader.check_keys((), tables, _KEYS)
    found = HubSettings(
        reader.read(("open",), tables, _openness, Openness.LISTED),
        reader.quota(tables.get("quota", {})),
        reader.read(("evict_unread",), tables, _duration, None),
        reader.accounts(tables.get("account", {})),
        reader.media(tables.get("media", {})),
    )
    if reader.mistakes:
        raise BadFile(reader.mistakes)
    return found


class _Reader(TableReader):
    """Reads the tables of a hub."""

    def quota(self, table: Value) -> Quota:
        if not isinstance(table, dict):
            self.add_mistake(("quota",), _("quotas are a table: [quota]"))
            return Quota()
        self.check_keys(("quota",), table, tuple(_QUOTA))
        default = Quota()
        values = {
            key: self.read(
                ("quota", key), table, _count if kind is int else _size, getattr(default, key)
            )
            for key, kind in _QUOTA.items()
        }
        return Quota(**values)

    def media(self, table: Value) -> HubMedia:
        if not isinstance(table, dict):
            self.add_mistake(("media",), _("what is fetched is a table: [media]"))
            return HubMedia()
        self.check_keys(("media",), table, _MEDIA)
        default = HubMedia()
        return HubMedia(
            self.read(("media", "pictures"), table, _size, default.pictures),
            self.read(("media", "films"), table, _size, default.films),
            self._store(table),
        )

    def _store(self, table: dict[str, Value]) -> BlobStoreAddress | None:
        store = self.read(("media", "store"), table, read_bucket, None)
        endpoint = self.read(("media", "endpoint"), table, read_endpoint, None)
        region = self.read(("media", "region"), table, read_region, None)
        if "store" not in table:
            for key in table.keys() & {"endpoint", "region"}:
                self.add_mistake(("media", key), _("it needs a `store` beside it"))
        if store is None:
            return None
        return BlobStoreAddress(*store, endpoint, region or DEFAULT_REGION)

    def accounts(self, tables: Value) -> dict[bytes, ListedAccount]:
        if not isinstance(tables, dict):
            self.add_mistake(("account",), _("accounts are tables: [account.z6Mk…]"))
            return {}
        if len(tables) > MAX_LISTED_ACCOUNTS:
            self.add_mistake(
                ("account",),
                _("a file lists at most {max_listed_accounts} accounts").format(
                    max_listed_accounts=MAX_LISTED_ACCOUNTS
                ),
            )
            return {}
        found: dict[bytes, ListedAccount] = {}
        for key, table in tables.items():
            place: Place = ("account", key)
            try:
                account = parse_key(key)
            except Refused as error:
                self.add_mistake(
                    place, _("{key} is not an account: {error}").format(key=key[:60], error=error)
                )
                continue
            found[account] = self._account(place, table)
        return found

    def _account(self, place: Place, table: Value) -> ListedAccount:
        if not isinstance(table, dict):
            self.add_mistake(place, _("an account is a table: [account.z6Mk…]"))
            return ListedAccount()
        self.check_keys(place, table, _ACCOUNT)
        return ListedAccount(
            self.read((*place, "carry"), table, _truth, True),
            self.read((*place, "bytes"), table, _size, None),
        )


def _openness(value: Value) -> Openness:
    if value not in _OPEN:
        known = ", ".join(f'"{one}"' for one in _OPEN)
        raise BadValue(_("one of {known}").format(known=known))
    return Openness(value)


def _duration(value: Value) -> int:
    seconds = seconds_of(value) if isinstance(value, str) else None
    if seconds is None or seconds * 1000 < DAY_MS:
        raise BadValue(_('a time of a day or more, as "30d"'))
    return seconds * 1000


def _count(value: Value) -> int:
    if type(value) is not int or not 0 <= value < 2**31:
        raise BadValue(_("a number, 0 or more"))
    return value


def _size(value: Value) -> int:
    size = value if type(value) is int else bytes_of(value) if isinstance(value, str) else None
    if size is None or not 0 <= size < 2**62:
        raise BadValue(_('a size, as "64 MiB" or a number of bytes'))
    return size


def _truth(value: Value) -> bool:
    if type(value) is not bool:
        raise BadValue(_("true or false"))
    return value
