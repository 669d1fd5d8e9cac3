"""Backups: everything of the own in one file, but nothing that could make a fork.

In the file are the account's key (where this device has it), who is followed and by what
petname, the owner's rules and views, and the entries of all of the account's devices that are held
here. Not in it are the
feed's key, the node's key and the store's epoch: whoever restores writes a new feed, so that
no sequence number is ever signed twice.

The file is `MAGIC` and a sealed stream (see `sealed_stream`) of records, each behind its
length in four bytes, a length of 0, and a bundle (see `bundle`). A record is a canonical
array: ``["account", key, seed or nil, promise]``, which comes first and once,
``["statement", wire]``, ``["follow", account, petname or nil, since]``, ``["file", name, bytes]``
with the next bytes of one of the owner's files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sayso_protocol.accounts.statement import Revoke, Rotate
from sayso_protocol.codec import Value, encode
from sayso_protocol.limits import MAX_FILTERS, MAX_VIEWS_FILE
from sayso_storage.interface.store import FeedState, Store

from ..accounts.lineage import own_account, own_accounts
from ..bundle.writer import Progress, write_feeds
from ..errors import BackupError
from ..home.atomic_file import new_file
from ..home.directory import FILE_MODE, Home
from ..home.keystore import Keystore, read_vault
from ..home.owner_file import OwnerFileError, read_own
from .sealed_stream import SealedWriter

MAGIC: Final = b"sayso backup 1\n"
LENGTH_SIZE: Final = 4
END: Final = bytes(LENGTH_SIZE)

FILES: Final = {"filters.toml": MAX_FILTERS, "views.toml": MAX_VIEWS_FILE}
"""The owner's files that are kept, by name, and how long they may be."""

PIECE: Final = 4096
"""Bytes of a file in one record."""


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written: the account, this device's feed, counts, and the file's size."""

    account: bytes
    feed: bytes
    feeds: int
    entries: int
    size: int
    has_key: bool
    """Whether the account's key is in it."""


def own_feeds(store: Store) -> list[FeedState]:
    """The feeds that a backup holds: those of all of the account's devices, under all the keys
    that it has had here."""
    return [state for account in own_accounts(store) for state in store.feeds_of(account)]


def write_backup(
    home: Home, store: Store, path: Path, passphrase: bytes | None, progress: Progress
) -> Backup:
    """Write a new file, whole or not at all; sealed where there is a passphrase.

    Raises `NodeError` (`BackupError` where the file cannot be written or is there already) or
    `StoreError`.
    """
    keystore = read_vault(home.keys, passphrase)
    account, feeds = own_account(store), own_feeds(store)
    try:
        with new_file(path, mode=FILE_MODE, replace=False) as file:
            file.write(MAGIC)
            stream = SealedWriter(file.write, passphrase)
            for record in (*_records(store, account, keystore), *_files(home)):
                data = encode(record)
                stream.write(len(data).to_bytes(LENGTH_SIZE, "big") + data)
            stream.write(END)
            done = write_feeds(store, feeds, stream.write, progress)
            stream.finish()
    except FileExistsError as error:
        raise BackupError(f"{path} exists already: name another file") from error
    except OwnerFileError as error:
        raise BackupError(str(error)) from error
    except OSError as error:
        raise BackupError(f"cannot write {path}: {error.strerror or error}") from error
    size = len(MAGIC) + stream.size
    has_key = keystore.account_seed is not None
    return Backup(account, keystore.feed.public, done.feeds, done.entries, size, has_key)


def _records(store: Store, account: bytes, keystore: Keystore) -> Iterator[Value]:
    yield ["account", account, keystore.account_seed, keystore.next_key_hash]
    for key in own_accounts(store):
        for said in store.statements_of(key):
            if isinstance(said, Revoke | Rotate):
                yield ["statement", said.wire]
    for one in store.subscriptions():
        if one.followed:
            yield ["follow", one.account, one.petname, one.since_ms]


def _files(home: Home) -> Iterator[Value]:
    for name, most in FILES.items():
        data = read_own(home.path / name, most)
        if len(data) > most:
            raise OwnerFileError(f"{home.path / name} has more than {most} bytes")
        for at in range(0, len(data), PIECE):
            yield ["file", name, data[at : at + PIECE]]
