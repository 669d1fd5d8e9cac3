"""BLAKE2b-256 (RFC 7693), personalised, so that no hash of one use is one of another."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

HASH_SIZE = 32

# `person` is BLAKE2b's own domain separation (RFC 7693, section 2.5): at most 16 bytes.
_ENTRY_ID = b"sayso entry id 1"
_BODY = b"sayso body 1"
_NEXT_KEY = b"sayso next key 1"
_ACCOUNT_SEED = b"sayso account 1"
_INTEREST = b"sayso interest 1"
_TOKEN = b"sayso token 1"
_ENROLMENT = b"sayso enrol 1"
_INVITE = b"sayso invite 1"
_LOCATION = b"sayso locate 1"
_LOCATION_SECRET = b"sayso locate k"
_LOCATION_NONCE = b"sayso locate n"
_ROSTER = b"sayso roster 1"

INTEREST_SIZE = 8
TOKEN_SIZE = 16
ROSTER_ID_SIZE = 16
NONCE_SIZE = 24

# Setting up a personalised hash takes longer than hashing an entry; copying one does not.
_start_entry_id = blake2b(digest_size=HASH_SIZE, person=_ENTRY_ID).copy
_start_body = blake2b(digest_size=HASH_SIZE, person=_BODY).copy


def entry_id(header: bytes, signature: bytes) -> bytes:
    """Id of an entry: 32 bytes over header and signature."""
    state = _start_entry_id()
    state.update(header + signature)
    return state.digest()


def entry_ids(signed: Iterable[bytes]) -> list[bytes]:
    """`entry_id` of each header with the signature that follows it, in the same order."""
    ids: list[bytes] = []
    for data in signed:
        state = _start_entry_id()
        state.update(data)
        ids.append(state.digest())
    return ids


def body_hash(body: bytes) -> bytes:
    """The hash that a header commits to: 32 bytes over the body as it travels."""
    state = _start_body()
    state.update(body)
    return state.digest()


def body_hashes(bodies: Iterable[bytes]) -> list[bytes]:
    """`body_hash` of each, in the same order: a call for each takes a tenth longer."""
    digests: list[bytes] = []
    for body in bodies:
        state = _start_body()
        state.update(body)
        digests.append(state.digest())
    return digests


def next_key_hash(key: bytes) -> bytes:
    """The hash that a grant commits to: 32 bytes over the account's next public key."""
    return blake2b(key, digest_size=32, person=_NEXT_KEY).digest()


def account_seed(phrase_seed: bytes, index: int) -> bytes:
    """Seed of the account's `index`-th key (0 the first) from the 64-byte BIP 39 seed."""
    salt = index.to_bytes(4, "big")
    return blake2b(salt, key=phrase_seed, digest_size=32, person=_ACCOUNT_SEED).digest()


def enrolment_hash(data: bytes) -> bytes:
    """Check sum of what new devices ask and are answered, and fingerprint of a key: 32 bytes."""
    return blake2b(data, digest_size=32, person=_ENROLMENT).digest()


def invite_check(data: bytes) -> bytes:
    """Check sum of an invite: 32 bytes, of which the first travel with it."""
    return blake2b(data, digest_size=32, person=_INVITE).digest()


def roster_id(wire: bytes) -> bytes:
    """Name of a roster among those that know it: 16 bytes over the roster as it travels."""
    return blake2b(wire, digest_size=ROSTER_ID_SIZE, person=_ROSTER).digest()


def blinded(account: bytes, day: int) -> bytes:
    """Name under which an account is asked for on one day (Unix days, UTC): 8 bytes.

    Keyed with the account, so only who knows the account recognises it; changes daily,
    so that a log of one day says little about another. Eight bytes: a false match costs
    one useless line of `have` and betrays nothing.
    """
    message = day.to_bytes(8, "big")
    return blake2b(message, key=account, digest_size=INTEREST_SIZE, person=_INTEREST).digest()


def location(account: bytes, day: int) -> bytes:
    """The name under which announcements of an account lie on one day (Unix days, UTC): 32 bytes.
    Keyed with the account, as `blinded` is."""
    return _keyed(account, day.to_bytes(8, "big"), HASH_SIZE, _LOCATION)


def location_secret(account: bytes, day: int) -> bytes:
    """The key under which they are sealed on that day: 32 bytes, for all who know the account."""
    return _keyed(account, day.to_bytes(8, "big"), HASH_SIZE, _LOCATION_SECRET)


def location_nonce(account: bytes, day: int, signed: bytes) -> bytes:
    """The nonce with which this one is sealed on that day: 24 bytes, so that whoever seals it gives
    the same bytes."""
    return _keyed(account, day.to_bytes(8, "big") + signed, NONCE_SIZE, _LOCATION_NONCE)


def _keyed(account: bytes, message: bytes, size: int, person: bytes) -> bytes:
    return blake2b(message, key=account, digest_size=size, person=person).digest()


def toggled(token: bytes, secret: bytes, account: bytes) -> bytes:
    """The name of a set of accounts after one was put in, or taken out: 16 bytes.

    The empty set is named by zeros, any other by the exclusive or of one hash an account, so
    that order does not matter and a change costs one hash. Keyed with something that only
    the namer knows: the name tells others nothing. A peer gains nothing from finding two
    lists of one name, since it is the namer alone who compares.
    """
    digest = blake2b(account, key=secret, digest_size=TOKEN_SIZE, person=_TOKEN).digest()
    if len(token) != TOKEN_SIZE:
        raise ValueError("a name of a set of another length")
    return (int.from_bytes(token, "big") ^ int.from_bytes(digest, "big")).to_bytes(
        TOKEN_SIZE, "big"
    )
