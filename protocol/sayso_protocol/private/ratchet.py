"""The double ratchet with header encryption (Signal, "The Double Ratchet Algorithm", section 4).

X25519 (RFC 7748), XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03), keyed BLAKE2b (RFC 7693) for all
derivations. Randomness is passed in. A letter is 24 bytes of nonce, the sealed header of 40 bytes
(the sender's ratchet key, the length of the chain before, the number in this one, each four bytes,
big-endian) with its tag, and the sealed content with its tag. Nonces are random although each key
serves once: a disk that was copied repeats keys, and must not repeat the key stream.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from hashlib import blake2b
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
    crypto_scalarmult,
    crypto_scalarmult_base,
)
from nacl.exceptions import CryptoError

from ..codec import Value
from ..errors import BadShape, Refused, UnknownVersion
from .private_limits import KEPT_MS, MAX_KEPT, MAX_SKIP

KEY_SIZE: Final = 32
NONCE_SIZE: Final = 24
TAG_SIZE: Final = 16
HEADER_SIZE: Final = KEY_SIZE + 4 + 4
OVERHEAD: Final = NONCE_SIZE + HEADER_SIZE + 2 * TAG_SIZE
"""Bytes that sealing adds to a content."""

VERSION: Final = 1
MAX_NUMBER: Final = 2**32 - 1
MAX_TIME: Final = 2**53 - 1

Random = Callable[[int], bytes]
"""Gives so many random bytes."""


class Undecryptable(Refused):
    """No key opens it: it is for somebody else, damaged, came before, or its key is gone."""

    code = "undecryptable"


class TooFarAhead(Undecryptable):
    """It would cost more than `MAX_SKIP` keys."""

    code = "too-far-ahead"


def keyed_hash(key: bytes, data: bytes, size: int, person: bytes) -> bytes:
    """Keyed BLAKE2b: every derivation of private messages."""
    return blake2b(data, key=key, digest_size=size, person=person).digest()


def public_key(secret: bytes) -> bytes:
    """The X25519 public key, 32 bytes."""
    public: bytes = crypto_scalarmult_base(secret)
    return public


def shared_secret(secret: bytes, public: bytes) -> bytes:
    """X25519 of both, 32 bytes. Raises `Undecryptable` for a point of small order."""
    if len(secret) != KEY_SIZE or len(public) != KEY_SIZE:  # PyNaCl checks neither
        raise Undecryptable("a key of another length")
    try:
        shared: bytes = crypto_scalarmult(secret, public)
    except CryptoError as error:
        raise Undecryptable("a key that agrees with nobody") from error
    return shared


def seal(plain: bytes, bound: bytes, nonce: bytes, key: bytes) -> bytes:
    """XChaCha20-Poly1305, its tag at the end."""
    sealed: bytes = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, bound, nonce, key)
    return sealed


def unseal(sealed: bytes, bound: bytes, nonce: bytes, key: bytes | None) -> bytes | None:
    """What was sealed; None where this key does not open it."""
    if key is None or len(sealed) < TAG_SIZE:
        return None
    try:
        plain: bytes = crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, bound, nonce, key)
    except CryptoError:
        return None
    return plain


@dataclass(frozen=True, slots=True)
class Chains:
    """The state as the specification has it, without the skipped keys. A value: a failed attempt
    changes a copy that is thrown away."""

    bound: bytes
    """What every letter is bound to: both devices and the agreement (32 bytes)."""
    root: bytes
    own: bytes
    """The own ratchet secret."""
    their: bytes | None
    send_chain: bytes | None
    take_chain: bytes | None
    send_header: bytes | None
    take_header: bytes | None
    next_send_header: bytes
    next_take_header: bytes
    sent: int = 0
    taken: int = 0
    sent_before: int = 0

    def __repr__(self) -> str:
        return f"Chains(sent={self.sent}, taken={self.taken})"  # a secret must not get into a log


Name = tuple[bytes, int]
"""Of a skipped key: the header key of its chain, and its number."""


@dataclass(slots=True)
class Ratchet:
    """One end of a conversation of two devices."""

    chains: Chains
    skipped: dict[Name, tuple[bytes, int]] = field(default_factory=dict, repr=False)
    """Message key and the time at which it was skipped, Unix milliseconds; the eldest first."""

    @classmethod
    def initiate(cls, shared: bytes, their: bytes, bound: bytes, random: Random) -> Ratchet:
        """The caller's end: `shared` of the agreement, `their` week's key."""
        first, second = _first_headers(shared)
        own = random(KEY_SIZE)
        root, chain, following = _turn_root(shared, shared_secret(own, their))
        return cls(Chains(bound, root, own, their, chain, None, first, None, following, second))

    @classmethod
    def respond(cls, shared: bytes, own: bytes, bound: bytes) -> Ratchet:
        """The end of who was called: `own` is the week's secret."""
        first, second = _first_headers(shared)
        return cls(Chains(bound, shared, own, None, None, None, None, None, second, first))

    @property
    def can_send(self) -> bool:
        """Whether this end may speak: who was called speaks second."""
        return self.chains.send_chain is not None

    @property
    def is_answered(self) -> bool:
        """Whether something came from the other end."""
        return self.chains.take_chain is not None

    def encrypt(self, content: bytes, random: Random) -> bytes:
        """A letter, `OVERHEAD` longer than the content. Raises `ValueError` unless `can_send`."""
        chains = self.chains
        if chains.send_chain is None or chains.send_header is None:
            raise ValueError("who was called speaks second")
        chain, key = _step(chains.send_chain)
        nonce = random(NONCE_SIZE)
        before, number = (one.to_bytes(4, "big") for one in (chains.sent_before, chains.sent))
        header = seal(
            public_key(chains.own) + before + number, chains.bound, nonce, chains.send_header
        )
        self.chains = replace(chains, send_chain=chain, sent=chains.sent + 1)
        return nonce + header + seal(content, chains.bound + header, nonce, key)

    def decrypt(self, letter: bytes, now_ms: int, random: Random) -> bytes:
        """What a letter says. Raises `Undecryptable`, and then nothing has changed."""
        if len(letter) < OVERHEAD:
            raise Undecryptable("shorter than a letter")
        nonce, rest = letter[:NONCE_SIZE], letter[NONCE_SIZE:]
        header, body = rest[: HEADER_SIZE + TAG_SIZE], rest[HEADER_SIZE + TAG_SIZE :]
        content = self._take_skipped(nonce, header, body)
        return content if content is not None else self._take(nonce, header, body, now_ms, random)

    def forget(self, now_ms: int) -> None:
        """Let go of skipped keys that are too many or too old."""
        while self.skipped:
            name, (_, since_ms) = next(iter(self.skipped.items()))
            if len(self.skipped) <= MAX_KEPT and since_ms + KEPT_MS > now_ms:
                return
            del self.skipped[name]

    def _take_skipped(self, nonce: bytes, header: bytes, body: bytes) -> bytes | None:
        """What a letter says whose key was skipped; None where it belongs to no such chain, or
        further on in the current one."""
        chains = self.chains
        # Each chain's header key is tried once, and not once for each number.
        for key in dict.fromkeys(chain for chain, _ in self.skipped):
            plain = unseal(header, chains.bound, nonce, key)
            if plain is None:
                continue
            name = key, int.from_bytes(plain[KEY_SIZE + 4 :], "big")
            kept = self.skipped.get(name)
            if kept is not None:
                content = unseal(body, chains.bound + header, nonce, kept[0])
                if content is None:
                    raise Undecryptable("damaged")
                del self.skipped[name]
                return content
            if key != chains.take_header:
                raise Undecryptable("taken before, or its key is gone")
        return None

    def _take(self, nonce: bytes, header: bytes, body: bytes, now_ms: int, random: Random) -> bytes:
        draft, skipped = self.chains, dict[Name, bytes]()
        plain = unseal(header, draft.bound, nonce, draft.take_header)
        is_turn = plain is None
        if plain is None:
            plain = unseal(header, draft.bound, nonce, draft.next_take_header)
        if plain is None:
            raise Undecryptable("for somebody else, or damaged")
        their = plain[:KEY_SIZE]
        before = int.from_bytes(plain[KEY_SIZE : KEY_SIZE + 4], "big")
        number = int.from_bytes(plain[KEY_SIZE + 4 :], "big")
        if is_turn:
            draft = _turn(_skip(draft, before, skipped), their, random)
        elif number < draft.taken:
            raise Undecryptable("taken before, or its key is gone")
        draft = _skip(draft, number, skipped)
        assert draft.take_chain is not None
        chain, key = _step(draft.take_chain)
        content = unseal(body, draft.bound + header, nonce, key)
        if content is None:
            raise Undecryptable("damaged")
        self.chains = replace(draft, take_chain=chain, taken=draft.taken + 1)
        self.skipped.update({name: (value, now_ms) for name, value in skipped.items()})
        self.forget(now_ms)
        return content

    def pack(self) -> Value:
        """The state as a canonical array; what is None stays nil."""
        values: list[Value] = [getattr(self.chains, one.name) for one in fields(Chains)]
        kept: list[Value] = [[*name, *value] for name, value in self.skipped.items()]
        return [VERSION, *values, kept]

    @classmethod
    def unpack(cls, value: Value) -> Ratchet:
        """Read what `pack` gave. Raises `Refused`."""
        if type(value) is not list or not value:
            raise BadShape("a session is an array")
        if type(value[0]) is not int or value[0] != VERSION:
            raise UnknownVersion("a session of another version")
        if len(value) != len(fields(Chains)) + 2:
            raise BadShape("a session has other fields")
        bound, root, own, *rest, sent, taken, before, kept = value[1:]
        if type(kept) is not list or len(kept) > MAX_KEPT:
            raise BadShape("skipped keys are a bounded array")
        their, send_chain, take_chain, send_header, take_header, next_send, next_take = rest
        chains = Chains(
            _key(bound), _key(root), _key(own), _key_or_none(their),
            _key_or_none(send_chain), _key_or_none(take_chain),
            _key_or_none(send_header), _key_or_none(take_header),
            _key(next_send), _key(next_take), _number(sent), _number(taken), _number(before),
        )  # fmt: skip
        skipped = dict(map(_read_skipped, kept))
        if len(skipped) != len(kept):
            raise BadShape("a skipped key that is there twice")
        if (chains.send_chain is None) != (chains.send_header is None):
            raise BadShape("a chain without its header key")
        if (chains.take_chain is None) != (chains.take_header is None):
            raise BadShape("a chain without its header key")
        return cls(chains, skipped)


def _first_headers(shared: bytes) -> tuple[bytes, bytes]:
    """The header keys of the caller's first chain, and of the answer."""
    return (
        keyed_hash(shared, b"", KEY_SIZE, b"sayso hdr a 1"),
        keyed_hash(shared, b"", KEY_SIZE, b"sayso hdr b 1"),
    )


def _turn_root(root: bytes, shared: bytes) -> tuple[bytes, bytes, bytes]:
    """The next root key, a chain key, the next header key."""
    both = keyed_hash(root, shared, 2 * KEY_SIZE, b"sayso root 1")
    header = keyed_hash(root, shared, KEY_SIZE, b"sayso header 1")
    return both[:KEY_SIZE], both[KEY_SIZE:], header


def _step(chain: bytes) -> tuple[bytes, bytes]:
    """The next chain key, and a message key."""
    both = keyed_hash(chain, b"", 2 * KEY_SIZE, b"sayso chain 1")
    return both[:KEY_SIZE], both[KEY_SIZE:]


def _skip(chains: Chains, until: int, skipped: dict[Name, bytes]) -> Chains:
    """The chain at this number, with the keys of those before it. Raises `Undecryptable`."""
    if chains.take_chain is None or chains.take_header is None:
        if until:
            raise Undecryptable("keys of a chain that never was")
        return chains
    if until - chains.taken + len(skipped) > MAX_SKIP:
        raise TooFarAhead("too many letters are missing before it")
    chain = chains.take_chain
    for number in range(chains.taken, until):
        chain, key = _step(chain)
        skipped[chains.take_header, number] = key
    return replace(chains, take_chain=chain, taken=max(chains.taken, until))


def _turn(chains: Chains, their: bytes, random: Random) -> Chains:
    """A turn of the Diffie-Hellman ratchet, both halves."""
    root, take_chain, next_take = _turn_root(chains.root, shared_secret(chains.own, their))
    own = random(KEY_SIZE)
    root, send_chain, next_send = _turn_root(root, shared_secret(own, their))
    return Chains(
        chains.bound, root, own, their, send_chain, take_chain,
        chains.next_send_header, chains.next_take_header, next_send, next_take,
        sent=0, taken=0, sent_before=chains.sent,
    )  # fmt: skip


def _read_skipped(value: Value) -> tuple[Name, tuple[bytes, int]]:
    if type(value) is not list or len(value) != 4:
        raise BadShape("a skipped key has four parts")
    header, number, key, since_ms = value
    if type(since_ms) is not int or not 0 <= since_ms <= MAX_TIME:
        raise BadShape("a time out of range")
    return (_key(header), _number(number)), (_key(key), since_ms)


def _key(value: Value) -> bytes:
    if type(value) is not bytes or len(value) != KEY_SIZE:
        raise BadShape("a key is 32 bytes")
    return value


def _key_or_none(value: Value) -> bytes | None:
    return None if value is None else _key(value)


def _number(value: Value) -> int:
    if type(value) is not int or not 0 <= value <= MAX_NUMBER:
        raise BadShape("a number out of range")
    return value
