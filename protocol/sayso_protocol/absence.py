"""Absent bodies: where an entry may stand without its body, and what shows it. Pure.

A header commits to the hash and the size of a body, so the chain of a feed stands without it. That
alone would let any relay blank a post. So a body may be absent only where its own author took it
back: by a retraction that is signed, that names just this entry, and that is of the same account,
under any of its keys (section 7 of docs/protocol.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final, NamedTuple, cast

from .accounts.statement import claim_of, read_grant
from .content.body import Reference, Retract, read_body
from .errors import BadShape, NotGranted
from .feed.absence import AbsenceProof
from .feed.run import Body, Run, verify_run

_MARK: Final = b"\xa4kind\xa7retract"
"""How each retraction says of which kind it is: in a canonical map only so."""

SameAccount = Callable[[bytes, bytes], bool]
"""Whether two keys are one account: the same, or rotated to or from each other."""


class Retraction(NamedTuple):
    """A retraction that is authentic: `account` takes back what `of` names, in the entry `seq` of
    `feed` with this id. Whether what it names is its own is not known here."""

    account: bytes
    feed: bytes
    seq: int
    id: bytes
    of: tuple[Reference, ...]
    proof: AbsenceProof

    def takes_back(self, account: bytes, reference: Reference, is_one: SameAccount) -> bool:
        """Whether it takes back the entry of an account that has this reference."""
        named = reference.account == account and reference in self.of
        return named and is_one(self.account, account)


def taken_back(body: object) -> tuple[Reference, ...]:
    """The entries that a body takes back; none where it is no retraction. Never raises."""
    if type(body) is not bytes or _MARK not in body:  # nearly all bodies, in a tenth of the time
        return ()
    known = read_body(body)
    return known.of if isinstance(known, Retract) else ()


def is_any_taken_back(bodies: Sequence[Body]) -> bool:
    """Whether one of these bodies takes something back: for runs, of which few do."""
    if set(map(type, bodies)) == {bytes}:  # nearly all runs
        held = cast(Sequence[bytes], bodies)
    else:
        held = [body for body in bodies if type(body) is bytes]
    return _MARK in b"\0".join(held) and any(map(taken_back, held))


def prove(proof: AbsenceProof) -> Retraction:
    """Check all of a proof but whose entries it names: grant, signature, body.

    Raises `Refused`: `NotGranted` where the grant is of another feed, `BadShape` where it is no
    retraction, and what `read_grant` and `verify_run` raise.
    """
    grant = read_grant(proof.grant)
    if grant.feed != proof.run.feed:
        raise NotGranted("a proof with the grant of another feed")
    if len(proof.run.times) != 1:
        raise BadShape("a proof is one entry")
    of = taken_back(proof.run.bodies[0])
    if not of:
        raise BadShape("a proof that takes nothing back")
    run = verify_run(proof.run)
    return Retraction(grant.account, grant.feed, run.first, run.tip, of, proof)


def claims_any(
    proof: AbsenceProof, account: bytes, wanted: Collection[Reference], is_one: SameAccount
) -> bool:
    """Whether a proof says that it takes back some entry of an account, true or not: known without
    curve arithmetic, so that what is beside the point costs next to nothing. Raises `Refused`."""
    if not is_one(claim_of(proof.grant).account, account):
        return False
    return not set(taken_back(proof.run.bodies[0])).isdisjoint(wanted)


def absent_references(run: Run, account: bytes) -> list[Reference]:
    """The entries of a run of this account whose bodies are absent."""
    return [
        Reference(account, run.feed, seq, run.ids[seq - run.first])
        for seq in absent_numbers(run.bodies, run.first)
    ]


def absent_numbers(bodies: Sequence[Body], first: int) -> list[int]:
    """The sequence numbers of the bodies that are absent, of entries from `first` on."""
    return [seq for seq, body in enumerate(bodies, first) if type(body) is not bytes]


def explain(
    run: Run, account: bytes, retractions: Iterable[Retraction], is_one: SameAccount
) -> dict[int, Retraction]:
    """The retractions that explain absent bodies of a run of this account, by sequence number. What
    is not there is absent without a reason."""
    said = list(retractions)
    found: dict[int, Retraction] = {}
    for reference in absent_references(run, account):
        for one in said:
            if one.takes_back(account, reference, is_one):
                found[reference.seq] = one
                break
    return found
