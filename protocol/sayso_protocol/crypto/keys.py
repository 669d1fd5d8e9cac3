"""Ed25519 keys (RFC 8032) of accounts and feeds, and their text form.

Every signature of the product is made and checked here, by libsodium through PyNaCl,
whose verification refuses small-order keys and malleable signatures. What it does not
refuse, a key with a torsion part, `check_key` does; and a signature with one, which releases
of libsodium judge differently, `verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import base58
from nacl.bindings import (
    crypto_core_ed25519_is_valid_point,
    crypto_sign,
    crypto_sign_open,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError

from ..errors import BadKey, BadSignature, BadText
from ..translation import _

KEY_SIZE = 32
SIGNATURE_SIZE = 64

# Multicodec ed25519-pub, varint 0xed 0x01, in base58btc, multibase prefix "z" (did:key).
_MULTICODEC = b"\xed\x01"
DID = "did:key:"
"""What may stand before a key's text form."""
_TEXT_LENGTH = 48


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A signing key. `public` is the 32-byte key, `secret` libsodium's 64 bytes."""

    public: bytes
    secret: bytes

    @classmethod
    def from_seed(cls, seed: bytes) -> KeyPair:
        """Derive the pair of a 32-byte seed (RFC 8032, section 5.1.5)."""
        public, secret = crypto_sign_seed_keypair(seed)
        return cls(public, secret)

    @property
    def seed(self) -> bytes:
        """The 32 bytes that it was made from, with which libsodium's secret begins."""
        return self.secret[:32]

    def sign(self, domain: bytes, message: bytes) -> bytes:
        """Return the 64-byte signature over domain tag and message."""
        signed: bytes = crypto_sign(domain + message, self.secret)
        return signed[:SIGNATURE_SIZE]

    def __repr__(self) -> str:
        return f"KeyPair({key_text(self.public)})"  # a secret must not get into a log


MOST_CHECKED: Final = 65536
"""Keys that are known to be valid at a time: some 6 MB."""
_checked: set[bytes] = set()


def verify(key: bytes, domain: bytes, message: bytes, signature: bytes) -> None:
    """Raise `BadSignature` unless the signature over domain and message is the key's."""
    if len(signature) != SIGNATURE_SIZE or len(key) != KEY_SIZE:  # PyNaCl checks neither
        raise BadSignature("a signature that is not 64 bytes, or a key that is not 32")
    try:
        crypto_sign_open(signature + domain + message, key)
    except (CryptoError, ValueError, TypeError) as error:
        raise BadSignature("the signature does not verify") from error
    if _MULTIPLIES_BY_COFACTOR and not crypto_core_ed25519_is_valid_point(signature[:32]):
        raise BadSignature("a signature that only some verifiers take")


def _takes(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        crypto_sign_open(signature + message, key)
    except CryptoError:
        return False
    return True


MIXED_ORDER = (
    bytes.fromhex("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"),
    b"sayso",
    bytes.fromhex(
        "cdbc161be64c4302f56443ff29ccf36a2075be1a1fa67ff126b56315f5681c38"
        "2ca5f3bcc41b201bf0450fd223d141c20ec7b9a10647fb93278187fc47d6870b"
    ),
)
"""Key, message, and a signature whose R has a part of small order: it verifies where both sides
of the equation are multiplied by the cofactor (RFC 8032, section 5.1.7, allows either)."""

# Some releases of libsodium compare bytes, later ones multiply. Where keys and R are of the
# prime-order group there is no difference; to check R costs as much as to verify.
_MULTIPLIES_BY_COFACTOR = _takes(*MIXED_ORDER)


def check_key(key: bytes) -> bytes:
    """Return the key; raises `BadKey` where it is not canonical, of small or mixed order.

    Any library accepts what its equation accepts; nodes with different libraries would
    disagree about such a key, so it is refused at first sight.
    """
    if key in _checked:
        return key
    if len(key) != KEY_SIZE or not crypto_core_ed25519_is_valid_point(key):
        raise BadKey("not a valid Ed25519 public key")
    note_checked(key)
    return key


def note_checked(key: bytes) -> None:
    """Let `check_key` know a key that it took before, in an earlier run of the program: to check it
    again, each time that somebody names it, takes as long as to verify a signature."""
    if len(_checked) >= MOST_CHECKED:
        _checked.clear()
    _checked.add(key)


@lru_cache(maxsize=65536)
def key_text(key: bytes) -> str:
    """Text form of a public key, 48 characters: ``z6Mk…``."""
    encoded: bytes = base58.b58encode(_MULTICODEC + key)
    return "z" + encoded.decode()


def parse_key(text: str) -> bytes:
    """Read ``z6Mk…`` or ``did:key:z6Mk…``. Raises `BadText` or `BadKey`."""
    text = text.removeprefix(DID)
    if len(text) != _TEXT_LENGTH or not text.startswith("z"):
        raise BadText(_("a key has 48 characters and begins with z6Mk"))
    try:
        data: bytes = base58.b58decode(text[1:].encode("ascii"))
    except ValueError as error:
        raise BadText(_("a key holds only letters and digits of base58")) from error
    if len(data) != len(_MULTICODEC) + KEY_SIZE or not data.startswith(_MULTICODEC):
        raise BadText(_("not an Ed25519 key"))
    return check_key(data[len(_MULTICODEC) :])
