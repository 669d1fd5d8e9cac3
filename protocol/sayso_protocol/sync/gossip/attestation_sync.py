"""Attestations of accounts on their way between peers: revokes, rotations and fork proofs.

All that is in force here is kept in memory by account: it is small and few. A peer that comes
to want an account is told all of it, and what comes into force is passed on once to everybody
who wants the account. Revokes come before the offers of the account's feeds, so that nothing is
asked for that does not count; rotations and proofs after them, since they are verified by the
grants in the offers.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Mapping, Sequence, Set
from hashlib import blake2b

from ...accounts.attestation import Attestation, Claim, StatementOutcome, claim_of
from ...accounts.statement import Revoke, Rotate
from ...crypto.keys import key_text
from ...errors import Refused, UnknownVersion
from ...feed.fork import ForkProof
from ...limits import MAX_IDLE_STATEMENTS, MAX_STATEMENTS_A_FRAME
from ..effects import Effect, Event, ReloadFeeds, Send, StoreStatements
from ..now import Now
from ..peer.peer import Peer
from ..replica_state import ReplicaState
from ..wire.frames import Say
from .gossip import Gossip

_Topic = tuple[type, bytes]
"""Of one kind about one feed (of a rotation: about one account) one attestation is in force."""


Offence = tuple[str, Refused]
"""A peer, and what was wrong with something that it sent."""


class AttestationSync:
    """The attestations that are in force, and those that are being verified."""

    def __init__(self, state: ReplicaState, gossip: Gossip) -> None:
        self._state = state
        self._catalog = state.catalog
        self._scheduler = state.scheduler
        self._gossip = gossip
        self._in_force: dict[bytes, dict[_Topic, Attestation]] = {}
        """By account."""
        self._known: set[bytes] = set()
        """The wires of all that are in force."""
        self._pending: dict[bytes, set[str]] = {}
        """Wires that are being verified, and the peers that sent them."""
        self._undecided: Counter[bytes] = Counter()
        """The accounts that these are about."""
        self._idle: OrderedDict[bytes, None] = OrderedDict()
        """Hashes of what was sound and changed nothing, the latest last."""

    # --- what comes ------------------------------------------------------------------------

    def receive(
        self, peer: Peer, wires: Sequence[bytes], now: Now
    ) -> tuple[list[Claim], list[Refused]]:
        """The claims that are worth verifying, and why the rest was refused. What is known, or is
        of no account or feed that is wanted, is neither, and costs no signature check; nor is what
        a peer sends beyond its share, which it may send again when it comes back."""
        found: list[Claim] = []
        errors: list[Refused] = []
        for wire in wires:
            if self._is_known(peer.name, wire):
                continue
            if not peer.conduct.statement_bytes.spend(len(wire), now.mono_ms):
                peer.conduct.note_lack()
                continue
            try:
                claim = claim_of(wire)
            except UnknownVersion:
                continue  # later software has more to say, and is not worse for that
            except Refused as error:
                errors.append(error)
                continue
            if self._concerns(claim):
                self._pending[wire] = {peer.name}
                self._undecided[self._account(claim)] += 1
                found.append(claim)
        return found, errors

    def _is_known(self, name: str, wire: bytes) -> bool:
        if wire in self._pending:
            self._pending[wire].add(name)
            return True
        return wire in self._known or _digest(wire) in self._idle

    def _concerns(self, claim: Claim) -> bool:
        if claim.feed is None:
            return claim.account is not None and self._catalog.wants(claim.account)
        account = self._catalog.owner(claim.feed)
        if account is None or not self._catalog.wants(account):
            return False
        # One proof is as good as another, and one is enough.
        return (ForkProof, claim.feed) not in self._in_force.get(account, {})

    def statements_ingested(
        self, job: StoreStatements, outcomes: Sequence[StatementOutcome]
    ) -> tuple[list[Effect], list[Offence]]:
        """See `Replica.statements_ingested`; with the effects, the offences of peers whose
        statements are not sound. What is sound and not taken is none: a peer may know another
        grant."""
        taken: list[Attestation] = []
        offences: list[Offence] = []
        effects: list[Effect] = []
        for one, (attestation, outcome) in zip(job.statements, outcomes, strict=True):
            sources = self._decided(one, outcome)
            if attestation is None and isinstance(outcome, Refused):
                offences += [(name, outcome) for name in sorted(sources)]
            if attestation is None or outcome is not True:
                continue
            taken.append(attestation)
            effects += _events_of(job, attestation)
            if self._enter(attestation):  # or it was seen in the store before this was told
                effects += self._relay(attestation, sources)
        return effects + self._reload(taken), offences

    def _decided(self, one: Attestation | Claim, outcome: bool | Exception) -> set[str]:
        """The store has taken it in, or not. Gives the peers that sent it meanwhile."""
        sources = self._pending.pop(one.wire, None)
        if sources is not None:
            self._undecided[self._account(one)] -= 1
        if outcome is False:
            self._idle[_digest(one.wire)] = None
            if len(self._idle) > MAX_IDLE_STATEMENTS:
                self._idle.popitem(last=False)
        return sources or set()

    def may_have_gone(self, feed: bytes) -> bool:
        """Whether peers may have lost of a feed what they offered: its account has ended it, or
        the store is being given something about that account."""
        if self._scheduler.has_ended(feed):
            return True
        account = self._catalog.owner(feed)
        return account is not None and self._undecided[account] > 0

    # --- what is in force ------------------------------------------------------------------

    def hold(self, attestations: Iterable[Attestation]) -> list[Effect]:
        """See `Replica.hold_attestations`."""
        new = [one for one in attestations if self._is_carried(one) and self._enter(one)]
        relayed = [effect for one in new for effect in self._relay(one, set())]
        return relayed + self._reload(new)

    def ends(self, feed: bytes) -> bool:
        """Whether the account of a carried feed has attested where it ends."""
        account = self._catalog.account(feed)
        in_force = self._in_force.get(account, {})
        return (Revoke, feed) in in_force or (Rotate, account) in in_force

    def of(self, account: bytes) -> list[Attestation]:
        """All that is in force of an account."""
        return list(self._in_force.get(account, {}).values())

    def about(self, accounts: Set[bytes], attestations: Iterable[Attestation]) -> list[Attestation]:
        """Those of the attestations that are about these accounts."""
        return [
            one for one in attestations if self._is_carried(one) and self._account(one) in accounts
        ]

    def introduce(self, peer: Peer, accounts: Iterable[bytes], *, more: bool) -> list[Effect]:
        """Tell a peer all about accounts that it wants; `more` as in `Gossip.offers`."""
        accounts = list(accounts)
        feeds = [feed for account in accounts for feed in self._catalog.feeds(account)]
        attestations = [one for account in accounts for one in self.of(account)]
        return self.around(peer, attestations, self._gossip.offers(peer, feeds, more=more))

    def _reload(self, attestations: Sequence[Attestation]) -> list[Effect]:
        """Read again what these may have changed in the store."""
        feeds: dict[bytes, None] = {}
        accounts = False
        for one in attestations:
            if isinstance(one, Rotate):
                feeds |= dict.fromkeys(self._catalog.feeds(one.account))
                accounts = accounts or not self._catalog.wants(one.successor)
            else:
                feeds[one.feed] = None
        return [ReloadFeeds(list(feeds), accounts)] if feeds or accounts else []

    def _enter(self, attestation: Attestation) -> bool:
        """Note what is in force in the store. True where that is new. What was read from the store
        before it took in what outranks it may be told after that, and counts no more."""
        in_force = self._in_force.setdefault(self._account(attestation), {})
        if _is_outranked(attestation, in_force):
            return False
        for topic in [topic for topic in in_force if _takes_the_place_of(attestation, topic)]:
            self._known.discard(in_force.pop(topic).wire)
        in_force[_topic(attestation)] = attestation
        self._known.add(attestation.wire)
        return True

    def _is_carried(self, attestation: Attestation) -> bool:
        if not isinstance(attestation, ForkProof):
            return True
        return self._catalog.owner(attestation.feed) is not None

    def _account(self, one: Attestation | Claim) -> bytes:
        """The account that it is about, where that is carried."""
        if isinstance(one, Revoke | Rotate):
            return one.account
        if one.feed is not None:
            return self._catalog.account(one.feed)
        assert one.account is not None
        return one.account

    # --- what goes -------------------------------------------------------------------------

    def _relay(self, attestation: Attestation, sources: set[str]) -> list[Effect]:
        """Pass on what came into force to all that want its account and did not send it."""
        account = self._account(attestation)
        effects: list[Effect] = []
        for peer in self._state.greeted():
            if account in peer.interest.wants and peer.name not in sources:
                effects += self._with_grant(peer, attestation, account)
                effects += tell(peer, [attestation])
        return effects

    def _with_grant(self, peer: Peer, attestation: Attestation, account: bytes) -> list[Effect]:
        """Whatever is verified by a grant finds one there."""
        if isinstance(attestation, Revoke):
            return []
        needed = self._catalog.feeds(account)[:1]
        if isinstance(attestation, ForkProof):
            needed = [attestation.feed]
        place = self._catalog.place
        untold = [feed for feed in needed if not peer.gossip.was_told(feed, place(feed))]
        return self._gossip.offers(peer, untold, more=False) if untold else []

    def around(
        self, peer: Peer, attestations: Sequence[Attestation], offers: list[Effect]
    ) -> list[Effect]:
        """Offers to a peer, with what it is to be told before and after them."""
        before = [one for one in attestations if isinstance(one, Revoke)]
        after = [one for one in attestations if not isinstance(one, Revoke)]
        return [*tell(peer, before), *offers, *tell(peer, after)]


def tell(peer: Peer, attestations: Sequence[Attestation]) -> list[Effect]:
    """Frames that carry these to a peer."""
    wires = [one.wire for one in attestations]
    return [
        Send(peer.name, Say(wires[at : at + MAX_STATEMENTS_A_FRAME]))
        for at in range(0, len(wires), MAX_STATEMENTS_A_FRAME)
    ]


def _topic(one: Attestation) -> _Topic:
    return type(one), one.account if isinstance(one, Rotate) else one.feed


def _is_outranked(one: Attestation, in_force: Mapping[_Topic, Attestation]) -> bool:
    """Whether it counts for nothing beside what is in force, by the rules that stores follow."""
    old = in_force.get(_topic(one))
    if isinstance(one, ForkProof):
        return old is not None
    if isinstance(one, Rotate):
        return isinstance(old, Rotate) and old.rank <= one.rank
    if (Rotate, one.account) in in_force:
        return True
    return isinstance(old, Revoke) and old.rank <= one.rank


def _takes_the_place_of(one: Attestation, topic: _Topic) -> bool:
    """An account that was rotated attests nothing more; proofs against its feeds stay."""
    if isinstance(one, Rotate):
        return topic[0] is not ForkProof
    return topic == _topic(one)


def _events_of(job: StoreStatements, one: Attestation) -> list[Effect]:
    """The events that tell the owner of it; nothing where it was found here, which told him
    already."""
    if not job.peer:
        return []
    if isinstance(one, Rotate):
        return [Event("moved", job.peer, detail=key_text(one.successor))]
    return [Event("revoked" if isinstance(one, Revoke) else "forked", job.peer, one.feed)]


def _digest(wire: bytes) -> bytes:
    return blake2b(wire, digest_size=16).digest()
