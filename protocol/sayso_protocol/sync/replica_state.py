"""The state that all parts of a replica share."""

from __future__ import annotations

from dataclasses import dataclass, field

from .catalog import Catalog
from .feeds.scheduler import Scheduler
from .feeds.tips import Tips
from .peer.peer import Peer
from .rosters.roster_book import RosterBook
from .session import State


@dataclass(slots=True)
class ReplicaState:
    """The accounts and feeds, how much of them is held and asked for, and the peers."""

    epoch: bytes
    """That of the own store."""
    software: str
    catalog: Catalog = field(default_factory=Catalog)
    scheduler: Scheduler = field(default_factory=Scheduler)
    peers: dict[str, Peer] = field(default_factory=dict)
    """By the name of the session."""
    tips: Tips = field(default_factory=Tips)
    rosters: RosterBook = field(default_factory=RosterBook)
    own_roster: bytes = b""
    """The roster in which this node stands, as it travels; empty for none."""
    own_feed: bytes | None = None
    """The feed that is written here."""

    def greeted(self) -> list[Peer]:
        """The peers that have said hello."""
        return [peer for peer in self.peers.values() if peer.session.state is not State.SILENT]
