"""Which absent bodies a store takes: those whose authors took them back, as far as it can know."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sayso_protocol.absence import Retraction, absent_references, claims_any, explain, prove
from sayso_protocol.accounts.statement import End, read_grant
from sayso_protocol.errors import NotGranted, WrongBody
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.run import Run

from ..interface.store import Store

WITHHELD: Final = "the body of an entry is withheld"


def explained(
    store: Store, run: Run, proofs: Sequence[AbsenceProof], now_ms: int
) -> list[Retraction]:
    """The retractions that explain absent bodies of a run, with what they explain, of proofs that
    came with it at this time. An entry is stored once: taken without its body and without a reason,
    it would stay blank for ever, and any relay could blank a post.

    Raises `WrongBody` where nothing that is held or came explains one; what `prove` raises;
    `NotGranted` for a proof in a feed of another account.
    """
    state = store.feed(run.feed)
    if state is None:
        raise WrongBody("the body of an entry of an unknown feed is withheld")
    absent, is_one = absent_references(run, state.account), store.same_account
    if not all(claims_any(proof, state.account, absent, is_one) for proof in proofs):
        raise WrongBody("a proof of nothing that is absent")
    retractions = [_proven(store, proof, now_ms) for proof in proofs]
    found = explain(run, state.account, retractions, is_one)
    missing = {(one.seq, one.id) for one in absent if one.seq not in found}
    if missing and not missing <= store.retracted(run.feed, run.first, run.last):
        raise WrongBody(WITHHELD)
    ids = {run.ids[seq - run.first] for seq in found}
    return [
        said._replace(of=tuple(one for one in said.of if one.id in ids))
        for said in {said.id: said for said in found.values()}.values()
    ]


def _proven(store: Store, proof: AbsenceProof, now_ms: int) -> Retraction:
    """Check a retraction, and that it counts as things are here. Raises `Refused`."""
    said = prove(proof)
    # With its feed known an end is known, too, and one that comes later takes it along.
    state = store.feed(said.feed)
    if state is None:
        store.add_grant(read_grant(proof.grant), now_ms)
    elif state.account != said.account:
        raise NotGranted("a proof in a feed of another account")
    elif state.end is not None and not _is_up_to(said, state.end):
        raise WrongBody("a retraction that does not count: its feed ended before it")
    return said


def _is_up_to(said: Retraction, end: End) -> bool:
    """Whether a retraction is not known to lie past the end of its feed."""
    return said.seq < end.seq or (said.seq, said.id) == (end.seq, end.id)
