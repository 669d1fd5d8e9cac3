"""Verifies what peers send, before it is stored."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple

from sayso_protocol.absence import Retraction
from sayso_protocol.accounts.attestation import Attestation, Claim, read_attestation
from sayso_protocol.errors import BadSignature, Refused, WrongBody
from sayso_protocol.feed.absence import AbsenceProof
from sayso_protocol.feed.run import RawRun, Run, verify_run
from sayso_storage.interface.store import Store
from sayso_storage.validation.absence_rules import WITHHELD, explained

REMEMBERED = 4096
"""Feeds of which the lowest name is remembered: some 1 MB."""


class Checked(NamedTuple):
    """A run that is proven, and the retractions that explain absent bodies in it, each with what it
    explains; or why it is refused."""

    run: Run | Refused
    retractions: Sequence[Retraction] = ()


class Verifier:
    """Verifies runs. One thread at a time.

    The past is fetched newest first, so most runs end in the entry that the run before named
    as its previous. That proves them without a signature check, which costs as much as all
    the hashes of thirty entries. Whether the run before is held is not known here; a store takes
    nothing for which only an entry that it does not hold vouches.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._named: OrderedDict[bytes, tuple[int, bytes]] = OrderedDict()
        """By feed: a sequence number, and the id that an authentic entry names for it."""

    def verify(self, raw: RawRun) -> Run | Refused:
        """Check one run without proofs."""
        return self.check(raw).run

    def check(self, raw: RawRun, proofs: Sequence[AbsenceProof] = (), now_ms: int = 0) -> Checked:
        """Check one run, and the proofs of bodies that are absent in it, which came at this
        time."""
        is_whole = not set(map(type, raw.bodies)) - {bytes}
        may_be = is_whole or proofs or self._store.retracted(raw.feed, raw.first, raw.last)
        if not may_be:
            return Checked(WrongBody(WITHHELD))  # as good as not sent, and as cheap
        try:
            run = self._by_name(raw) or self._by_signature(raw)
            retractions = [] if is_whole else explained(self._store, run, proofs, now_ms)
        except Refused as error:
            return Checked(error)
        self._remember(run)
        return Checked(run, retractions)

    def _by_name(self, raw: RawRun) -> Run | None:
        """The run, where the one that was proven above it names its last entry."""
        seq, name = self._named.get(raw.feed, (0, b""))
        return _ending_in(raw, name) if seq == raw.last else None

    def _by_signature(self, raw: RawRun) -> Run:
        try:
            return verify_run(raw)
        except BadSignature:
            # Its own signature is not good, but a later entry that is held may vouch for it.
            below = self._held_above(raw)
            if below is None:
                raise
            return verify_run(raw, tip=below)

    def _held_above(self, raw: RawRun) -> bytes | None:
        state = self._store.feed(raw.feed)
        held = state.held if state is not None else ()
        return next((part.below for part in held if part.first == raw.last + 1), None)

    def _remember(self, run: Run) -> None:
        if run.previous is not None:
            self._named[run.feed] = run.first - 1, run.previous
            self._named.move_to_end(run.feed)
        if len(self._named) > REMEMBERED:
            self._named.popitem(last=False)


def verify_attestation(one: Attestation | Claim) -> Attestation | Refused:
    """Check a statement or a proof, unless that is done."""
    if not isinstance(one, Claim):
        return one
    try:
        return read_attestation(one.wire)
    except Refused as error:
        return error


def _ending_in(raw: RawRun, name: bytes) -> Run | None:
    try:
        return verify_run(raw, tip=name)
    except BadSignature:
        return None
