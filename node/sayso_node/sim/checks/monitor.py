"""Watches every node while it runs: what it costs, and whether it keeps the rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sayso_protocol.accounts.attestation import StatementOutcome
from sayso_protocol.errors import Refused
from sayso_protocol.feed.fork import ForkProof
from sayso_protocol.feed.run import RawRun, Run
from sayso_protocol.ranges import Ranges
from sayso_protocol.sync.effects import Event
from sayso_storage.interface.store import Store

from ..event_queue import EventQueue
from ..withholders import Withholders
from .event_trace import EventTrace
from .fork_tracker import ForkTracker
from .ground_truth import GroundTruth

_SUSPICIOUS = frozenset({"refused", "own-feed-ahead", "throttled"})
"""Notices that one honest node never has about another."""


class Monitor:
    """Told of everything; only honest nodes are held to account."""

    def __init__(
        self,
        event_queue: EventQueue,
        trace: EventTrace,
        truth: GroundTruth,
        hostile: set[int],
        withholders: Withholders | None = None,
    ) -> None:
        self._withholders = withholders
        self._event_queue = event_queue
        self._trace = trace
        self._truth = truth
        self._tally = truth.tally
        self._hostile = hostile
        self._sent_to: dict[tuple[int, bytes], Ranges] = {}
        self._stored: dict[tuple[int, bytes], Ranges] = {}
        self._online_since_us: dict[int, int] = {}
        self.branches = ForkTracker(event_queue, truth)
        self.listed: Counter[tuple[int, int]] = Counter()
        """Bytes of wants and offers that a node has read from another one."""

    def online(self, node: int, store: Store) -> None:
        """A node is there, with what its store kept."""
        self._online_since_us[node] = self._event_queue.now_us
        for subscription in store.subscriptions():
            for state in store.feeds_of(subscription.account):
                held = [(part.first, part.last) for part in state.held]
                self._sent_to[node, state.feed] = Ranges(held)
                self._stored[node, state.feed] = Ranges(held)
        self.count("online", node)

    def count(self, what: str, node: int, peer: int = -1) -> None:
        """Note an event without bytes."""
        self._tally.counts[what] += 1
        self._trace.note(self._event_queue.now_us, what, node, peer)

    # --- frames ----------------------------------------------------------------------------

    def frame(self, node: int, peer: int, kind: str, data: bytes) -> None:
        """A node has read a frame of a peer."""
        self._trace.note(self._event_queue.now_us, kind, node, peer, data)
        if kind in ("Want", "Have"):
            self.listed[node, peer] += len(data)
        if node in self._hostile:
            self._tally.hostile_frames += peer not in self._hostile
        elif peer not in self._hostile:
            self._tally.frames[kind] += 1
            self._tally.bytes += len(data)

    def entries(self, node: int, peer: int, run: RawRun) -> None:
        """A run has come to a node."""
        if node in self._hostile or peer in self._hostile:
            return
        withheld = (
            self._withholders.sends_withheld(peer, run) if self._withholders is not None else None
        )
        if withheld is not None:
            self._truth.violate("relayed", peer, f"its rule keeps back entry {withheld}")
        before = self._sent_to.setdefault((node, run.feed), Ranges())
        self._tally.duplicates += len(run.times) - len(_add(before, run))

    # --- outcomes --------------------------------------------------------------------------

    def stored(self, node: int, run: RawRun) -> None:
        """A node has taken a run into its store, or held it already."""
        now_us = self._event_queue.now_us
        self._trace.note(now_us, "stored", node, data=run.signatures[-1])
        if node in self._hostile:
            return
        untrue = self._truth.untrue(run)
        if untrue is not None:
            self._truth.violate("untrue", node, f"entry {untrue} was never written so")
        self.branches.stored(node, run)
        fresh = _add(self._stored.setdefault((node, run.feed), Ranges()), run)
        if not fresh:
            return
        self._tally.fresh += len(fresh)
        self._tally.last_delivery_us = now_us
        since_us = self._online_since_us[node]
        for seq in fresh if run.feed not in self._truth.ends else ():
            written_us = self._truth.written_us(run.feed, seq)
            if written_us > since_us:
                self._tally.latencies_ms.append((now_us - written_us) // 1000)

    def statements_stored(self, node: int, outcomes: Sequence[StatementOutcome]) -> None:
        """A node's store was given statements and proofs."""
        for said, outcome in outcomes:
            if outcome is True:
                self.count(f"heeded {type(said).__name__.lower()}", node)
                if isinstance(said, ForkProof):
                    self.branches.proven(node, said.feed)

    def wrote(self, node: int, run: Run) -> None:
        """An author has posted: what comes back to his own node is no delivery."""
        _add(self._stored.setdefault((node, run.feed), Ranges()), run)

    def notice(self, node: int, notice: Event) -> None:
        """A node tells its owner something."""
        self.count(f"notice {notice.what}", node)
        self._tally.notices[notice.what] += 1
        peer = int(notice.peer.partition("#")[0])
        if notice.what in _SUSPICIOUS and not {node, peer} & self._hostile:
            detail = f"{notice.what} of honest node {peer}: {notice.detail}"
            self._truth.violate("distrust", node, detail)

    def hung_up(self, node: int, peer: int, error: Refused) -> None:
        """A node leaves a peer for an offence."""
        self.count("hung-up", node, peer)
        if not {node, peer} & self._hostile:
            self._truth.violate("hang-up", node, f"on honest node {peer}: {error}")

    def ended(self, worst_wait: int) -> None:
        """A session is over, in which so many bytes waited at the most."""
        self._tally.worst_outbox = max(self._tally.worst_outbox, worst_wait)


def _add(known: Ranges, run: RawRun | Run) -> list[int]:
    """Put a run's numbers in; those that are new."""
    fresh = [seq for seq in range(run.first, run.last + 1) if not known.covers(seq, seq)]
    known.add(run.first, run.last)
    return fresh
