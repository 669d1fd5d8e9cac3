"""A home made from a backup; `backup_file` says what the file holds.

Nothing in the file is believed: entries are verified as if a stranger had sent them, and a
home is made of the whole file or not at all. The new home has a feed of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, Rotate, read_statement
from sayso_protocol.blob.cid import check_cid
from sayso_protocol.codec import Value
from sayso_protocol.content.body import Open
from sayso_protocol.content.reference import read_reference
from sayso_protocol.crypto.hashing import HASH_SIZE
from sayso_protocol.crypto.keys import KEY_SIZE, KeyPair, check_key
from sayso_protocol.errors import BadPhrase, BadShape, Refused
from sayso_protocol.feed.entry import check_time
from sayso_protocol.translation import _
from sayso_storage.interface.blobs import Blobs
from sayso_storage.interface.store import FeedState, Store

from ..accounts.creation import (
    NewHome,
    draft_of,
    grant_to,
    keystore_from_phrase,
    make_home,
    new_keystore,
    refuse_account,
)
from ..bundle.bundle_file import Progress
from ..bundle.reader import BundleResult, read_feeds
from ..clock import now_ms
from ..errors import BackupError, BundleError
from ..home.atomic_file import FileSource
from ..home.directory import Home
from ..home.keystore import Keystore
from ..home.owner_file import replace_owner_file
from ..home.plain_file import NotPlainError, plain_file
from ..media.blob_store import open_blobs
from .backup_file import BACKED_UP, MAGIC, read_key, read_petname, read_record, read_records
from .blob_records import take_blob
from .sealed_stream import SEALED, SealedReader

MAX_STATEMENTS: Final = 1024
"""Most statements of one file: those of an account that changed its key often, in 6 MB."""


@dataclass(slots=True)
class Restored:
    """A new home, what the backup brought into it, and the account's other devices, any of
    which may be gone."""

    new_home: NewHome
    bundle: BundleResult
    followed: int
    others: list[FeedState]
    blobs: int
    damaged: int
    """Blobs that were left out, since their bytes were damaged before they were backed up."""


def restore(
    home: Home,
    path: Path,
    passphrase: bytes | None,
    *,
    phrase: str | None,
    device: str | None,
    progress: Progress,
) -> Restored:
    """Make a home from a backup, with a new feed under its account. `phrase` is needed only
    where the account's key is not in it; `progress` is told of bytes.

    Raises `NodeError`: `BackupError` for a file that is damaged or no backup; `StoreError`, or
    `Refused` for a phrase that is none or another account's.
    """
    refuse_account(home)
    with _explained(path), _opened(path) as file:
        source = _ProgressFile(file, progress)
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupError(_("it is no backup; a bundle goes into `sayso import FILE`"))
        restoration = Restoration(
            SealedReader(source, passphrase), path, open_blobs(draft_of(home))
        )
        keystore = restoration.read_account(phrase)
        grant = grant_to(keystore)
        first = [Open(grant.wire, device or None)]
        new_home = make_home(home, keystore, grant, first, passphrase, restoration.fill)
        restoration.write_files(home)
    return Restored(
        new_home,
        restoration.bundle,
        restoration.followed,
        restoration.others,
        restoration.blobs,
        restoration.damaged,
    )


def is_sealed(path: Path) -> bool:
    """Whether a backup takes a passphrase; False of what is none, or cannot be read."""
    try:
        with plain_file(path, follow_links=True) as (file, _):
            return file.read(len(MAGIC) + 1) == MAGIC + SEALED
    except (OSError, NotPlainError):
        return False


class Restoration:
    """One backup on its way into a new home, in the order of the file: the account, from which
    the keys are made; the records, and then the bundle, with which the store is filled. The
    owner's files are written when the home is there."""

    def __init__(self, stream: FileSource, path: Path, blobs: Blobs | None = None) -> None:
        """Without `blobs` those of the backup are read over."""
        self._stream = stream
        self._path = path
        self._blobs = blobs
        self._statements: list[Attestation] = []
        """They take effect after the grants, which are in the bundle."""
        self._files: dict[str, bytearray] = {}
        """The owner's files by name."""
        self.bundle = BundleResult()
        self.followed = 0
        self.others: list[FeedState] = []
        self.blobs = 0
        self.damaged = 0

    def read_account(self, phrase: str | None) -> Keystore:
        """Read the first record, and make the keys of the new device."""
        record = read_record(self._stream)
        if record is None or len(record) != 4 or record[0] != "account":
            raise BadShape("a backup begins with its account")
        account, seed, promise = read_key(record[1]), record[2], record[3]
        if seed is None:
            return _keystore_from(phrase, account)
        if type(seed) is not bytes or len(seed) != KEY_SIZE:
            raise BadShape("an account's seed has 32 bytes")
        if type(promise) is not bytes or len(promise) != HASH_SIZE:
            raise BadShape("a promise is a hash")
        key = KeyPair.from_seed(seed)
        if key.public != account:
            raise BadShape("a seed of another account")
        return new_keystore(key, promise)

    def fill(self, store: Store) -> None:
        """Read the rest into the store of the new home, which has its grant already."""
        self.read_records(store)
        self._read_bundle(store)
        self._store_statements(store)
        self._find_other_devices(store)

    def read_records(self, store: Store) -> None:
        """Follow who is named, keep statements and files, and take in blobs."""
        for record in read_records(self._stream):
            self._take_record(store, record)

    def _take_record(self, store: Store, record: list[Value]) -> None:
        match record:
            case ["follow", bytes(account), petname, since]:
                store.follow(check_key(account), read_petname(petname), check_time(since))
                self.followed += 1
            case ["bookmark", bytes(account), bytes(feed), int(seq), bytes(entry_id), since]:
                of = read_reference([account, feed, seq, entry_id])
                store.add_bookmark(of, check_time(since))
            case ["file", str(name), bytes(piece)]:
                self._take_piece(name, piece)
            case ["blob", *_]:
                whole = take_blob(self._blobs, self._stream, record)
                self.blobs += whole
                self.damaged += not whole
            case ["pin", cid]:
                self._pin(check_cid(cid))
            case ["statement", bytes(wire)] if len(self._statements) < MAX_STATEMENTS:
                self._take_statement(store, wire)
            case _:
                raise BadShape("a record of an unknown kind")

    def _pin(self, cid: bytes) -> None:
        if self._blobs is not None:
            self._blobs.pin(cid, on=True)

    def _take_piece(self, name: str, piece: bytes) -> None:
        data = self._files.setdefault(name, bytearray())
        data += piece
        if len(data) > BACKED_UP.get(name, 0):
            raise BadShape("a file of another name, or over its limit")

    def _take_statement(self, store: Store, wire: bytes) -> None:
        statement = read_statement(wire)
        if isinstance(statement, Rotate):  # the old account's entries stay readable
            store.follow(statement.account, None, now_ms())
        if not isinstance(statement, Grant):
            self._statements.append(statement)

    def _read_bundle(self, store: Store) -> None:
        read_feeds(
            store,
            self._stream,
            self._path,
            follow=False,
            progress=_ignore,
            result=self.bundle,
            proofs_last=True,
        )

    def _store_statements(self, store: Store) -> None:
        for outcome in store.add_statements(self._statements, now_ms()):
            if isinstance(outcome, Refused):
                self.bundle.refused[str(outcome)] += 1

    def _find_other_devices(self, store: Store) -> None:
        own = store.own_feed()
        assert own is not None
        self.others = [one for one in store.feeds_of(own.account) if one.feed != own.feed]

    def write_files(self, home: Home) -> None:
        """Write the owner's files."""
        for name, data in self._files.items():
            replace_owner_file(home.path / name, bytes(data))


def _keystore_from(phrase: str | None, account: bytes) -> Keystore:
    from sayso_protocol.crypto.phrase import key_index

    if phrase is None:
        raise BackupError(
            _(
                "the account's key is not in it, since the device had none: name the recovery "
                "phrase with --phrase-file"
            )
        )
    return keystore_from_phrase(phrase, key_index(phrase, account))


def _ignore(_: int) -> None:
    """Progress that is told elsewhere: of the file, not of what is in it."""


class _ProgressFile:
    """A file that reports the bytes read, and raises `BackupError` where the system refuses."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            raise BackupError(
                _("it cannot be read: {reason}").format(reason=error.strerror or error)
            ) from error
        self._progress(len(data))
        return data


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupError(
            _("it cannot be read: {reason}").format(reason=error.strerror or error)
        ) from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say of every failure that nothing was restored, and of which file."""
    begin = _("nothing was restored from {path}").format(path=path)
    try:
        yield
    except BackupError as error:
        raise BackupError(f"{begin}: {error}") from error
    except BadPhrase:
        raise
    except BundleError as error:
        raise BackupError(
            _("{begin}: the entries in it are no sound bundle").format(begin=begin)
        ) from error
    except Refused as error:
        raise BackupError(
            _("{begin}: it does not hold what a backup holds ({error})").format(
                begin=begin, error=error
            )
        ) from error
