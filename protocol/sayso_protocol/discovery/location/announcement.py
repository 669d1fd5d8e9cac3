"""Announcements: where a node of an account can be reached, signed once, and sealed for each day.

**Signed** is the canonical array ``[said, signature, grant]``. ``said`` is the canonical array
``[1, "reach", account, peer, time, addresses, hubs]``: the node's peer id, when this was said, at
most `MAX_PLACES_NAMED` multiaddrs of the node and as many, each ending in a peer's id, of hubs that
carry the account. The signature is that of one of the account's feeds over `DOMAIN` and ``said``,
and the grant says that the feed is the account's.

**Sealed** is the same for one day, so that places that keep it learn nothing: they see neither the
account nor the node, cannot tell one day's from the next, nor an owner's from a follower's. It is
a nonce (`location_nonce`), then XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under the day's
`location_secret`, with the day's record key as additional data, of the length of the signed array
(2 bytes), that array, and zeros up to one of `ANNOUNCEMENT_SIZES`.

The day is in the seal and not in what is signed: whoever knows the account can seal an announcement
anew while the node that signed it is off. So followers keep it findable, and cannot change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from nacl.bindings import (
    crypto_aead_xchacha20poly1305_ietf_ABYTES,
    crypto_aead_xchacha20poly1305_ietf_decrypt,
    crypto_aead_xchacha20poly1305_ietf_encrypt,
)
from nacl.exceptions import CryptoError

from ...accounts.statement import Grant, claim_of, grant_for
from ...codec import Value, decode, encode
from ...crypto.hashing import NONCE_SIZE, location, location_nonce, location_secret
from ...crypto.keys import SIGNATURE_SIZE, KeyPair, verify
from ...errors import BadShape, NotGranted, TooLarge, UnknownVersion
from ...limits import MAX_TIME_MS
from ...sync.interest import day_of
from ..kademlia.kademlia_limits import ANNOUNCEMENT_SIZES, MAX_ADDRESS
from ..kademlia.keyspace import MULTIHASH
from ..multiaddr import Address, readable_addresses
from ..peer_id import peer_id_bytes, peer_id_text
from .announcement_limits import DAY_MS, MAX_AGE_MS, MAX_AHEAD_MS, MAX_PLACES_NAMED

VERSION: Final = 1
DOMAIN: Final = b"sayso/1/reach\x00"
_KIND: Final = "reach"
_LENGTH_SIZE: Final = 2
_SEAL_SIZE: Final = NONCE_SIZE + crypto_aead_xchacha20poly1305_ietf_ABYTES
MAX_SIGNED: Final = max(ANNOUNCEMENT_SIZES) - _SEAL_SIZE - _LENGTH_SIZE
"""Bytes of a signed announcement: what fits into the largest size."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a node of an account said; made by `sign_announcement` or `read_announcement`."""

    account: bytes
    peer_id: str
    """The node's, in text form."""
    time_ms: int
    """When it was said, by its own clock."""
    addresses: tuple[Address, ...]
    """Those that can be used here."""
    hubs: tuple[Address, ...]
    """Of nodes of others that carry the account; each names its peer."""
    grant: Grant = field(repr=False)
    wire: bytes = field(repr=False)
    """The signed array as it travels within the seal."""

    def is_believable(self, now_ms: int) -> bool:
        """Whether its time is neither too long ago nor too far ahead."""
        return -MAX_AHEAD_MS <= now_ms - self.time_ms <= MAX_AGE_MS


# --- days -----------------------------------------------------------------------------


def record_key(account: bytes, day: int) -> bytes:
    """The key under which an account's announcements of one day lie."""
    return MULTIHASH + location(account, day)


def days_read(now_ms: int) -> tuple[int, ...]:
    """The days whose keys a reader asks for, in this order: yesterday's only where today's has
    nothing, since an owner may have gone off before anybody looked after today's."""
    today = day_of(now_ms)
    return today, today - 1


def days_written(now_ms: int) -> tuple[int, ...]:
    """The days whose keys are announced under: from noon tomorrow's too, so that it is there when
    the day begins, also for readers whose clocks are fast."""
    today = day_of(now_ms)
    return (today, today + 1) if now_ms % DAY_MS >= DAY_MS // 2 else (today,)


# --- signed ---------------------------------------------------------------------------


def sign_announcement(
    feed: KeyPair,
    grant: Grant,
    peer_id: str,
    time_ms: int,
    addresses: Sequence[Address],
    hubs: Sequence[Address] = (),
) -> Announcement:
    """Let a feed of the account say where one of its nodes is. Addresses that do not fit are left
    out, the last first, hubs before the node's own. Raises `NotGranted` for another's grant."""
    if grant.feed != feed.public:
        raise NotGranted("the grant of another feed")
    own = [one.to_bytes() for one in addresses][:MAX_PLACES_NAMED]
    theirs = [one.to_bytes() for one in hubs][:MAX_PLACES_NAMED]
    while True:
        wire = _signed(feed, grant, peer_id, time_ms, own, theirs)
        if len(wire) <= MAX_SIGNED:
            return read_announcement(wire, grant.account)
        (theirs or own).pop()


def _signed(
    feed: KeyPair,
    grant: Grant,
    peer_id: str,
    time_ms: int,
    addresses: Sequence[bytes],
    hubs: Sequence[bytes],
) -> bytes:
    fields: list[Value] = [VERSION, _KIND, grant.account, peer_id_bytes(peer_id), time_ms]
    said = encode([*fields, list(addresses), list(hubs)])
    return encode([said, feed.sign(DOMAIN, said), grant.wire])


def read_announcement(wire: bytes, account: bytes) -> Announcement:
    """Read and verify an announcement of this account. Raises `Refused`.

    Whether the account has ended the feed since, only a store knows.
    """
    if len(wire) > MAX_SIGNED:
        raise TooLarge("an announcement over its limit")
    said, signature, grant_wire = _array(wire, 3)
    if type(said) is not bytes or type(signature) is not bytes or type(grant_wire) is not bytes:
        raise BadShape("an announcement holds bytes, a signature and a grant")
    if len(signature) != SIGNATURE_SIZE:
        raise BadShape("a signature of another length")
    peer_id, time_ms, addresses, hubs = _read_said(said, account)
    grant = grant_for(grant_wire, account, claim_of(grant_wire).feed)
    verify(grant.feed, DOMAIN, said, signature)
    return Announcement(account, peer_id, time_ms, addresses, hubs, grant, wire)


def _read_said(
    said: bytes, account: bytes
) -> tuple[str, int, tuple[Address, ...], tuple[Address, ...]]:
    fields = decode(said)
    if type(fields) is not list or len(fields) < 2:
        raise BadShape("what is announced is an array")
    if type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("an announcement of another version")
    if len(fields) != 7 or fields[1] != _KIND:
        raise BadShape("not an announcement")
    _, _, of, peer, time_ms, addresses, hubs = fields
    if of != account:
        raise NotGranted("an announcement of another account")
    if type(peer) is not bytes:
        raise BadShape("a peer id is bytes")
    if type(time_ms) is not int or not 0 <= time_ms <= MAX_TIME_MS:
        raise BadShape("a time out of its range")
    hub_addresses = tuple(one for one in _addresses(hubs) if one.peer_id is not None)
    return peer_id_text(peer), time_ms, tuple(_addresses(addresses)), hub_addresses


def _addresses(value: Value) -> list[Address]:
    if type(value) is not list or len(value) > MAX_PLACES_NAMED:
        raise BadShape("addresses are an array with a bound")
    packed: list[bytes] = []
    for one in value:
        if type(one) is not bytes or len(one) > MAX_ADDRESS:
            raise BadShape("an address is bytes, with a bound")
        packed.append(one)
    return readable_addresses(packed, MAX_PLACES_NAMED)


def _array(data: bytes, count: int) -> list[Value]:
    value = decode(data)
    if type(value) is not list or len(value) != count:
        raise BadShape("not an array of so many")
    return value


# --- sealed ---------------------------------------------------------------------------


def seal(announcement: Announcement, day: int) -> bytes:
    """The announcement for places that keep it under one day's key: the same bytes, whoever seals
    it."""
    account, signed = announcement.account, announcement.wire
    size = next(one for one in ANNOUNCEMENT_SIZES if len(signed) + _LENGTH_SIZE + _SEAL_SIZE <= one)
    plain = len(signed).to_bytes(_LENGTH_SIZE, "big") + signed
    nonce = location_nonce(account, day, signed)
    sealed: bytes = crypto_aead_xchacha20poly1305_ietf_encrypt(
        plain.ljust(size - _SEAL_SIZE, b"\0"),
        record_key(account, day),
        nonce,
        location_secret(account, day),
    )
    return nonce + sealed


def unseal(sealed: bytes, account: bytes, day: int) -> Announcement:
    """Open and verify what lay under one day's key of an account. Raises `Refused`: `BadShape`
    where it does not open."""
    if len(sealed) not in ANNOUNCEMENT_SIZES:
        raise BadShape("not of a size that sealed announcements have")
    nonce = sealed[:NONCE_SIZE]
    try:
        plain: bytes = crypto_aead_xchacha20poly1305_ietf_decrypt(
            sealed[NONCE_SIZE:],
            record_key(account, day),
            nonce,
            location_secret(account, day),
        )
    except CryptoError as error:
        raise BadShape("sealed under another key") from error
    end = _LENGTH_SIZE + int.from_bytes(plain[:_LENGTH_SIZE], "big")
    signed, padding = plain[_LENGTH_SIZE:end], plain[end:]
    if end > len(plain) or any(padding) or nonce != location_nonce(account, day, signed):
        raise BadShape("not sealed as everybody seals it")
    return read_announcement(signed, account)
