"""Peers: what is kept of them between sessions, so that a reconnect costs what is new."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # a command that reads or posts has no use for frames
    from sayso_protocol.sync.resume_state import Interest, ResumeState
    from sayso_protocol.sync.resume_state import Place as Remembered
    from sayso_protocol.sync.wire.frames import Mark

MAX_RESUME_STATES = 256
"""Peers of which something is kept: more than a node has sessions, and at most 100 MB even
where each of them wants as much as it may."""

MAX_SOURCES = 1024
"""Peers that are known to have brought something: an attacker who is followed needs as many
identities, and a post for each, before those who are older are forgotten."""


OWN_ROSTER_MS = 253_402_300_799_999
"""When the own roster was heard of: at the end of time, so that no peer takes its place."""


def roster_row(store: str) -> str:
    """The name under which the roster of a store stands among peers: no peer id has a space."""
    return f"roster {store}"


class Peers(ABC):
    """The state in which sessions with peers are resumed."""

    @abstractmethod
    def mark(self, arrival: int | None = None) -> Mark | None:
        """The mark of an arrival, by default of the newest; None where nothing arrived at that
        place."""

    @abstractmethod
    def recent_sources(self, limit: int = MAX_SOURCES) -> list[str]:
        """The ids of the peers that brought what arrived last, the last first. How far it is
        looked back is bounded too, so that it takes no longer in a large store."""

    @abstractmethod
    def save_resume_state(self, peer_id: str, what: Interest | Remembered, now_ms: int) -> None:
        """Keep this of a peer, in place of what was kept before. Of `MAX_RESUME_STATES` peers
        those that were heard of last are kept. What is kept of a store with several front ends
        stands under its key in text form, and its roster stays as long."""

    @abstractmethod
    def resume_state(self, peer_id: str) -> ResumeState:
        """The state that is kept of a peer."""

    @abstractmethod
    def save_roster(self, store: str, known: bytes, now_ms: int) -> None:
        """Keep the roster of the store with this key (text form), in place of what was kept of it
        before. It counts as a peer, and stays where all peers are forgotten for a change of rules.
        The own one is kept as of `OWN_ROSTER_MS`."""

    @abstractmethod
    def rosters(self) -> list[bytes]:
        """The rosters that are kept, the one that was heard of longest ago first."""
