"""Proofs that a body is absent by its author's own will: as they travel, not yet believed.

What a proof must say is not known here: see `sayso_protocol.absence`.
"""

from __future__ import annotations

from dataclasses import dataclass

from .run import RawRun


@dataclass(frozen=True, slots=True)
class AbsenceProof:
    """An entry that takes others back: a `run` of one entry, and the `grant` of its feed on the
    wire. Whoever has both needs no chain below it."""

    grant: bytes
    run: RawRun
