"""Proofs that whoever collects may have what lies in a box.

Each is a signature over `DOMAIN`, the challenge of this connection, the carrier's peer id in binary
form, and what is collected, so that no carrier can show it to another.
"""

from __future__ import annotations

from typing import Final

from ..accounts.statement import Grant, read_grant
from ..crypto.keys import KeyPair, check_key, verify
from ..discovery.peer_id import peer_id_bytes
from ..errors import NotGranted
from .box import secret_box
from .letter_frames import BoxProof, Doors

DOMAIN: Final = b"sayso/1/letter\x00"


def prove_box(key: KeyPair, challenge: bytes, carrier: str) -> BoxProof:
    """The proof for the secret box of a key. `carrier` is a peer id in text form."""
    box = secret_box(key.public)
    said = challenge + peer_id_bytes(carrier) + box
    return BoxProof(box, key.public, key.sign(DOMAIN, said))


def check_box(proof: BoxProof, challenge: bytes, carrier: str) -> bytes:
    """The box that is proven. Raises `NotGranted`, `BadKey`, `BadSignature`."""
    if secret_box(proof.key) != proof.box:
        raise NotGranted("a box with the key of another")
    check_key(proof.key)
    verify(proof.key, DOMAIN, challenge + peer_id_bytes(carrier) + proof.box, proof.signature)
    return proof.box


def prove_doors(
    feed: KeyPair, grant: Grant, first: int, last: int, challenge: bytes, carrier: str
) -> Doors:
    """The proof for the doors of a grant's account on these Unix days, both included."""
    said = _doors_said(grant.account, first, last, challenge, carrier)
    return Doors(grant.wire, first, last, feed.sign(DOMAIN, said))


def check_doors(frame: Doors, challenge: bytes, carrier: str) -> Grant:
    """The grant that is proven: its feed asks for its account's doors. Whether the feed was revoked
    is for the caller to see. Raises `Refused`."""
    grant = read_grant(frame.grant)
    said = _doors_said(grant.account, frame.first, frame.last, challenge, carrier)
    verify(grant.feed, DOMAIN, said, frame.signature)
    return grant


def _doors_said(account: bytes, first: int, last: int, challenge: bytes, carrier: str) -> bytes:
    days = first.to_bytes(8, "big") + last.to_bytes(8, "big")
    return challenge + peer_id_bytes(carrier) + account + days
