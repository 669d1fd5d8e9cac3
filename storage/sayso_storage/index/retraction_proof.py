"""Proofs of retractions as a store keeps them. Pure."""

from __future__ import annotations

from sayso_protocol.absence import prove
from sayso_protocol.codec import pack_array, unpack
from sayso_protocol.content.body import Reference
from sayso_protocol.errors import Refused
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.run import RawRun


def pack_proof(proof: AbsenceProof) -> bytes:
    """The bytes in which a proof is kept."""
    run = proof.run
    entry = run.first, run.previous, run.times[0], run.bodies[0], run.signatures[0]
    return pack_array([proof.grant, run.feed, *entry])


def unpack_proof(data: bytes) -> AbsenceProof:
    """The proof that was packed."""
    grant, feed, seq, previous, time_ms, body, signature = unpack(data)
    return AbsenceProof(grant, RawRun(feed, seq, previous, [time_ms], [body], [signature]))


def shows(
    proof: bytes, of: Reference, account: bytes, feed: bytes, seq: int, entry_id: bytes
) -> bool:
    """Whether a kept proof shows that this entry takes back `of`. Never raises, whatever rotted."""
    try:
        said = prove(unpack_proof(proof))
    except (Refused, TypeError, ValueError):
        return False
    return of in said.of and said[:4] == (account, feed, seq, entry_id)
