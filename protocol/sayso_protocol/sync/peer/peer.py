"""One peer while its session lasts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..effects import Effect, Send
from ..now import Now
from ..session import Session
from ..wire.frames import SYNC_1, SYNC_3, Ask, Graft, Prune
from .peer_conduct import PeerConduct
from .peer_fetch import PeerFetch
from .peer_gossip import PeerGossip
from .peer_interest import PeerInterest
from .peer_marks import PeerMarks
from .peer_resumption import PeerResumption
from .peer_synced import PeerSynced


@dataclass(slots=True)
class Peer:
    """All that is known of it: one part for each part of the replica that writes there."""

    name: str
    resumption: PeerResumption = field(default_factory=PeerResumption)
    """Written by `Resumption`."""
    session: Session = field(default_factory=Session)
    """The order of its frames."""
    software: str = ""
    version: int = SYNC_1
    """That of the protocol of the session."""
    interest: PeerInterest = field(default_factory=PeerInterest)
    """Written as its lists of wants say, and by whoever carries or withholds an account."""
    gossip: PeerGossip = field(default_factory=PeerGossip)
    """Written by `Gossip`, and as its `Prune` and `Graft` frames say."""
    fetch: PeerFetch = field(default_factory=PeerFetch)
    """Written by `Requester`, `Incoming` and `Outcomes`."""
    marks: PeerMarks = field(default_factory=PeerMarks)
    """Written by `Marks`."""
    synced: PeerSynced = field(default_factory=PeerSynced)
    """Written through its methods by whoever offers, asks or hears something."""
    conduct: PeerConduct = field(default_factory=PeerConduct)
    """Written by `misbehaviour`."""

    @property
    def takes_proofs(self) -> bool:
        """Whether it may be given entries whose bodies were taken back."""
        return self.version != SYNC_1

    @property
    def knows_rosters(self) -> bool:
        """Whether it may be shown by which nodes this store is served."""
        return self.version >= SYNC_3

    @property
    def in_sync(self) -> bool:
        """Neither side lacks anything of what the other has, and both have said so. Who leaves
        before it has said so takes with it the mark that comes before the word: the peer would
        come back to an older place, and offer what it has given."""
        return self.fetch.complete and self.synced.heard and self.synced.was_told and not self.owes

    @property
    def owes(self) -> bool:
        """Whether it is to be told how far it knows this store before the session ends."""
        return self.marks.is_awaited

    @property
    def is_quiet(self) -> bool:
        """Nothing waits to be told to it or kept of it."""
        synced = self.synced
        quiet = self.fetch.complete and synced.told and not synced.asks
        return quiet and self.resumption.mark is None

    def overdue(self, now: Now, timeout_ms: int) -> list[Ask]:
        """Own asks that have been open for longer than the time-out."""
        asked = self.session.asked
        return [asked[number] for number in self.fetch.overdue(now, timeout_ms)]

    def prune(self, feed: bytes, now: Now) -> list[Effect]:
        """Tell it not to push a feed, unless it was told so lately."""
        return [Send(self.name, Prune([feed]))] if self.gossip.prune(feed, now) else []

    def graft(self, feeds: Sequence[bytes]) -> Effect:
        """Let it push feeds again."""
        for feed in feeds:
            self.gossip.graft(feed)
        return Send(self.name, Graft(feeds))
