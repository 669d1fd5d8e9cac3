"""Attestations about feeds, besides grants and entries: revokes, rotations and fork proofs.

On the wire nothing names the kind: a statement is an array of two, a fork proof one of five,
and both are in the one canonical encoding, so the first byte tells them apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from ..errors import BadShape
from ..feed.fork import ForkProof, claimed_feed, read_fork
from .statement import Grant, Revoke, Rotate, claimed, read_statement

Attestation = Revoke | Rotate | ForkProof

_FORK = b"\x95"
"""An array of five (msgpack, fixarray)."""


@dataclass(frozen=True, slots=True)
class Claim:
    """The subject of a wire before anything of it is verified: an account's statement, or a
    proof against a feed."""

    account: bytes | None
    feed: bytes | None
    wire: bytes


class StatementOutcome(NamedTuple):
    """The outcome of a statement: `attestation` is None where it is not sound, and `outcome` says
    why; else that is what the store made of it: it changed what counts, it did not, or a reason why
    it was not taken."""

    attestation: Attestation | None
    outcome: bool | Exception


def claim_of(wire: bytes) -> Claim:
    """Read the subject of a wire without a signature check. Raises `Refused` where it has no such
    form."""
    if wire[:1] == _FORK:
        return Claim(None, claimed_feed(wire), wire)
    kind, account = claimed(wire)
    if kind == "grant":
        raise BadShape("a grant travels with its feed")
    return Claim(account, None, wire)


def read_attestation(wire: bytes) -> Attestation:
    """Read and verify. Raises `Refused` for anything but a sound one."""
    if wire[:1] == _FORK:
        return read_fork(wire)
    statement = read_statement(wire)
    if isinstance(statement, Grant):
        raise BadShape("a grant travels with its feed")
    return statement
