"""Making a home from a backup; `backup` says what the file holds.

Nothing in the file is believed: entries are verified as if a stranger had sent them, and a
home is made of the whole file or not at all. The new home has a feed of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from sayso_protocol.accounts.attestation import Attestation
from sayso_protocol.accounts.statement import Grant, Rotate, read_statement
from sayso_protocol.codec import Value, decode
from sayso_protocol.content.body import Open
from sayso_protocol.crypto.hashing import HASH_SIZE
from sayso_protocol.crypto.keys import KEY_SIZE, KeyPair, check_key
from sayso_protocol.errors import BadPhrase, BadShape, Refused
from sayso_protocol.feed.entry import check_time
from sayso_protocol.limits import MAX_STATEMENT, MAX_WANTS
from sayso_storage.interface.store import FeedState, Store

from ..accounts.creation import (
    MadeHome,
    grant_to,
    make_home,
    new_vault,
    refuse_account,
    vault_from_phrase,
)
from ..accounts.profile import check_name
from ..bundle.reader import Unbundled, read_feeds
from ..clock import now_ms
from ..errors import BackupError, BundleError, NodeError
from ..home.atomic_file import FileSource
from ..home.directory import Home
from ..home.keystore import Keystore
from ..home.owner_file import replace_own
from .sealed_stream import SealedReader
from .writer import FILES, LENGTH_SIZE, MAGIC

MAX_RECORD: Final = MAX_STATEMENT + 64
"""Longest record: a statement with its head."""

MAX_RECORDS: Final = 2 * MAX_WANTS
"""Most records of one file: more than a store follows is a mistake or an attack."""

MAX_SAID: Final = 1024
"""Most statements of one file: those of an account that changed its key often, in 6 MB."""

Progress = Callable[[int], None]


@dataclass(slots=True)
class Restored:
    """What was made: the new home, what the backup brought into it, and the account's other
    devices, any of which may be gone."""

    made: MadeHome
    bundle: Unbundled
    followed: int
    others: list[FeedState]


@dataclass(slots=True)
class _Contents:
    """A backup that is being read: its account, and what comes after it."""

    account: bytes
    keystore: Keystore
    stream: SealedReader
    bundle: Unbundled = field(default_factory=Unbundled)
    followed: int = 0
    others: list[FeedState] = field(default_factory=list)
    files: dict[str, bytearray] = field(default_factory=dict)
    """The owner's files by name."""


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
    where the account's key is not in it; `progress` hears of bytes.

    Raises `NodeError`: `BackupError` for a file that is damaged or no backup; `StoreError`, or
    `Refused` for a phrase that is none or another account's.
    """
    refuse_account(home)
    with _explained(path), _opened(path) as file:
        source = _File(file, progress)
        if source.read(len(MAGIC)) != MAGIC:
            raise BackupError("it is no sayso backup")
        contents = _begin(SealedReader(source, passphrase), phrase)
        grant = grant_to(contents.keystore)
        opening = [Open(grant.wire, device or None)]
        fill = _filler(contents, path)
        made = make_home(home, contents.keystore, grant, opening, passphrase, fill)
        for name, data in contents.files.items():
            replace_own(home.path / name, bytes(data))
    return Restored(made, contents.bundle, contents.followed, contents.others)


# --- what the file says ------------------------------------------------------------------


def _begin(stream: SealedReader, phrase: str | None) -> _Contents:
    """Read the first record, and make the keys of the new device."""
    record = _record(stream)
    if record is None or len(record) != 4 or record[0] != "account":
        raise BadShape("a backup begins with its account")
    account, seed, promise = _key(record[1]), record[2], record[3]
    if seed is None:
        return _Contents(account, _vault_from(phrase, account), stream)
    if type(seed) is not bytes or len(seed) != KEY_SIZE:
        raise BadShape("an account's seed has 32 bytes")
    if type(promise) is not bytes or len(promise) != HASH_SIZE:
        raise BadShape("a promise is a hash")
    key = KeyPair.from_seed(seed)
    if key.public != account:
        raise BadShape("a seed of another account")
    return _Contents(account, new_vault(key, promise), stream)


def _vault_from(phrase: str | None, account: bytes) -> Keystore:
    from sayso_protocol.crypto.phrase import key_index

    if phrase is None:
        raise BackupError(
            "the account's key is not in it, since the device had none: name the recovery "
            "phrase with --phrase-file"
        )
    return vault_from_phrase(phrase, key_index(phrase, account))


def _filler(contents: _Contents, path: Path) -> Callable[[Store], None]:
    def fill(store: Store) -> None:
        said = _take_records(store, contents)
        read_feeds(
            store,
            contents.stream,
            path,
            follow=False,
            progress=_ignore,
            result=contents.bundle,
            proofs_last=True,
        )
        for outcome in store.add_statements(said, now_ms()):
            if isinstance(outcome, Refused):
                contents.bundle.refused[str(outcome)] += 1
        feed = contents.keystore.feed.public
        contents.others = [one for one in store.feeds_of(contents.account) if one.feed != feed]

    return fill


def _take_records(store: Store, contents: _Contents) -> list[Attestation]:
    """Follow who is named; gives the statements, which take effect after the grants that are
    yet to come. Of a rotation the old account is followed: so its entries stay readable."""
    said: list[Attestation] = []
    for record in _records(contents.stream):
        match record:
            case ["follow", bytes(account), petname, since]:
                store.follow(check_key(account), _checked(petname), check_time(since))
                contents.followed += 1
            case ["file", str(name), bytes(piece)]:
                _take_piece(contents.files, name, piece)
            case ["statement", bytes(wire)] if len(said) < MAX_SAID:
                statement = read_statement(wire)
                if isinstance(statement, Rotate):
                    store.follow(statement.account, None, now_ms())
                if not isinstance(statement, Grant):
                    said.append(statement)
            case _:
                raise BadShape("a record of an unknown kind")
    return said


def _take_piece(files: dict[str, bytearray], name: str, piece: bytes) -> None:
    data = files.setdefault(name, bytearray())
    data += piece
    if len(data) > FILES.get(name, 0):
        raise BadShape("a file of another name, or over its limit")


def _checked(petname: Value) -> str | None:
    if petname is None:
        return None
    if type(petname) is not str:
        raise BadShape("a petname is text")
    try:
        return check_name(petname)
    except NodeError as error:
        raise BadShape("a petname that cannot be used") from error


def _records(stream: FileSource) -> Iterator[list[Value]]:
    for _ in range(MAX_RECORDS):
        record = _record(stream)
        if record is None:
            return
        yield record
    raise BadShape("more records than anyone has")


def _record(stream: FileSource) -> list[Value] | None:
    """The next record, None after the last one. Raises `Refused`."""
    size = int.from_bytes(_whole(stream, LENGTH_SIZE), "big")
    if size == 0:
        return None
    if size > MAX_RECORD:
        raise BadShape("a record over its limit")
    record = decode(_whole(stream, size))
    if type(record) is not list or not record:
        raise BadShape("a record is an array")
    return record


def _whole(stream: FileSource, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise BadShape("a record that ends early")
    return data


def _ignore(_: int) -> None:
    """Progress that is told elsewhere: of the file, not of what is in it."""


class _File:
    """A file that tells how far it was read, and what the system refuses as `BackupError`."""

    def __init__(self, file: BinaryIO, progress: Progress) -> None:
        self._file = file
        self._progress = progress

    def read(self, size: int, /) -> bytes:
        try:
            data = self._file.read(size)
        except OSError as error:
            raise BackupError(f"it cannot be read: {error.strerror or error}") from error
        self._progress(len(data))
        return data


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupError(f"it cannot be read: {error.strerror or error}") from error


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Say of every failure that nothing was restored, and of which file."""
    begin = f"nothing was restored from {path}"
    try:
        yield
    except BackupError as error:
        raise BackupError(f"{begin}: {error}") from error
    except BadPhrase:
        raise
    except BundleError as error:
        raise BackupError(f"{begin}: the entries in it are no sound bundle") from error
    except Refused as error:
        raise BackupError(f"{begin}: it does not hold what a backup holds ({error})") from error


def _key(value: Value) -> bytes:
    if type(value) is not bytes:
        raise BadShape("a field that must be a key")
    return check_key(value)
