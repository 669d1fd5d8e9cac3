"""What others found when they dialled this node, and whom to ask next about which address.

Whether an address is reached is put to the vote of networks: of each the newest verdict counts. A
server can say no as it likes, so one is not enough; a yes it can only say with this node's nonce,
which came in over a new connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ..multiaddr import Address, netgroup, networks
from .limits import (
    AGAIN_MS,
    AVOID_MS,
    FRESH_MS,
    MAX_AVOIDED,
    MAX_SUBJECTS,
    PAUSE_MS,
    SERVERS,
)

_PROVIDER: Final = 2
"""The place of the widest network, /16 or /32, among those of an address."""


@dataclass(frozen=True, slots=True)
class DialQuestion:
    """Ask this peer to dial this address."""

    peer_id: str
    network: str
    address: Address


@dataclass(frozen=True, slots=True)
class _Verdict:
    reached: bool
    at_ms: float


class DialVerdicts:
    """The verdicts on this node's addresses. Times are milliseconds of a clock that never jumps."""

    def __init__(self) -> None:
        self._subjects: dict[Address, dict[str, _Verdict]] = {}
        self._reached: dict[Address, bool] = {}
        self._avoided: dict[str, float] = {}
        self._pause_until_ms = 0.0

    def set_subjects(self, addresses: Iterable[Address]) -> None:
        """The addresses to ask about, the most promising first: public ones, without a peer. Of
        those that are there no more everything is forgotten."""
        wanted = [one for one in dict.fromkeys(addresses) if one.is_ip and one.is_public]
        old = self._subjects
        self._subjects = {one: old.get(one, {}) for one in wanted[:MAX_SUBJECTS]}
        self._reached = {one: yes for one, yes in self._reached.items() if one in self._subjects}

    @property
    def subjects(self) -> tuple[Address, ...]:
        """The addresses that are asked about."""
        return tuple(self._subjects)

    def reached(self, address: Address) -> bool | None:
        """Whether others reach this node at an address; None as long as that is not known."""
        return self._reached.get(address)

    def next(self, servers: Mapping[str, str], now_ms: float) -> DialQuestion | None:
        """Whom to ask about what now. `servers` are connected peers, and the IP addresses at which
        they are; those of the local network, and of the address itself, are no strangers."""
        if now_ms < self._pause_until_ms:
            return None
        free = {
            peer: host
            for peer, host in servers.items()
            if self._avoided.get(peer, now_ms) <= now_ms and provider_of(host)
        }
        for address, verdicts in self._subjects.items():
            fresh = [one for one in verdicts.values() if one.at_ms > now_ms - AGAIN_MS]
            if len(fresh) >= SERVERS:
                continue
            for peer, host in free.items():
                network = provider_of(host)
                known = verdicts.get(network)
                is_due = known is None or known.at_ms <= now_ms - AGAIN_MS
                if is_due and _may_judge(host, address):
                    self._pause_until_ms = now_ms + PAUSE_MS
                    return DialQuestion(peer, network, address)
        return None

    def judged(self, question: DialQuestion, *, reached: bool, now_ms: float) -> None:
        """A question was answered: the nonce came, or the server said that it could not dial."""
        verdicts = self._subjects.get(question.address)
        if verdicts is None:
            return
        verdicts[question.network] = _Verdict(reached, now_ms)
        for network, one in list(verdicts.items()):
            if one.at_ms <= now_ms - FRESH_MS:
                del verdicts[network]
        newest = sorted(verdicts.values(), key=lambda one: one.at_ms)[-SERVERS:]
        score = sum(1 if one.reached else -1 for one in newest)
        if score:  # else it stays as it was
            self._reached[question.address] = score > 0

    def refused(self, question: DialQuestion, now_ms: float) -> None:
        """A question was not answered: this peer is of no use for a while."""
        self._avoided.pop(question.peer_id, None)
        self._avoided[question.peer_id] = now_ms + AVOID_MS
        if len(self._avoided) > MAX_AVOIDED:
            del self._avoided[next(iter(self._avoided))]  # whose time is over first
        self._pause_until_ms = now_ms


def provider_of(host: str) -> str:
    """The network of an IP address that counts as one voice; empty of an address that no stranger
    has."""
    address = Address("ip6" if ":" in host else "ip4", host, 0)
    return networks(host)[_PROVIDER] if address.is_public else ""


def _may_judge(host: str, address: Address) -> bool:
    """Whether a server at `host` can dial the address, and as a stranger: not from behind the same
    router."""
    same_family = (":" in host) == (address.protocol == "ip6")
    return same_family and netgroup(host) != netgroup(address.host)
