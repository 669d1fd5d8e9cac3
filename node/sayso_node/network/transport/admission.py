"""Admission of inbound connections: limits on those that are pending, and on those established.

libp2p 0.8.1 counts both together and gives a slot back only when the whole node stops
(`network/swarm.py:1982, 2060`): 250 inbound connections in its life, silent ones among
them, and it refuses everybody. It cannot see IPv6 addresses either (`io/trio.py:104`).

A connection is pending until its peer has proved an identity, and established then. Here a
pending one is never refused because others are silent. Where too many are pending, the
longest silent of the address with most of them is dropped instead; so thousands of sockets
that say nothing cost the honest nothing, even from the same address. Places are held only
by established ones.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass, field

import trio

from sayso_protocol.quantity import quantity
from sayso_protocol.token_bucket import TokenBucket

from .limits import TransportLimits
from .multiaddr import is_loopback, netgroup
from .yamux.yamux_connection import YamuxConnection

logger = logging.getLogger(__name__)

MAX_BUCKETS = 4096
"""Addresses whose handshake rate is remembered; the oldest full buckets are forgotten."""


class ConnectionLimitError(Exception):
    """A peer proved who it is, and there is no place for it; the text says which limit."""


@dataclass(slots=True, eq=False)
class PendingConnection:
    """An inbound socket that has proved nothing yet."""

    host: str
    group: str
    scope: trio.CancelScope = field(default_factory=trio.CancelScope)
    has_spoken: bool = False
    """Whether it agreed on Noise: the silent are dropped before those."""


@dataclass(slots=True, eq=False)
class EstablishedConnection:
    """An inbound connection of a peer that proved its identity."""

    host: str
    group: str
    connection: YamuxConnection


class Admission:
    """Counts pending and established connections, and decides which has to go."""

    def __init__(self, limits: TransportLimits, descriptors: int) -> None:
        """`descriptors` is how many files the process may have open."""
        self._limits = limits
        # Storage, logs and dials need descriptors as well: they keep a quarter.
        self._max_pending = max(1, min(limits.pending, descriptors // 4))
        self._max_inbound = max(1, min(limits.inbound, descriptors // 2))
        self._pending: dict[PendingConnection, None] = {}
        self._established: dict[EstablishedConnection, None] = {}
        self._buckets: dict[str, TokenBucket] = {}

    # Pending

    def add_pending(self, host: str) -> PendingConnection:
        """Let a socket from an IP address in to prove itself; may drop another."""
        pending = PendingConnection(host, netgroup(host))
        counts = Counter(other.group for other in self._pending)
        if counts[pending.group] >= self._limits.pending_per_address:
            self._drop_from(pending.group)
        elif len(self._pending) >= self._max_pending:
            self._drop_from(counts.most_common(1)[0][0])
        self._pending[pending] = None
        return pending

    def remove_pending(self, pending: PendingConnection) -> None:
        """The socket is gone, or its peer has proved an identity."""
        self._pending.pop(pending, None)

    def drop_pending(self) -> None:
        """The process is out of descriptors: drop the longest silent of all, if any."""
        counts = Counter(other.group for other in self._pending)
        if counts:
            self._drop_from(counts.most_common(1)[0][0])

    def _drop_from(self, group: str) -> None:
        """Drop the oldest pending one of an address, one that has not spoken if there is one."""
        same = [one for one in self._pending if one.group == group]
        silent = [one for one in same if not one.has_spoken]
        dropped = (silent or same)[0]
        self.remove_pending(dropped)
        dropped.scope.cancel()

    async def wait_for_turn(self, pending: PendingConnection) -> None:
        """Wait until the address of a pending connection may cost another handshake.

        The caller's deadline ends a long wait. Loopback does not wait: its programs share
        this processor either way.
        """
        pending.has_spoken = True
        if is_loopback(pending.host):
            return
        now_ms = trio.current_time() * 1000
        self._forget_full_buckets(now_ms)
        bucket = self._buckets.setdefault(
            pending.group,
            TokenBucket(self._limits.handshake_burst, self._limits.handshakes_per_address),
        )
        await trio.sleep(bucket.reserve(now_ms) / 1000)

    def _forget_full_buckets(self, now_ms: float) -> None:
        if len(self._buckets) < MAX_BUCKETS:
            return
        kept = {group: each for group, each in self._buckets.items() if not each.is_full(now_ms)}
        # Where thousands of addresses are busy at once, remembering them helps no one.
        self._buckets = kept if len(kept) < MAX_BUCKETS else {}

    # Established

    def establish(
        self, pending: PendingConnection, connection: YamuxConnection
    ) -> EstablishedConnection:
        """Give an authenticated peer a place. Raises `ConnectionLimitError`."""
        self._check_address(pending)
        same = [one for one in self._established if one.connection.peer_id == connection.peer_id]
        if len(same) >= self._limits.inbound_per_peer:
            self._close(same[0], "replaced by a newer connection")
        elif len(self._established) >= self._max_inbound:
            self._close_unused()
        self.remove_pending(pending)
        established = EstablishedConnection(pending.host, pending.group, connection)
        self._established[established] = None
        return established

    def remove_established(self, established: EstablishedConnection) -> None:
        """An established connection is over."""
        self._established.pop(established, None)

    def _check_address(self, pending: PendingConnection) -> None:
        if is_loopback(pending.host):
            return
        neighbours = sum(one.group == pending.group for one in self._established)
        if neighbours >= self._limits.inbound_per_address:
            raise ConnectionLimitError(
                f"{quantity(neighbours, 'connection')} from {pending.group} already"
            )

    def _close_unused(self) -> None:
        for one in self._established:
            if one.connection.is_unused:
                self._close(one, "its place was needed")
                return
        raise ConnectionLimitError(f"{len(self._established)} inbound connections already")

    def _close(self, established: EstablishedConnection, reason: str) -> None:
        logger.debug("dropping %s: %s", established.connection.peer_id, reason)
        self.remove_established(established)
        established.connection.abort(reason)


def descriptor_limit() -> int:
    """The number of files that this process may have open."""
    try:
        import resource
    except ImportError:  # Windows has no such limit on sockets
        return 1 << 20
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1 << 20 if soft == resource.RLIM_INFINITY else soft
