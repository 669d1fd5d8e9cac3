"""The proof that an account's own node asks a hub to carry it, or to let go of it.

``[bytes, signature, grant]``: the bytes are the canonical array ``[1, what, account, feed, hub,
asker, time]``, the signature is the feed's over `DOMAIN` and the bytes, and the grant says that the
feed is the account's. `hub` and `asker` are peer ids in text form, so that nobody else can show
it, nor show it to another hub; `time` is in Unix milliseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ...accounts.envelope import array_of, key_of, sized
from ...accounts.statement import Grant, read_grant
from ...codec import encode
from ...crypto.keys import SIGNATURE_SIZE, KeyPair, verify
from ...errors import BadShape, NotGranted, UnknownVersion
from ...feed.entry import check_time
from ..peer_id import parse_peer_id

DOMAIN: Final = b"sayso/1/carry\x00"
VERSION: Final = 1
CARRY: Final = "carry"
END: Final = "end"


@dataclass(frozen=True, slots=True)
class CarryProof:
    """A proof that was made or verified. Whether it is meant for this hub, by this asker, and
    still good, is for `CarryList` to see."""

    what: str
    account: bytes
    feed: bytes
    hub: str
    asker: str
    time_ms: int


def sign_proof(feed: KeyPair, grant: Grant, what: str, hub: str, asker: str, time_ms: int) -> bytes:
    """A proof as it travels, by the feed of a grant."""
    said = encode([VERSION, what, grant.account, feed.public, hub, asker, time_ms])
    return encode([said, feed.sign(DOMAIN, said), grant.wire])


def read_proof(wire: bytes) -> CarryProof:
    """Verify a proof. Raises `Refused`."""
    outer = array_of(wire)
    if len(outer) != 3:
        raise BadShape("a proof is an array of bytes, signature and grant")
    said, signature = sized(outer[0], None), sized(outer[1], SIGNATURE_SIZE)
    fields = array_of(said)
    if len(fields) != 7:
        raise BadShape("a proof with too few or too many fields")
    version, what, account, feed, hub, asker, time = fields
    if version != VERSION:
        raise UnknownVersion("a proof of another version")
    if what not in (CARRY, END) or type(hub) is not str or type(asker) is not str:
        raise BadShape("a proof with a field of the wrong type")
    proof = CarryProof(
        str(what), key_of(account), key_of(feed), parse_peer_id(hub), parse_peer_id(asker),
        check_time(time),
    )  # fmt: skip
    grant = read_grant(sized(outer[2], None))
    if (grant.account, grant.feed) != (proof.account, proof.feed):
        raise NotGranted("a proof with the grant of another feed")
    verify(proof.feed, DOMAIN, said, signature)
    return proof
