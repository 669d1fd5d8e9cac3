"""The key file: the seeds of the account and of this device's feed; see `sealed_file`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.translation import _

from ..errors import KeystoreError
from .sealed_file import bytes_of, damaged, read_sealed, text_of, write_sealed


@dataclass(frozen=True, slots=True)
class Keystore:
    """The secrets of one home. Seeds have 32 bytes each."""

    account_seed: bytes | None
    """None on a device that may post but not speak for the account."""
    feed_seed: bytes
    next_key_hash: bytes
    """Hash of the account key that the phrase gives next; public, part of every grant."""

    @property
    def account(self) -> KeyPair:
        """The account's present key. Raises `KeystoreError` where this device has none."""
        if self.account_seed is None:
            raise KeystoreError(
                _(
                    "this device does not hold the account's key: do it on the device that "
                    "added this one, or on one made from the recovery phrase"
                )
            )
        return KeyPair.from_seed(self.account_seed)

    @property
    def feed(self) -> KeyPair:
        """The key of this device's feed."""
        return KeyPair.from_seed(self.feed_seed)

    def __repr__(self) -> str:
        return "Keystore(…)"  # a secret must not get into a log


def write_keystore(path: Path, keystore: Keystore, passphrase: bytes | None) -> None:
    """Write the file; it must not exist. Raises `HomeError`."""
    secrets = {
        "feed_seed": text_of(keystore.feed_seed),
        "next_key_hash": text_of(keystore.next_key_hash),
    }
    if keystore.account_seed is not None:
        secrets["account_seed"] = text_of(keystore.account_seed)
    write_sealed(path, secrets, passphrase)


def read_keystore(path: Path, passphrase: bytes | None = None) -> Keystore:
    """Read the file. Raises `HomeError`, or `KeystoreError` where it is damaged or locked."""
    secrets = read_sealed(path, passphrase)
    try:
        account_seed = secrets.get("account_seed")
        return Keystore(
            None if account_seed is None else bytes_of(account_seed),
            bytes_of(secrets["feed_seed"]),
            bytes_of(secrets["next_key_hash"]),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise damaged(path) from error
