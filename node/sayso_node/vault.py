"""The key file: the seeds of the account and of this device's feed.

JSON, mode 0600, written once. With a passphrase the seeds are sealed by Argon2id
(RFC 9106) and XSalsa20-Poly1305, as libsodium has them.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nacl.exceptions import CryptoError

from sayso_protocol.keys import KeyPair

from .errors import VaultError
from .home import read_secret, write_secret

VERSION = 1

# libsodium's "moderate" cost is a second on a small home server; "interactive" keeps `post`
# quick and still costs 64 MiB a guess. A file may ask for at most MAX_*: a planted one must
# not take the machine down.
OPS, MEMORY = 2, 64 << 20
MAX_OPS, MAX_MEMORY = 10, 1 << 30


@dataclass(frozen=True, slots=True)
class Vault:
    """The secrets of one home. Seeds have 32 bytes each."""

    account_seed: bytes
    feed_seed: bytes
    next_key_hash: bytes
    """Hash of the account key that the phrase gives next; public, part of every grant."""

    @property
    def account(self) -> KeyPair:
        """The account's present key."""
        return KeyPair.from_seed(self.account_seed)

    @property
    def feed(self) -> KeyPair:
        """The key of this device's feed."""
        return KeyPair.from_seed(self.feed_seed)

    def __repr__(self) -> str:
        return "Vault(…)"  # a secret must not get into a log


def write_vault(path: Path, vault: Vault, passphrase: bytes | None) -> None:
    """Write the file; it must not exist. Raises `HomeError`."""
    secrets = {
        "account_seed": _text(vault.account_seed),
        "feed_seed": _text(vault.feed_seed),
        "next_key_hash": _text(vault.next_key_hash),
    }
    content: dict[str, Any] = {"version": VERSION}
    if passphrase is None:
        content["secrets"] = secrets
    else:
        content["sealed"] = _seal(json.dumps(secrets).encode(), passphrase)
    write_secret(path, json.dumps(content, indent=1).encode())


def is_sealed(path: Path) -> bool:
    """Whether a passphrase is needed. Raises `HomeError` or `VaultError`."""
    return "sealed" in _load(path)


def read_vault(path: Path, passphrase: bytes | None = None) -> Vault:
    """Read the file. Raises `HomeError`, or `VaultError` where it is damaged or locked."""
    content = _load(path)
    try:
        secrets = content.get("secrets")
        if secrets is None:
            secrets = json.loads(_unseal(content["sealed"], passphrase))
        return Vault(
            _bytes(secrets["account_seed"]),
            _bytes(secrets["feed_seed"]),
            _bytes(secrets["next_key_hash"]),
        )
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise VaultError(f"{path} is damaged: restore it from a backup") from error


def _load(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(read_secret(path))
    except ValueError as error:
        raise VaultError(f"{path} is damaged: restore it from a backup") from error
    if not isinstance(content, dict) or content.get("version") != VERSION:
        raise VaultError(f"{path} was not written by this version of sayso: update sayso")
    return content


def _seal(plain: bytes, passphrase: bytes) -> dict[str, Any]:
    from nacl import secret, utils

    salt = utils.random(16)
    key = _derive(passphrase, salt, OPS, MEMORY)
    box = bytes(secret.SecretBox(key).encrypt(plain))
    return {
        "kdf": "argon2id",
        "ops": OPS,
        "memory": MEMORY,
        "salt": _text(salt),
        "box": _text(box),
    }


def _unseal(sealed: dict[str, Any], passphrase: bytes | None) -> bytes:
    from nacl import secret

    if passphrase is None:
        raise VaultError("the keys are locked: name the passphrase with --passphrase-file")
    ops, memory = int(sealed["ops"]), int(sealed["memory"])
    if sealed["kdf"] != "argon2id" or not 1 <= ops <= MAX_OPS or memory > MAX_MEMORY:
        raise VaultError("the key file asks for an unreasonable amount of work")
    key = _derive(passphrase, b64decode(sealed["salt"]), ops, memory)
    try:
        return secret.SecretBox(key).decrypt(b64decode(sealed["box"]))
    except CryptoError as error:
        raise VaultError("wrong passphrase") from error


def _derive(passphrase: bytes, salt: bytes, ops: int, memory: int) -> bytes:
    from nacl.pwhash import argon2id

    return argon2id.kdf(32, passphrase, salt, opslimit=ops, memlimit=memory)


def _text(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(text: str) -> bytes:
    data = b64decode(text, validate=True)
    if len(data) != 32:
        raise ValueError("a secret that is not 32 bytes")
    return data
