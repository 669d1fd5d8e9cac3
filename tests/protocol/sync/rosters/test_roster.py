"""A roster needs the word of its store and of each node in it; anything else is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.codec import decode, encode
from sayso_protocol.errors import BadKey, BadSequence, BadShape, BadSignature, Refused, TooLarge
from sayso_protocol.errors import UnknownVersion as Unknown
from sayso_protocol.limits import MAX_FRONT_ENDS, MAX_ROSTER, ROSTER_VALID_MS
from sayso_protocol.sync.rosters.roster import DOMAIN, claimed_store, read_roster, sign_consent

from .makers import ANN, BEN, CID, EPOCH, NOW_MS, OTHER_STORE, STORE, key, roster_of

SOUND = roster_of([BEN, ANN], version=3)
FIELDS: list[Any] = decode(decode(SOUND.wire)[0])
NODES: list[Any] = FIELDS[5]


def signed(fields: Any) -> bytes:
    said = encode(fields)
    return encode([said, STORE.sign(DOMAIN, said)])


def test_what_was_signed_is_read_back() -> None:
    read = read_roster(SOUND.wire)
    assert read == SOUND
    assert (read.store, read.epoch, read.version) == (STORE.public, EPOCH, 3)
    assert read.nodes == {ANN.public, BEN.public}
    assert read.agreed_ms(ANN.public) == NOW_MS and read.agreed_ms(CID.public) == -1


def test_the_largest_fits_and_one_node_more_does_not() -> None:
    nodes = [key(1000 + number) for number in range(MAX_FRONT_ENDS + 1)]
    assert len(roster_of(nodes[:-1], 2**63 - 1).wire) <= MAX_ROSTER
    with pytest.raises(TooLarge):
        roster_of(nodes)


def test_a_node_that_has_not_agreed_is_in_no_roster() -> None:
    """Or a stranger would list a hub's honest nodes as his own."""
    row = NODES[0]
    for_another = sign_consent(ANN, OTHER_STORE.public, NOW_MS)
    for forged in (
        [ANN.public, NOW_MS, for_another.signature],
        [ANN.public, NOW_MS + 1, row[2]],
        [ANN.public, NOW_MS, STORE.sign(DOMAIN, b"")],
    ):
        with pytest.raises(BadSignature):
            read_roster(signed([*FIELDS[:5], [forged]]))


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ([], Unknown),
        ([2, *FIELDS[1:]], Unknown),
        ([True, *FIELDS[1:]], Unknown),
        (FIELDS[:5], BadShape),
        ([*FIELDS, 1], BadShape),
        ([1, bytes(32), *FIELDS[2:]], BadKey),
        ([1, STORE.public[:31], *FIELDS[2:]], BadShape),
        ([1, STORE.public, EPOCH[:15], *FIELDS[3:]], BadShape),
        ([*FIELDS[:3], 0, *FIELDS[4:]], BadSequence),
        ([*FIELDS[:3], 2**63, *FIELDS[4:]], BadSequence),
        ([*FIELDS[:3], True, *FIELDS[4:]], BadSequence),
        ([*FIELDS[:4], -1, NODES], BadShape),
        ([*FIELDS[:5], []], BadShape),
        ([*FIELDS[:5], None], BadShape),
        ([*FIELDS[:5], NODES[::-1]], BadShape),
        ([*FIELDS[:5], [NODES[0], NODES[0]]], BadShape),
        ([*FIELDS[:5], [NODES[0][:2]]], BadShape),
        ([*FIELDS[:5], [[*NODES[0], 1]]], BadShape),
        ([*FIELDS[:5], [[bytes(32), *NODES[0][1:]]]], BadKey),
        ([*FIELDS[:5], [[NODES[0][0], -1, NODES[0][2]]]], BadShape),
        ([*FIELDS[:5], [[*NODES[0][:2], NODES[0][2][:63]]]], BadShape),
    ],
)
def test_anything_else_is_refused(changed: list[Any], error: type[Refused]) -> None:
    with pytest.raises(error):
        read_roster(signed(changed))


def test_only_the_store_signs_it() -> None:
    said = decode(SOUND.wire)[0]
    for wire in (
        encode([said, OTHER_STORE.sign(DOMAIN, said)]),
        encode([said, STORE.sign(b"sayso/1/front end\x00", said)]),
    ):
        with pytest.raises(BadSignature):
            read_roster(wire)
    for wire in (encode([said]), encode([said, bytes(63)]), encode(said), b"", bytes(MAX_ROSTER)):
        with pytest.raises(Refused):
            read_roster(wire)
    with pytest.raises(TooLarge):
        read_roster(bytes(MAX_ROSTER + 1))


def test_the_store_that_one_claims_is_read_without_signatures() -> None:
    assert claimed_store(SOUND.wire) == STORE.public
    for wire in (b"", b"\x90", encode([]), encode([b"\x90"]), encode([encode([1, b""])])):
        with pytest.raises(Refused):
            claimed_store(wire)
    with pytest.raises(TooLarge):
        claimed_store(bytes(MAX_ROSTER + 1))


@given(st.integers(0, len(SOUND.wire) - 1), st.integers(1, 255))
def test_no_byte_of_it_can_be_changed(at: int, by: int) -> None:
    changed = bytearray(SOUND.wire)
    changed[at] ^= by
    with pytest.raises(Refused):
        read_roster(bytes(changed))


def test_it_holds_until_its_end_and_never_for_longer_than_any_may() -> None:
    roster = roster_of([ANN], until_ms=NOW_MS + ROSTER_VALID_MS)
    assert roster.holds(NOW_MS) and roster.holds(NOW_MS + ROSTER_VALID_MS - 1)
    assert not roster.holds(NOW_MS + ROSTER_VALID_MS)
    assert not roster.holds(NOW_MS - 1)
