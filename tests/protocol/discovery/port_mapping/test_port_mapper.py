"""The port mapper: whom it asks when, and what it makes of the answers."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso_protocol.discovery.port_mapping.epoch import EpochWatch
from sayso_protocol.discovery.port_mapping.outcome import (
    MappingFailure,
    Method,
    Outside,
    PortMapping,
    PortMappingError,
)
from sayso_protocol.discovery.port_mapping.port_mapper import (
    LIFETIME_S,
    MAX_CONFLICTS,
    REST_MS,
    CheckMapping,
    MapPort,
    PortMapper,
    RemoveMapping,
)

SECRET = bytes(32)
ROUTER = "192.168.9.1"


class Desk:
    """A mapper, and a router that answers as a test says."""

    def __init__(self, *, gateways=(ROUTER,), secret: bytes = SECRET) -> None:
        self.mapper = PortMapper(secret)
        self.now = 0.0
        self.asked: list[object] = []
        self.mapper.set_network(gateways, 4001, self.now)

    def next(self):
        question = self.mapper.next(self.now)
        if question is not None:
            self.asked.append(question)
        return question

    def fail(self, failure: MappingFailure, outside: Outside | None = None) -> None:
        self.mapper.failed(PortMappingError(failure, "no", outside), self.now)

    def give(self, question: MapPort, host: str = "45.45.45.1", **changed) -> PortMapping:
        mapping = PortMapping(
            question.method,
            question.gateway or ROUTER,
            question.port,
            host,
            question.external_port,
            question.lifetime_s,
            100 + round(self.now / 1000),
        )
        mapping = replace(mapping, **changed)
        self.mapper.mapped(mapping, self.now)
        return mapping

    def map(self, **changed) -> PortMapping:
        return self.give(self.next(), **changed)

    def wait(self) -> float:
        """Go to the next moment at which something is due; the seconds until then."""
        assert self.mapper.wake_ms is not None
        passed, self.now = self.mapper.wake_ms - self.now, self.mapper.wake_ms
        return passed / 1000


def test_languages_are_tried_in_order_and_the_first_that_works_is_kept() -> None:
    desk = Desk()
    assert desk.next() == MapPort(Method.PCP, ROUTER, 4001, 4001)
    desk.fail(MappingFailure.ABSENT)
    assert desk.next() == MapPort(Method.NAT_PMP, ROUTER, 4001, 4001)
    desk.fail(MappingFailure.REFUSED)
    assert desk.next() == MapPort(Method.UPNP, "", 4001, 4001)
    mapping = desk.give(desk.asked[-1])
    assert desk.next() is None
    assert desk.mapper.report.mapping == mapping
    assert desk.mapper.report.is_complete


def test_one_question_is_open_at_a_time() -> None:
    desk = Desk()
    assert desk.next() is not None
    assert desk.mapper.next(1e9) is None


def test_without_a_router_upnp_is_tried_all_the_same_and_without_a_port_nothing() -> None:
    desk = Desk(gateways=())
    assert desk.next() == MapPort(Method.UPNP, "", 4001, 4001)
    nobody = PortMapper(SECRET)
    nobody.set_network((ROUTER,), 0, 0)
    assert nobody.next(1e9) is None


def test_at_most_two_routers_are_asked() -> None:
    desk = Desk(gateways=[f"10.0.{n}.1" for n in range(9)])
    while (question := desk.next()) is not None:
        desk.fail(MappingFailure.ABSENT)
        assert isinstance(question, MapPort)
    assert [(one.method, one.gateway) for one in desk.asked] == [
        (Method.PCP, "10.0.0.1"),
        (Method.NAT_PMP, "10.0.0.1"),
        (Method.PCP, "10.0.1.1"),
        (Method.NAT_PMP, "10.0.1.1"),
        (Method.UPNP, ""),
    ]


@given(st.lists(st.sampled_from(list(MappingFailure)), min_size=30, max_size=60))
def test_whatever_fails_there_are_rests_between_rounds(failures) -> None:
    desk = Desk()
    rests = []
    for failure in failures:
        if desk.next() is None:
            assert desk.mapper.report.mapping is None
            assert desk.mapper.report.is_complete
            rests.append(desk.wait() * 1000)
            assert desk.next() is not None
        desk.fail(failure)
    assert rests == list((REST_MS + REST_MS[-1:] * len(rests))[: len(rests)])
    # UPnP may ask once more for a lease, and for further ports: nothing else is asked twice.
    assert len(desk.asked) <= (len(rests) + 1) * (3 * (2 + MAX_CONFLICTS * 2))


def test_the_report_says_what_each_language_ended_with() -> None:
    desk = Desk()
    for failure in (MappingFailure.NO_OUTSIDE, MappingFailure.REFUSED, MappingFailure.ABSENT):
        desk.next()
        desk.fail(failure, Outside.CARRIER if failure is MappingFailure.REFUSED else None)
    report = desk.mapper.report
    assert [(method, failure) for method, failure, _ in report.failures] == [
        (Method.PCP, MappingFailure.NO_OUTSIDE),
        (Method.NAT_PMP, MappingFailure.REFUSED),
        (Method.UPNP, MappingFailure.ABSENT),
    ]
    assert (report.outside, report.is_complete) == (Outside.CARRIER, True)
    desk.wait()
    desk.next()  # another round: what the last one said is shown until this one has ended
    assert desk.mapper.report == report
    for _ in range(3):
        desk.fail(MappingFailure.ABSENT)
        desk.next()
    assert desk.mapper.report.outside is None


@pytest.mark.parametrize(
    ("host", "outside"), [("192.168.1.5", Outside.ROUTER), ("100.64.3.3", Outside.CARRIER)]
)
def test_a_mapping_that_leads_to_another_router_is_given_back(host, outside) -> None:
    desk = Desk()
    mapping = desk.map(external_host=host)
    assert desk.mapper.report.mapping is None
    assert desk.mapper.report.outside is outside
    assert desk.next() == RemoveMapping(mapping)
    desk.mapper.removed(desk.now)
    assert desk.next() is None
    assert desk.wait() * 1000 == REST_MS[0]
    assert desk.mapper.report.outside is outside


# --- renewal ---------------------------------------------------------------------------------


@given(st.sampled_from(list(Method)), st.integers(1, 7200))
def test_a_lease_is_renewed_at_half_and_never_more_than_once_a_minute(method, lifetime) -> None:
    desk = Desk()
    question = MapPort(method, ROUTER, 4001, 4001)
    desk.next()
    desk.give(question, lifetime_s=lifetime)
    while not isinstance(question := desk.next(), MapPort):
        if isinstance(question, CheckMapping):
            desk.mapper.checked(100 + round(desk.now / 1000), desk.now)
        desk.wait()
    assert desk.now >= max(lifetime * 500, 60_000)
    assert desk.now <= max(lifetime * 500, 60_000) + 60_000
    assert (question.method, question.external_port) == (method, 4001)
    assert question.lifetime_s == LIFETIME_S


def test_a_lease_for_ever_stays_one() -> None:
    desk = Desk(gateways=())
    desk.next()
    desk.fail(MappingFailure.LEASE)
    question = desk.next()
    assert question == MapPort(Method.UPNP, "", 4001, 4001, 0)
    desk.give(question)
    while not isinstance(question := desk.next(), MapPort):
        if question is not None:
            desk.mapper.checked(None, desk.now)
        desk.wait()
    assert question.lifetime_s == 0


def test_a_router_that_insists_on_the_lease_is_left() -> None:
    desk = Desk(gateways=())
    for _ in range(2):
        desk.next()
        desk.fail(MappingFailure.LEASE)
    assert desk.next() is None


def test_a_port_that_is_taken_gives_way_to_others_the_same_in_each_run() -> None:
    def ports(secret: bytes) -> list[int]:
        desk = Desk(gateways=(), secret=secret)
        while desk.next() is not None:
            desk.fail(MappingFailure.CONFLICT)
        return [one.external_port for one in desk.asked]

    assert len(ports(SECRET)) == 1 + MAX_CONFLICTS
    assert ports(SECRET)[0] == 4001
    assert ports(SECRET) == ports(SECRET) != ports(bytes([1]) * 32)
    assert all(1024 <= port < 65536 for n in range(50) for port in ports(bytes([n]) * 32))


def test_the_nonce_is_kept_over_restarts_and_differs_between_nodes_and_ports() -> None:
    nonces = {PortMapper(bytes([n]) * 32).nonce(port) for n in range(20) for port in (1, 2, 4001)}
    assert len(nonces) == 60
    assert all(len(one) == 12 for one in nonces)
    assert PortMapper(SECRET).nonce(4001) == PortMapper(SECRET).nonce(4001)


# --- a router that restarts ------------------------------------------------------------------


def test_a_router_whose_clock_began_anew_is_asked_again_at_once() -> None:
    desk = Desk()
    mapping = desk.map()
    desk.wait()
    assert desk.next() == CheckMapping(mapping)
    desk.mapper.checked(3, desk.now)
    assert desk.next() == MapPort(Method.PCP, ROUTER, 4001, 4001)
    again = desk.give(desk.asked[-1], epoch_s=3)
    assert desk.mapper.report.mapping == again
    assert desk.wait() <= 20


def test_a_mapping_that_is_gone_is_asked_for_again() -> None:
    desk = Desk(gateways=())
    desk.map()
    desk.wait()
    desk.next()
    desk.fail(MappingFailure.GONE)
    assert desk.next() == MapPort(Method.UPNP, "", 4001, 4001)
    assert desk.mapper.report.mapping is not None
    desk.fail(MappingFailure.REFUSED)  # it does not give it again: everything anew
    assert desk.mapper.report.mapping is None
    assert desk.next() == MapPort(Method.UPNP, "", 4001, 4001)


def test_a_router_may_be_silent_twice_before_the_mapping_counts_as_lost() -> None:
    desk = Desk()
    desk.map()
    for _ in range(2):
        desk.wait()
        desk.next()
        desk.fail(MappingFailure.ABSENT)
        assert desk.mapper.report.mapping is not None
    desk.wait()
    desk.next()
    desk.fail(MappingFailure.ABSENT)
    assert desk.mapper.report.mapping is None
    assert desk.now <= 60_000
    assert desk.next() == MapPort(Method.PCP, ROUTER, 4001, 4001)


@pytest.mark.parametrize(
    ("before", "after", "here", "same"),
    [
        (100, 120, 20, True),
        (100, 121, 20, True),
        (100, 99, 1, True),
        (100, 98, 1, False),
        (5000, 3, 20, False),
        (100, 100 + 3600, 3600, True),
        (100, 100 + 3700, 3600, True),
        (100, 100 + 4000, 3600, False),
        (100, 100 + 3000, 3600, False),
        (100, 100 + 28_800, 20, False),
    ],
)
def test_an_epoch_that_does_not_fit_the_time_that_passed(before, after, here, same) -> None:
    watch = EpochWatch()
    assert watch.note(before, 0)
    assert watch.note(after, here * 1000) is same


# --- another network, the end ----------------------------------------------------------------


def test_another_network_begins_anew_and_the_same_does_not() -> None:
    desk = Desk()
    desk.map()
    desk.mapper.set_network((ROUTER,), 4001, desk.now)
    assert desk.mapper.report.mapping is not None
    desk.mapper.set_network(("10.0.0.1",), 4001, desk.now)
    assert desk.mapper.report.mapping is None
    assert desk.next() == MapPort(Method.PCP, "10.0.0.1", 4001, 4001)


def test_another_address_of_this_machine_begins_anew() -> None:
    desk = Desk()
    desk.mapper.set_network((ROUTER,), 4001, desk.now, ["192.168.9.2"])
    desk.map()
    desk.mapper.set_network((ROUTER,), 4001, desk.now, ["192.168.9.2"])
    assert desk.mapper.report.mapping is not None
    desk.mapper.set_network((ROUTER,), 4001, desk.now, ["192.168.9.7"])
    assert desk.mapper.report.mapping is None
    assert desk.next() == MapPort(Method.PCP, ROUTER, 4001, 4001)


def test_where_nothing_is_listened_on_any_more_the_mapping_is_given_back() -> None:
    desk = Desk()
    mapping = desk.map()
    desk.mapper.set_network((ROUTER,), 0, desk.now)
    assert desk.next() == RemoveMapping(mapping)
    desk.mapper.removed(desk.now)
    assert desk.next() is None
    while desk.mapper.wake_ms is not None:
        assert desk.wait() > 0, "it is woken again and again"
        assert desk.next() is None
    desk.mapper.set_network((ROUTER,), 4001, desk.now)
    assert desk.next() == MapPort(Method.PCP, ROUTER, 4001, 4001)


def test_of_another_port_the_old_mapping_is_given_back_first() -> None:
    desk = Desk()
    mapping = desk.map()
    desk.mapper.set_network((ROUTER,), 4002, desk.now)
    assert desk.next() == RemoveMapping(mapping)
    desk.mapper.removed(desk.now)
    assert desk.next() == MapPort(Method.PCP, ROUTER, 4002, 4002)


def test_at_the_end_the_mapping_is_given_back_once() -> None:
    desk = Desk()
    assert desk.mapper.leave() is None
    desk = Desk()
    mapping = desk.map()
    assert desk.mapper.leave() == RemoveMapping(mapping)
    assert desk.mapper.leave() is None
    assert desk.next() is None


@given(st.integers(0, 2**32))
def test_a_year_with_a_router_that_does_what_it_likes(seed: int) -> None:
    """No more than some questions a minute, one at a time, and the end gives back what is there."""
    chance = random.Random(seed)
    desk = Desk()
    for _ in range(300):
        question = desk.next()
        if question is None:
            assert desk.mapper.wake_ms is None or desk.mapper.wake_ms > desk.now
            if chance.random() < 0.05:
                desk.mapper.set_network((f"10.0.0.{chance.randrange(3)}",), 4001, desk.now)
            if desk.mapper.wake_ms is not None and desk.mapper.wake_ms > desk.now:
                desk.wait()
            continue
        luck = chance.random()
        if luck < 0.4:
            failure = chance.choice(list(MappingFailure))
            desk.fail(failure, chance.choice([None, *Outside]))
        elif isinstance(question, MapPort):
            host = chance.choice(["45.45.45.1", "10.0.0.1", "100.64.0.1", "0.0.0.0"])
            desk.give(question, host=host, lifetime_s=chance.randrange(2**32))
        elif isinstance(question, CheckMapping):
            desk.mapper.checked(chance.choice([None, 3, round(desk.now / 1000)]), desk.now)
        else:
            desk.mapper.removed(desk.now)
    mapping = desk.mapper.report.mapping
    assert mapping is None or mapping.outside is Outside.INTERNET
    assert desk.mapper.leave() == (RemoveMapping(mapping) if mapping else None)


@pytest.mark.parametrize("failure", list(MappingFailure))
@pytest.mark.parametrize("method", list(Method))
def test_a_router_that_always_says_the_same_is_not_asked_without_end(
    failure: MappingFailure, method: Method
) -> None:
    """Whatever it answers, to checks and to renewals: so many questions at one moment."""
    desk = Desk()
    while not isinstance(question := desk.next(), MapPort) or question.method is not method:
        desk.fail(MappingFailure.ABSENT)
    desk.give(question)
    for _ in range(20):
        assert desk.mapper.wake_ms is not None
        desk.now = max(desk.now, desk.mapper.wake_ms)
        at_once = 0
        while desk.next() is not None:
            desk.fail(failure)
            at_once += 1
            assert at_once < 40


def test_after_its_end_a_mapper_begins_anew_whatever_was_open() -> None:
    desk = Desk()
    assert isinstance(desk.next(), MapPort)
    assert desk.mapper.leave() is None
    desk.mapper.set_network((ROUTER,), 4001, desk.now)
    assert isinstance(desk.next(), MapPort)
