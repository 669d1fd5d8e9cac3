"""Whom the planner dials, when, and whom it leaves."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest

from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.book_limits import SURE
from sayso_protocol.discovery.address_book.carriers import Carriers
from sayso_protocol.discovery.address_book.known_codec import peer_of, row_of
from sayso_protocol.discovery.address_book.trust import network_of
from sayso_protocol.discovery.candidate import Candidate, Origin
from sayso_protocol.discovery.connections import dial_limits as limits
from sayso_protocol.discovery.connections.decisions import Dial, Leave, Why
from sayso_protocol.discovery.connections.dial_planner import DialPlanner
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.seeded_random import SeededRandom
from sayso_protocol.sync.now import Now

from ..address_book.population import NOW, at, peer_id, public_ip

ACCOUNTS = [bytes([number]) * 32 for number in range(5)]


class Played:
    """A planner in a world in which some peers answer."""

    def __init__(self, rows: object = (), carriers: Carriers | None = None) -> None:
        self.draw = SeededRandom(b"test")
        book = AddressBook(b"secret", map(peer_of, rows))  # type: ignore[call-overload]
        self.planner = DialPlanner(peer_id(0), book, carriers or Carriers(), self.draw)
        self.now = Now(NOW, 0)
        self.off: set[str] = set()
        self.brings: dict[str, list[bytes]] = {}
        self.dials: list[tuple[int, Dial]] = []
        self.left: list[str] = []

    def hear(self, address: Address, origin: Origin, source: str = "", **more: object) -> None:
        candidate = Candidate(str(address.peer_id), (address,), origin, **more)  # type: ignore[arg-type]
        self.planner.consider(candidate, source or network_of(address), self.now, address.host)

    def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            for decision in self.planner.tick(self.now):
                if isinstance(decision, Leave):
                    self.left.append(decision.peer_id)
                    self.planner.lost(decision.peer_id, self.now)
                else:
                    self.dials.append((self.now.mono_ms, decision))
                    self.dial(decision)
            self.now = Now(self.now.wall_ms + 1000, self.now.mono_ms + 1000)

    def dial(self, dial: Dial) -> None:
        if dial.peer_id in self.off:
            self.planner.dialled(dial, None, dial.addresses, self.now)
            return
        self.planner.dialled(dial, dial.addresses[0], (), self.now)
        if dial.stays:
            self.planner.connected(dial.peer_id, dial.addresses[0], self.now, outbound=True)
            self.planner.carries(dial.peer_id, self.brings.get(dial.peer_id, []), self.now)

    def present(self) -> set[str]:
        return {peer.peer_id for peer in self.planner.present}

    def dialled(self, peer: str) -> list[int]:
        return [at_ms for at_ms, dial in self.dials if dial.peer_id == peer]


def meet(played: Played, count: int, first: int = 1) -> list[Address]:
    """So many peers in networks of their own, that answered once."""
    chance = Random(first)
    met = [at(public_ip(chance), number) for number in range(first, first + count)]
    for address in met:
        played.hear(address, Origin.CONTACT)
        played.planner.book.note_success(address, NOW)
    return met


def test_the_owners_peers_are_dialled_at_once_wherever_they_are() -> None:
    played = Played()
    for number, host in enumerate(["127.0.0.1", "192.168.1.7", "81.2.69.142"], 1):
        played.hear(at(host, number), Origin.OWNER)
    played.pass_time(1)
    assert played.present() == {peer_id(1), peer_id(2), peer_id(3)}


def test_eight_are_dialled_each_in_a_network_of_its_own() -> None:
    played = Played()
    meet(played, 40)
    for number in range(100, 140):  # all of one provider
        played.hear(at(f"93.184.{number}.1", number), Origin.CONTACT)
        played.planner.book.note_success(at(f"93.184.{number}.1", number), NOW)
    played.pass_time(60)
    networks = Counter(peer.network for peer in played.planner.present)
    assert len(played.planner.present) == limits.SPREAD
    assert set(networks.values()) == {1}


def test_inbound_peers_take_the_place_of_none_that_is_dialled() -> None:
    played = Played()
    meet(played, 40)
    for number in range(1000, 1200):
        played.planner.connected(
            peer_id(number), at("93.184.1.1", number), played.now, outbound=False
        )
    played.pass_time(60)
    assert sum(peer.is_outbound for peer in played.planner.present) == limits.SPREAD
    assert not played.left


def test_an_account_gets_three_sources_where_so_many_are_known() -> None:
    carriers = Carriers([(ACCOUNTS[0], peer_id(number), NOW) for number in range(1, 7)])
    played = Played(carriers=carriers)
    played.planner.needs.want(ACCOUNTS)
    for address in meet(played, 6):
        played.brings[str(address.peer_id)] = [ACCOUNTS[0]]
    played.off = {peer_id(1), peer_id(2)}
    played.pass_time(30)
    assert ACCOUNTS[0] not in played.planner.needs.lacking
    assert ACCOUNTS[1] in played.planner.needs.lacking


def test_whoever_serves_several_accounts_is_dialled_first() -> None:
    rows = [(account, peer_id(1), NOW) for account in ACCOUNTS]
    played = Played(carriers=Carriers([*rows, (ACCOUNTS[0], peer_id(2), NOW)]))
    played.planner.needs.want(ACCOUNTS)
    meet(played, 2)
    played.pass_time(1)
    sources = [dial.peer_id for _, dial in played.dials if dial.why is Why.SOURCE]
    assert sources[0] == peer_id(1)


def test_what_strangers_say_carries_an_account_is_dialled_within_a_budget() -> None:
    """And displaces nobody who was seen to carry it."""
    carriers = Carriers([(ACCOUNTS[0], peer_id(1), NOW)])
    played = Played(carriers=carriers)
    played.planner.needs.want(ACCOUNTS)
    meet(played, 1)
    chance = Random(9)
    for number in range(100, 300):
        address = at(public_ip(chance), number)
        account = ACCOUNTS[number % len(ACCOUNTS)]
        played.off.add(peer_id(number))
        played.hear(address, Origin.DHT, f"{number}.0.0.0/16", accounts=frozenset({account}))
    played.pass_time(60)
    told = [
        dial for _, dial in played.dials if dial.why is Why.SOURCE and dial.peer_id != peer_id(1)
    ]
    assert 0 < len(told) <= limits.TOLD_DIALS + 60 * limits.TOLD_DIALS_A_SECOND
    assert peer_id(1) in played.present()
    assert carriers.of(ACCOUNTS[0])[0] == peer_id(1)


def test_one_untested_address_is_tried_in_two_minutes() -> None:
    played = Played()
    meet(played, 40)
    played.pass_time(10)
    chance = Random(5)
    for number in range(1000, 1200):
        played.hear(at(public_ip(chance), number), Origin.EXCHANGE, f"{number % 250}.0.0.0/16")
    before = len(played.dials)
    played.pass_time(600)
    tried = [dial for _, dial in played.dials[before:] if dial.peer_id not in played.present()]
    assert 4 <= len(tried) <= 6
    assert all(not dial.stays for dial in tried)


def test_a_node_that_is_alone_tries_more() -> None:
    played = Played()
    for number in range(1000, 1060):
        played.off.add(peer_id(number))
        played.hear(
            at(public_ip(Random(number)), number), Origin.EXCHANGE, f"{number % 250}.0.0.0/16"
        )
    played.pass_time(60)
    assert 8 <= len(played.dials) <= 13


def test_a_stranger_on_trial_who_shows_nothing_is_left() -> None:
    played = Played()
    meet(played, 40)
    played.pass_time(20)
    played.planner.needs.want(ACCOUNTS)  # something is lacking: who may have it?
    played.hear(at(public_ip(Random(77)), 7777), Origin.EXCHANGE, "9.9.0.0/16")
    played.pass_time(1800)
    on_trial = {dial.peer_id for _, dial in played.dials if dial.why is Why.TRIAL}
    assert peer_id(7777) in played.left
    assert set(played.left) <= on_trial


@pytest.mark.parametrize("seconds", [1, 60, 3600])
def test_a_friend_who_was_away_is_there_again_within_half_a_minute(seconds: int) -> None:
    played = Played()
    played.hear(at("81.2.69.142", 1), Origin.OWNER)
    played.pass_time(15)
    played.off.add(peer_id(1))
    played.planner.lost(peer_id(1), played.now)
    played.pass_time(seconds)
    played.off.clear()
    played.pass_time(30)
    assert peer_id(1) in played.present()


def test_the_longer_a_friend_is_away_the_rarer_it_is_dialled() -> None:
    played = Played()
    played.hear(at("81.2.69.142", 1), Origin.OWNER)
    played.pass_time(15)
    played.off.add(peer_id(1))
    played.planner.lost(peer_id(1), played.now)
    played.pass_time(3600)
    in_the_first_hour = len(played.dialled(peer_id(1)))
    played.pass_time(3600)
    assert in_the_first_hour > 100
    assert len(played.dialled(peer_id(1))) - in_the_first_hour < 90


def test_another_network_is_another_chance_and_old_connections_are_doubted() -> None:
    played = Played()
    played.hear(at("81.2.69.142", 1), Origin.OWNER)
    played.hear(at("81.3.69.142", 2), Origin.OWNER)
    played.off.add(peer_id(2))
    played.pass_time(3600)
    played.off.clear()
    before = len(played.dialled(peer_id(1)))
    played.planner.network_changed()
    played.pass_time(2)
    assert played.present() == {peer_id(1), peer_id(2)}
    assert len(played.dialled(peer_id(1))) == before + 1
    played.pass_time(60)
    assert len(played.dialled(peer_id(1))) == before + 1


def test_who_served_longest_is_dialled_first_after_a_restart() -> None:
    played = Played()
    played.planner.needs.want(ACCOUNTS)
    met = meet(played, 30)
    for address in met:
        played.brings[str(address.peer_id)] = [ACCOUNTS[0]]
    played.pass_time(20)
    eldest = [peer.peer_id for peer in played.planner.present.eldest][: limits.ANCHORS]
    again = Played([row_of(peer) for peer in played.planner.book.peers])
    again.pass_time(1)
    assert [dial.peer_id for _, dial in again.dials[: limits.ANCHORS]] == sorted(
        eldest, key=[dial.peer_id for _, dial in again.dials].index
    )
    assert all(dial.why is Why.ANCHOR for _, dial in again.dials[: limits.ANCHORS])


def test_dials_are_few_at_a_time_and_in_a_minute() -> None:
    played = Played()
    for number in range(1, 200):
        played.off.add(peer_id(number))
        played.hear(at(public_ip(Random(number)), number), Origin.OWNER)
    first = played.planner.tick(played.now)
    assert len(first) == limits.AT_ONCE
    for decision in first:
        assert isinstance(decision, Dial)
        played.dial(decision)
    played.pass_time(60)
    assert len(played.dials) <= limits.DIALS + 60 * limits.DIALS_A_SECOND


def test_whoever_is_heard_on_the_lan_is_dialled_and_the_own_node_never() -> None:
    played = Played()
    played.hear(at("192.168.1.9", 9), Origin.LAN)
    played.hear(at("192.168.1.1", 0), Origin.LAN)
    played.hear(at("81.2.69.142", 0), Origin.OWNER)
    played.pass_time(2)
    assert played.present() == {peer_id(9)}


def contested(played: Played) -> tuple[set[str], set[str]]:
    """All that stand in tested places, and newcomers that answered and want those."""
    draw, book = SeededRandom(b"d"), played.planner.book
    standing, newcomers = set(), set()
    for number in range(100, 160):
        address = at("93.184.1.1", number)
        book.hear(address, Origin.CONTACT, network_of(address), NOW, draw, met_at=address.host)
        book.note_success(address, NOW - SURE - 1)
    standing = {one.peer_id for one in book.peers for a in one.addresses.values() if a.is_tested}
    for number in range(1000, 1100):
        address = at("93.184.2.9", number)
        book.hear(address, Origin.EXCHANGE, f"{number}.0.0.0/16", NOW, draw)
        book.note_success(address, NOW)
        newcomers.add(str(address.peer_id))
    assert book.contested(NOW)
    return standing, newcomers


def in_tested_places(played: Played) -> set[str]:
    peers = played.planner.book.peers
    return {one.peer_id for one in peers for a in one.addresses.values() if a.is_tested}


@pytest.mark.parametrize("hours", [0.7, 1, 2, 8, 24, 24 * 30])
def test_who_stands_in_the_book_loses_no_place_while_the_machine_sleeps(hours: float) -> None:
    played = Played()
    standing, _ = contested(played)
    friend = at("81.2.69.142", 1)
    played.planner.connected(peer_id(1), friend, played.now, outbound=False)
    played.now = Now(NOW + int(hours * 3_600_000), 1000)
    played.planner.network_changed()
    played.pass_time(120)
    assert standing <= in_tested_places(played)


@pytest.mark.parametrize("minutes", [1, 39, 41, 120])
def test_who_stands_in_the_book_loses_no_place_while_this_node_has_no_network(minutes: int) -> None:
    played = Played()
    standing, newcomers = contested(played)
    played.off = standing | newcomers
    for _ in range(minutes):
        played.pass_time(1)
        played.now = Now(played.now.wall_ms + 59_000, played.now.mono_ms + 59_000)
    assert standing <= in_tested_places(played)
    played.off = set()
    played.planner.connected(peer_id(1), at("81.2.69.142", 1), played.now, outbound=False)
    played.pass_time(300)
    assert standing <= in_tested_places(played)


def test_who_answers_no_more_gives_way_once_others_are_there() -> None:
    played = Played()
    standing, _ = contested(played)
    played.off = set(standing)
    played.planner.connected(peer_id(1), at("81.2.69.142", 1), played.now, outbound=False)
    before = len(standing & in_tested_places(played))
    played.pass_time(600)
    assert len(standing & in_tested_places(played)) < before
