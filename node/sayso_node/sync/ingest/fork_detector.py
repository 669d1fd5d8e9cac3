"""Fork proofs of runs that contradict what is held."""

from __future__ import annotations

from sayso_protocol.feed.fork import ForkProof, fork_of
from sayso_protocol.feed.run import Run
from sayso_protocol.limits import MAX_FORK_ENTRIES
from sayso_storage.interface.store import Store


def prove_fork(store: Store, run: Run, seq: int) -> ForkProof | None:
    """Show that a run and what is held differ at `seq`; None where a proof is there already, or
    none can be made (`fork_of` says when)."""
    state = store.feed(run.feed)
    if state is None or state.proof is not None:
        return None
    for part in state.held:
        if part.first - 1 <= seq <= part.last:  # it names the number
            return _against(store, run, max(seq, part.first), part.last)
    return None


def _against(store: Store, run: Run, first: int, last: int) -> ForkProof | None:
    """Compare with one entry, whose own signature most likely is good, then with what follows."""
    for top in (first, min(first + MAX_FORK_ENTRIES, last)):
        held = store.load(run.feed, first, top)
        proof = fork_of(run, held) if held is not None else None
        if proof is not None:
            return proof
    return None
