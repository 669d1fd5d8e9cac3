"""A roster: the signed list of the nodes that serve one store, a hub's front ends.

``[bytes, signature]``: the bytes are the canonical array ``[1, store, epoch, version, until,
nodes]``, signed by the store's key over `DOMAIN` and the bytes. `store` is that key, `epoch` the 16
bytes that the store says in its hellos, `until` Unix milliseconds; of two rosters of one store the
one with the higher `version` holds. `nodes` are the front ends, ascending by key, each
``[node, time, signature]``: the node's own consent, signed over `CONSENT_DOMAIN` and the canonical
array ``[1, store, node, time]``. So nobody lists a node that has not agreed, and nobody serves a
store whose owner has not listed it.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from ...accounts.envelope import array_of, key_of, sized
from ...codec import Value, encode
from ...crypto.keys import KEY_SIZE, SIGNATURE_SIZE, KeyPair, verify
from ...errors import BadSequence, BadShape, BadText, Refused, TooLarge, UnknownVersion
from ...feed.entry import check_time
from ...limits import MAX_FRONT_ENDS, MAX_ROSTER, MAX_SEQ, ROSTER_VALID_MS
from ..wire.frames import EPOCH_SIZE

DOMAIN: Final = b"sayso/1/roster\x00"
CONSENT_DOMAIN: Final = b"sayso/1/front end\x00"
VERSION: Final = 1
CONSENT_PREFIX: Final = "sayso-front-end:"
MOST_TEXT: Final = 400
"""Characters of a consent as text; those of today have some 190."""


@dataclass(frozen=True, slots=True)
class Consent:
    """A node's word that it serves a store. Of two that it gave for two stores the later counts."""

    node: bytes
    time_ms: int
    signature: bytes

    def verify(self, store: bytes) -> None:
        """Raise `BadSignature` unless the node has agreed to this store."""
        verify(
            self.node, CONSENT_DOMAIN, _consented(store, self.node, self.time_ms), self.signature
        )


@dataclass(frozen=True, slots=True)
class Roster:
    """A roster that was made or read."""

    store: bytes
    """The key that signs for the store: what peers know it by."""
    epoch: bytes
    version: int
    until_ms: int
    consents: tuple[Consent, ...]
    wire: bytes = field(repr=False)

    @property
    def nodes(self) -> frozenset[bytes]:
        """The keys of the front ends."""
        return frozenset(one.node for one in self.consents)

    def agreed_ms(self, node: bytes) -> int:
        """When a node agreed; -1 where it does not stand here."""
        return next((one.time_ms for one in self.consents if one.node == node), -1)

    def holds(self, wall_ms: int) -> bool:
        """Whether it is good at a time: neither over, nor made for longer than any may be."""
        return 0 < self.until_ms - wall_ms <= ROSTER_VALID_MS


def sign_consent(node: KeyPair, store: bytes, time_ms: int) -> Consent:
    """The consent of the node with this key to serve a store."""
    signature = node.sign(CONSENT_DOMAIN, _consented(store, node.public, time_ms))
    return Consent(node.public, time_ms, signature)


def consent_text(consent: Consent, store: bytes) -> str:
    """The text in which a node's consent is handed to the owner of a store."""
    data = encode([VERSION, store, consent.node, consent.time_ms, consent.signature])
    return CONSENT_PREFIX + urlsafe_b64encode(data).decode().rstrip("=")


def parse_consent(text: str, store: bytes) -> Consent:
    """Read what `consent_text` gave, and verify it. Raises `BadText`, and `BadSignature` or
    `BadShape` where it is for another store."""
    encoded = text.strip().removeprefix(CONSENT_PREFIX)
    if encoded == text.strip() or not encoded.isascii() or len(encoded) > MOST_TEXT:
        raise BadText(f"a consent begins with `{CONSENT_PREFIX}`")
    try:
        fields = array_of(urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)))
    except (ValueError, Refused) as error:
        raise BadText("a consent that was not copied whole") from error
    if len(fields) != 5 or fields[0] != VERSION:
        raise BadText("a consent of another version")
    consent = _read_row(fields[2:])
    if fields[1] != store:
        raise BadShape("a consent to another store")
    consent.verify(store)
    return consent


def sign_roster(
    store: KeyPair, epoch: bytes, version: int, until_ms: int, consents: Iterable[Consent]
) -> Roster:
    """The roster of the store with this key. Raises `Refused` for what nobody would take."""
    ordered = sorted(consents, key=lambda one: one.node)
    rows: Value = [[one.node, one.time_ms, one.signature] for one in ordered]
    said = encode([VERSION, store.public, epoch, version, until_ms, rows])
    return read_roster(encode([said, store.sign(DOMAIN, said)]))


def read_roster(wire: bytes, *, is_verified: bool = False) -> Roster:
    """Read a roster, and check the signatures unless it `is_verified`: each takes a tenth of a
    millisecond. Raises `Refused`."""
    if len(wire) > MAX_ROSTER:
        raise TooLarge("a roster over its limit")
    outer = array_of(wire)
    if len(outer) != 2:
        raise BadShape("a roster is an array of bytes and a signature")
    said, signature = sized(outer[0], None), sized(outer[1], SIGNATURE_SIZE)
    fields = array_of(said)
    if not fields or type(fields[0]) is not int or fields[0] != VERSION:
        raise UnknownVersion("a roster of another version")
    if len(fields) != 6:
        raise BadShape("a roster with too few or too many fields")
    _, store, epoch, version, until, rows = fields
    if type(version) is not int or not 1 <= version <= MAX_SEQ:
        raise BadSequence("a roster's version is a number from 1 on")
    roster = Roster(
        key_of(store), sized(epoch, EPOCH_SIZE), version, check_time(until), _read_nodes(rows), wire
    )
    if not is_verified:
        verify(roster.store, DOMAIN, said, signature)
        for consent in roster.consents:
            consent.verify(roster.store)
    return roster


def claimed_store(wire: bytes) -> bytes:
    """The key of the store whose roster this says to be; nothing else of it is checked. Raises
    `Refused`."""
    if len(wire) > MAX_ROSTER:
        raise TooLarge("a roster over its limit")
    outer = array_of(wire)
    fields = array_of(sized(outer[0], None)) if outer else []
    if len(fields) < 2:
        raise BadShape("a roster without a store")
    return sized(fields[1], KEY_SIZE)


def _read_nodes(rows: Value) -> tuple[Consent, ...]:
    if type(rows) is not list or not rows:
        raise BadShape("a roster has one node at least")
    if len(rows) > MAX_FRONT_ENDS:
        raise TooLarge("a roster of too many nodes")
    consents = tuple(_read_row(row) for row in rows)
    keys = [one.node for one in consents]
    if any(here >= after for here, after in pairwise(keys)):
        raise BadShape("nodes out of order, or one twice")
    return consents


def _read_row(row: Value) -> Consent:
    if type(row) is not list or len(row) != 3:
        raise BadShape("a node of a roster is a key, a time and a signature")
    return Consent(key_of(row[0]), check_time(row[1]), sized(row[2], SIGNATURE_SIZE))


def _consented(store: bytes, node: bytes, time_ms: int) -> bytes:
    return encode([VERSION, store, node, time_ms])
