"""The parts of a replica that tell peers what is here and ask them for what is not."""

from __future__ import annotations

from .fetch.hedging import Hedging
from .fetch.requester import Requester
from .gossip.attestation_sync import AttestationSync
from .gossip.gossip import Gossip
from .replica_state import ReplicaState
from .resumption.front_ends import FrontEnds
from .resumption.marks import Marks
from .resumption.resumption import Resumption


class ReplicaParts:
    """Each is made of the state and of those before it."""

    def __init__(self, state: ReplicaState) -> None:
        self.state = state
        self.gossip = Gossip(state)
        self.hedging = Hedging(state)
        self.marks = Marks(state)
        self.attestation_sync = AttestationSync(state, self.gossip)
        self.front_ends = FrontEnds(state)
        self.resumption = Resumption(
            state, self.gossip, self.marks, self.attestation_sync, self.front_ends
        )
        self.requester = Requester(state, self.gossip, self.marks, self.resumption)
