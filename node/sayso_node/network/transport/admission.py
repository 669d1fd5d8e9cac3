"""Who may come in: caps on sockets that prove nothing yet, and on peers that did.

libp2p 0.8.1 counts both together and gives a slot back only when the whole node stops
(`network/swarm.py:1982, 2060`): 250 inbound connections in its life, silent ones among
them, and it refuses everybody. It cannot see IPv6 addresses either (`io/trio.py:104`).

Here a newcomer is never refused because others are silent. Where the waiting are too
many, the longest silent of the most crowded address is dropped instead; so thousands of
sockets that say nothing cost the honest nothing, even from the same address. Places are
held only by peers that proved an identity.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

import trio

from ...transport.rate import Bucket
from .limits import TransportLimits
from .multiaddr import is_loopback, netgroup
from .yamux.yamux_connection import YamuxConnection

logger = logging.getLogger(__name__)

MAX_BUCKETS = 4096
"""Addresses whose handshake rate is remembered; the eldest full buckets are forgotten."""


class NoRoomError(Exception):
    """A peer proved who it is, and there is no place for it; the text says which cap."""


@dataclass(slots=True, eq=False)
class Newcomer:
    """An inbound socket that has proved nothing yet."""

    host: str
    group: str
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    has_spoken: bool = False
    """Whether it agreed on Noise: the silent are dropped before those."""


@dataclass(slots=True, eq=False)
class Guest:
    """An inbound connection of a peer that proved its identity."""

    host: str
    group: str
    connection: YamuxConnection


class Admission:
    """Counts newcomers and guests, and decides who has to go. All synchronous."""

    def __init__(self, caps: TransportLimits, descriptors: int) -> None:
        """`descriptors` is how many files the process may have open."""
        self._caps = caps
        # Storage, logs and dials need descriptors as well: they keep a quarter.
        self._max_pending = max(1, min(caps.pending, descriptors // 4))
        self._max_inbound = max(1, min(caps.inbound, descriptors // 2))
        self._newcomers: dict[Newcomer, None] = {}
        self._guests: dict[Guest, None] = {}
        self._buckets: dict[str, Bucket] = {}

    # Newcomers

    def enter(self, host: str) -> Newcomer:
        """Let a socket from an IP address in to prove itself; may drop another."""
        newcomer = Newcomer(host, netgroup(host))
        crowds = Counter(other.group for other in self._newcomers)
        if crowds[newcomer.group] >= self._caps.pending_per_address:
            self._drop_one_of(newcomer.group)
        elif len(self._newcomers) >= self._max_pending:
            self._drop_one_of(crowds.most_common(1)[0][0])
        self._newcomers[newcomer] = None
        return newcomer

    def leave(self, newcomer: Newcomer) -> None:
        """The socket is gone, or has become a guest."""
        self._newcomers.pop(newcomer, None)

    def make_room(self) -> None:
        """The process is out of descriptors: drop the longest silent of all, if any."""
        crowds = Counter(other.group for other in self._newcomers)
        if crowds:
            self._drop_one_of(crowds.most_common(1)[0][0])

    def _drop_one_of(self, group: str) -> None:
        """Drop the eldest newcomer of an address, one that has not spoken if there is one."""
        crowd = [newcomer for newcomer in self._newcomers if newcomer.group == group]
        silent = [newcomer for newcomer in crowd if not newcomer.has_spoken]
        victim = (silent or crowd)[0]
        self.leave(victim)
        victim.scope.cancel()

    async def take_turn(self, newcomer: Newcomer) -> None:
        """Wait until the newcomer's address may cost another handshake.

        The caller's deadline ends a long wait. Loopback does not wait: its programs share
        this processor either way.
        """
        newcomer.has_spoken = True
        if is_loopback(newcomer.host):
            return
        now = trio.current_time()
        self._forget_full_buckets(now)
        bucket = self._buckets.setdefault(
            newcomer.group, Bucket(self._caps.handshakes_per_address, self._caps.handshake_burst)
        )
        await trio.sleep(bucket.reserve(now))

    def _forget_full_buckets(self, now: float) -> None:
        if len(self._buckets) < MAX_BUCKETS:
            return
        kept = {group: each for group, each in self._buckets.items() if not each.is_full(now)}
        # Where thousands of addresses are busy at once, remembering them helps no one.
        self._buckets = kept if len(kept) < MAX_BUCKETS else {}

    # Guests

    def admit(self, newcomer: Newcomer, connection: YamuxConnection) -> Guest:
        """Give an authenticated peer a place. Raises `NoRoomError`."""
        self._check_address(newcomer)
        same = [one for one in self._guests if one.connection.peer_id == connection.peer_id]
        if len(same) >= self._caps.inbound_per_peer:
            self._dismiss(same[0], "replaced by a newer connection")
        elif len(self._guests) >= self._max_inbound:
            self._dismiss_an_unused_one()
        self.leave(newcomer)
        guest = Guest(newcomer.host, newcomer.group, connection)
        self._guests[guest] = None
        return guest

    def depart(self, guest: Guest) -> None:
        """A guest's connection is over."""
        self._guests.pop(guest, None)

    def _check_address(self, newcomer: Newcomer) -> None:
        if is_loopback(newcomer.host):
            return
        neighbours = sum(guest.group == newcomer.group for guest in self._guests)
        if neighbours >= self._caps.inbound_per_address:
            raise NoRoomError(f"{neighbours} connections from {newcomer.group} already")

    def _dismiss_an_unused_one(self) -> None:
        for guest in self._guests:
            if guest.connection.is_unused:
                self._dismiss(guest, "its place was needed")
                return
        raise NoRoomError(f"{len(self._guests)} inbound connections already")

    def _dismiss(self, guest: Guest, reason: str) -> None:
        logger.debug("dropping %s: %s", guest.connection.peer_id, reason)
        self.depart(guest)
        guest.connection.abort(reason)


def descriptor_limit() -> int:
    """How many files this process may have open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return 1 << 20
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft
