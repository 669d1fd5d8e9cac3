"""Section 2. `signature` is that of `key` over `domain` and `message`; with `rule` key or signature
is refused for it.
"""

from __future__ import annotations

from nacl.bindings import (
    crypto_core_ed25519_add,
    crypto_core_ed25519_scalar_add,
    crypto_core_ed25519_scalar_mul,
    crypto_scalarmult_ed25519_base_noclamp,
)

from sayso_protocol.accounts.envelope import DOMAIN as STATEMENT
from sayso_protocol.accounts.envelope import FEED_DOMAIN
from sayso_protocol.feed.entry import DOMAIN as ENTRY

from ..cases import ACCOUNT, FEED, STRANGER, Case
from .points import (
    IDENTITY,
    NOT_CANONICAL,
    SMALL_ORDER,
    L,
    challenge,
    coordinate,
    secret_scalar,
)

MESSAGE = b"The signature says who, the chain says when."
SECRET = secret_scalar(bytes([1]) * 32)
NONCE = bytes([7]) + bytes(31)


def make() -> list[Case]:
    """Sound ones, then each way of being wrong."""
    return [*_sound(), *_elsewhere(), *_malleable(), *_small_order(), *_lengths(), *_bad_keys()]


def _case(name: str, signature: bytes, rule: str | None = "bad-signature", **other: bytes) -> Case:
    case: Case = {"name": name, "key": ACCOUNT.public, "domain": ENTRY, "message": MESSAGE}
    case |= other | {"signature": signature}
    return case | ({"rule": rule} if rule else {})


def _sound() -> list[Case]:
    domains = {"entry": ENTRY, "statement": STATEMENT, "grant feed": FEED_DOMAIN, "no": b""}
    messages = {"nothing": b"", "some words": MESSAGE, "200 NULs": bytes(200)}
    cases = []
    for d, domain in domains.items():
        for m, message in messages.items():
            signature = ACCOUNT.sign(domain, message)
            cases.append(_case(f"{d} domain, {m}", signature, None, domain=domain, message=message))
    own = _case("R from the prime-order group, not as RFC 8032 makes it", _made(NONCE), None)
    return [*cases, own]


def _made(nonce: bytes, torsion: bytes = IDENTITY, r: bytes | None = None) -> bytes:
    """A signature with this nonce; R gets the torsion, or is given."""
    if r is None:
        r = crypto_core_ed25519_add(crypto_scalarmult_ed25519_base_noclamp(nonce), torsion)
    h = challenge(r, ACCOUNT.public, ENTRY + MESSAGE)
    return r + crypto_core_ed25519_scalar_add(nonce, crypto_core_ed25519_scalar_mul(h, SECRET))


def _elsewhere() -> list[Case]:
    signature = ACCOUNT.sign(ENTRY, MESSAGE)
    return [
        _case("in the domain of statements", signature, domain=STATEMENT),
        _case("without domain", signature, domain=b""),
        _case("domain without its NUL", ACCOUNT.sign(ENTRY[:-1], MESSAGE)),
        _case("made without domain", ACCOUNT.sign(b"", MESSAGE)),
        _case("made in the domain of statements", ACCOUNT.sign(STATEMENT, MESSAGE)),
        _case("under another key", signature, key=FEED.public),
        _case("by another key", STRANGER.sign(ENTRY, MESSAGE)),
        _case("over another message", signature, message=MESSAGE + b" "),
        _case("over less of the message", signature, message=MESSAGE[:-1]),
        _case(
            "border of domain and message moved", signature, domain=ENTRY + b"T", message=MESSAGE
        ),
    ]


def _malleable() -> list[Case]:
    signature = ACCOUNT.sign(ENTRY, MESSAGE)
    s = int.from_bytes(signature[32:], "little")
    cases = [
        _case(f"S + {n} L", signature[:32] + coordinate(s + n * L))
        for n in range(1, (2**256 - s) // L)
    ]
    return [
        *cases,
        _case("S = L, R the identity", IDENTITY + coordinate(L)),
        _case("S = 0, R the identity", IDENTITY + bytes(32)),
        _case("-S", signature[:32] + coordinate(L - s)),
        _case("the highest bit of S set", signature[:63] + bytes([signature[63] | 128])),
        _case(
            "the sign of R turned", signature[:31] + bytes([signature[31] ^ 128]) + signature[32:]
        ),
        _case("S and R exchanged", signature[32:] + signature[:32]),
        _case("all zeros", bytes(64)),
        _case("all ones", b"\xff" * 64),
    ]


def _small_order() -> list[Case]:
    small = [
        _case(f"R of small order {n}, eight times the equation holds", _made(bytes(32), r=r))
        for n, r in enumerate(SMALL_ORDER, 1)
    ]
    mixed = [
        _case(f"R of mixed order {n}, eight times the equation holds", _made(NONCE, torsion))
        for n, torsion in enumerate(SMALL_ORDER[1:], 1)
    ]
    loose = [
        _case(f"R not canonical {n}", _made(bytes(32), r=r))
        for n, r in enumerate((NOT_CANONICAL[0], NOT_CANONICAL[2], NOT_CANONICAL[-1]), 1)
    ]
    return [*small, *mixed, *loose]


def _lengths() -> list[Case]:
    signature = ACCOUNT.sign(ENTRY, MESSAGE)
    return [_case(f"{n} bytes", (signature + bytes(64))[:n]) for n in (0, 1, 32, 63, 65, 128)]


def _bad_keys() -> list[Case]:
    return [
        _case(f"key of small order {n}, S = 0", IDENTITY + bytes(32), "bad-key", key=key)
        for n, key in enumerate(SMALL_ORDER, 1)
    ]
