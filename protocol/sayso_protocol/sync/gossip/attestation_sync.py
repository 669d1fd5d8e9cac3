"""What accounts say of their feeds, on its way between peers: revokes, rotations, fork proofs.

All that counts here is kept in memory by account: it is small and few. A peer that comes to
want an account is told all of it, and what counts anew is passed on once to everybody who
wants the account. Revokes come before the offers of the account's feeds, so that nothing is
asked for that does not count; rotations and proofs after them, since they are judged by the
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
from ...limits import MAX_IDLE_SAID, MAX_SAID_A_FRAME
from ..catalog import Catalog
from ..effects import Effect, Event, ReloadFeeds, Send, StoreStatements
from ..now import Now
from ..peer.peer import Peer
from ..wire.frame_codec import Say
from .gossip import Gossip

_Topic = tuple[type, bytes]
"""Of one kind about one feed (of a rotation: about one account) one thing counts."""


Blame = tuple[str, Refused]
"""A peer, and what was wrong with something that it sent."""


class AttestationSync:
    """Looks at the same accounts and peers as the `Replica` that owns it."""

    def __init__(self, carried: Catalog, gossip: Gossip) -> None:
        self._carried = carried
        self._gossip = gossip
        self._kept: dict[bytes, dict[_Topic, Attestation]] = {}
        self._known: set[bytes] = set()
        """The wires of all that is kept."""
        self._pending: dict[bytes, set[str]] = {}
        """Wires that are being judged, and the peers that sent them."""
        self._deciding: Counter[bytes] = Counter()
        """The accounts that these are about."""
        self._idle: OrderedDict[bytes, None] = OrderedDict()
        """Hashes of what was sound and changed nothing, the latest last."""

    # --- what comes ------------------------------------------------------------------------

    def receive(
        self, peer: Peer, wires: Sequence[bytes], now: Now
    ) -> tuple[list[Claim], list[Refused]]:
        """What is worth judging, and why the rest was refused. What is known, or is of no account
        or feed that is wanted, is neither, and costs no signature check; nor is what a peer says
        beyond its allowance, which it may say again when it comes back."""
        found: list[Claim] = []
        errors: list[Refused] = []
        for wire in wires:
            if self._is_known(peer.name, wire):
                continue
            if not peer.says.spend(len(wire), now.mono_ms):
                peer.lacking = True
                continue
            try:
                claim = claim_of(wire)
            except UnknownVersion:
                continue  # later software says more, and is not worse for that
            except Refused as error:
                errors.append(error)
                continue
            if self._concerns(claim):
                self._pending[wire] = {peer.name}
                self._deciding[self._account(claim)] += 1
                found.append(claim)
        return found, errors

    def _is_known(self, name: str, wire: bytes) -> bool:
        if wire in self._pending:
            self._pending[wire].add(name)
            return True
        return wire in self._known or _digest(wire) in self._idle

    def _concerns(self, claim: Claim) -> bool:
        if claim.feed is None:
            return claim.account is not None and self._carried.wants(claim.account)
        account = self._carried.owner(claim.feed)
        if account is None or not self._carried.wants(account):
            return False
        # One proof is as good as another, and one is enough.
        return (ForkProof, claim.feed) not in self._kept.get(account, {})

    def statements_ingested(
        self, job: StoreStatements, outcomes: Sequence[StatementOutcome]
    ) -> tuple[list[Effect], list[Blame]]:
        """See `Replica.statements_ingested`; with the effects, who is to blame for what is not sound. For what
        is sound and not taken nobody is: a peer may know another grant."""
        counting: list[Attestation] = []
        blames: list[Blame] = []
        effects: list[Effect] = []
        for one, (said, outcome) in zip(job.statements, outcomes, strict=True):
            sources = self._decided(one, outcome)
            if said is None and isinstance(outcome, Refused):
                blames += [(name, outcome) for name in sorted(sources)]
            if said is None or outcome is not True:
                continue
            counting.append(said)
            effects += _news_of(job, said)
            if self._keep(said):  # or it was seen in the store before this was told
                effects += self._spread(said, sources)
        return effects + self._review(counting), blames

    def _decided(self, one: Attestation | Claim, outcome: bool | Exception) -> set[str]:
        """The store has taken it in, or not. Gives the peers that sent it meanwhile."""
        sources = self._pending.pop(one.wire, None)
        if sources is not None:
            self._deciding[self._account(one)] -= 1
        if outcome is False:
            self._idle[_digest(one.wire)] = None
            if len(self._idle) > MAX_IDLE_SAID:
                self._idle.popitem(last=False)
        return sources or set()

    def is_deciding(self, feed: bytes) -> bool:
        """Whether the store is being given something about the account of a feed."""
        account = self._carried.owner(feed)
        return account is not None and self._deciding[account] > 0

    # --- what counts -----------------------------------------------------------------------

    def hold_attestations(self, said: Iterable[Attestation]) -> list[Effect]:
        """See `Replica.hold_attestations`."""
        new = [one for one in said if self._is_carried(one) and self._keep(one)]
        spread = [effect for one in new for effect in self._spread(one, set())]
        return spread + self._review(new)

    def ends(self, feed: bytes) -> bool:
        """Whether the account of a carried feed has said where it ends."""
        account = self._carried.account(feed)
        kept = self._kept.get(account, {})
        return (Revoke, feed) in kept or (Rotate, account) in kept

    def of(self, account: bytes) -> list[Attestation]:
        """All that counts of an account."""
        return list(self._kept.get(account, {}).values())

    def about(self, accounts: Set[bytes], said: Iterable[Attestation]) -> list[Attestation]:
        """That part of it which is about these accounts."""
        return [one for one in said if self._is_carried(one) and self._account(one) in accounts]

    def introduce(self, peer: Peer, accounts: Iterable[bytes], *, more: bool) -> list[Effect]:
        """Tell a peer all about accounts that it wants; `more` as in `Gossip.offers`."""
        accounts = list(accounts)
        feeds = [feed for account in accounts for feed in self._carried.feeds(account)]
        said = [one for account in accounts for one in self.of(account)]
        return self.around(peer, said, self._gossip.offers(peer, feeds, more=more))

    def _review(self, said: Sequence[Attestation]) -> list[Effect]:
        """What these may have changed in the store is looked at."""
        feeds: dict[bytes, None] = {}
        accounts = False
        for one in said:
            if isinstance(one, Rotate):
                feeds |= dict.fromkeys(self._carried.feeds(one.account))
                accounts = accounts or not self._carried.wants(one.successor)
            else:
                feeds[one.feed] = None
        return [ReloadFeeds(list(feeds), accounts)] if feeds or accounts else []

    def _keep(self, said: Attestation) -> bool:
        """Note what counts in the store. True where that is new. What was read from the store
        before it took in what outranks it may be told after that, and does not count any more."""
        kept = self._kept.setdefault(self._account(said), {})
        if _is_outranked(said, kept):
            return False
        for topic in [topic for topic in kept if _takes_the_place_of(said, topic)]:
            self._known.discard(kept.pop(topic).wire)
        kept[_topic(said)] = said
        self._known.add(said.wire)
        return True

    def _is_carried(self, said: Attestation) -> bool:
        return not isinstance(said, ForkProof) or self._carried.owner(said.feed) is not None

    def _account(self, said: Attestation | Claim) -> bytes:
        """The account that it is about, where that is carried."""
        if isinstance(said, Revoke | Rotate):
            return said.account
        if said.feed is not None:
            return self._carried.account(said.feed)
        assert said.account is not None
        return said.account

    # --- what goes -------------------------------------------------------------------------

    def _spread(self, said: Attestation, sources: set[str]) -> list[Effect]:
        """Pass on what counts anew to all that want its account and did not send it."""
        account = self._account(said)
        effects: list[Effect] = []
        for peer in self._gossip.greeted():
            if account in peer.wants and peer.name not in sources:
                effects += self._with_grant(peer, said, account)
                effects += tell(peer, [said])
        return effects

    def _with_grant(self, peer: Peer, said: Attestation, account: bytes) -> list[Effect]:
        """Whatever is judged by a grant finds one there."""
        if isinstance(said, Revoke):
            return []
        needed = [said.feed] if isinstance(said, ForkProof) else self._carried.feeds(account)[:1]
        place = self._carried.place
        untold = [feed for feed in needed if not peer.was_told(feed, place(feed))]
        return self._gossip.offers(peer, untold, more=False) if untold else []

    def around(self, peer: Peer, said: Sequence[Attestation], offers: list[Effect]) -> list[Effect]:
        """Offers to a peer, with what is to be said before and after them."""
        before = [one for one in said if isinstance(one, Revoke)]
        after = [one for one in said if not isinstance(one, Revoke)]
        return [*tell(peer, before), *offers, *tell(peer, after)]


def tell(peer: Peer, said: Sequence[Attestation]) -> list[Effect]:
    """Frames that say these things to a peer."""
    wires = [one.wire for one in said]
    return [
        Send(peer.name, Say(wires[at : at + MAX_SAID_A_FRAME]))
        for at in range(0, len(wires), MAX_SAID_A_FRAME)
    ]


def _topic(said: Attestation) -> _Topic:
    return type(said), said.account if isinstance(said, Rotate) else said.feed


def _is_outranked(said: Attestation, kept: Mapping[_Topic, Attestation]) -> bool:
    """Whether it does not count beside what is kept, by the rules that stores follow."""
    old = kept.get(_topic(said))
    if isinstance(said, ForkProof):
        return old is not None
    if isinstance(said, Rotate):
        return isinstance(old, Rotate) and old.rank <= said.rank
    if (Rotate, said.account) in kept:
        return True
    return isinstance(old, Revoke) and old.rank <= said.rank


def _takes_the_place_of(said: Attestation, topic: _Topic) -> bool:
    """An account that was rotated says nothing more; proofs against its feeds stay."""
    if isinstance(said, Rotate):
        return topic[0] is not ForkProof
    return topic == _topic(said)


def _news_of(job: StoreStatements, said: Attestation) -> list[Effect]:
    """What the owner is told of it; nothing where it was found here, which told him already."""
    if not job.peer:
        return []
    if isinstance(said, Rotate):
        return [Event("moved", job.peer, detail=key_text(said.successor))]
    return [Event("revoked" if isinstance(said, Revoke) else "forked", job.peer, said.feed)]


def _digest(wire: bytes) -> bytes:
    return blake2b(wire, digest_size=16).digest()
