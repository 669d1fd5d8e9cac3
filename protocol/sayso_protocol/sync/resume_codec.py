"""What is kept of peers between sessions, as bytes: msgpack arrays that a store keeps for itself.

An interest is ``[token, accounts, days]``, a place ``[epoch, arrival, check, token]``; accounts
stand one after the other. Of a store with several front ends two fields follow, the nodes of the
basis and its wholes; what is kept of a peer alone is as it ever was.
"""

from __future__ import annotations

from typing import Any

from ..codec import pack_array, unpack
from ..crypto.keys import KEY_SIZE
from .resume_state import Interest, Place
from .rosters.basis import NOBODY, Basis
from .wire.frames import Mark


def pack_interest(interest: Interest) -> bytes:
    """See `read_interest`."""
    days = [[day, names] for day, names in interest.unmatched.items()]
    fields = [interest.token, b"".join(interest.accounts), days]
    return pack_array([*fields, *_pack_basis(interest.basis)])


def read_interest(data: bytes) -> Interest:
    """What `pack_interest` gave."""
    token, accounts, days, *basis = unpack(data)
    keys = [accounts[at : at + KEY_SIZE] for at in range(0, len(accounts), KEY_SIZE)]
    return Interest(token, keys, dict(days), _basis_of(basis))


def pack_place(place: Place) -> bytes:
    """See `read_place`."""
    fields = [place.epoch, place.mark.arrival, place.mark.check, place.token]
    return pack_array([*fields, *_pack_basis(place.basis)])


def read_place(data: bytes) -> Place:
    """What `pack_place` gave."""
    epoch, arrival, check, token, *basis = unpack(data)
    return Place(epoch, Mark(arrival, check), token, _basis_of(basis))


def _pack_basis(basis: Basis) -> list[list[object]]:
    if not basis.nodes:
        return []
    return [list(basis.nodes), [[node, at_ms] for node, at_ms in basis.wholes]]


def _basis_of(fields: list[list[Any]]) -> Basis:
    if not fields:
        return NOBODY
    nodes, wholes = fields
    return Basis(tuple(nodes), tuple((node, at_ms) for node, at_ms in wholes))
