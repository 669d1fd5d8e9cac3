"""A long file, sealed in pieces: read and written in bounded memory, cut nowhere unnoticed.

libsodium's secretstream (XChaCha20-Poly1305) over pieces of `PIECE` bytes, of which the last,
and no other, is marked as such. The file begins with the way to its key: from a passphrase
(Argon2id, see `sealed_file`), or, where there is none, the key itself, which hides nothing but
lets damage be found in the same way.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from nacl import bindings
from nacl.exceptions import CryptoError

from sayso_protocol.translation import _

from ..errors import BackupError
from ..home.atomic_file import FileSource
from ..home.passphrase import opening_forms, sealing_form
from ..home.sealed_file import KEY_SIZE, LOCKED, MEMORY, OPS, SALT_SIZE, derive_key

PIECE: Final = 64 * 1024
_OPEN: Final = b"\0"
SEALED: Final = b"\1"
"""The first byte of what takes a passphrase."""
_COST_SIZE: Final = 8
_FINAL: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_FINAL
_MESSAGE: Final = bindings.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
_OVERHEAD: Final = bindings.crypto_secretstream_xchacha20poly1305_ABYTES
_HEADER_SIZE: Final = bindings.crypto_secretstream_xchacha20poly1305_HEADERBYTES

_UNOPENED: Final = (CryptoError, RuntimeError, ValueError)
_State = bindings.crypto_secretstream_xchacha20poly1305_state


class SealedWriter:
    """Seals what is written; `finish` has to end it. `size` is the bytes given out so far."""

    def __init__(self, write: Callable[[bytes], object], passphrase: bytes | None) -> None:
        self._write = write
        self._waiting = bytearray()
        self.size = 0
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()
        head, key = _new_key(passphrase)
        begin = bindings.crypto_secretstream_xchacha20poly1305_init_push(self._state, key)
        self._write_out(head + begin)

    def write(self, data: bytes) -> None:
        """Take the next bytes."""
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._push(bytes(self._waiting[:PIECE]), _MESSAGE)
            del self._waiting[:PIECE]

    def finish(self) -> None:
        """Write the last piece."""
        self._push(bytes(self._waiting), _FINAL)

    def _push(self, piece: bytes, tag: int) -> None:
        self._write_out(
            bindings.crypto_secretstream_xchacha20poly1305_push(self._state, piece, tag=tag)
        )

    def _write_out(self, data: bytes) -> None:
        self.size += len(data)
        self._write(data)


class SealedReader:
    """Opens what `SealedWriter` sealed, piece by piece.

    Raises `KeystoreError` where a passphrase is missing, `BackupError` at the first byte that was
    changed, is missing or was added.
    """

    def __init__(self, file: FileSource, passphrase: bytes | None) -> None:
        self._file = file
        self._ready = bytearray()
        self._ended = False
        self._begun = False
        self._keys = _read_keys(self._take, passphrase)
        self._begin = self._take(_HEADER_SIZE)
        self._state = bindings.crypto_secretstream_xchacha20poly1305_state()

    def read(self, size: int, /) -> bytes:
        """The next bytes; fewer only at the end."""
        while len(self._ready) < size and not self._ended:
            self._ready += self._pull()
        data = bytes(self._ready[:size])
        del self._ready[:size]
        return data

    def _pull(self) -> bytes:
        sealed = self._file.read(PIECE + _OVERHEAD)
        if not self._begun:
            piece, tag = self._first(sealed)
        else:
            try:
                piece, tag = _opened(self._state, sealed)
            except _UNOPENED as error:
                raise BackupError(
                    _("the file is damaged, or was not copied whole: try another copy")
                ) from error
        self._begun = True
        self._ended = tag == _FINAL
        if self._ended and self._file.read(1):
            raise BackupError(_("something follows the end of the file: try another copy"))
        return bytes(piece)

    def _first(self, sealed: bytes) -> tuple[bytes, int]:
        """Open the first piece, which shows which of the keys it is."""
        for key in self._keys:
            bindings.crypto_secretstream_xchacha20poly1305_init_pull(self._state, self._begin, key)
            with suppress(*_UNOPENED):
                return _opened(self._state, sealed)
        raise BackupError(_("wrong passphrase, or the file is damaged"))

    def _take(self, size: int) -> bytes:
        data = self._file.read(size)
        if len(data) < size:
            raise BackupError(_("the file was not copied whole: try another copy"))
        return data


def _new_key(passphrase: bytes | None) -> tuple[bytes, bytes]:
    """The head of the file, which says how to get the key, and the key."""
    if passphrase is None:
        key = secrets.token_bytes(KEY_SIZE)
        return _OPEN + key, key
    salt = secrets.token_bytes(SALT_SIZE)
    cost = OPS.to_bytes(_COST_SIZE, "big") + MEMORY.to_bytes(_COST_SIZE, "big")
    return SEALED + salt + cost, derive_key(sealing_form(passphrase), salt, OPS, MEMORY)


def _opened(state: _State, sealed: bytes) -> tuple[bytes, int]:
    piece, tag = bindings.crypto_secretstream_xchacha20poly1305_pull(state, sealed)
    return bytes(piece), tag


def _read_keys(take: Callable[[int], bytes], passphrase: bytes | None) -> Iterator[bytes]:
    """The keys that it may have been sealed under, each made when it is tried."""
    kind = take(1)
    if kind == _OPEN:
        return iter([take(KEY_SIZE)])
    if kind != SEALED:
        raise BackupError(_("the file is damaged: try another copy"))
    salt, ops, memory = take(SALT_SIZE), take(_COST_SIZE), take(_COST_SIZE)
    if passphrase is None:
        raise BackupError(_(LOCKED))
    cost = int.from_bytes(ops, "big"), int.from_bytes(memory, "big")
    return (derive_key(form, salt, *cost) for form in opening_forms(passphrase))
