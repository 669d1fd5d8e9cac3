"""A relay that blanks posts: it passes entries on without their bodies, as if their authors had
taken them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from sayso_protocol.feed.run import commitment
from sayso_protocol.sync.wire.frames import Entries, Frame

from ..machine.sim_connection import SimConnection
from .base import Adversary

WAYS: Final = 3


class Blanker(Adversary):
    """Blanks one entry of each run: without a proof, or under the proof of another entry."""

    def rewrite(self, session: SimConnection, frame: Frame) -> list[Frame]:
        """Leave out a body."""
        if not isinstance(frame, Entries):
            return [frame]
        bodies = list(frame.run.bodies)
        at = self._chance.randrange(len(bodies))
        if type(bodies[at]) is bytes:
            bodies[at] = commitment(bodies[at])
        proofs = () if self._chance.randrange(WAYS) else frame.proofs
        return [replace(frame, run=replace(frame.run, bodies=bodies), proofs=proofs)]
