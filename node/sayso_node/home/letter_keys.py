"""The keys of letters at rest, in a file that each erasure writes anew.

They lie sealed under a key that comes of the seed of this device's feed. So where a home has a
passphrase, that protects its letters too. While a home moves to another feed they lie there twice,
under both seeds: whenever that is interrupted, the keys of the home open them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from hashlib import blake2b
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.translation import _
from sayso_storage.interface.errors import StoreError
from sayso_storage.interface.sealed_records import KEY_SIZE, RecordKeys, SealedRecords

from ..errors import HomeError
from .atomic_file import remove_drafts
from .directory import Home
from .keystore import read_keystore
from .secret_file import SecretExists, read_secret, write_secret

_PERSON: Final = b"sayso letters 1"

_TWICE: Final = b"sayso letters twice 1"
"""What a file begins with in which they are under two seeds; in front of each part its length, in
two bytes."""


class LetterKeyRing:
    """The file of keys of one home; see `sayso_storage.interface.sealed_records.KeyRing`."""

    def __init__(self, home: Home, feed_seed: bytes) -> None:
        self._home = home
        self._box = SecretBox(
            blake2b(key=feed_seed, digest_size=SecretBox.KEY_SIZE, person=_PERSON).digest()
        )

    def load(self) -> list[RecordKeys]:
        """Read the keys, or make them for a home without letters: whoever is first, where several
        processes do so at once. Raises `HomeError`."""
        if not self._home.letter_keys.exists() and not _has_content(self._home):
            with suppress(SecretExists):  # another process made them since
                self._write([RecordKeys(1, random(KEY_SIZE), random(KEY_SIZE))], replace=False)
        if not self._home.letter_keys.exists():
            raise self._lost()
        try:
            rows = json.loads(self._opened(read_secret(self._home.letter_keys)))
            return [RecordKeys(int(row[0]), _key(row[1]), _key(row[2])) for row in rows]
        except (CryptoError, ValueError, TypeError, IndexError, KeyError) as error:
            raise self._lost() from error

    def _lost(self) -> HomeError:
        return HomeError(
            _(
                "{path} is lost, damaged or of another device: put back the file that was there, "
                "or move it and {letters} away, and the letters in them are lost"
            ).format(path=self._home.letter_keys, letters=self._home.letters)
        )

    def save(self, keys: list[RecordKeys]) -> None:
        """Write the file anew, and leave nothing of what a crash kept of another one: it would
        open what was erased. Nobody else may write it meanwhile. Raises `HomeError`."""
        path = self._home.letter_keys
        self._write(keys, replace=True)
        remove_drafts(path.parent, path.name, age_seconds=0)

    def save_twice(self, keys: list[RecordKeys], other: LetterKeyRing) -> None:
        """As `save`, so that the other seed opens them too."""
        parts = [self._sealed(keys), other._sealed(keys)]
        data = b"".join(len(part).to_bytes(2, "big") + part for part in parts)
        write_secret(self._home.letter_keys, _TWICE + data, replace=True)

    def _opened(self, data: bytes) -> bytes:
        """Raises `CryptoError` where it is sealed under another seed."""
        if data.startswith(_TWICE):
            at = len(_TWICE)
            while at < len(data):
                end = at + 2 + int.from_bytes(data[at : at + 2], "big")
                with suppress(CryptoError):
                    return bytes(self._box.decrypt(data[at + 2 : end]))
                at = end
        return bytes(self._box.decrypt(data))

    def _write(self, keys: list[RecordKeys], *, replace: bool) -> None:
        write_secret(self._home.letter_keys, self._sealed(keys), replace=replace)

    def _sealed(self, keys: list[RecordKeys]) -> bytes:
        rows = [
            [one.generation, b64encode(one.names).decode(), b64encode(one.rows).decode()]
            for one in keys
        ]
        return bytes(self._box.encrypt(json.dumps(rows).encode()))


def open_letters(home: Home, feed_seed: bytes) -> SealedRecords:
    """Open the letters of a home, or make their file. Raises `HomeError` or `StoreError`."""
    from sayso_storage.sqlite.sealed import SqliteSealedRecords

    return SqliteSealedRecords(home.letters, LetterKeyRing(home, feed_seed))


@contextmanager
def unlocked_letters(
    home: Home, passphrase: bytes | None
) -> Iterator[tuple[SealedRecords, KeyPair]]:
    """The sealed records, made where the home has none yet, and the key of this device's feed by
    which they open. Raises `KeystoreError` where the keys are locked, `HomeError`, `StoreError`."""
    device = read_keystore(home.keys, passphrase).feed
    records = open_letters(home, device.seed)
    try:
        yield records, device
    finally:
        records.close()


@contextmanager
def moving_letters(home: Home, before: bytes, after: bytes) -> Iterator[None]:
    """Inside, a home changes from one feed's seed to another: afterwards the second opens its
    letters, and if it is interrupted each does. Letters that could not be opened before do not
    stop it. Raises `HomeError`, `StoreError`."""
    with ExitStack() as stack:
        ring = LetterKeyRing(home, before)
        if before == after or not home.letters.exists():
            yield
            return
        try:
            records = open_letters(home, before)
        except (HomeError, StoreError):
            yield
            return
        stack.callback(records.close)
        with records.writing():  # so that nobody begins another generation of keys meanwhile
            keys, following = ring.load(), LetterKeyRing(home, after)
            ring.save_twice(keys, following)
            yield
            following.save(keys)


def _has_content(home: Home) -> bool:
    return home.letters.exists() and home.letters.stat().st_size > 0


def _key(text: str) -> bytes:
    key = b64decode(text, validate=True)
    if len(key) != KEY_SIZE:
        raise ValueError("a key that is not 32 bytes")
    return key
