"""The locator: what it does in which order, what it believes, and what a liar gains."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

import pytest
from tests.protocol.discovery.kademlia.crowd import contact_at

from sayso_protocol.discovery.kademlia.contact import Contact, Scope
from sayso_protocol.discovery.kademlia.kademlia_limits import (
    BUCKET_SIZE,
    HOUR_MS,
    MAX_ASKED,
    MAX_INTRODUCED,
    PROBE_MS,
    PROBES,
)
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.location.announcement import record_key, seal
from sayso_protocol.discovery.location.announcement_limits import DAY_MS, ENOUGH_COPIES
from sayso_protocol.discovery.location.location_tasks import Request
from sayso_protocol.discovery.location.locator import Locator, Own
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.sync.now import Now

from .support import ANN, AT, BEN

DAY = AT // DAY_MS
GET, PUT, FIND, PING = (
    MessageType.GET_PROVIDERS,
    MessageType.ADD_PROVIDER,
    MessageType.FIND_NODE,
    MessageType.PING,
)
NOW = Now(AT, 0)


@dataclass
class Net:
    """Places with real locators, which answer at once."""

    places: dict[bytes, Locator] = field(default_factory=dict)
    log: list[tuple[MessageType, bytes]] = field(default_factory=list)
    now: Now = NOW

    def add(self, contact: Contact, **options: object) -> Locator:
        locator = Locator(contact.id, b"seed", self.now, **options)  # type: ignore[arg-type]
        self.places[contact.id] = locator
        return locator

    def run(self, locator: Locator, requests: list[Request]) -> None:
        while requests:
            request = requests.pop(0)
            self.log.append((request.message.type, request.contact.id))
            place = self.places.get(request.contact.id)
            if place is None:
                requests += locator.failed(request, self.now)
                continue
            at, data = request.contact.addresses[0], request.message.encode()
            answer = place.server.answer(
                locator.table.own_id, ("1/32", "1/24", "1/16"), Scope.INTERNET, data, 0
            )
            if answer is None:
                requests += locator.sent(request, self.now)
            else:
                requests += locator.answered(request, answer, at, Scope.INTERNET, self.now)

    def settle(self, locator: Locator, **accounts: tuple[bytes, ...]) -> None:
        """Let it do all that is due."""
        for _ in range(30):
            self.run(locator, locator.tick(self.now, **accounts))


def net_of(count: int) -> tuple[Net, Locator, list[Contact]]:
    """Places that all know each other, and a newcomer who knows them."""
    chance, net = Random(1), Net()
    contacts = [contact_at(chance, f"{n + 11}.{n}.1.1") for n in range(count)]
    for contact in contacts:
        locator = net.add(contact)
        for other in contacts:
            locator.met(other)
    newcomer = net.add(contact_at(chance, "9.9.9.9"))
    for contact in contacts:
        newcomer.met(contact)
    return net, newcomer, contacts


def announcing(locator: Locator) -> None:
    said = ANN.says()
    locator.own = Own(said.account, lambda _: said)


def test_it_looks_itself_up_first_then_announces() -> None:
    net, locator, _ = net_of(12)
    announcing(locator)
    net.run(locator, locator.tick(net.now))
    assert {kind for kind, _ in net.log} == {FIND}
    assert locator.counts["upkeep"] == 1
    net.settle(locator)
    assert locator.counts["announce"] == 2  # after ten in the evening: tomorrow too
    holders = [
        place
        for place in net.places.values()
        if place.server.records.get(record_key(ANN.account, DAY), 0)[1] == [seal(ANN.says(), DAY)]
    ]
    assert len(holders) == 13  # itself among them


def test_what_one_lays_down_another_finds_and_stops_early() -> None:
    net, locator, contacts = net_of(12)
    announcing(locator)
    net.settle(locator)
    reader = net.places[contacts[3].id]
    reader.find(ANN.account)
    net.settle(reader)
    [find] = reader.take_finds()
    assert set(find.told_by) == {ANN.says()}
    assert find.asked < 12
    assert reader.take_finds() == []


def test_yesterday_s_word_is_found_where_today_has_none() -> None:
    net, locator, contacts = net_of(12)
    announcing(locator)
    net.settle(locator)
    net.now = Now(AT + 2 * DAY_MS - 4 * HOUR_MS, 20 * HOUR_MS)  # announced: today and tomorrow
    reader = net.places[contacts[3].id]
    reader.find(ANN.account)
    net.settle(reader)
    [find] = reader.take_finds()
    assert set(find.told_by) == {ANN.says()}


def test_with_nobody_to_ask_it_says_so() -> None:
    locator = Locator(b"own", b"seed", Now(AT, 0))
    locator.find(ANN.account)
    assert locator.tick(Now(AT, 0)) == []
    [find] = locator.take_finds()
    assert (find.account, find.asked) == (ANN.account, 0)


def test_a_follower_lays_down_anew_what_too_few_have() -> None:
    net, locator, contacts = net_of(12)
    said = ANN.says(AT - 3 * DAY_MS)
    locator.learn(said, net.now)
    net.now = Now(AT + DAY_MS // 2, 0)
    day = net.now.wall_ms // DAY_MS
    for _ in range(2):
        net.settle(locator, followed=(ANN.account,))
    key, sealed = record_key(ANN.account, day), seal(said, day)
    places = [net.places[one.id].server.records.get(key, 0)[1] for one in contacts]
    assert sum(found == [sealed] for found in places) >= ENOUGH_COPIES
    plain = [net.places[one.id].server.records.get(key, 0)[0] for one in contacts]
    assert not any(plain)  # the follower stands nowhere
    puts = sum(kind is PUT for kind, _ in net.log)
    other = net.add(contact_at(Random(5), "8.8.4.4"))
    for contact in contacts:
        other.met(contact)
    other.learn(said, net.now)
    net.now = Now(AT + DAY_MS // 2 + 100 * 60_000, 100 * 60_000)  # every turn of the day has come
    net.settle(other, followed=(ANN.account,))
    assert other.counts["check"] > 0
    assert sum(kind is PUT for kind, _ in net.log) == puts


def test_a_follower_who_does_not_look_after_lays_nothing_down() -> None:
    net, _, contacts = net_of(6)
    locator = net.add(contact_at(Random(5), "8.8.4.4"), looks_after=False)
    locator.met(contacts[0])
    locator.learn(ANN.says(AT - 3 * DAY_MS), net.now)
    net.settle(locator, followed=(ANN.account,))
    assert locator.counts["check"] == 0


def test_what_the_own_store_refuses_is_neither_kept_nor_given() -> None:
    net, locator, contacts = net_of(12)
    announcing(locator)
    net.settle(locator)
    reader = net.add(contact_at(Random(5), "8.8.4.4"), accepts=lambda one: False)
    for contact in contacts:
        reader.met(contact)
    reader.find(ANN.account)
    net.settle(reader)
    [find] = reader.take_finds()
    assert find.told_by == {}
    assert not reader.learn(ANN.says(), net.now)
    assert len(reader.book) == 0


def test_a_failed_announcement_is_made_again_soon() -> None:
    net, locator, contacts = net_of(3)
    announcing(locator)
    for contact in contacts:
        del net.places[contact.id]
    net.settle(locator)
    assert locator.counts["announce"] <= 2
    net.now = Now(AT + 30 * 60_000, 30 * 60_000)
    before = locator.counts["announce"]
    locator.met(contacts[0])
    net.add(contacts[0])
    net.settle(locator)
    assert locator.counts["announce"] > before


def test_to_ask_for_an_account_changes_no_turn_of_its_searches() -> None:
    net, locator, _ = net_of(3)
    locator.find(ANN.account)
    net.settle(locator)
    assert locator.counts["find"] == 1
    net.settle(locator, wanted=(ANN.account,))  # it is followed now
    assert locator.counts["find"] == 2
    net.settle(locator, wanted=(ANN.account,))
    assert locator.counts["find"] == 2


# --- whom it believes ---------------------------------------------------------------------


def test_only_who_answers_where_it_was_dialled_comes_into_the_table() -> None:
    net, locator, _ = net_of(3)
    stranger = contact_at(Random(7), "7.7.7.7")
    request = Request(stranger, Message(PING))
    data = Message(PING).encode()
    locator.answered(request, data, None, Scope.INTERNET, net.now)
    assert stranger.id not in locator.table
    told = Contact(stranger.id, (*stranger.addresses, *contact_at(Random(8), "6.6.6.6").addresses))
    locator.answered(
        Request(told, Message(PING)), data, stranger.addresses[0], Scope.INTERNET, net.now
    )
    assert locator.table.closest(0, 10)[-1] is not None
    assert [one for one in locator.table.closest(0, 10) if one.id == stranger.id] == [stranger]


PRIVATE = ("192.168.1.1", "10.0.0.1", "127.0.0.1", "172.16.0.1", "169.254.1.1", "100.64.0.1")


def test_private_addresses_told_from_the_internet_are_never_asked() -> None:
    net, locator, _ = net_of(3)
    private = tuple(contact_at(Random(100 + n), host) for n, host in enumerate(PRIVATE))
    locator.find(ANN.account)
    requests, asked = locator.tick(net.now), set()
    while requests:
        request = requests.pop(0)
        asked.add(request.contact.id)
        told = Message(request.message.type, request.message.key, private).encode()
        at = request.contact.addresses[0]
        requests += locator.answered(request, told, at, Scope.INTERNET, net.now)
    assert len(asked) == 3
    assert not asked & {one.id for one in private}


@pytest.mark.parametrize(
    "data",
    [b"", b"\xff", Message(FIND).encode(), Message(PING, b"x" * 80).encode() + b"\x00"],
    ids=["nothing", "noise", "another type", "a field of number 0"],
)
def test_a_wrong_answer_counts_as_none(data: bytes) -> None:
    net, locator, contacts = net_of(3)
    [request] = [Request(contacts[0], Message(PING))]
    locator.answered(request, data, contacts[0].addresses[0], Scope.INTERNET, net.now)
    assert locator.counts["failed"] == 1


def test_whoever_introduces_itself_is_dialled_before_it_is_believed_and_not_too_often() -> None:
    chance, net = Random(3), Net()
    locator = net.add(contact_at(chance, "9.9.9.9"))
    callers = [contact_at(chance, f"{n + 11}.1.1.1") for n in range(2 * MAX_INTRODUCED)]
    for one in callers:
        hello = Message(FIND, b"key", (one,)).encode()
        locator.server.answer(one.id, one.networks, Scope.INTERNET, hello, 0)
    assert len(locator.server.introduced) == MAX_INTRODUCED
    assert len(locator.table) == 0
    for one in callers[:1]:
        net.add(one)
    net.run(locator, locator.tick(net.now))
    assert net.log == [(PING, callers[0].id)]
    assert callers[0].id in locator.table
    net.settle(locator)
    assert sum(kind is PING for kind, _ in net.log) == 1
    net.now = Now(AT + PROBE_MS, PROBE_MS)
    net.run(locator, locator.tick(net.now))
    assert sum(kind is PING for kind, _ in net.log) == 2
    assert callers[1].id not in locator.table  # nobody is there


@pytest.mark.parametrize("pause_ms", [PROBE_MS, HOUR_MS])
def test_strangers_who_introduce_themselves_keep_no_node_from_announcing(pause_ms: int) -> None:
    net, locator, contacts = net_of(4)
    locator.own = Own(ANN.account, lambda now: ANN.says(now.wall_ms))
    locator.serves_at = contact_at(Random(9), "9.9.9.9").addresses
    chance = Random(3)
    for turn in range(6):
        net.now = Now(AT + turn * pause_ms, turn * pause_ms)
        for number in range(MAX_INTRODUCED):
            caller = contact_at(chance, f"{turn + 20}.{number}.1.1")
            hello = Message(FIND, b"key", (caller,)).encode()
            locator.server.answer(caller.id, caller.networks, Scope.INTERNET, hello, 0)
        net.run(locator, locator.tick(net.now))  # one task each time
    assert locator.counts["probe"] > 1
    assert {one for kind, one in net.log if kind is PUT} == {one.id for one in contacts}


def test_who_is_almost_alone_tries_again_whom_it_heard_of_and_not_for_ever() -> None:
    net = Net()
    locator = net.add(contact_at(Random(3), "9.9.9.9"))
    other = contact_at(Random(4), "5.5.5.5")
    locator.heard_of(other)
    for turn in range(10):
        net.now = Now(AT, turn * PROBE_MS)
        net.run(locator, locator.tick(net.now))
    assert net.log == [(PING, other.id)] * (1 + PROBES)
    locator.heard_of(other)
    net.add(other)
    net.now = Now(AT, 10 * PROBE_MS)
    net.run(locator, locator.tick(net.now))
    assert other.id in locator.table


def _at(contact: Contact, host: str) -> Contact:
    return Contact(contact.id, (Address("ip4", host, 4001).to_bytes(),))


@pytest.mark.parametrize(
    "introduction",
    [
        lambda one: _at(one, "66.6.6.6"),
        lambda one: Contact(b"another", one.addresses),
        lambda one: Contact(one.id),
        lambda one: _at(one, "192.168.1.1"),
        lambda one: _at(one, "127.0.0.1"),
        lambda one: Contact(one.id, (b"rubbish",)),
    ],
    ids=["a victim's host", "another's id", "no address", "private", "loopback", "no address form"],
)
def test_nobody_sends_this_node_to_a_third(introduction: Callable[[Contact], Contact]) -> None:
    locator = Locator(b"own", b"seed", Now(AT, 0))
    one = contact_at(Random(1), "5.5.5.5")
    hello = Message(FIND, b"key", (introduction(one),)).encode()
    locator.server.answer(one.id, one.networks, Scope.INTERNET, hello, 0)
    assert locator.server.introduced == {}


def test_who_serves_says_so_and_a_client_does_not() -> None:
    net, locator, _ = net_of(3)
    locator.find(ANN.account)
    assert all(not one.message.closer for one in locator.tick(net.now))
    net, locator, _ = net_of(3)
    locator.serves_at = (Address("ip4", "9.9.9.9", 1).to_bytes(),)
    locator.find(ANN.account)
    own = (Contact(locator.table.own_id, locator.serves_at),)
    assert all(one.message.closer == own for one in locator.tick(net.now))


def test_a_search_is_bounded_whatever_the_places_say() -> None:
    """Each names twenty others that nobody has heard of, all nearer."""
    net, locator, _ = net_of(3)
    chance = Random(4)
    locator.find(ANN.account)
    requests, asked = locator.tick(net.now), 0
    while requests and asked < 1000:
        request = requests.pop(0)
        asked += 1
        more = tuple(
            contact_at(chance, f"{chance.randint(11, 99)}.{chance.randint(0, 99)}.1.1")
            for _ in range(BUCKET_SIZE)
        )
        message = Message(request.message.type, request.message.key, more)
        at = request.contact.addresses[0]
        requests += locator.answered(request, message.encode(), at, Scope.INTERNET, net.now)
        if locator.take_finds():
            break
    assert asked <= 2 * MAX_ASKED  # today and yesterday


def test_noise_in_place_of_announcements_hides_none() -> None:
    net, locator, contacts = net_of(12)
    announcing(locator)
    net.settle(locator)
    chance = Random(6)
    for number, contact in enumerate(contacts):
        server = net.places[contact.id].server
        for n in range(40):
            noise = Message(PUT, record_key(ANN.account, DAY), sealed=(chance.randbytes(512),))
            site = f"{n}.{number}"
            with_networks = (f"{site}/32", f"{site}/24", "flood/16")
            server.answer(b"liar", with_networks, Scope.INTERNET, noise.encode(), n * 1000)
    reader = net.places[contacts[3].id]
    reader.find(ANN.account)
    net.settle(reader)
    [find] = reader.take_finds()
    assert set(find.told_by) == {ANN.says()}


def test_accounts_that_are_followed_no_longer_are_forgotten() -> None:
    net, locator, _ = net_of(3)
    for who in (ANN, BEN):
        locator.learn(who.says(), net.now)
    locator.retain([BEN.account])
    assert locator.book.accounts() == [BEN.account]
