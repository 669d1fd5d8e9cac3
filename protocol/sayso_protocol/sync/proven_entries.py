"""Entries whose bodies were taken back, with what shows that: as many as one frame may hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..feed.absence import AbsenceProof
from ..feed.run import RawRun, ids_of, part_of
from ..limits import MAX_PROOFS
from .wire.frames import Entries


def proven_entries(
    number: int, run: RawRun, absent: Sequence[int], proofs: Mapping[int, AbsenceProof]
) -> Entries:
    """The newest entries of a run of which each `absent` body, by number, is explained, by no more
    proofs than may be sent. The newest of all has its body, or a proof."""
    given: list[AbsenceProof] = []
    first = run.first
    for seq in reversed(absent):
        proof = proofs.get(seq)
        if proof is None or (proof not in given and len(given) == MAX_PROOFS):
            first = seq + 1
            break
        if proof not in given:
            given.append(proof)
    part = run if first == run.first else part_of(run, ids_of(run), first, run.last)
    return Entries(number, part, given)
