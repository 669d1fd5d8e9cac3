"""Decides whom to dial and whom to leave: what is known of peers goes in with the time, `Dial` and
`Leave` come out. It dials nobody itself, so it runs in the simulator too.

In this order: the owner's own peers, the anchors of the last run, the LAN, peers that carry what
has too few sources, eight peers in eight networks, places in the book that are contested, and now
and then an address that was only heard of.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from ...sync.now import Now
from ...token_bucket import TokenBucket
from ..address_book.address_book import AddressBook
from ..address_book.carriers import Carriers
from ..address_book.known_peer import KnownAddress, KnownPeer
from ..address_book.trust import network_of
from ..candidate import Candidate, Origin
from ..multiaddr import Address
from ..seeded_random import SeededRandom
from . import dial_limits as limits
from .decisions import Decision, Dial, Leave, Why
from .pauses import Pauses
from .present_peers import PresentPeer, PresentPeers
from .source_needs import SourceNeeds

_FRIENDS = (Why.CHOSEN, Why.ANCHOR, Why.LAN, Why.SOURCE)
_SPREAD_OUT = (Why.CHOSEN, Why.ANCHOR, Why.SPREAD)
"""What counts among the eight: not whom strangers told to be a source, nor the LAN."""
_OWN_WORD = (Origin.OWNER, Origin.INVITE, Origin.LAN, Origin.CONTACT)


class DialPlanner:
    """See the module. `own_peer_id` is never dialled."""

    def __init__(
        self, own_peer_id: str, book: AddressBook, carriers: Carriers, draw: SeededRandom
    ) -> None:
        self._own = own_peer_id
        self.book = book
        self.carriers = carriers
        self._draw = draw
        self.present = PresentPeers()
        self.needs = SourceNeeds(carriers)
        self._dialling: dict[str, Dial] = {}
        self._reached: dict[str, Why] = {}
        """Peers that answered, with whom a session is about to begin."""
        self._pauses = Pauses(draw)
        self._dials = TokenBucket(limits.DIALS, limits.DIALS_A_SECOND)
        self._told_dials = TokenBucket(limits.TOLD_DIALS, limits.TOLD_DIALS_A_SECOND)
        self._heard_on_lan: dict[str, None] = {}
        self._doubted: dict[str, None] = {}
        """Connected peers of whom it is not known whether the connection still lives."""
        self._sources_due_ms = 0
        self._renews_contests = False
        """Whether contests were open while nobody could be dialled."""
        self._tried_ms: int | None = None
        """When an address was tried last that was only heard of."""
        # Only the anchors of the last run: later ones are connected, or gone for a reason.
        self._anchors = [peer.peer_id for peer in book.peers if peer.is_anchor]

    # --- what is learned -----------------------------------------------------------------------

    def consider(self, candidate: Candidate, source: str, now: Now, met_at: str = "") -> None:
        """Somebody in the network `source` told of a peer; where it is the peer itself, it was met
        at the host `met_at`."""
        peer_id, origin = candidate.peer_id, candidate.origin
        if peer_id == self._own:
            return
        news = False
        for address in candidate.addresses:
            named = replace(address, peer_id=address.peer_id or peer_id)
            if named.peer_id != peer_id:
                continue
            is_known = str(named) in self._texts(peer_id)
            heard = self.book.hear(named, origin, source, now.wall_ms, self._draw, met_at)
            news |= heard and not is_known
        if news and origin in _OWN_WORD:
            self._pauses.end(peer_id)  # it is somewhere else than where it was sought
        if origin is Origin.LAN:
            self._heard_on_lan[peer_id] = None
            if len(self._heard_on_lan) > limits.MAX_HEARD:
                del self._heard_on_lan[next(iter(self._heard_on_lan))]
        self.needs.tell(peer_id, candidate.accounts)

    def connected(self, peer_id: str, address: Address | None, now: Now, *, outbound: bool) -> None:
        """A session with a peer has begun, at an address as far as that is known."""
        network = network_of(address) if address is not None else ""
        why = self._reached.pop(peer_id, None) if outbound else None
        self.present.add(PresentPeer(peer_id, outbound, network, now.mono_ms, why))
        self._doubted.pop(peer_id, None)
        self.book.note_seen(peer_id, now.wall_ms)
        self.needs.carry(peer_id, (), now.wall_ms)

    def carries(self, peer_id: str, accounts: Iterable[bytes], now: Now) -> None:
        """A connected peer carries these accounts, whatever it was known to before."""
        if peer_id in self.present:
            self.needs.carry(peer_id, accounts, now.wall_ms)

    def resumed(self, peer_id: str, now: Now) -> None:
        """The session with a peer goes on where an earlier one was: it has what it had."""
        self.carries(peer_id, self.carriers.by(peer_id), now)

    def lost(self, peer_id: str, now: Now) -> None:
        """The session with a peer is over."""
        peer = self.present.remove(peer_id)
        self._doubted.pop(peer_id, None)
        if peer is None:
            return
        self.needs.lost(peer_id)
        self._sources_due_ms = now.mono_ms
        self.book.note_seen(peer_id, now.wall_ms)
        if now.mono_ms - peer.since_ms >= limits.STEADY:
            self._pauses.end(peer_id)
        self._pause(peer_id, is_friend=peer.why in _FRIENDS or self._is_chosen(peer_id), now=now)

    @property
    def dialling(self) -> Collection[str]:
        """The ids of the peers that are being dialled now."""
        return self._dialling.keys()

    def dialled(
        self, dial: Dial, reached: Address | None, tried: Iterable[Address], now: Now
    ) -> None:
        """A dial is over: which of the addresses answered, if any did, and which did not."""
        self._dialling.pop(dial.peer_id, None)
        for address in tried:
            self.book.note_failure(address, now.wall_ms, decides=bool(self.present))
        if reached is not None:
            self.book.note_success(reached, now.wall_ms)
            if dial.stays:
                self._reached[dial.peer_id] = dial.why
            return
        self._heard_on_lan.pop(dial.peer_id, None)  # until it is heard again
        if dial.peer_id not in self.present:
            self._pause(dial.peer_id, is_friend=dial.why in _FRIENDS, now=now)

    def abandon(self) -> None:
        """The dials that are under way come to nothing, nobody knows why."""
        self._dialling.clear()
        self._reached.clear()

    def network_changed(self) -> None:
        """The machine woke, or is in another network: what was in vain there is tried again, and
        whether connections still live is to be seen."""
        self._pauses.end_all()
        self._sources_due_ms = 0
        self._renews_contests = True
        self._doubted = dict.fromkeys(
            peer.peer_id for peer in self.present if self._is_friend(peer)
        )

    # --- what is decided -----------------------------------------------------------------------

    def tick(self, now: Now) -> list[Decision]:
        """What is to be done now; call about once a second."""
        decisions: list[Decision] = list(self._leave(now))
        for dial in self._wanted(now):
            if len(self._dialling) >= limits.AT_ONCE:
                break
            if dial.peer_id in self._dialling:
                continue
            if not self._dials.spend(1, now.mono_ms):
                break
            self._dialling[dial.peer_id] = dial
            self._doubted.pop(dial.peer_id, None)
            decisions.append(dial)
        self._keep_anchors(now)
        return decisions

    def _wanted(self, now: Now) -> Iterator[Dial]:
        yield from self._friends(now)
        yield from self._sources(now)
        yield from self._spread(now)
        yield from self._contests(now)
        yield from self._trial(now)

    def _friends(self, now: Now) -> Iterator[Dial]:
        """The owner's peers, anchors, the LAN; and those whose connections are doubted."""
        for peer_id in list(self._doubted):
            yield from self._dial(peer_id, Why.CHOSEN, now, again=True)
        for peer_id in self.book.chosen:
            yield from self._dial(peer_id, Why.CHOSEN, now)
        for peer_id in self._anchors:
            yield from self._dial(peer_id, Why.ANCHOR, now)
        self._anchors = [one for one in self._anchors if self._awaits(one)]
        for peer_id in list(self._heard_on_lan):
            if peer_id in self.present or self.present.count(Why.LAN) >= limits.LAN_LINKS:
                del self._heard_on_lan[peer_id]
            else:
                yield from self._dial(peer_id, Why.LAN, now)

    def _sources(self, now: Now) -> Iterator[Dial]:
        """Peers for accounts that have too few sources; to look costs with the accounts."""
        if now.mono_ms < self._sources_due_ms:
            return
        self._sources_due_ms = now.mono_ms + limits.SOURCES_EVERY
        under_way = sum(dial.why is Why.SOURCE for dial in self._dialling.values())
        room = limits.SOURCE_LINKS - self.present.count(Why.SOURCE) - under_way
        for peer_id, is_proven in self.needs.candidates():
            if room <= 0:
                return
            for dial in self._dial(peer_id, Why.SOURCE, now):
                if not is_proven and not self._told_dials.spend(1, now.mono_ms):
                    return
                room -= 1
                yield dial

    def _spread(self, now: Now) -> Iterator[Dial]:
        """Tested addresses in networks where nobody was dialled yet."""
        for _ in range(self._spread_room()):
            known = self.book.choose(self._draw, tested=True, fits=self._fits(now))
            if known is None:
                return
            yield Dial(known.peer_id, (known.address,), Why.SPREAD)

    def _contests(self, now: Now) -> Iterator[Dial]:
        if self._renews_contests or not self.present:
            self.book.renew_contests(now.wall_ms)
            self._renews_contests = False
        if not self.present:
            return  # a dial that fails would say nothing of who was dialled
        for known in self.book.contested(now.wall_ms):
            peer = self.present.get(known.peer_id)
            if peer is not None and peer.is_outbound:
                self.book.note_success(known.address, now.wall_ms)
            elif known.peer_id not in self._dialling:
                yield Dial(known.peer_id, (known.address,), Why.CONTEST, stays=False)

    def _trial(self, now: Now) -> Iterator[Dial]:
        """An address that was only heard of, every two minutes: oftener while nobody is there."""
        every = limits.UNTESTED_EVERY if self.present else limits.ALONE_EVERY
        if self._tried_ms is not None and now.mono_ms - self._tried_ms < every:
            return
        known = self.book.choose(self._draw, tested=False, fits=self._fits(now))
        if known is not None:
            self._tried_ms = now.mono_ms
            has_room = self._spread_room() > 0
            why = Why.SPREAD if has_room else Why.TRIAL
            stays = has_room or bool(self.needs.lacking)
            yield Dial(known.peer_id, (known.address,), why, stays)

    def _leave(self, now: Now) -> Iterator[Leave]:
        """Strangers on trial who show nothing that is wanted."""
        for peer in self.present:
            on_trial = peer.why is Why.TRIAL and now.mono_ms - peer.since_ms >= limits.TRIAL
            if on_trial and not self.needs.of(peer.peer_id):
                yield Leave(peer.peer_id, "it carries nothing that is wanted here")

    # --- parts ---------------------------------------------------------------------------------

    def _dial(self, peer_id: str, why: Why, now: Now, *, again: bool = False) -> Iterator[Dial]:
        """A dial of a peer at its most promising addresses, if it is due."""
        if peer_id == self._own or (peer_id in self.present and not again):
            return
        if not self._pauses.is_over(peer_id, now.mono_ms):
            return
        addresses = [known.address for known in self.book.addresses(peer_id)]
        if addresses:
            yield Dial(peer_id, tuple(addresses[: limits.ADDRESSES_A_DIAL]), why)

    def _fits(self, now: Now) -> _Fits:
        networks = self.present.networks | {
            network_of(dial.addresses[0]) for dial in self._dialling.values()
        }
        return _Fits(self, networks, now)

    def _spread_room(self) -> int:
        there = sum(peer.is_outbound and peer.why in _SPREAD_OUT for peer in self.present)
        under_way = sum(dial.why in _SPREAD_OUT for dial in self._dialling.values())
        return max(0, limits.SPREAD - there - under_way)

    def is_free(self, peer_id: str, now: Now) -> bool:
        """Whether a peer is neither there nor being dialled, and may be."""
        if peer_id == self._own or peer_id in self.present or peer_id in self._dialling:
            return False
        return self._pauses.is_over(peer_id, now.mono_ms)

    def _pause(self, peer_id: str, *, is_friend: bool, now: Now) -> None:
        first = limits.FIRST_PAUSE if is_friend else limits.STRANGER_PAUSE
        longest = limits.LONGEST_PAUSE
        peer = self.book.peer(peer_id)
        if is_friend and peer is not None:
            longest = _longest_pause(peer, now.wall_ms)
        self._pauses.lengthen(peer_id, now.mono_ms, first, longest)

    def _keep_anchors(self, now: Now) -> None:
        served = [one for one in self.present.eldest if self.needs.of(one.peer_id)]
        if served:
            self.book.set_anchors(one.peer_id for one in served[: limits.ANCHORS])

    def _awaits(self, peer_id: str) -> bool:
        return peer_id not in self.present and self.book.peer(peer_id) is not None

    def _is_chosen(self, peer_id: str) -> bool:
        peer = self.book.peer(peer_id)
        return peer is not None and peer.is_chosen

    def _is_friend(self, peer: PresentPeer) -> bool:
        return peer.is_outbound or self._is_chosen(peer.peer_id) or self.needs.of(peer.peer_id) > 0

    def _texts(self, peer_id: str) -> Iterable[str]:
        peer = self.book.peer(peer_id)
        return peer.addresses if peer is not None else ()


class _Fits:
    """Addresses in networks where nobody was dialled, of peers that are free."""

    def __init__(self, planner: DialPlanner, networks: set[str], now: Now) -> None:
        self._planner = planner
        self._networks = networks
        self._now = now

    def __call__(self, known: KnownAddress) -> bool:
        if network_of(known.address) in self._networks:
            return False
        return self._planner.is_free(known.peer_id, self._now)


def _longest_pause(peer: KnownPeer, wall_ms: int) -> int:
    """How rarely a friend is tried: the longer it is away, the rarer."""
    away = wall_ms - max(peer.seen_ms, peer.success_ms)
    for within, pause in limits.LONGEST_PAUSES:
        if away <= within:
            return pause
    return limits.LONGEST_PAUSE
