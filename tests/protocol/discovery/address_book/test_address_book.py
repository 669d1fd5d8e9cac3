"""The address book through any history: what is bounded, what is never lost, what comes back."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.budget import examples

from sayso_protocol.discovery.address_book import book_limits as limits
from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.book_limits import BookLimits
from sayso_protocol.discovery.address_book.known_codec import KnownRow, peer_of, row_of
from sayso_protocol.discovery.address_book.known_peer import KnownPeer
from sayso_protocol.discovery.address_book.trust import network_of
from sayso_protocol.discovery.candidate import Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.seeded_random import SeededRandom

from .population import NOW, at, meet, peer_id, public_ip, tell

SMALL = BookLimits(
    untested_buckets=3, tested_buckets=2, slots=2, buckets_a_source=2, buckets_a_network=2
)
"""So small that everything gets into each other's way."""
CHANCE = Random(7)
IPS = [public_ip(CHANCE) for _ in range(8)]
PEERS = st.integers(0, 7)


class Histories(RuleBasedStateMachine):
    """Whatever is heard and dialled, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.book = AddressBook(b"secret", book_limits=SMALL)
        self.draw = SeededRandom(b"draw")
        self.now = NOW
        self.chosen: dict[str, set[str]] = {}
        self.kept: dict[str, KnownRow] = {}

    @rule(ip=st.sampled_from(IPS), peer=PEERS, port=st.integers(4001, 4009), by=PEERS)
    def hear_of(self, ip: str, peer: int, port: int, by: int) -> None:
        address = at(ip, peer, port)
        self.book.hear(address, Origin.EXCHANGE, f"{by}.0.0.0/16", self.now, self.draw)

    @rule(ip=st.sampled_from(IPS), peer=PEERS, port=st.integers(4001, 4009))
    def be_told(self, ip: str, peer: int, port: int) -> None:
        address = at(ip, peer, port)
        source = network_of(address)
        self.book.hear(address, Origin.CONTACT, source, self.now, self.draw, met_at=ip)

    @rule(ip=st.sampled_from(IPS), peer=PEERS)
    def be_given(self, ip: str, peer: int) -> None:
        address = at(ip, peer)
        assert self.book.hear(address, Origin.OWNER, "", self.now, self.draw)
        self.chosen.setdefault(peer_id(peer), set())

    @rule(pick=st.integers(0, 1000), works=st.booleans())
    def dial(self, pick: int, works: bool) -> None:
        known = [one for peer in self.book.peers for one in peer.addresses.values()]
        if known:
            note = self.book.note_success if works else self.book.note_failure
            note(known[pick % len(known)].address, self.now)

    @rule(works=st.booleans())
    def settle_contests(self, works: bool) -> None:
        for one in self.book.contested(self.now):
            (self.book.note_success if works else self.book.note_failure)(one.address, self.now)

    @rule(ms=st.sampled_from([1000, limits.GRACE, limits.HOUR, limits.STALE_AFTER, -limits.DAY]))
    def wait(self, ms: int) -> None:
        self.now += ms

    @rule()
    def keep_and_restart(self) -> None:
        """What was kept from change to change is the same book again."""
        changed, gone = self.book.take_changes()
        for one in gone:
            self.kept.pop(one, None)
        self.kept |= {peer.peer_id: row_of(peer) for peer in changed}
        old = {one.peer_id: facts(one) for one in self.book.peers}
        assert {one: facts(peer_of(row)) for one, row in self.kept.items()} == old
        self.book = AddressBook(b"secret", map(peer_of, self.kept.values()), SMALL)
        assert {one.peer_id: facts(one) for one in self.book.peers} == old

    @invariant()
    def bounds_hold(self) -> None:
        assert self.book.untested_count <= SMALL.untested_buckets * SMALL.slots
        assert self.book.tested_count <= SMALL.tested_buckets * SMALL.slots
        for peer in self.book.peers:
            assert len(peer.addresses) <= limits.MAX_ADDRESSES_A_PEER
            places = sum(len(one.places) for one in peer.addresses.values())
            assert places <= SMALL.places_a_peer

    @invariant()
    def each_address_stands_where_it_says(self) -> None:
        for peer in self.book.peers:
            assert peer.addresses or peer.is_chosen
            for text, known in peer.addresses.items():
                assert text == str(known.address)
                assert known.peer_id == peer.peer_id
                assert set(known.sources) == set(known.places)
                if peer.is_chosen:
                    assert not known.places
                    assert not known.is_tested
                else:
                    assert bool(known.places) != known.is_tested

    @invariant()
    def the_chosen_stay(self) -> None:
        for one in self.chosen:
            peer = self.book.peer(one)
            assert peer is not None
            assert peer.is_chosen


def facts(peer: KnownPeer) -> object:
    rows = [
        (text, one.origin, one.heard_ms, sorted(one.sources), one.tried_ms, one.success_ms)
        for text, one in peer.addresses.items()
    ]
    return peer.is_chosen, peer.is_anchor, peer.seen_ms, sorted(rows)


TestHistories = Histories.TestCase
TestHistories.settings = examples(60, stateful_step_count=40, deadline=None)


def test_what_works_gives_way_only_where_it_works_no_more() -> None:
    """A thousand addresses of one network that all answer push out none that answers too."""
    draw, book = SeededRandom(b"d"), AddressBook(b"s")
    friends = [at(f"93.184.{number}.1", number) for number in range(20)]
    for friend in friends:
        meet(book, friend, draw)
    standing = {one.peer_id for one in book.peers for a in one.addresses.values() if a.is_tested}
    assert len(standing) > 10
    later = NOW + limits.SURE + 1
    for number in range(1000, 2000):
        address = at(f"93.184.{number % 250}.9", number)
        tell(book, address, f"{number}.0.0.0/16", draw)
        book.note_success(address, later)
        for one in book.contested(later):
            is_friend = one.peer_id in standing
            (book.note_success if is_friend else book.note_failure)(one.address, later)
    assert all(book.addresses(one)[0].is_tested for one in standing)


def test_who_no_longer_answers_gives_way() -> None:
    draw, book = SeededRandom(b"d"), AddressBook(b"s")
    for number in range(200):
        meet(book, at("93.184.1.1", number), draw)
    full = book.tested_count
    later = NOW + limits.SURE + 1
    for number in range(1000, 1400):
        address = at("93.184.2.9", number)
        tell(book, address, f"{number}.0.0.0/16", draw)
        book.note_success(address, later)
        for one in book.contested(later):
            book.note_failure(one.address, later)
    newer = [one for one in book.peers for a in one.addresses.values() if a.is_tested]
    assert book.tested_count >= full
    assert all(one.success_ms == later for one in newer)


def test_strangers_fill_no_more_than_half_of_what_is_kept_of_a_friend() -> None:
    draw, book = SeededRandom(b"d"), AddressBook(b"s")
    book.hear(at("192.168.1.5", 1), Origin.OWNER, "", NOW, draw)
    for number in range(50):
        tell(book, at("81.2.69.1", 1, 5000 + number), f"{number}.0.0.0/16", draw)
    peer = book.peer(peer_id(1))
    assert peer is not None
    assert len(peer.addresses) == 1 + limits.MAX_TOLD_ADDRESSES
    assert str(at("192.168.1.5", 1)) in peer.addresses


def test_of_too_many_chosen_the_one_that_was_not_seen_for_longest_goes() -> None:
    draw, book = SeededRandom(b"d"), AddressBook(b"s")
    for number in range(limits.MAX_CHOSEN):
        book.hear(at("81.2.69.1", number), Origin.OWNER, "", NOW, draw)
        book.note_seen(peer_id(number), NOW + (number or 10**6))
    book.hear(at("81.2.69.1", 10**6), Origin.OWNER, "", NOW, draw)
    assert book.peer(peer_id(1)) is None
    assert book.peer(peer_id(0)) is not None
    assert book.peer(peer_id(10**6)) is not None


def test_the_same_are_told_all_day_and_only_who_agrees_and_answered() -> None:
    draw, book = SeededRandom(b"d"), AddressBook(b"s")
    chance = Random(3)
    for number in range(60):
        address = at(public_ip(chance), number)
        meet(book, address, draw)
        book.note_record(peer_id(number), b"record", 1, agrees=number % 2 == 0)
    heard_only = at(public_ip(chance), 99)
    tell(book, heard_only, "9.9.0.0/16", draw)
    book.note_record(peer_id(99), b"record", 1, agrees=True)
    day = NOW - NOW % limits.DAY
    told = book.tellable(NOW, 16)
    assert len(told) == 16
    assert all(one.agrees and one.success_ms for one in told)
    assert told == book.tellable(NOW + 1000, 16)
    assert told != book.tellable(day + limits.DAY, 16)


def test_addresses_without_a_peer_or_port_are_not_kept() -> None:
    draw, book = SeededRandom(b"d"), AddressBook(b"s")
    assert not book.hear(Address("ip4", "81.2.69.1", 4001), Origin.OWNER, "", NOW, draw)
    assert not book.hear(at("81.2.69.1", 1, 0), Origin.OWNER, "", NOW, draw)
    assert not list(book.peers)
