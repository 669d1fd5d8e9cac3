"""Which relays a node reserves at while nobody can reach it directly, as a state machine.

Candidates are peers that it is connected to and that relay. It wants two in different networks, so
that no single one, and no single provider, can cut it off; one that refuses is left alone for a
while, longer each time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .relay_limits import (
    LONGEST_RETRY_MS,
    MAX_RESERVATION_MS,
    RELAY_CANDIDATES,
    RELAYS_WANTED,
    RETRY_MS,
)


@dataclass(slots=True)
class _Candidate:
    networks: tuple[str, ...]
    connected: bool = True
    asked: bool = False
    """A request is under way."""
    renew_ms: float | None = None
    """When its place is to be renewed; none where it gave none."""
    ends_ms: float = 0.0
    failures: int = 0
    retry_ms: float = 0.0


class RelaySelection:
    """Says whom to ask, and hears how it went. Times are milliseconds of a clock that never
    jumps."""

    def __init__(self) -> None:
        self._known: dict[str, _Candidate] = {}

    def __len__(self) -> int:
        return len(self._known)

    def found(self, peer: str, networks: Sequence[str]) -> None:
        """A connected peer relays; `networks` are those of its address, the widest last."""
        known = self._known.get(peer)
        if known is not None:
            known.networks, known.connected = tuple(networks), True
            return
        if len(self._known) >= RELAY_CANDIDATES:
            # A place is worth more than a name, and who can be asked more than who is gone.
            idle = [
                name for name, one in self._known.items() if not one.asked and one.renew_ms is None
            ]
            gone = [name for name in idle if not self._known[name].connected]
            if not idle:
                return
            del self._known[(gone or idle)[0]]
        self._known[peer] = _Candidate(tuple(networks))

    def lost(self, peer: str) -> None:
        """A peer is connected no more: its place went with the connection. What it refused is
        remembered."""
        known = self._known.get(peer)
        if known is not None:
            known.connected, known.asked, known.renew_ms = False, False, None

    def abandon(self) -> None:
        """All places are gone, and what was asked will not be answered."""
        for known in self._known.values():
            known.asked, known.renew_ms = False, None

    def to_ask(self, now_ms: float, *, wanted: bool) -> list[str]:
        """Whom to ask now, for a place or to renew it; `wanted` is whether places are needed. Each
        counts as being asked until `granted`, `refused` or `lost`."""
        self._expire(now_ms)
        chosen = [
            name
            for name, one in self._known.items()
            if one.renew_ms is not None and one.renew_ms <= now_ms and not one.asked and wanted
        ]
        if wanted:
            for name in self._free(now_ms):
                if self._places >= RELAYS_WANTED:
                    break
                if not self._is_near_another(name):
                    self._known[name].asked = True
                    chosen.append(name)
        for name in chosen:
            self._known[name].asked = True
        return chosen

    def granted(self, peer: str, lasts_ms: float, now_ms: float) -> None:
        """A relay gave or renewed a place for so long."""
        if known := self._known.get(peer):
            lasts_ms = min(lasts_ms, MAX_RESERVATION_MS)
            known.asked, known.failures = False, 0
            known.renew_ms, known.ends_ms = now_ms + lasts_ms / 2, now_ms + lasts_ms

    def refused(self, peer: str, now_ms: float) -> None:
        """A relay did not give a place, or did not renew it: that one lasts until its end."""
        if known := self._known.get(peer):
            known.asked = False
            known.failures += 1
            pause = min(RETRY_MS * 2 ** min(known.failures - 1, 16), LONGEST_RETRY_MS)
            known.retry_ms = now_ms + pause
            if known.renew_ms is not None:
                known.renew_ms = known.retry_ms

    def released(self, peer: str) -> None:
        """A place was given up by this node: it is not needed."""
        if known := self._known.get(peer):
            known.asked, known.renew_ms = False, None

    @property
    def reserved(self) -> list[str]:
        """The relays at which there is a place now."""
        return [name for name, one in self._known.items() if one.renew_ms is not None]

    def wake_ms(self, now_ms: float) -> float:
        """When to look again, if nothing happens before."""
        times = [
            one.renew_ms if one.renew_ms is not None else one.retry_ms
            for one in self._known.values()
            if one.connected and not one.asked
        ]
        return min((time for time in times if time > now_ms), default=now_ms + RETRY_MS)

    @property
    def _places(self) -> int:
        return sum(one.asked or one.renew_ms is not None for one in self._known.values())

    def _free(self, now_ms: float) -> list[str]:
        """Whom to ask, those first that refused least."""
        free = [
            name
            for name, one in self._known.items()
            if one.connected and not one.asked and one.renew_ms is None and one.retry_ms <= now_ms
        ]
        return sorted(free, key=lambda name: self._known[name].failures)

    def _is_near_another(self, name: str) -> bool:
        own = self._known[name].networks
        others = [
            one.networks
            for other, one in self._known.items()
            if other != name and (one.asked or one.renew_ms is not None)
        ]
        return bool(own) and any(other[-1:] == own[-1:] for other in others)

    def _expire(self, now_ms: float) -> None:
        for one in self._known.values():
            if one.renew_ms is not None and one.ends_ms <= now_ms:
                one.renew_ms = None
