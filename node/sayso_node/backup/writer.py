"""A backup of the own home, written; `backup_file` says what is in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sayso_protocol.accounts.statement import Revoke, Rotate
from sayso_protocol.codec import Value
from sayso_protocol.translation import _
from sayso_storage.interface.store import FeedState, Store

from ..accounts.lineage import own_account, own_accounts
from ..bundle.bundle_file import Progress
from ..bundle.writer import write_feeds
from ..errors import BackupError
from ..home.atomic_file import new_file_or
from ..home.directory import FILE_MODE, Home
from ..home.keystore import Keystore, read_keystore
from ..home.owner_file import OwnerFileError, read_owner_file
from ..media.blob_store import open_blobs
from .backup_file import BACKED_UP, END, MAGIC, PIECE, write_record
from .blob_records import OwnBlobs, own_blobs, write_blobs
from .sealed_stream import SealedWriter


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written: the account, this device's feed, counts, and the file's size."""

    account: bytes
    feed: bytes
    feeds: int
    entries: int
    size: int
    has_key: bool
    """Whether the account's key is in it."""
    blobs: int
    """Pictures and films."""
    blob_bytes: int
    damaged: tuple[bytes, ...]
    """Those of them that are damaged on this disk: they cannot be restored."""


@dataclass(frozen=True, slots=True)
class BackupSize:
    """What a backup will hold, known before it is written."""

    entries: int
    blobs: OwnBlobs


def backup_size(home: Home, store: Store) -> BackupSize:
    """The size of a backup made now. Raises `StoreError`."""
    entries = sum(state.count for state in own_feeds(store))
    return BackupSize(entries, own_blobs(store, open_blobs(home)))


def own_feeds(store: Store) -> list[FeedState]:
    """The feeds that a backup holds: those of all of the account's devices, under all the keys
    that it has had here."""
    return [state for account in own_accounts(store) for state in store.feeds_of(account)]


def write_backup(
    home: Home,
    store: Store,
    path: Path,
    passphrase: bytes | None,
    progress: Progress,
    output: BinaryIO | None = None,
    blob_progress: Progress = lambda _: None,
) -> Backup:
    """Write a new file, whole or not at all, or into `output`, which is called `path` then; sealed
    where there is a passphrase. `progress` is told of entries, `blob_progress` of the bytes of
    blobs.

    Raises `NodeError` (`BackupError` where the file cannot be written or is there already) or
    `StoreError`.
    """
    keystore = read_keystore(home.keys, passphrase)
    account, feeds, blobs = own_account(store), own_feeds(store), open_blobs(home)
    own = own_blobs(store, blobs)
    with _explained(path), new_file_or(output, path, mode=FILE_MODE, replace=False) as file:
        file.write(MAGIC)
        stream = SealedWriter(file.write, passphrase)
        for record in (*_records(store, account, keystore), *file_records(home)):
            stream.write(write_record(record))
        damaged = write_blobs(blobs, own, stream.write, blob_progress)
        stream.write(END)
        done = write_feeds(store, feeds, stream.write, progress)
        stream.finish()
    size = len(MAGIC) + stream.size
    has_key = keystore.account_seed is not None
    return Backup(
        account,
        keystore.feed.public,
        done.feeds,
        done.entries,
        size,
        has_key,
        len(own.held),
        own.size,
        damaged,
    )


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
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


def _records(store: Store, account: bytes, keystore: Keystore) -> Iterator[Value]:
    yield ["account", account, keystore.account_seed, keystore.next_key_hash]
    for key in own_accounts(store):
        for statement in store.statements_of(key):
            if isinstance(statement, Revoke | Rotate):
                yield ["statement", statement.wire]
    yield from follow_records(store)
    for one in reversed(store.bookmarks()):
        yield ["bookmark", one.of.account, one.of.feed, one.of.seq, one.of.id, one.since_ms]


def follow_records(store: Store) -> Iterator[list[Value]]:
    """A record for each account that is followed."""
    for one in store.subscriptions():
        if one.followed:
            yield ["follow", one.account, one.petname, one.since_ms]


def file_records(home: Home, files: Mapping[str, int] = BACKED_UP) -> Iterator[list[Value]]:
    """The records that hold files of the owner, each up to a limit. Raises `OwnerFileError`."""
    for name, most in files.items():
        data = read_owner_file(home.path / name, most, follow_links=True)
        if len(data) > most:
            raise OwnerFileError(
                _("{path} has more than {most} bytes").format(path=home.path / name, most=most)
            )
        for at in range(0, len(data), PIECE):
            yield ["file", name, data[at : at + PIECE]]
