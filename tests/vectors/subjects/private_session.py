"""Both ends of a session of private messages, for its vectors: section 23 once more, with the names
of the Double Ratchet's specification."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from itertools import count
from typing import Any

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_scalarmult,
    crypto_scalarmult_base,
)
from nacl.exceptions import CryptoError


def keyed(person: bytes, size: int, key: bytes, data: bytes = b"") -> bytes:
    """BLAKE2b with a key and a personalisation."""
    return blake2b(data, digest_size=size, person=person, key=key).digest()


def public_of(secret: bytes) -> bytes:
    """The X25519 key of a secret."""
    return bytes(crypto_scalarmult_base(secret))


def seal(plain: bytes, bound: bytes, key: bytes, nonce: bytes = bytes(24)) -> bytes:
    """XChaCha20-Poly1305."""
    return bytes(crypto_aead_xchacha20poly1305_ietf_encrypt(plain, bound, nonce, key))


def _opened(sealed: bytes, bound: bytes, key: bytes | None, nonce: bytes) -> bytes | None:
    if key is None:
        return None
    try:
        return bytes(crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, bound, nonce, key))
    except CryptoError:
        return None


@dataclass(frozen=True)
class Device:
    """The secrets of a device, and its names."""

    account: bytes
    feed: bytes
    identity: bytes
    week: bytes

    @property
    def names(self) -> bytes:
        """What of it is in `bound`."""
        return self.account + self.feed + public_of(self.identity)


def agreement(caller: Device, called: Device, first: bytes) -> tuple[bytes, bytes]:
    """`bound` and `shared`, as the caller makes them."""
    week = public_of(called.week)
    names = caller.names + called.names + week + public_of(first)
    bound = keyed(b"sayso bound 1", 32, b"", names)
    parts = [
        crypto_scalarmult(caller.identity, week),
        crypto_scalarmult(first, public_of(called.identity)),
        crypto_scalarmult(first, week),
    ]
    return bound, keyed(b"sayso agree 1", 32, b"\xff" * 32, b"".join(parts) + bound)


class _End:
    def __init__(self, shared: bytes, bound: bytes, dhs: bytes, dhr: bytes | None) -> None:
        self.ad, self.dhs, self.rk = bound, dhs, shared
        self.cks: bytes | None = None
        self.ckr: bytes | None = None
        self.hks: bytes | None = None
        self.hkr: bytes | None = None
        self.ns = self.nr = self.pn = 0
        self.kept: dict[tuple[bytes, int], bytes] = {}
        one, two = (keyed(name, 32, shared) for name in (b"sayso hdr a 1", b"sayso hdr b 1"))
        self.nhks, self.nhkr = two, one
        if dhr is not None:
            self.cks, self.nhks = self._turn_root(dhr)
            self.hks, self.nhkr = one, two

    def write(self, content: bytes, nonce: bytes) -> bytes:
        assert self.cks is not None and self.hks is not None
        self.cks, key = _turn_chain(self.cks)
        numbers = self.pn.to_bytes(4, "big") + self.ns.to_bytes(4, "big")
        header = seal(public_of(self.dhs) + numbers, self.ad, self.hks, nonce)
        self.ns += 1
        return nonce + header + seal(content, self.ad + header, key, nonce)

    def read(self, letter: bytes, drawn: bytes | None) -> bytes | None:
        """Of what is sound alone: who would refuse it must not be asked."""
        nonce, header, body = letter[:24], letter[24:80], letter[80:]
        for (key, number), kept in self.kept.items():
            plain = _opened(header, self.ad, key, nonce)
            if plain is not None and int.from_bytes(plain[36:], "big") == number:
                del self.kept[key, number]
                return _opened(body, self.ad + header, kept, nonce)
        plain = _opened(header, self.ad, self.hkr, nonce)
        if plain is None:
            plain = _opened(header, self.ad, self.nhkr, nonce)
            assert plain is not None and drawn is not None
            self._skip(int.from_bytes(plain[32:36], "big"))
            self._turn(plain[:32], drawn)
        self._skip(int.from_bytes(plain[36:], "big"))
        assert self.ckr is not None
        self.ckr, key = _turn_chain(self.ckr)
        self.nr += 1
        return _opened(body, self.ad + header, key, nonce)

    def _skip(self, until: int) -> None:
        while self.ckr is not None and self.hkr is not None and self.nr < until:
            self.ckr, self.kept[self.hkr, self.nr] = _turn_chain(self.ckr)
            self.nr += 1

    def _turn(self, dhr: bytes, drawn: bytes) -> None:
        self.pn, self.ns, self.nr = self.ns, 0, 0
        self.hks, self.hkr = self.nhks, self.nhkr
        self.ckr, self.nhkr = self._turn_root(dhr)
        self.dhs = drawn
        self.cks, self.nhks = self._turn_root(dhr)

    def _turn_root(self, dhr: bytes) -> tuple[bytes, bytes]:
        dh = crypto_scalarmult(self.dhs, dhr)
        both, header = (
            keyed(b"sayso root 1", 64, self.rk, dh),
            keyed(b"sayso header 1", 32, self.rk, dh),
        )
        self.rk = both[:32]
        return both[32:], header


def _turn_chain(chain: bytes) -> tuple[bytes, bytes]:
    both = keyed(b"sayso chain 1", 64, chain)
    return both[:32], both[32:]


class Conversation:
    """What two ends do in turn, and what comes of it."""

    def __init__(self, shared: bytes, bound: bytes, week: bytes) -> None:
        drawn = bytes([0x40]) * 32
        self.session = {"shared": shared, "bound": bound, "week": week, "drawn": drawn}
        self.steps: list[dict[str, Any]] = []
        self._ends = {
            "caller": _End(shared, bound, drawn, public_of(week)),
            "called": _End(shared, bound, week, None),
        }
        self._letters: list[bytes] = []
        self._draws = count(0x41)

    def write(self, by: str, content: bytes) -> int:
        """A letter; its number."""
        nonce = bytes([len(self._letters)]) * 24
        letter = self._ends[by].write(content, nonce)
        self.steps.append({"by": by, "write": content, "nonce": nonce, "letter": letter})
        self._letters.append(letter)
        return len(self._letters) - 1

    def lose(self, by: str, many: int) -> None:
        """Letters that are sealed and never come."""
        for _ in range(many):
            self._ends[by].write(b"", bytes(24))
        self.steps.append({"by": by, "lose": many})

    def read(self, by: str, number: int, says: bytes, *, turns: bool = False) -> None:
        """A letter comes; where it `turns` the ratchet, a secret is drawn."""
        drawn = bytes([next(self._draws)]) * 32 if turns else None
        assert self._ends[by].read(self._letters[number], drawn) == says
        self.steps.append({"by": by, "read": number, "drawn": drawn, "says": says})

    def refuse(self, by: str, number: int, bit: int | None = None) -> None:
        """A letter comes that is not to be read, or comes with this bit turned over."""
        self.steps.append({"by": by, "read": number, "bit": bit, "says": None})
