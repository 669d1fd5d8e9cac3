"""Answers in virtual time: read from the store when their turn comes, as the node does it."""

from __future__ import annotations

from sayso_protocol.feed.run import RawRun
from sayso_protocol.sync.budgets.costs import MISSED_US, RUN_ENTRY_US, RUN_US
from sayso_protocol.sync.budgets.egress import EgressBudget
from sayso_protocol.sync.replica import Replica
from sayso_protocol.sync.wire.frame_codec import encode_frame
from sayso_protocol.sync.wire.frames import SYNC_3, Ask, Miss
from sayso_storage.interface.store import Store

from ...sync.relay_policy import RelayPolicy
from ...sync.responder import given_to
from ...sync.snapshot import relayed_entries
from ..event_queue import EventQueue, microseconds
from .sim_connection import SimConnection


class SimResponder:
    """Answers the peers of a node; those that ask for the same again wait for it."""

    def __init__(
        self, event_queue: EventQueue, store: Store, replica: Replica, relay_policy: RelayPolicy
    ) -> None:
        self._event_queue = event_queue
        self._store = store
        self._replica = replica
        self._relay_policy = relay_policy
        self._budget = EgressBudget()

    def answer(self, session: SimConnection, ask: Ask) -> bytes:
        """The frame that answers an ask."""
        peer = self._replica.peers.get(session.name)
        if peer is not None:
            peer.session.answered(ask.number)
        withheld = self._relay_policy.withheld_within(ask.feed, ask.first, ask.last)
        entries = relayed_entries(self._store, ask, withheld, takes_proofs=True)
        if entries is None:
            session.owed_us += MISSED_US
            return encode_frame(Miss([ask.number]), SYNC_3)
        data = encode_frame(entries, SYNC_3)
        self._reckon(session, entries.run, len(data))
        return data

    def _reckon(self, session: SimConnection, run: RawRun, size: int) -> None:
        given = given_to(self._replica, session.name, run, size, invited=False)
        now_ms = self._event_queue.now_us / 1000
        pause_ms = self._budget.give(str(session.peer), session.network, given, now_ms)
        if pause_ms is not None:
            session.owed_us += RUN_US + RUN_ENTRY_US * len(run.times)
        if pause_ms:
            session.resting = True
            self._event_queue.after(microseconds(pause_ms / 1000), session.go_on)
