"""Sealing of rows: each has a key of its own, which lies beside it under the keys of the home.

XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha, as libsodium has it) with random nonces. So of a page
that the disk still has somewhere nothing can be read once the row's key is gone; and to give all
rows a new outer key, 32 bytes of each are sealed anew and not their content.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt as _open,
)
from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_encrypt as _seal,
)
from nacl.exceptions import CryptoError
from nacl.utils import random

from ...interface.sealed_records import KEY_SIZE, RecordKeys

NAME_SIZE: Final = 16
"""Bytes of the hash by which a record, or a group of them, is found."""

_NONCE: Final = 24
_LENGTH: Final = 4
"""Bytes, big-endian, of the length of the key in front of it."""


class RowDamaged(Exception):
    """A row is not what was written, or was written under other keys."""


def record_name(keys: RecordKeys, kind: str, key: bytes) -> bytes:
    """The name of a record in the file."""
    return _name(keys, b"sayso record 1", kind, key)


def group_name(keys: RecordKeys, kind: str, group: bytes) -> bytes:
    """The name of a group in the file."""
    return _name(keys, b"sayso group 1", kind, group)


def _name(keys: RecordKeys, person: bytes, kind: str, key: bytes) -> bytes:
    name = kind.encode()
    data = len(name).to_bytes(_LENGTH, "big") + name + key
    return blake2b(data, digest_size=NAME_SIZE, key=keys.names, person=person).digest()


def seal_row(keys: RecordKeys, name: bytes, key: bytes, value: bytes) -> tuple[bytes, bytes]:
    """The wrapped key of a row, and its sealed content."""
    row_key = random(KEY_SIZE)
    content = len(key).to_bytes(_LENGTH, "big") + key + value
    return wrap(keys, name, row_key), _sealed(content, name, row_key)


def open_row(keys: RecordKeys, name: bytes, wrapped: bytes, sealed: bytes) -> tuple[bytes, bytes]:
    """The key and the value. Raises `RowDamaged`."""
    content = _opened(sealed, name, unwrap(keys, name, wrapped))
    end = _LENGTH + int.from_bytes(content[:_LENGTH], "big")
    return content[_LENGTH:end], content[end:]


def wrap(keys: RecordKeys, name: bytes, row_key: bytes) -> bytes:
    """Seal the key of a row."""
    return _sealed(row_key, name, keys.rows)


def unwrap(keys: RecordKeys, name: bytes, wrapped: bytes) -> bytes:
    """Open the key of a row. Raises `RowDamaged`."""
    return _opened(wrapped, name, keys.rows)


def _sealed(data: bytes, name: bytes, key: bytes) -> bytes:
    nonce = random(_NONCE)
    return nonce + _seal(data, name, nonce, key)


def _opened(data: bytes, name: bytes, key: bytes) -> bytes:
    try:
        return _open(data[_NONCE:], name, data[:_NONCE], key)
    except (CryptoError, ValueError) as error:
        raise RowDamaged from error
