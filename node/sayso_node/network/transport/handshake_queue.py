"""Handshakes wait their turn: each costs a stranger as little as it costs this node much.

Those of one address come at its own rate, and all of them at the rate that this node bears. Where
more want to begin than may, the site that has had fewest goes first, so that whoever comes from
elsewhere waits for one turn of each of the others, however many they are and how often they come.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import trio

from sayso_protocol.discovery.multiaddr import is_loopback, netgroup, networks
from sayso_protocol.sync.budgets.fair_queue import FairQueue
from sayso_protocol.token_bucket import TokenBucket

from .limits import TransportLimits

MAX_BUCKETS = 4096
"""Addresses whose handshake rate is remembered; the oldest full buckets are forgotten."""

_SITE = 1
"""Of the networks of an address the one that counts for whose turn it is: a /24 or a /48."""


@dataclass(slots=True)
class _Waiting:
    event: trio.Event = field(default_factory=trio.Event)
    left: bool = False


class HandshakeQueue:
    """`run` gives turns to those who `wait` for one."""

    def __init__(self, limits: TransportLimits) -> None:
        self._limits = limits
        self._buckets: dict[str, TokenBucket] = {}
        self._all = TokenBucket(limits.handshake_burst, limits.handshakes)
        self._queue: FairQueue[_Waiting] = FairQueue()
        self._pushed = trio.Event()

    async def wait(self, host: str) -> None:
        """Wait until an IP address may cost another handshake. The caller's deadline ends a long
        wait. Loopback does not wait: its programs share this processor either way."""
        if is_loopback(host):
            return
        await self._wait_for_address(netgroup(host))
        site = networks(host)[_SITE]
        if not self._queue and self._all.spend(1, trio.current_time() * 1000):
            self._queue.enter(site)
        else:
            await self._wait_in_row(site)
        self._queue.spend(site, 1)

    async def _wait_for_address(self, group: str) -> None:
        now_ms = trio.current_time() * 1000
        bucket = self._bucket_of(group, now_ms)
        try:
            await trio.sleep(bucket.reserve(now_ms) / 1000)
        except BaseException:
            bucket.give_back(1)  # or those who gave up would keep others of their address waiting
            raise

    async def run(self) -> None:
        """Give turns until cancelled."""
        while True:
            await self._pushed.wait()
            self._pushed = trio.Event()
            while self._queue:
                await trio.sleep(self._all.reserve(trio.current_time() * 1000) / 1000)
                self._give_turn()

    def _give_turn(self) -> None:
        while self._queue:
            waiting = self._queue.pop()
            if not waiting.left:
                waiting.event.set()
                return

    async def _wait_in_row(self, site: str) -> None:
        waiting = _Waiting()
        self._queue.push(site, waiting)
        self._pushed.set()
        try:
            await waiting.event.wait()
        except BaseException:
            waiting.left = True
            raise

    def _bucket_of(self, group: str, now_ms: float) -> TokenBucket:
        if len(self._buckets) >= MAX_BUCKETS:
            self._forget_full_buckets(now_ms)
        return self._buckets.setdefault(
            group,
            TokenBucket(self._limits.handshake_burst, self._limits.handshakes_per_address),
        )

    def _forget_full_buckets(self, now_ms: float) -> None:
        kept = {group: each for group, each in self._buckets.items() if not each.is_full(now_ms)}
        # Where thousands of addresses are busy at once, remembering them helps no one.
        self._buckets = kept if len(kept) < MAX_BUCKETS else {}
