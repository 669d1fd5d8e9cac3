"""The reachability of a node: all that is known of it, put together.

Times are milliseconds of a clock that never jumps.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..autonat.dial_verdicts import DialVerdicts
from ..multiaddr import Address, is_loopback
from ..port_mapping.outcome import CARRIER_NETWORK, MappingFailure, Outside, plain_ip
from ..port_mapping.port_mapper import MappingReport
from .observations import Observations
from .status import Assessment, Evidence, ReachState, Surroundings

PUNCHES: Final = 8
"""Hole punches that are remembered: what worked once and never since does not work any more."""

_SAYS_NO: Final = {MappingFailure.REFUSED, MappingFailure.NO_ROOM, MappingFailure.CONFLICT}


class Reachability:
    """What is known of the ways to this node, and what follows from it."""

    def __init__(self, *, hidden: bool = False) -> None:
        """`hidden` where the owner keeps this home's address to himself: nobody is asked then."""
        self.verdicts = DialVerdicts()
        self._hidden = hidden
        self._listening: tuple[Address, ...] = ()
        self._given: tuple[Address, ...] = ()
        self._relays = 0
        self._mapping = MappingReport()
        self._observations = Observations()
        self._punches: deque[bool] = deque(maxlen=PUNCHES)

    # --- what is learned ---------------------------------------------------------------------

    def set_listening(self, addresses: Iterable[Address]) -> None:
        """The addresses of this machine at which the node listens."""
        listening = tuple(replace(one, peer_id=None) for one in addresses if one.is_ip)
        if {one.host for one in listening} != {one.host for one in self._listening}:
            self._observations.clear()
        self._listening = listening
        self._set_subjects()

    def set_given(self, addresses: Iterable[Address]) -> None:
        """Addresses that the owner says lead here."""
        self._given = tuple(replace(one, peer_id=None) for one in addresses)
        self._set_subjects()

    def set_relays(self, addresses: Sequence[Address]) -> None:
        """The addresses at which relays pass on to this node."""
        self._relays = len({one.relay for one in addresses})

    def set_mapping(self, report: MappingReport) -> None:
        """What came of asking the router for a port."""
        self._mapping = report
        self._set_subjects()

    def observed(self, network: str, seen: Address, local_port: int, now_ms: float) -> None:
        """An observer said from where a connection of this node comes: see `Observations.note`."""
        self._observations.note(network, seen, local_port, now_ms)
        self._observations.forget_older(now_ms)
        self._set_subjects()

    def note_punch(self, *, succeeded: bool) -> None:
        """A hole punch has ended."""
        self._punches.append(succeeded)

    # --- what follows ------------------------------------------------------------------------

    def assess(self) -> Assessment:
        """What is known now."""
        evidence = self._evidence()
        public = tuple(str(one) for one in self._subjects() if self.verdicts.reached(one))
        state = self._state(evidence, public)
        return Assessment(
            state, public, self._wants_relay(state, evidence, public), evidence=evidence
        )

    def _state(self, evidence: Evidence, public: Sequence[str]) -> ReachState:
        if self._hidden:
            return ReachState.OPEN if self._given else ReachState.CLOSED
        if public:
            is_own = any(Address.parse(one).host in evidence.own for one in public)
            return ReachState.OPEN if is_own else ReachState.MAPPED
        if evidence.mapped and evidence.mapped not in evidence.denied:
            return ReachState.MAPPED
        if evidence.relays:
            return ReachState.PUNCHED if evidence.punched else ReachState.RELAYED
        return ReachState.CLOSED if self._is_known_closed(evidence) else ReachState.UNKNOWN

    def _is_known_closed(self, evidence: Evidence) -> bool:
        """Whether there is no way in: nobody listens, all public addresses were tried, or there can
        be none. As long as no peer says what it sees, a port may have been forwarded by hand."""
        if not evidence.port or evidence.surroundings is Surroundings.CARRIER:
            return True
        subjects = self.verdicts.subjects
        return bool(subjects) and len(evidence.denied) == len(subjects)

    def _wants_relay(self, state: ReachState, evidence: Evidence, public: Sequence[str]) -> bool:
        """Whether strangers with IPv4 alone need a relay to get here."""
        if self._hidden or not evidence.port or state is ReachState.MAPPED:
            return False
        if any(one.startswith("/ip4/") for one in public):
            return False
        if state is ReachState.UNKNOWN and not evidence.denied:
            # A public IPv4 address is taken for an open line. One of IPv6 every home has, mostly
            # behind a firewall; and where there is no IPv4 at all, no router answers.
            has_ip4, has_lan = (
                any("." in one for one in hosts) for hosts in (evidence.own, evidence.private)
            )
            return not has_ip4 and (self._mapping.is_complete or not has_lan)
        return True

    # --- from what ---------------------------------------------------------------------------

    def _evidence(self) -> Evidence:
        outside = [one for one in self._listening if not is_loopback(one.host)]
        mapping = self._mapping.mapping
        failures = {failure for _, failure, _ in self._mapping.failures}
        denied = [one for one in self._subjects() if self.verdicts.reached(one) is False]
        return Evidence(
            port=outside[0].port if outside else 0,
            is_local=bool(self._listening) and not outside,
            own=tuple(dict.fromkeys(one.host for one in outside if one.is_public)),
            private=tuple(dict.fromkeys(one.host for one in outside if not one.is_public)),
            denied=tuple(str(one) for one in denied),
            mapped=mapping.multiaddr if mapping else "",
            method=mapping.method if mapping else "",
            is_mapping_refused=mapping is None and bool(failures & _SAYS_NO),
            surroundings=self._surroundings(outside),
            ports=self._observations.ports,
            relays=self._relays,
            punched=any(self._punches),
            is_hidden=self._hidden,
        )

    def _surroundings(self, listening: Sequence[Address]) -> Surroundings:
        """What stands before this machine, as far as its own addresses, the router's outer one and
        that which others see differ."""
        own = [one for one in listening if one.protocol == "ip4"]
        seen = self._observations.hosts("ip4")
        mapping = self._mapping.mapping
        failures = {failure for _, failure, _ in self._mapping.failures}
        if any(plain_ip(one.host) in CARRIER_NETWORK for one in own):
            return Surroundings.CARRIER
        if any(one.is_public for one in own):
            return Surroundings.NOTHING
        if self._mapping.outside is Outside.CARRIER:
            return Surroundings.CARRIER
        # A router that is only full says the same in PCP; in another language it says that it is.
        no_outside = MappingFailure.NO_OUTSIDE in failures and not failures & _SAYS_NO
        if self._mapping.outside is Outside.ROUTER or no_outside:
            return Surroundings.TWO_ROUTERS
        if mapping is not None:
            is_same = not seen or mapping.external_host in seen
            return Surroundings.ROUTER if is_same else Surroundings.TWO_ROUTERS
        return Surroundings.ROUTER if seen else Surroundings.UNKNOWN

    def _set_subjects(self) -> None:
        self.verdicts.set_subjects([] if self._hidden else self._subjects())

    def _subjects(self) -> list[Address]:
        """The public addresses at which this node may be reached, the best first: its own, given,
        mapped, and those that others see, at the port on which it listens."""
        found = [one for one in self._listening if one.is_public]
        found += [one for one in self._given if one.is_ip and one.is_public]
        if (mapping := self._mapping.mapping) is not None:
            found.append(Address.parse(mapping.multiaddr))
        for family in ("ip4", "ip6"):
            ports = [
                one.port for one in self._listening
                if one.protocol == family and not is_loopback(one.host)
            ]  # fmt: skip
            for host in self._observations.hosts(family)[:1]:
                found += [Address(family, host, port) for port in dict.fromkeys(ports[:1])]
        return list(dict.fromkeys(found))
