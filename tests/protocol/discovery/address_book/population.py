"""Peers and addresses to fill an address book with."""

from __future__ import annotations

from random import Random

from sayso_protocol.discovery.address_book.address_book import AddressBook
from sayso_protocol.discovery.address_book.trust import network_of
from sayso_protocol.discovery.candidate import Origin
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_of_key
from sayso_protocol.discovery.seeded_random import SeededRandom

NOW = 1_800_000_000_000


def peer_id(number: int) -> str:
    """One of many peers."""
    return peer_id_of_key(number.to_bytes(32, "big"))


def public_ip(chance: Random) -> str:
    """Somewhere on the internet."""
    while True:
        ip = ".".join(str(chance.randint(1, 254)) for _ in range(4))
        if Address("ip4", ip, 4001).is_public:
            return ip


def at(ip: str, number: int, port: int = 4001) -> Address:
    """An address of a peer."""
    return Address("ip6" if ":" in ip else "ip4", ip, port, peer_id(number))


def tell(book: AddressBook, address: Address, source: str, draw: SeededRandom) -> bool:
    """Somebody in a network tells of an address."""
    return book.hear(address, Origin.EXCHANGE, source, NOW, draw)


def meet(book: AddressBook, address: Address, draw: SeededRandom) -> None:
    """A peer told its own address, and was dialled there."""
    book.hear(address, Origin.CONTACT, network_of(address), NOW, draw, met_at=address.host)
    book.note_success(address, NOW)
