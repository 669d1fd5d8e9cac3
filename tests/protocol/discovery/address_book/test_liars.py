"""What liars get of an address book: a share of the choices, by how many networks they have."""

from __future__ import annotations

from random import Random

import pytest
from tests.budget import long, rounds

from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.book_limits import BookLimits
from sayso_protocol.discovery.address_book.trust import network_of
from sayso_protocol.discovery.seeded_random import SeededRandom

from .population import at, meet, peer_id, public_ip, tell

HONEST, TELLERS, TOLD, MET = 500, 20, 60, 40
LIES = rounds(1000, 100)
NO_SOURCES = BookLimits(buckets_a_source=128, places_an_address=64, places_a_peer=64)
"""The control: every teller reaches the whole book."""


def share_of_lies(
    liars: int, networks: int, seed: int, limits: BookLimits | None = None, lies: int = LIES
) -> tuple[float, float]:
    """The liars' share of choices among the untested, and among all, half of which are tested."""
    chance = Random(seed)
    draw = SeededRandom(seed.to_bytes(8, "big"))
    book = AddressBook(seed.to_bytes(32, "big"), book_limits=limits)
    honest = [at(public_ip(chance), number) for number in range(HONEST)]
    for _ in range(TELLERS):
        source = network_of(at(public_ip(chance), 0))
        for address in chance.sample(honest, TOLD):
            tell(book, address, source, draw)
    for address in chance.sample(honest, MET):
        meet(book, address, draw)
    homes = [".".join(public_ip(chance).split(".")[:2]) for _ in range(networks)]
    for liar in range(liars):
        source = network_of(at(f"{homes[liar % networks]}.1.1", 0))
        for lie in range(lies):
            tell(book, at(public_ip(chance), 1_000_000 + lies * liar + lie), source, draw)
    true = {address.peer_id for address in honest}
    picks = [book.choose(draw, tested=False, fits=lambda _: True) for _ in range(1000)]
    found = [one for one in picks if one is not None]
    share = sum(one.peer_id not in true for one in found) / len(found)
    for _ in range(100):
        one = book.choose(draw, tested=True, fits=lambda _: True)
        assert one is not None
        assert one.peer_id in true
    return share, share / 2


@long
@pytest.mark.parametrize(
    ("liars", "networks", "most"),
    [(1, 1, 0.12), (10, 2, 0.2), (10, 10, 0.6), (100, 10, 0.6), (100, 100, 0.9)],
)
def test_liars_get_what_their_networks_reach(liars: int, networks: int, most: float) -> None:
    seeds = range(rounds(4, 2) if liars < 100 else 2)
    shares = [share_of_lies(liars, networks, seed)[0] for seed in seeds]
    assert sum(shares) / len(shares) < most


@long
def test_without_the_bound_on_tellers_they_get_nearly_all() -> None:
    without = share_of_lies(10, 2, 1, NO_SOURCES, lies=1000)[0]
    assert without > 0.6
    assert without > 4 * share_of_lies(10, 2, 1, lies=1000)[0]


def test_peer_ids_are_free_and_bring_nothing() -> None:
    """One teller who invents a new id for each word fills no more than his buckets."""
    draw = SeededRandom(b"ids")
    book = AddressBook(b"secret")
    for number in range(5000):
        tell(book, at("81.2.69.142", number), "9.9.0.0/16", draw)
    limits = BookLimits()
    assert book.untested_count <= limits.buckets_a_source * limits.slots
    assert len(list(book.peers)) == book.untested_count
    assert book.peer(peer_id(0)) is not None
