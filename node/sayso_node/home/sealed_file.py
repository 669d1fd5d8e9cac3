"""Small secret files: JSON, mode 0600, their secrets sealed where there is a passphrase.

Sealed is by Argon2id (RFC 9106) and XSalsa20-Poly1305, as libsodium has them. What is not
secret stands beside the sealed part.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from contextlib import suppress
from pathlib import Path
from typing import NotRequired, TypedDict, cast

from nacl.exceptions import CryptoError

from sayso_protocol.translation import _, mark

from ..errors import KeystoreError, KeystoreLocked
from .passphrase import opening_forms, sealing_form
from .secret_file import read_secret, write_secret

VERSION = 1

KEY_SIZE = 32
SALT_SIZE = 16

# libsodium's "moderate" cost is a second on a small home server; "interactive" keeps `post`
# quick and still costs 64 MiB a guess. A file may ask for at most MAX_*: a planted one must
# not take the machine down.
OPS, MEMORY = 2, 64 << 20
MAX_OPS, MAX_MEMORY = 10, 1 << 30
MIN_MEMORY = 8192  # libsodium's crypto_pwhash_MEMLIMIT_MIN

LOCKED = mark(
    "the keys are locked: type the passphrase at a terminal, or name it by --passphrase-file"
)


class SealedBox(TypedDict):
    """Sealed secrets as they stand in a file: the cost of the key, and Base64."""

    kdf: str
    ops: int
    memory: int
    salt: str
    box: str


class SealedContent(TypedDict):
    """A file: its secrets are plain or sealed."""

    version: int
    secrets: NotRequired[dict[str, str]]
    sealed: NotRequired[SealedBox]


def write_sealed(path: Path, secrets: dict[str, str], passphrase: bytes | None) -> None:
    """Write a new file; it must not exist. Raises `HomeError`."""
    content: SealedContent = {"version": VERSION}
    if passphrase is None:
        content["secrets"] = secrets
    else:
        content["sealed"] = _seal(json.dumps(secrets).encode(), passphrase)
    write_secret(path, json.dumps(content, indent=1).encode())


def is_sealed(path: Path) -> bool:
    """Whether a passphrase is needed. Raises `HomeError` or `KeystoreError`."""
    return "sealed" in _load(path)


def read_sealed(path: Path, passphrase: bytes | None) -> dict[str, str]:
    """Read the secrets; whether each is text is for the caller to see (`bytes_of`). Raises
    `HomeError`, or `KeystoreError` where the file is damaged or locked."""
    content = _load(path)
    try:
        secrets = content.get("secrets")
        if secrets is None:
            secrets = json.loads(_unseal(content["sealed"], passphrase))
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise damaged(path) from error
    if not isinstance(secrets, dict):
        raise damaged(path)
    return secrets


def damaged(path: Path) -> KeystoreError:
    """The error to raise where a file does not hold what it should."""
    return KeystoreError(
        _(
            "{path} is damaged: make a new home, from a backup with `sayso --home NEW restore "
            "FILE` or by the phrase with `sayso --home NEW init --phrase-file F`"
        ).format(path=path)
    )


def derive_key(passphrase: bytes, salt: bytes, ops: int, memory: int) -> bytes:
    """Stretch a passphrase to a key of 32 bytes. Raises `KeystoreError` where that was made to
    cost an unreasonable amount of work."""
    from nacl.pwhash import argon2id

    if not 1 <= ops <= MAX_OPS or not MIN_MEMORY <= memory <= MAX_MEMORY:
        raise KeystoreError(_("the key file asks for an unreasonable amount of work"))
    return argon2id.kdf(KEY_SIZE, passphrase, salt, opslimit=ops, memlimit=memory)


def text_of(secret: bytes) -> str:
    """A secret as it stands in JSON."""
    return b64encode(secret).decode("ascii")


def bytes_of(text: str) -> bytes:
    """Read a secret of 32 bytes. Raises `ValueError` or `TypeError`."""
    data = b64decode(text, validate=True)
    if len(data) != KEY_SIZE:
        raise ValueError("a secret that is not 32 bytes")
    return data


def _load(path: Path) -> SealedContent:
    try:
        content = json.loads(read_secret(path))
    except ValueError as error:
        raise damaged(path) from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise KeystoreError(
            _("{path} was not written by this version of sayso: update sayso").format(path=path)
        )
    return cast("SealedContent", content)  # as far as is known: whoever reads on may find damage


def _seal(plain: bytes, passphrase: bytes) -> SealedBox:
    from nacl import secret, utils

    salt = utils.random(SALT_SIZE)
    key = derive_key(sealing_form(passphrase), salt, OPS, MEMORY)
    box = bytes(secret.SecretBox(key).encrypt(plain))
    return {
        "kdf": "argon2id",
        "ops": OPS,
        "memory": MEMORY,
        "salt": text_of(salt),
        "box": text_of(box),
    }


def _unseal(sealed: SealedBox, passphrase: bytes | None) -> bytes:
    from nacl import secret

    if passphrase is None:
        raise KeystoreLocked(_(LOCKED))
    if sealed["kdf"] != "argon2id":
        raise KeystoreError(_("the key file asks for an unreasonable amount of work"))
    ops, memory = int(sealed["ops"]), int(sealed["memory"])
    salt, box = b64decode(sealed["salt"]), b64decode(sealed["box"])
    for form in opening_forms(passphrase):
        with suppress(CryptoError):
            return secret.SecretBox(derive_key(form, salt, ops, memory)).decrypt(box)
    raise KeystoreError(_("wrong passphrase: try again"))
