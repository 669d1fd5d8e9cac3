"""Gossip tells peers what is new here: pushed, announced or offered, and only what they want."""

from __future__ import annotations

from collections.abc import Sequence

from ...feed.run import RawRun
from ...limits import LIVE_ENTRIES, MAX_RANGES
from ..effects import Effect, Push, Send
from ..peer.peer import Peer
from ..replica_state import ReplicaState
from ..session import State
from ..wire.frames import Have, Heights, Offer, height_check

OFFERS_A_FRAME = 100
"""Offers in one `Have`: the peer checks the signatures of the grants in it, a tenth of a
millisecond each, before it asks for the first feed."""

HEIGHTS_A_FRAME = 1000


class Gossip:
    """Feeds that have changed, and who is to hear of it in which way."""

    def __init__(self, state: ReplicaState) -> None:
        self._state = state
        self._catalog = state.catalog
        self._scheduler = state.scheduler
        self._peers = state.peers
        self._changed: dict[bytes, None] = {}
        """Feeds to offer again, once nothing of them is under way."""
        self._changed_lately: dict[bytes, None] = {}
        """Those that have changed since `offer_changes` was called last."""
        self.announcing = False
        """Whether heights wait to be announced."""

    def relay(self, run: RawRun, source: str | None, *, urgent: bool = False) -> list[Effect]:
        """Pass new entries on to the peers that want them and do not have them, those that are
        `urgent` before answers that wait."""
        push: list[str] = []
        effects: list[Effect] = []
        for peer in self._wanting(run.feed):
            theirs = self._scheduler.offered(peer.name, run.feed)
            if peer.name == source or theirs.covers(run.first, run.last):
                continue
            peer.synced.offer()
            if not peer.gossip.was_told(run.feed, self._catalog.place(run.feed)):
                effects += self.offers(peer, [run.feed], more=False)
            elif run.feed in peer.gossip.announced:
                peer.gossip.heights[run.feed] = run.last, height_check(run.signatures[-1])
                self.announcing = True
            elif len(run.times) > LIVE_ENTRIES:
                check = height_check(run.signatures[-1])
                effects.append(Send(peer.name, Heights([(run.feed, run.last)], [check])))
            else:
                push.append(peer.name)
                self._scheduler.offer(peer.name, run.feed, [(run.first, run.last)])
        return [*effects, Push(push, run, urgent)] if push else effects

    def note_change(self, feed: bytes) -> None:
        """More of a feed is held; `offer_changes` says so when the time has come."""
        self._changed[feed] = self._changed_lately[feed] = None

    def announce(self) -> list[Effect]:
        """The heights of the feeds that peers want announced, as they are by now."""
        effects: list[Effect] = []
        for peer in self._peers.values() if self.announcing else ():
            heights = peer.gossip.take_heights()
            for at in range(0, len(heights), HEIGHTS_A_FRAME):
                part = heights[at : at + HEIGHTS_A_FRAME]
                told = [(feed, height) for feed, (height, _) in part]
                effects.append(Send(peer.name, Heights(told, [check for _, (_, check) in part])))
        self.announcing = False
        return effects

    def offer_changes(self, *, whatever_is_under_way: bool = False) -> list[Effect]:
        """Offer feeds again of which the past came in, once nothing of them is under way."""
        effects: list[Effect] = []
        if whatever_is_under_way:
            feeds = list(self._changed)
        else:
            # Not all that has changed: in a first sync that is every feed, at every run.
            completed = self._scheduler.completed()
            if not (completed or self._changed_lately):  # nearly always
                return effects
            lately = self._changed_lately | dict.fromkeys(completed)
            feeds = [f for f in lately if f in self._changed and self._scheduler.is_complete(f)]
        self._changed_lately.clear()
        for feed in feeds:
            del self._changed[feed]
            for peer in self._wanting(feed):
                theirs = self._scheduler.offered(peer.name, feed)
                # Of a feed that has ended they may have offered another branch.
                news = self._scheduler.has_ended(feed)
                passed_on = self._scheduler.passed_on(feed, blank=peer.takes_proofs)
                if news or passed_on.highest_outside(theirs) is not None:
                    peer.synced.offer()
                    effects += self.offers(peer, [feed], more=False)
        return effects

    def offers(self, peer: Peer, feeds: Sequence[bytes], *, more: bool) -> list[Effect]:
        """Describe feeds to a peer; without `more` that ends what it has asked for, so what comes
        before the end of its list never does."""
        more = more or peer.session.state is State.LISTING
        peer.gossip.told.update(feeds)
        offers = [self._offer(feed, blank=peer.takes_proofs) for feed in feeds]
        effects: list[Effect] = []
        for at in range(0, max(1, len(offers)), OFFERS_A_FRAME):
            follows = at + OFFERS_A_FRAME < len(offers)
            part = offers[at : at + OFFERS_A_FRAME]
            effects.append(Send(peer.name, Have(part, more or follows)))
        return effects

    def _offer(self, feed: bytes, *, blank: bool) -> Offer:
        held = self._scheduler.passed_on(feed, blank=blank).highest(MAX_RANGES)
        return Offer(self._catalog.grant(feed).wire, held)

    def _wanting(self, feed: bytes) -> list[Peer]:
        account = self._catalog.account(feed)
        return [peer for peer in self._state.greeted() if account in peer.interest.wants]
