"""Points of Ed25519 that are no keys."""

from __future__ import annotations

from hashlib import sha512

from nacl.bindings import crypto_core_ed25519_scalar_reduce

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493


def coordinate(y: int, sign: int = 0) -> bytes:
    """A point's encoding: y, and the sign of x in the highest bit."""
    return (y | sign << 255).to_bytes(32, "little")


EIGHTH = [
    int.from_bytes(bytes.fromhex(text), "little")
    for text in (
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    )
]
IDENTITY = coordinate(1)
SMALL_ORDER = [
    IDENTITY,
    coordinate(P - 1),
    *(coordinate(y, sign) for y in (0, *EIGHTH) for sign in (0, 1)),
]
NOT_CANONICAL = [
    *(coordinate(P + k, sign) for k in range(19) for sign in (0, 1)),
    coordinate(1, 1),
    coordinate(P - 1, 1),
]
OFF_THE_CURVE = [coordinate(y) for y in (2, 7, 8)]


def secret_scalar(seed: bytes) -> bytes:
    """The secret scalar of a seed, modulo L (RFC 8032, section 5.1.5)."""
    scalar = bytearray(sha512(seed).digest()[:32])
    scalar[0] &= 248
    scalar[31] = scalar[31] & 127 | 64
    reduced: bytes = crypto_core_ed25519_scalar_reduce(bytes(scalar) + bytes(32))
    return reduced


def challenge(r: bytes, key: bytes, message: bytes) -> bytes:
    """SHA-512(R, A, message) modulo L."""
    reduced: bytes = crypto_core_ed25519_scalar_reduce(sha512(r + key + message).digest())
    return reduced
