"""What the doctor makes of what a node knows of its network."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sayso_node.doctor.diagnosis import Diagnosis
from sayso_node.doctor.network import network_findings
from sayso_node.network.nat.reachability import assessment_json
from sayso_protocol.discovery.autonat.limits import PAUSE_MS
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    Outside,
    PortMapping,
)
from sayso_protocol.discovery.port_mapping.port_mapper import MappingReport
from sayso_protocol.discovery.reachability.reachability import Reachability

HOME, PUBLIC = "192.168.1.5", "45.45.45.1"
MAPPED = PortMapping(Method.PCP, "192.168.1.1", 4001, PUBLIC, 4001, 7200)
SERVERS = {f"p{n}": f"45.{n}.0.9" for n in range(46, 56)}
PEER = "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"


class Case:
    """A home in a state, and what the doctor says of it."""

    def __init__(self, *hosts: str, hidden: bool = False, sessions: int = 1) -> None:
        self.reach = Reachability(hidden=hidden)
        self.listening = [Address("ip4", host, 4001) for host in (*hosts, "127.0.0.1")]
        self.reach.set_listening(self.listening)
        self.report = MappingReport()
        self.sessions = sessions

    def asked(self, report: MappingReport) -> Case:
        self.report = report
        self.reach.set_mapping(report)
        return self

    def seen(self) -> Case:
        for n in (1, 2):
            seen = Address("ip4", PUBLIC, 50_000 + n)
            self.reach.observed(f"45.{n}.0.0/16", seen, 40_000 + n, 0)
        return self

    def tried(self, reached: bool) -> Case:
        now, verdicts = 0.0, self.reach.verdicts
        while (question := verdicts.next(SERVERS, now)) is not None:
            verdicts.judged(question, reached=reached, now_ms=now)
            now += PAUSE_MS
        return self

    def relayed(self) -> Case:
        self.reach.set_relays([Address("ip4", "45.46.0.9", 4001, PEER, PEER)])
        return self

    def findings(self) -> dict[str, Diagnosis]:
        record: dict[str, Any] = json.loads(
            json.dumps(assessment_json(self.reach.assess(), self.report.failures))
        )
        status = {"addrs": [str(one) for one in self.listening], "sessions": self.sessions}
        return {one.check: one for one in network_findings(status, record)}


def no(failure: MappingFailure, outside: Outside | None = None) -> MappingReport:
    said = tuple((method, failure, f"{method}: no") for method in Method)
    return MappingReport(None, outside, said, is_complete=True)


def given() -> MappingReport:
    return MappingReport(MAPPED, Outside.INTERNET, is_complete=True)


ABSENT = no(MappingFailure.ABSENT)
CASES: dict[str, tuple[Case, set[str]]] = {
    "open": (Case(PUBLIC).tried(True), set()),
    "behind a firewall": (Case(PUBLIC).tried(False), {"reachability", "relays"}),
    "mapped": (Case(HOME).asked(given()).tried(True), set()),
    "mapped and not tried": (Case(HOME).asked(given()), set()),
    "mapped in vain": (
        Case(HOME).asked(given()).tried(False),
        {"reachability", "mapping", "relays"},
    ),
    "just started": (Case(HOME), set()),
    "nothing is mapped": (
        Case(HOME).asked(ABSENT).seen().tried(False),
        {"reachability", "mapping", "relays"},
    ),
    "nothing is mapped, and a relay": (Case(HOME).asked(ABSENT).relayed(), set()),
    "a port forwarded by hand": (Case(HOME).asked(ABSENT).seen().tried(True), set()),
    "two routers": (
        Case(HOME).asked(no(MappingFailure.NO_OUTSIDE)).seen().tried(False),
        {"reachability", "mapping", "router", "relays"},
    ),
    "a provider's router": (
        Case(HOME).asked(no(MappingFailure.NO_OUTSIDE, Outside.CARRIER)),
        {"reachability", "mapping", "router", "relays"},
    ),
    "loopback alone": (Case(), {"listening", "reachability"}),
    "no peer": (Case(PUBLIC, sessions=0).tried(True), {"peers"}),
    "hidden": (Case(PUBLIC, hidden=True), set()),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_wrong_is_said_with_what_to_do_and_nothing_else_is(name: str) -> None:
    case, wrong = CASES[name]
    found = case.findings()
    assert {check for check, one in found.items() if not one.ok} == wrong
    assert all(one.found for one in found.values())
    assert all(one.advice for one in found.values() if not one.ok)


def test_a_hidden_home_says_nothing_of_its_addresses() -> None:
    found = Case(PUBLIC, HOME, hidden=True).findings()
    assert found.keys() == {"proxy", "peers"}
    assert not any(host in str(one) for one in found.values() for host in (PUBLIC, HOME))


def test_what_routers_say_in_the_same_words_is_told_once() -> None:
    said = [
        (Method.PCP, MappingFailure.ABSENT, "the router does not listen"),
        (Method.NAT_PMP, MappingFailure.ABSENT, "the router does not listen"),
        (Method.UPNP, MappingFailure.ABSENT, "UPnP: no gateway answers"),
    ]
    case = Case("192.168.1.7").asked(MappingReport(None, None, tuple(said), is_complete=True))
    found = case.findings()["mapping"].found
    assert "(the router does not listen; UPnP: no gateway answers)" in found
