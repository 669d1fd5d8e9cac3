"""The port mapper: which router is asked for a port when, in which language.

One question is open at a time. The caller asks it, and says what came of it; `next` gives the next
one, `wake_ms` when to ask for that. Times are milliseconds of a clock that never jumps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Final

from .epoch import EpochWatch
from .outcome import MappingFailure, Method, Outside, PortMapping, PortMappingError
from .pcp import NONCE_SIZE

LIFETIME_S: Final = 7200
"""What is asked for: RFC 6886, section 3.3, recommends it, and miniupnpd gives no more."""

SHORTEST_RENEWAL_MS: Final = 60_000
"""A router that gives ports for seconds is asked once a minute all the same."""

CHECK_MS: Final = {Method.PCP: 20_000, Method.NAT_PMP: 20_000, Method.UPNP: 60_000}
"""How often it is looked whether the router still knows the mapping: one that restarts has lost it,
and friends should not wait long. UPnP takes two connections each time, the others one datagram."""

PATIENCE: Final = 3
"""Questions about a mapping that may stay without answer: a router that restarts takes a while."""

REST_MS: Final = (60_000, 300_000, 900_000, 1_800_000)
"""Between rounds in which no router gave a port: its owner may have switched it on meanwhile."""

MAX_GATEWAYS: Final = 2
"""Routers that are asked: some machines have a cable and a wireless network."""

MAX_CONFLICTS: Final = 3
"""Further ports that are tried where one is taken."""

_LOWEST_PORT: Final = 1024


@dataclass(frozen=True, slots=True)
class MapPort:
    """Ask for a mapping, or for more time of one that is there."""

    method: Method
    gateway: str
    """The router's IP address; empty for UPnP, which looks for one."""
    port: int
    external_port: int
    """The one to ask for."""
    lifetime_s: int = LIFETIME_S
    conflicts: int = 0
    """How many ports were taken before this one."""


@dataclass(frozen=True, slots=True)
class CheckMapping:
    """Ask whether the router still knows a mapping."""

    mapping: PortMapping


@dataclass(frozen=True, slots=True)
class RemoveMapping:
    """Give a mapping back. Nothing depends on the answer."""

    mapping: PortMapping


RouterQuestion = MapPort | CheckMapping | RemoveMapping


@dataclass(frozen=True, slots=True)
class MappingReport:
    """What came of asking so far."""

    mapping: PortMapping | None = None
    outside: Outside | None = None
    """What lies beyond the router, where one said so."""
    failures: tuple[tuple[Method, MappingFailure, str], ...] = ()
    """What each language ended with in the last round, with the words for a person."""
    is_complete: bool = False
    """Whether a round has ended since the network was last another."""


class PortMapper:
    """The state of one node's mapping."""

    def __init__(self, secret: bytes) -> None:
        """`secret` are 32 bytes that this node alone knows and keeps over restarts."""
        self.report = MappingReport()
        self.wake_ms: float | None = None
        self._secret = secret
        self._network: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
        self._port = 0
        self._queue: deque[RouterQuestion] = deque()
        self._open: RouterQuestion | None = None
        self._failures: dict[Method, tuple[MappingFailure, str]] = {}
        self._outside: Outside | None = None
        self._rounds = 0
        self._unanswered = 0
        self._renew_ms = 0.0
        self._epoch = EpochWatch()

    def nonce(self, port: int) -> bytes:
        """PCP's nonce for a port: the same in each run of this node, and known to nobody else."""
        return self._derived(b"nonce", port)[:NONCE_SIZE]

    def set_network(
        self, gateways: Sequence[str], port: int, now_ms: float, hosts: Sequence[str] = ()
    ) -> None:
        """Take the routers of this machine, nearest first, and the TCP port that it listens on (0:
        none), and its addresses towards them. Where they are others than before, all begins anew:
        a mapping leads to one address."""
        network = (tuple(gateways[:MAX_GATEWAYS]), tuple(hosts))
        if (network, port) == (self._network, self._port):
            return
        old = self.report.mapping
        stays = network == self._network
        self._network, self._port = network, port
        self._rounds, self._open = 0, None
        self._begin(now_ms)
        if old is not None and stays:
            self._queue.appendleft(RemoveMapping(old))
            self.wake_ms = now_ms

    def next(self, now_ms: float) -> RouterQuestion | None:
        """What is to be asked now, if anything, and if nothing is open."""
        if self._open is not None or self.wake_ms is None or now_ms < self.wake_ms:
            return None
        if not self._queue:
            self._queue_due(now_ms)
        if self._queue:
            self._open = self._queue.popleft()
        else:
            self.wake_ms = None  # nothing is listened on: another network or port wakes it
        return self._open

    def leave(self) -> RemoveMapping | None:
        """What is to be given back at the end."""
        mapping = self.report.mapping
        self.report = MappingReport()
        self.wake_ms = self._open = None
        self._network = ((), ())
        return RemoveMapping(mapping) if mapping else None

    # --- what came of the open question ------------------------------------------------------

    def mapped(self, mapping: PortMapping, now_ms: float) -> None:
        """A `MapPort` has succeeded. Raises `ValueError` where the outer address is none."""
        self._outside = mapping.outside
        self._open = None
        if self._outside is not Outside.INTERNET:
            self.report = MappingReport(None, self._outside, self._told, is_complete=True)
            self._queue = deque([RemoveMapping(mapping)])
            self.wake_ms = now_ms
            return
        self._epoch.note(mapping.epoch_s, now_ms)
        self._rounds = self._unanswered = 0
        self._queue.clear()
        half_ms = (mapping.lifetime_s or LIFETIME_S) * 500
        self._renew_ms = now_ms + max(half_ms, SHORTEST_RENEWAL_MS)
        self.report = MappingReport(mapping, self._outside, is_complete=True)
        self.wake_ms = now_ms + CHECK_MS[mapping.method]

    def checked(self, epoch_s: int | None, now_ms: float) -> None:
        """A `CheckMapping` was answered. Where the router's clock says that it began anew, the
        port is asked for again at once."""
        checked, self._open = self._open, None
        self._unanswered = 0
        if not isinstance(checked, CheckMapping):
            return
        if self._epoch.note(epoch_s, now_ms):
            self.wake_ms = now_ms + CHECK_MS[checked.mapping.method]
        else:
            self._queue.append(self._renewal(checked.mapping))
            self.wake_ms = now_ms

    def removed(self, now_ms: float) -> None:
        """A `RemoveMapping` was asked, whatever came of it."""
        self._open = None
        if self._queue or self.report.mapping:
            self.wake_ms = now_ms
        else:
            self._rest(now_ms)

    def failed(self, error: PortMappingError, now_ms: float) -> None:
        """The open question was not answered, or with a failure."""
        question, self._open = self._open, None
        if isinstance(question, RemoveMapping):
            self.removed(now_ms)
        elif question is not None and self.report.mapping is not None:
            self._lost(question, error, self.report.mapping, now_ms)
        elif isinstance(question, MapPort):
            self._refused(question, error, now_ms)

    def _lost(
        self, question: RouterQuestion, error: PortMappingError, mapping: PortMapping, now_ms: float
    ) -> None:
        """A mapping that is there could not be renewed, or is not there any more. To be asked for
        what is gone, and to say again that it is gone, is no answer."""
        self._unanswered += 1
        is_check = isinstance(question, CheckMapping)
        if error.failure is MappingFailure.GONE and is_check:
            self._queue.append(self._renewal(mapping))
            self.wake_ms = now_ms
        elif error.failure is MappingFailure.ABSENT and self._unanswered < PATIENCE:
            self.wake_ms = now_ms + CHECK_MS[Method.PCP]
        else:
            self._begin(now_ms)

    def _refused(self, question: MapPort, error: PortMappingError, now_ms: float) -> None:
        self._outside = error.outside or self._outside
        again = self._instead(question, error.failure)
        if again is None:
            self._failures[question.method] = (error.failure, str(error))
        else:
            self._queue.appendleft(again)
        self.wake_ms = now_ms
        if not self._queue:
            self._rest(now_ms)

    def _instead(self, question: MapPort, failure: MappingFailure) -> MapPort | None:
        """What may succeed where a question has failed so."""
        if failure is MappingFailure.LEASE and question.lifetime_s:
            return replace(question, lifetime_s=0)
        if failure is MappingFailure.CONFLICT and question.conflicts < MAX_CONFLICTS:
            count = question.conflicts + 1
            return replace(question, external_port=self._further_port(count), conflicts=count)
        return None

    # --- what comes next ---------------------------------------------------------------------

    def _begin(self, now_ms: float) -> None:
        """Ask all routers in all languages."""
        self.report = MappingReport()
        self._unanswered = 0
        self._epoch = EpochWatch()
        self._queue = deque(self._round())
        self.wake_ms = now_ms if self._queue else None

    def _round(self) -> list[MapPort]:
        self._failures.clear()
        self._outside = None
        if not self._port:
            return []
        ways = [
            (how, gateway) for gateway in self._network[0] for how in (Method.PCP, Method.NAT_PMP)
        ]
        ways.append((Method.UPNP, ""))
        return [MapPort(how, gateway, self._port, self._port) for how, gateway in ways]

    def _queue_due(self, now_ms: float) -> None:
        mapping = self.report.mapping
        if mapping is None:
            self._queue = deque(self._round())
        elif now_ms >= self._renew_ms:
            self._queue.append(self._renewal(mapping))
        else:
            self._queue.append(CheckMapping(mapping))

    def _renewal(self, mapping: PortMapping) -> MapPort:
        lifetime_s = LIFETIME_S if mapping.lifetime_s else 0
        gateway = "" if mapping.method is Method.UPNP else mapping.gateway
        return MapPort(mapping.method, gateway, self._port, mapping.external_port, lifetime_s)

    def _rest(self, now_ms: float) -> None:
        """No router gave a port: a while passes before they are asked again."""
        rest_ms = REST_MS[min(self._rounds, len(REST_MS) - 1)]
        self._rounds += 1
        self.report = MappingReport(None, self._outside, self._told, is_complete=True)
        self.wake_ms = now_ms + rest_ms

    @property
    def _told(self) -> tuple[tuple[Method, MappingFailure, str], ...]:
        return tuple((method, *told) for method, told in self._failures.items())

    def _further_port(self, count: int) -> int:
        """Another port to ask for, the same in each run: there it may be ours already."""
        number = int.from_bytes(self._derived(b"port", count)[:4], "big")
        return _LOWEST_PORT + number % ((1 << 16) - _LOWEST_PORT)

    def _derived(self, what: bytes, number: int) -> bytes:
        data = what + number.to_bytes(4, "big")
        return blake2b(data, key=self._secret, person=b"sayso portmap 1", digest_size=16).digest()
