"""One link of local discovery, as a state machine: what to send when, and who was found.

A link is one interface and one family of addresses. Times are milliseconds of a clock that never
jumps; days are Unix days, UTC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sayso_protocol.errors import Refused

from ..multiaddr import Address
from ..seeded_random import SeededRandom
from .announcement import asks_for, encode_announcement, encode_query, names_of, read_addresses
from .mdns_limits import (
    ANSWER_DELAY_MS,
    ANSWER_PAUSE_MS,
    ASK_AFTER_MS,
    ASK_EVERY_MS,
    START_SPREAD_MS,
)
from .neighbours import Neighbours
from .packet import decode_packet
from .source_limit import SourceLimit


@dataclass(slots=True)
class MdnsCounts:
    """The datagrams of a link that were not read: malformed, and beyond what is read a second."""

    malformed: int = 0
    dropped: int = 0


class MdnsLink:
    """Asks, tells and listens on one link. `secret` is 16 to 64 bytes of chance, of this link
    alone: names and times come from it."""

    def __init__(self, peer_id: str, secret: bytes, now_ms: float, day: int) -> None:
        self.counts = MdnsCounts()
        self._secret = secret
        self._random = SeededRandom(secret)
        self._day = day
        self._names = names_of(secret, day)
        self._addresses: list[Address] = []
        self._neighbours = Neighbours(peer_id)
        self._limit = SourceLimit()
        self._answer_ms: float | None = None
        """When the next answer goes out, if one is due."""
        self._answered_ms = now_ms - ANSWER_PAUSE_MS
        self.begin(now_ms)

    # --- inputs

    def begin(self, now_ms: float) -> None:
        """Ask and tell as at the start: at first, and after the machine slept."""
        self._begun_ms = now_ms + self._random.below(START_SPREAD_MS + 1)
        self._asked = 0
        self._ask_ms = self._begun_ms + ASK_AFTER_MS[0]

    def announce(self, addresses: Sequence[Address], now_ms: float) -> None:
        """Tell of these own addresses from now on, each with the peer id; of none tell nothing.
        Where they are others than before, asking and telling begins anew."""
        if list(addresses) != self._addresses:
            self._addresses = list(addresses)
            self.begin(now_ms)

    def receive(self, data: bytes, source: str, now_ms: float) -> list[Address]:
        """Read a datagram that came from an IP address; gives the addresses of peers that are new
        or to be told again."""
        if not self._limit.may_read(source, now_ms):
            self.counts.dropped += 1
            return []
        try:
            packet = decode_packet(data)
        except Refused:
            self.counts.malformed += 1
            return []
        if self._answer_ms is None and asks_for(packet, self._names):
            least, most = ANSWER_DELAY_MS
            soon = now_ms + least + self._random.below(most - least + 1)
            self._answer_ms = max(soon, self._answered_ms + ANSWER_PAUSE_MS)
        told, gone = read_addresses(packet, source)
        self._neighbours.forget(gone)
        return self._neighbours.hear(told, now_ms)

    # --- outputs

    @property
    def next_ms(self) -> float:
        """When `due` is to be called, if nothing happens before."""
        return self._ask_ms if self._answer_ms is None else min(self._ask_ms, self._answer_ms)

    def due(self, now_ms: float, day: int) -> list[bytes]:
        """The datagrams to send to the group now."""
        out: list[bytes] = []
        if day != self._day:
            out += self.farewell()
            self._day, self._names = day, names_of(self._secret, day)
            self._answer_ms = now_ms
        if now_ms >= self._ask_ms:
            out.append(encode_query())
            self._ask_again(now_ms)
        if self._answer_ms is not None and now_ms >= self._answer_ms:
            self._answer_ms, self._answered_ms = None, now_ms
            if self._addresses:
                out.append(encode_announcement(self._names, self._addresses))
        return out

    def farewell(self) -> list[bytes]:
        """The datagram to send at the end: it takes back what was told."""
        return [encode_announcement(self._names, self._addresses, 0)] if self._addresses else []

    def _ask_again(self, now_ms: float) -> None:
        """The first times a node tells of itself as it asks (RFC 6762, section 8.3): those who were
        there before find it without asking."""
        self._asked += 1
        if self._asked <= len(ASK_AFTER_MS):
            self._answer_ms = now_ms
        if self._asked < len(ASK_AFTER_MS):
            self._ask_ms = self._begun_ms + ASK_AFTER_MS[self._asked]
        else:
            self._ask_ms = now_ms + self._random.spread(ASK_EVERY_MS)
