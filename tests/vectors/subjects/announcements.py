"""Section 17. What lies `sealed` under the key of the Unix day `day` of an account reads as
`announcement`, of which addresses and hubs are multiaddrs in binary form; `key` is the key under
which it lies. Sealing what was read gives the same bytes. Or: `wire` is a signed announcement of
the account. With `rule` it is refused for it.
"""

from __future__ import annotations

from typing import Any

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_encrypt

from sayso_protocol.accounts.statement import sign_grant
from sayso_protocol.codec import encode
from sayso_protocol.crypto.hashing import (
    location,
    location_nonce,
    location_secret,
    next_key_hash,
)
from sayso_protocol.crypto.keys import KeyPair
from sayso_protocol.discovery.location.announcement import DOMAIN
from sayso_protocol.feed.entry import DOMAIN as ENTRY_DOMAIN

from ..cases import ACCOUNT, AT, FEED, NEXT, STRANGER, Case
from .invites import ADDRESS4, ADDRESS6, NAME, ONION, PEER, RELAY

DAY = AT // 86_400_000
NODE = PEER + STRANGER.public
HUB = ADDRESS4 + b"\xa5\x03\x26" + PEER + FEED.public
GRANT = sign_grant(ACCOUNT, FEED, next_key_hash(NEXT.public)).wire
QUIC = bytes.fromhex("04cb00714d91020fa1cd03")
"""Of a transport that readers may not have."""


def make() -> list[Case]:
    """Sound ones in both sizes, on several days; and each rule broken."""
    return [*_sound(), *_refused_seals(), *_refused_wires()]


def said(**changes: Any) -> list[Any]:
    """What is signed."""
    fields = {
        "version": 1,
        "type": "reach",
        "account": ACCOUNT.public,
        "peer": NODE,
        "time": AT,
        "addresses": [ADDRESS4],
        "hubs": [],
    }
    return list((fields | changes).values())


def signed(
    fields: Any, feed: KeyPair = FEED, grant: bytes = GRANT, domain: bytes = DOMAIN
) -> bytes:
    """An announcement of any content, properly signed unless said."""
    data = encode(fields)
    return encode([data, feed.sign(domain, data), grant])


def sealed(
    wire: bytes,
    day: int = DAY,
    size: int | None = None,
    nonce: bytes | None = None,
    padding: bytes = b"",
) -> bytes:
    """The same, sealed for a day."""
    size = size or (512 if len(wire) <= 470 else 1024)
    plain = (len(wire).to_bytes(2, "big") + wire + padding).ljust(size - 40, b"\0")
    nonce = nonce or location_nonce(ACCOUNT.public, day, wire)
    secret = location_secret(ACCOUNT.public, day)
    box = crypto_aead_xchacha20poly1305_ietf_encrypt(plain, key_of(day), nonce, secret)
    return nonce + bytes(box)


def key_of(day: int) -> bytes:
    """Under which it lies."""
    return b"\x12\x20" + location(ACCOUNT.public, day)


def _seal(name: str, data: bytes, day: int = DAY, **more: Any) -> Case:
    return {"name": name, "account": ACCOUNT.public, "day": day, "sealed": data} | more


def _sound() -> list[Case]:
    relayed = ADDRESS4 + RELAY
    eight = [ADDRESS4, ADDRESS6, NAME, ONION, relayed, ADDRESS4 + b"\xa5\x03\x26" + NODE, HUB, QUIC]
    addresses = {
        "no address": [],
        "one address": [ADDRESS4],
        "every kind of address, the last unknown": eight,
    }
    cases = []
    for name, found in addresses.items():
        for day in (DAY, DAY + 1):
            cases.append(_good(f"{name}, day {day - DAY}", day, found, []))
    cases += [
        _good("a hub", DAY, [], [HUB]),
        _good("a hub without a peer id is none", DAY, [ADDRESS4], [HUB, ADDRESS4]),
        _good("the first of all days", 0, [ADDRESS4], []),
        _good("ten years ahead", DAY + 3652, [ADDRESS4], []),
    ]
    return cases


def _good(name: str, day: int, addresses: list[bytes], hubs: list[bytes]) -> Case:
    wire = signed(said(addresses=addresses, hubs=hubs))
    known = [one for one in addresses if one != QUIC]
    announcement = {
        "account": ACCOUNT.public,
        "feed": FEED.public,
        "peer": NODE,
        "time_ms": AT,
        "addresses": known,
        "hubs": [one for one in hubs if one == HUB],
    }
    return _seal(name, sealed(wire, day), day, key=key_of(day), announcement=announcement)


def _refused_seals() -> list[Case]:
    wire = signed(said())
    good = sealed(wire)
    bad = {
        "yesterday's key": _seal("", sealed(wire, DAY - 1)),
        "another account": _seal("", good) | {"account": STRANGER.public},
        "another size": _seal("", sealed(wire, size=768)),
        "cut off": _seal("", good[:-1]),
        "nothing": _seal("", b""),
        "a bit of the nonce": _seal("", bytes([good[0] ^ 1]) + good[1:]),
        "a bit of the seal": _seal("", good[:-1] + bytes([good[-1] ^ 1])),
        "another nonce": _seal("", sealed(wire, nonce=bytes(24))),
        "padding that is not zeros": _seal("", sealed(wire, padding=b"\1")),
        "a length beyond the end": _seal("", sealed(wire + bytes(2000), size=512)[:512]),
    }
    return [case | {"name": name, "rule": "bad-shape"} for name, case in bad.items()]


def _refused_wires() -> list[Case]:
    bad: dict[str, tuple[bytes, str]] = {
        "another version": (signed(said(version=2)), "unknown-version"),
        "another type": (signed(said(type="grant")), "bad-shape"),
        "a field too few": (signed(said()[:-1]), "bad-shape"),
        "a field too many": (signed([*said(), 1]), "bad-shape"),
        "another account's": (signed(said(account=STRANGER.public)), "not-granted"),
        "no peer id": (signed(said(peer=b"peer")), "bad-shape"),
        "a time as text": (signed(said(time="now")), "bad-shape"),
        "a time after the last": (signed(said(time=2**60)), "bad-shape"),
        "nine addresses": (signed(said(addresses=[ADDRESS4] * 9)), "bad-shape"),
        "nine hubs": (signed(said(hubs=[HUB] * 9)), "bad-shape"),
        "an address of 257 bytes": (signed(said(addresses=[bytes(257)])), "bad-shape"),
        "an address as text": (signed(said(addresses=["/ip4/203.0.113.77"])), "bad-shape"),
        "signed by another": (signed(said(), feed=STRANGER), "bad-signature"),
        "in the domain of entries": (signed(said(), domain=ENTRY_DOMAIN), "bad-signature"),
        "the grant of another account": (
            signed(said(), grant=sign_grant(STRANGER, FEED, bytes(32)).wire),
            "not-granted",
        ),
        "no grant": (signed(said(), grant=b""), "not-canonical"),
        "over the largest size": (signed(said(addresses=[bytes(255)] * 8)), "too-large"),
        "not canonical": (signed(said()) + b"\0", "not-canonical"),
    }
    return [
        {"name": name, "account": ACCOUNT.public, "wire": wire, "rule": rule}
        for name, (wire, rule) in bad.items()
    ]
