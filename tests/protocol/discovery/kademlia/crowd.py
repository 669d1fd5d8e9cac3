"""A crowd of peers whose tables and servers are real, and liars among them; nothing takes time."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from sayso_protocol.discovery.kademlia.contact import Contact, Scope
from sayso_protocol.discovery.kademlia.keyspace import MULTIHASH, place_of
from sayso_protocol.discovery.kademlia.lookup import Lookup
from sayso_protocol.discovery.kademlia.messages import Message, MessageType
from sayso_protocol.discovery.kademlia.routing_table import RoutingTable
from sayso_protocol.discovery.kademlia.server import Server
from sayso_protocol.discovery.multiaddr import Address
from sayso_protocol.discovery.peer_id import peer_id_bytes, peer_id_of_key


def contact_at(chance: Random, host: str) -> Contact:
    """A peer of chance at a host."""
    peer = peer_id_bytes(peer_id_of_key(chance.randbytes(32)))
    return Contact(peer, (Address("ip4", host, 4001).to_bytes(),))


def home(chance: Random) -> str:
    """A host somewhere; some providers have more people than others."""
    while True:
        second = chance.choice([chance.randint(0, 255), 7])
        first, third, fourth = (
            chance.randint(1, 220),
            chance.randint(0, 255),
            chance.randint(1, 254),
        )
        host = f"{first}.{second}.{third}.{fourth}"
        if Address("ip4", host, 1).is_public:
            return host


def record_key_of(number: int) -> bytes:
    """A key of a record."""
    return MULTIHASH + place_of(number.to_bytes(8, "big")).to_bytes(32, "big")


class Crowd:
    """`people` honest peers, and `liars`, who know each other and name nobody else."""

    def __init__(
        self, people: int, seed: int, *, liars: Sequence[Contact] = (), limited: bool = True
    ) -> None:
        self.chance = Random(seed)
        self.limited = limited
        self.people = [contact_at(self.chance, home(self.chance)) for _ in range(people)]
        self.liars = list(liars)
        self.lying = {one.id for one in liars}
        self.gone: set[bytes] = set()
        self.servers = {one.id: self._server_of(one) for one in self.people}

    def _server_of(self, own: Contact) -> Server:
        table = RoutingTable(own.id, limited=self.limited)
        everybody = [*self.people, *self.liars]
        for other in self.chance.sample(everybody, len(everybody)):
            table.answered(other, other.networks)
        return Server(table, limited=self.limited)

    def table_of(self, one: Contact) -> RoutingTable:
        """The routing table of an honest peer."""
        return self.servers[one.id]._table

    def ask(self, asker: Contact, to: Contact, message: Message) -> Message | None:
        """The answer, None where nobody is there."""
        if to.id in self.gone:
            return None
        if to.id in self.lying:
            near = sorted(self.liars, key=lambda one: place_of(one.id) ^ place_of(message.key))
            return Message(message.type, message.key, tuple(near[:20]))
        server = self.servers[to.id]
        answer = server.answer(asker.id, asker.networks, Scope.INTERNET, message.encode(), 0)
        return Message.decode(answer) if answer is not None else Message(message.type)

    def look_up(self, reader: Contact, key: bytes, *, limited: bool = True) -> Lookup:
        """A whole lookup of records."""
        table = self.table_of(reader)
        lookup = Lookup(
            key, table.closest(place_of(key)), table.network_size(), reader.id, limited=limited
        )
        while asked := lookup.next():
            for one in asked:
                answer = self.ask(reader, one, Message(MessageType.GET_PROVIDERS, key))
                if answer is None:
                    lookup.failed(one.id)
                else:
                    lookup.answered(one.id, answer)
        return lookup

    def lay_down(self, owner: Contact, key: bytes, *, limited: bool = True) -> Lookup:
        """Lay the owner's record down wherever it belongs."""
        lookup = self.look_up(owner, key, limited=limited)
        message = Message(MessageType.ADD_PROVIDER, key, providers=(owner,))
        for place in lookup.nearest():
            self.ask(owner, place, message)
        return lookup

    def finds(self, key: bytes, *, limited: bool = True) -> tuple[bool, int]:
        """Whether a reader finds what an owner lays down, both of chance; and the reader's cost."""
        alive = [one for one in self.people if one.id not in self.gone]
        owner, reader = self.chance.sample(alive, 2)
        self.lay_down(owner, key, limited=limited)
        lookup = self.look_up(reader, key, limited=limited)
        return owner.id in lookup.providers, lookup.asked
