"""Reachability: what is made of what is known, in a word and in sentences."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.autonat.limits import PAUSE_MS
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    Outside,
    PortMapping,
)
from sayso_protocol.discovery.port_mapping.port_mapper import MappingReport
from sayso_protocol.discovery.reachability import ReachState
from sayso_protocol.discovery.reachability.observations import (
    KEPT_MS,
    MAX_OBSERVERS,
    Observations,
)
from sayso_protocol.discovery.reachability.reachability import Reachability
from sayso_protocol.discovery.reachability.status import PortUse, Surroundings
from sayso_protocol.discovery.reachability.words import advice_of, findings_of

PEER = "12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5"
HOME, PUBLIC, SIX = "192.168.1.5", "45.45.45.1", "2a00:1450::5"
SERVERS = {f"p{n}": f"45.{n}.0.9" for n in range(46, 56)}
SERVERS6 = {f"six{n}": f"2a00:{n}::9" for n in range(20, 24)}
MAPPED = PortMapping(Method.PCP, "192.168.1.1", 4001, PUBLIC, 4001, 7200)
NOTHING = MappingReport(is_complete=True)
LANGUAGES = (Method.PCP, Method.NAT_PMP, Method.UPNP)


def at(host: str, port: int = 4001) -> Address:
    return Address("ip6" if ":" in host else "ip4", host, port)


def failed(failure: MappingFailure, outside: Outside | None = None) -> MappingReport:
    failures = tuple((method, failure, "no") for method in LANGUAGES)
    return MappingReport(None, outside, failures, is_complete=True)


class Node:
    """A node about which a test says what is known."""

    def __init__(self, *hosts: str, hidden: bool = False) -> None:
        self.reach = Reachability(hidden=hidden)
        self.reach.set_listening([at(host) for host in (*hosts, "127.0.0.1")])
        self.now = 0.0

    def seen(self, host: str = PUBLIC, *, observers=(1, 2, 3), ports=None, local=None) -> None:
        for n in observers:
            own = local(n) if local else 40_000 + n
            port = ports(n, own) if ports else own
            self.reach.observed(f"45.{n}.0.0/16", at(host, port), own, self.now)

    def ask(self, answer) -> None:
        """Let peers judge all addresses."""
        verdicts = self.reach.verdicts
        while (question := verdicts.next(SERVERS | SERVERS6, self.now)) is not None:
            verdicts.judged(question, reached=answer(question.address), now_ms=self.now)
            self.now += PAUSE_MS

    @property
    def found(self):
        return self.reach.assess()

    def says(self, *words: str) -> bool:
        text = " ".join((*findings_of(self.found), *advice_of(self.found)))
        return all(word in text for word in words)


# --- each kind of home -----------------------------------------------------------------------


def test_a_machine_on_the_internet_is_open_once_others_got_through() -> None:
    node = Node(PUBLIC)
    assert node.found.state is ReachState.UNKNOWN
    assert not node.found.wants_relay
    node.ask(lambda _: True)
    assert node.found.state is ReachState.OPEN
    assert node.found.public == (f"/ip4/{PUBLIC}/tcp/4001",)
    assert node.found.evidence.surroundings is Surroundings.NOTHING
    assert not advice_of(node.found)


def test_a_machine_on_the_internet_behind_a_firewall_is_closed_and_wants_a_relay() -> None:
    node = Node(PUBLIC)
    node.ask(lambda _: False)
    assert node.found.state is ReachState.CLOSED
    assert node.found.wants_relay
    assert node.says("firewall", "4001")


def test_a_mapped_port_counts_before_and_after_somebody_tried_it() -> None:
    node = Node(HOME)
    node.reach.set_mapping(MappingReport(MAPPED, Outside.INTERNET, is_complete=True))
    assert node.found.state is ReachState.MAPPED
    assert node.found.public == ()
    assert not node.found.wants_relay
    assert node.says("nobody has tried")
    node.ask(lambda _: True)
    assert (node.found.state, node.found.public) == (ReachState.MAPPED, (MAPPED.multiaddr,))
    assert node.says("others got through")


def test_a_mapped_port_through_which_nobody_gets_is_none() -> None:
    node = Node(HOME)
    node.reach.set_mapping(MappingReport(MAPPED, Outside.INTERNET, is_complete=True))
    node.ask(lambda _: False)
    assert node.found.state is ReachState.CLOSED
    assert node.found.wants_relay


def test_a_port_that_was_forwarded_by_hand_is_found() -> None:
    node = Node(HOME)
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    node.seen()
    node.ask(lambda address: address == at(PUBLIC))
    assert (node.found.state, node.found.public) == (
        ReachState.MAPPED,
        (f"/ip4/{PUBLIC}/tcp/4001",),
    )


def test_behind_a_router_that_maps_nothing_it_is_closed_and_says_what_to_do() -> None:
    node = Node(HOME)
    assert node.found.state is ReachState.UNKNOWN
    assert not node.found.wants_relay, "the router has not answered yet"
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    node.seen()
    assert node.found.wants_relay
    node.ask(lambda _: False)
    assert node.found.state is ReachState.CLOSED
    assert node.says("behind a router", "UPnP", HOME, "4001", "relay")


@pytest.mark.parametrize(
    ("own", "wants"),
    [
        (["2a00:1450:4001::1"], True),
        (["2a00:1450:4001::1", "2a00:1450:4001::2"], True),
        (["2a00:1450:4001::1", HOME], False),
        (["2a00:1450:4001::1", PUBLIC], False),
        ([PUBLIC], False),
        ([HOME], False),
    ],
)
def test_before_anything_is_known_a_home_with_ipv6_alone_has_no_router_to_wait_for(
    own: list[str], wants: bool
) -> None:
    node = Node(*own)
    assert node.found.state is ReachState.UNKNOWN
    assert node.found.wants_relay is wants
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    assert node.found.wants_relay is (PUBLIC not in own)


def test_before_any_peer_says_what_it_sees_a_port_may_have_been_forwarded_by_hand() -> None:
    node = Node(HOME)
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    assert node.found.state is ReachState.UNKNOWN
    assert node.found.wants_relay
    node.reach.set_mapping(failed(MappingFailure.NO_OUTSIDE, Outside.CARRIER))
    assert node.found.state is ReachState.CLOSED


def test_a_router_that_may_not_map_is_told_apart() -> None:
    node = Node(HOME)
    node.seen()
    node.reach.set_mapping(failed(MappingFailure.REFUSED))
    assert node.says("Allow this machine")


@pytest.mark.parametrize(
    ("report", "surroundings", "word"),
    [
        (failed(MappingFailure.NO_OUTSIDE), Surroundings.TWO_ROUTERS, "bridge"),
        (failed(MappingFailure.ABSENT, Outside.ROUTER), Surroundings.TWO_ROUTERS, "both"),
        (failed(MappingFailure.NO_OUTSIDE, Outside.CARRIER), Surroundings.CARRIER, "provider"),
        (failed(MappingFailure.ABSENT, Outside.CARRIER), Surroundings.CARRIER, "IPv6"),
    ],
)
def test_a_second_router_is_said(report, surroundings, word) -> None:
    node = Node(HOME)
    node.reach.set_mapping(report)
    assert node.found.evidence.surroundings is surroundings
    assert node.says(word)
    assert node.found.wants_relay


@pytest.mark.parametrize("other", [MappingFailure.NO_ROOM, MappingFailure.REFUSED])
def test_a_router_that_is_full_is_no_second_router(other: MappingFailure) -> None:
    said = ((Method.PCP, MappingFailure.NO_OUTSIDE, "8"), (Method.NAT_PMP, other, "no"))
    node = Node(HOME)
    node.seen()
    node.reach.set_mapping(MappingReport(None, None, said, is_complete=True))
    assert node.found.evidence.surroundings is Surroundings.ROUTER


def test_a_mapping_that_others_see_elsewhere_leads_to_a_second_router() -> None:
    node = Node(HOME)
    node.reach.set_mapping(MappingReport(MAPPED, Outside.INTERNET, is_complete=True))
    node.seen("45.99.0.1")
    assert node.found.evidence.surroundings is Surroundings.TWO_ROUTERS


def test_an_address_of_a_provider_s_shared_network_says_it_itself() -> None:
    assert Node("100.64.0.7").found.evidence.surroundings is Surroundings.CARRIER


def test_who_listens_on_loopback_alone_is_closed() -> None:
    node = Node()
    assert node.found.state is ReachState.CLOSED
    assert not node.found.wants_relay
    assert findings_of(node.found) == (
        "Only this machine can connect to this home: it listens nowhere else.",
    )
    assert node.says("without `--listen`")
    assert not node.says("Nobody")
    node.reach.set_listening([])
    assert node.says("Nobody", "does not listen", "--listen /ip4/0.0.0.0/tcp/4001")


def test_ipv6_behind_a_firewall_is_told_apart() -> None:
    node = Node(HOME, SIX)
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    node.seen()
    node.ask(lambda _: False)
    assert node.says("firewall of the router")
    node = Node(HOME, SIX)
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    node.ask(lambda address: address.protocol == "ip6")
    assert node.found.state is ReachState.OPEN
    assert node.found.wants_relay, "who has IPv4 alone does not get here"


# --- relays and holes ------------------------------------------------------------------------


def test_a_relay_and_then_a_hole_are_said() -> None:
    node = Node(HOME)
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    node.reach.set_relays([Address("ip4", "45.46.0.9", 4001, PEER, PEER)])
    assert node.found.state is ReachState.RELAYED
    assert node.found.wants_relay, "it keeps what it has"
    node.reach.note_punch(succeeded=False)
    assert node.found.state is ReachState.RELAYED
    node.reach.note_punch(succeeded=True)
    assert node.found.state is ReachState.PUNCHED
    for _ in range(8):
        node.reach.note_punch(succeeded=False)
    assert node.found.state is ReachState.RELAYED
    node.reach.set_relays([])
    assert node.found.state is ReachState.UNKNOWN


def test_an_address_that_is_open_counts_more_than_a_relay() -> None:
    node = Node(PUBLIC)
    node.reach.set_relays([Address("ip4", "45.46.0.9", 4001, PEER, PEER)])
    node.ask(lambda _: True)
    assert node.found.state is ReachState.OPEN
    assert not node.found.wants_relay


# --- hidden ----------------------------------------------------------------------------------


def test_a_hidden_home_asks_nobody_and_tells_nothing() -> None:
    node = Node(PUBLIC, SIX, hidden=True)
    node.seen()
    node.reach.set_mapping(MappingReport(MAPPED, Outside.INTERNET, is_complete=True))
    assert node.reach.verdicts.subjects == ()
    assert node.found.state is ReachState.CLOSED
    assert node.found.public == ()
    assert not node.found.wants_relay
    assert PUBLIC not in " ".join((*findings_of(node.found), *advice_of(node.found)))
    node.reach.set_given([Address("onion3", "a" * 56, 4001)])
    assert node.found.state is ReachState.OPEN


# --- observations ----------------------------------------------------------------------------


def test_a_router_that_keeps_ports_is_recognised() -> None:
    node = Node(HOME)
    node.seen()
    assert node.found.evidence.ports is PortUse.KEPT
    node = Node(HOME)
    node.seen(local=lambda _: 5000, ports=lambda _, own: 61_000)
    assert node.found.evidence.ports is PortUse.KEPT


def test_a_symmetric_router_is_recognised_by_one_port_seen_as_several() -> None:
    node = Node(HOME)
    node.reach.set_mapping(failed(MappingFailure.ABSENT))
    node.seen(local=lambda _: 5000, ports=lambda n, _: 60_000 + n)
    assert node.found.evidence.ports is PortUse.SYMMETRIC
    assert node.says("symmetric")


def test_without_enough_observers_nothing_is_guessed() -> None:
    for observers in ((), (1,)):
        node = Node(HOME)
        node.seen(observers=observers)
        assert node.found.evidence.ports is PortUse.UNKNOWN
    node = Node(HOME)
    node.seen(ports=lambda n, _: 50_000 + n)
    assert node.found.evidence.ports is PortUse.UNKNOWN


def test_the_address_that_most_networks_see_is_asked_about() -> None:
    node = Node(HOME)
    node.seen("45.99.0.1", observers=(1,))
    node.seen(PUBLIC, observers=(2, 3, 4))
    assert node.reach.verdicts.subjects == (at(PUBLIC),)


@pytest.mark.parametrize("host", ["192.168.1.9", "127.0.0.1", "100.64.0.1", "fe80::9", "0.0.0.0"])
def test_what_neighbours_see_tells_nothing_of_the_router(host: str) -> None:
    node = Node(HOME)
    node.seen(host)
    assert node.reach.verdicts.subjects == ()


def test_another_network_makes_old_observations_void() -> None:
    node = Node(HOME)
    node.seen()
    node.reach.set_listening([at("10.0.0.8")])
    assert node.reach.verdicts.subjects == ()


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 400)), max_size=400))
def test_observers_without_end_take_no_memory_without_end(rows) -> None:
    found = Observations()
    for time, (network, port) in enumerate(rows):
        found.note(f"n{network}", at(PUBLIC, port or 1), port, time)
    assert len(found._by_network) <= MAX_OBSERVERS
    found.forget_older(KEPT_MS + len(rows))
    assert found.hosts("ip4") == []


# --- everything at once ----------------------------------------------------------------------


@given(st.data())
def test_whatever_is_known_it_is_one_state_and_sound_sentences(data: st.DataObject) -> None:
    draw = data.draw
    hosts = draw(st.lists(st.sampled_from([HOME, PUBLIC, SIX, "fe80::1", "100.64.0.3"])))
    node = Node(*hosts, hidden=draw(st.booleans()))
    for _ in range(draw(st.integers(0, 6))):
        match draw(st.integers(0, 4)):
            case 0:
                failure = draw(st.sampled_from(list(MappingFailure)))
                outside = draw(st.sampled_from([None, Outside.ROUTER, Outside.CARRIER]))
                node.reach.set_mapping(failed(failure, outside))
            case 1:
                node.reach.set_mapping(MappingReport(MAPPED, Outside.INTERNET, is_complete=True))
            case 2:
                node.seen(draw(st.sampled_from([PUBLIC, HOME, "45.99.0.1", SIX])))
            case 3:
                relays = draw(st.integers(0, 2))
                node.reach.set_relays(
                    [Address("ip4", PUBLIC, n, PEER, f"relay{n}") for n in range(relays)]
                )
            case _:
                node.reach.note_punch(succeeded=draw(st.booleans()))
    node.ask(lambda _: draw(st.booleans()))
    found = node.found
    assert findings_of(found)
    assert all(one.endswith((".", "`.")) and one[0].isupper() for one in findings_of(found))
    assert all(one.endswith(".") for one in advice_of(found))
    assert not (found.wants_relay and found.state in (ReachState.MAPPED,))
    if found.state is ReachState.OPEN and not found.evidence.is_hidden:
        assert found.public
    if found.state in (ReachState.RELAYED, ReachState.PUNCHED):
        assert found.evidence.relays
